import type { Store } from '../export/store.ts';

export type StoreState = 'ready' | 'unreachable';

/** A store, and whether its last call went well. */
export interface ObservedStore {
  readonly store: Store;
  readonly state: () => StoreState;
}

/** Takes note of every call, so that `/ready` can say how the store is without asking it. */
export function observeStore(inner: Store): ObservedStore {
  let state: StoreState = 'ready';
  const store = new Proxy(inner, {
    get(target, name, receiver) {
      const value: unknown = Reflect.get(target, name, receiver);
      if (typeof value !== 'function' || name === 'close')
        return typeof value === 'function' ? value.bind(target) : value;
      return async (...given: unknown[]) => {
        try {
          const result: unknown = await value.apply(target, given);
          state = 'ready';
          return result;
        } catch (error) {
          state = 'unreachable';
          throw error;
        }
      };
    },
  });
  return { store, state: () => state };
}
