import type { Waybill } from '@waybill/client';
import { type ListState, PENDING } from './queries.ts';
import { listen, peek, type Query, retry } from './shared.ts';

/** One state over the queries of a list. The same object until one of them changes. */
export interface Store {
  /** Opens the queries for as long as somebody is subscribed. */
  subscribe(listener: () => void): () => void;
  get(): ListState;
  /** Asks again for what failed. */
  retry(): void;
}

/** What a server shows, and a browser that takes over from it: an object of its own, so that it is known from `PENDING`. */
export const ON_SERVER: ListState = { ...PENDING };

const NOTHING: ListState = { ...PENDING, isPending: false };

/** A store over queries; it opens them when somebody subscribes, and not before. */
export function createStore(client: Waybill, queries: readonly Query<ListState>[]): Store {
  let states: readonly ListState[] = [];
  let state = NOTHING;
  return {
    subscribe(listener) {
      const stops = queries.map((query) => listen(client, query, listener));
      return () => {
        for (const stop of stops) stop();
      };
    },
    get() {
      const now = queries.map((query) => peek(client, query));
      if (!isSame(now, states)) {
        states = now;
        state = now.length === 1 ? (now[0] ?? state) : combine(now, state);
      }
      return state;
    },
    retry() {
      for (const query of queries) retry(client, query);
    },
  };
}

/** Several states as one. Its parts stay the same objects for as long as nothing in them changes. */
function combine(states: readonly ListState[], before: ListState): ListState {
  const exports = uniqueById(states.flatMap((state) => state.exports));
  const errors = new Map(states.flatMap((state) => [...state.errors]));
  return {
    exports: isSame(exports, before.exports) ? before.exports : exports,
    errors: isSame([...errors].flat(), [...before.errors].flat()) ? before.errors : errors,
    isPending: states.some(({ isPending }) => isPending),
  };
}

/** One of each id: the last, in the place of the first. */
export function uniqueById<T extends { readonly id: string }>(list: readonly T[]): readonly T[] {
  return [...new Map(list.map((one) => [one.id, one])).values()];
}

function isSame(some: readonly unknown[], others: readonly unknown[]): boolean {
  return some.length === others.length && some.every((one, index) => one === others[index]);
}
