import {
  type AccountProblem,
  type ExportSetState,
  type Filter,
  formatLocator,
  type Locator,
  type Waybill,
  type WaybillError,
} from '@waybill/client';
import { keyOf } from './keys.ts';
import { openRecent } from './recent.ts';
import type { Query } from './shared.ts';

/** What is known of a list at one moment. */
export interface ListState extends ExportSetState {
  /** Accounts that could not be listed. */
  readonly unavailable?: readonly AccountProblem[];
  /** Why the list as a whole cannot be read. */
  readonly error?: WaybillError | null;
  /** Loads the next page; only there where there is one. */
  readonly fetchMore?: () => void;
}

/** Which exports a list is of. */
export type ExportsQuery =
  | readonly Locator[]
  | { readonly tracked: Filter }
  | { readonly recent: Filter; readonly first?: number };

/** Nothing is known yet. */
export const PENDING: ListState = { exports: [], errors: new Map(), isPending: true };
/** Nothing was asked for. */
export const NOTHING: ListState = { exports: [], errors: new Map(), isPending: false };

/** One export. */
export function exportQuery(client: Waybill, locator: Locator): Query<ListState> {
  const text = typeof locator === 'string' ? locator : formatLocator(locator);
  return followQuery(client, [locator], [text]);
}

/** The queries that a list is put together of: one per locator, so that a list that grows or shrinks keeps what it has. */
export function listQueries(client: Waybill, what: ExportsQuery): readonly Query<ListState>[] {
  if ('tracked' in what) return [followQuery(client, { tracked: what.tracked })];
  if ('recent' in what) {
    return [{ key: keyOf(what), initial: PENDING, open: (publish) => openRecent(client, what, publish) }];
  }
  const queries = what.map((locator) => exportQuery(client, locator));
  return [...new Map(queries.map((query) => [query.key, query])).values()];
}

function followQuery(
  client: Waybill,
  what: readonly [Locator] | { readonly tracked: Filter },
  named: unknown = what,
): Query<ListState> {
  return {
    key: keyOf(named),
    initial: PENDING,
    open(publish) {
      const set = client.follow(what);
      const tell = (): void => {
        const state = set.getState();
        publish(isBlank(state) ? PENDING : state);
      };
      const stop = set.subscribe(tell);
      tell();
      return {
        retry: () => set.retry(),
        close() {
          stop();
          set.close();
        },
      };
    },
  };
}

function isBlank({ isPending, exports, errors }: ExportSetState): boolean {
  return isPending && exports.length === 0 && errors.size === 0;
}

/** Several states as one. Its parts stay the same objects for as long as nothing in them changes. */
export function combine(states: readonly ListState[], before?: ListState): ListState {
  const [only] = states;
  if (only === undefined) return NOTHING;
  if (states.length === 1) return only;
  const byId = new Map(states.flatMap(({ exports }) => exports).map((one) => [one.id, one]));
  const exports = [...byId.values()];
  const errors = new Map(states.flatMap(({ errors }) => [...errors]));
  return {
    exports: before !== undefined && isSame(exports, before.exports) ? before.exports : exports,
    errors:
      before !== undefined && isSame([...errors].flat(), [...before.errors].flat()) ? before.errors : errors,
    isPending: states.some(({ isPending }) => isPending),
  };
}

/** True where both hold the same values in the same order. */
export function isSame(some: readonly unknown[], others: readonly unknown[]): boolean {
  return some.length === others.length && some.every((one, index) => Object.is(one, others[index]));
}
