/** What is to be called when a signal aborts. */
const CALLBACKS = new WeakMap<AbortSignal, Callbacks>();

interface Callbacks {
  readonly all: Set<() => void>;
  readonly listener: () => void;
}

/**
 * Calls back when a signal aborts that has not aborted yet.
 *
 * However many wait for one signal, it has one listener: Node warns of an eleventh, and one caller may wait for a hundred things.
 *
 * @returns lets go of the signal
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  const callbacks = CALLBACKS.get(signal) ?? listen(signal);
  // One function may be given twice.
  const own = (): void => callback();
  callbacks.all.add(own);
  return () => {
    if (!callbacks.all.delete(own) || callbacks.all.size > 0) return;
    signal.removeEventListener('abort', callbacks.listener);
    CALLBACKS.delete(signal);
  };
}

function listen(signal: AbortSignal): Callbacks {
  const all = new Set<() => void>();
  const listener = (): void => {
    CALLBACKS.delete(signal);
    // Each may add or let go of others.
    const due = [...all];
    for (const callback of due) if (all.delete(callback)) callback();
  };
  const callbacks = { all, listener };
  CALLBACKS.set(signal, callbacks);
  signal.addEventListener('abort', listener, { once: true });
  return callbacks;
}
