import type { Waybill } from '@waybill/client';
import { useCallback, useMemo, useSyncExternalStore } from 'react';
import { isSame } from './queries.ts';
import { listen, peek, type Query } from './shared.ts';
import { throttle } from './throttle.ts';

/** One value over some queries. The same value until one of them changes. */
export interface Store<T> {
  subscribe(listener: () => void): () => void;
  get(): T;
  /** Before anything is known: what a server shows, and a browser that takes over from it. */
  getInitial(): T;
}

/** A store over queries; it opens them when somebody subscribes, and not before. */
export function useStore<T>(
  client: Waybill,
  queries: readonly Query<T>[],
  combine: (states: readonly T[], before?: T) => T,
): Store<T> {
  const key = JSON.stringify(queries.map((query) => query.key));
  // biome-ignore lint/correctness/useExhaustiveDependencies: equal keys are equal queries, and `combine` is a constant of its hook
  return useMemo(() => createStore(client, queries, combine), [client, key]);
}

/** The value of a store. With `throttleMs` changes render at most once in that time, the last of them always. */
export function useValue<T>(store: Store<T>, throttleMs = 0): T {
  const subscribe = useCallback(
    (listener: () => void) => throttle(store.subscribe, listener, throttleMs),
    [store, throttleMs],
  );
  return useSyncExternalStore(subscribe, store.get, store.getInitial);
}

function createStore<T>(
  client: Waybill,
  queries: readonly Query<T>[],
  combine: (states: readonly T[], before?: T) => T,
): Store<T> {
  const initials = queries.map((query) => query.initial);
  const initial = combine(initials);
  let states = initials;
  let value = initial;
  return {
    subscribe(listener) {
      const stops = queries.map((query) => listen(client, query, listener));
      return () => {
        for (const stop of stops) stop();
      };
    },
    get() {
      const now = queries.map((query) => peek(client, query));
      if (isSame(now, states)) return value;
      states = now;
      value = combine(now, value);
      return value;
    },
    getInitial: () => initial,
  };
}
