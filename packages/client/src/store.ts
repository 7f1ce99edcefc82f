/** A value that tells when it changes. */
export interface Store<Value> {
  get(): Value;
  subscribe(listener: () => void): () => void;
}

export interface WritableStore<Value> extends Store<Value> {
  set(value: Value): void;
}

interface Listeners {
  subscribe(listener: () => void): () => void;
  tell(): void;
}

function createListeners(): Listeners {
  const listeners = new Set<() => void>();
  return {
    subscribe(listener) {
      // One listener may be given twice, and taken away twice.
      const own = (): void => listener();
      listeners.add(own);
      return () => void listeners.delete(own);
    },
    tell() {
      for (const listener of [...listeners]) listener();
    },
  };
}

export function createStore<Value>(value: Value): WritableStore<Value> {
  const { subscribe, tell } = createListeners();
  return {
    subscribe,
    get: () => value,
    set(next) {
      value = next;
      tell();
    },
  };
}

/** A value that is made when it is asked for, and told of once for all that changes in one go. */
export function createView<Value>(make: () => Value): Store<Value> & { change(): void } {
  const { subscribe, tell } = createListeners();
  let made: { readonly value: Value } | null = null;
  let isTelling = false;
  return {
    subscribe,
    get() {
      made ??= { value: make() };
      return made.value;
    },
    change() {
      made = null;
      if (isTelling) return;
      isTelling = true;
      queueMicrotask(() => {
        isTelling = false;
        tell();
      });
    },
  };
}
