import {
  type AccountProblem,
  type ExportSetState,
  type Filter,
  formatLocator,
  type Locator,
} from '@waybill/client';
import { openRecent } from './recent.ts';
import type { Query } from './shared.ts';

/** What is known of a list at one moment. Why it cannot be read as a whole stands in `errors` under `tracked` or `recent`. */
export interface ListState extends ExportSetState {
  /** Accounts that could not be listed. */
  readonly unavailable?: readonly AccountProblem[];
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

/** One export. */
export function exportQuery(locator: Locator): Query<ListState> {
  return followQuery(typeof locator === 'string' ? locator : formatLocator(locator), [locator]);
}

/** The queries that a list is put together of: one per locator, so that a list that grows or shrinks keeps what it has. */
export function listQueries(what: ExportsQuery): readonly Query<ListState>[] {
  if ('tracked' in what) return [followQuery(`tracked ${keyOf(what.tracked)}`, what)];
  if ('recent' in what) {
    const { recent: filter, first } = what;
    const key = `recent ${first} ${keyOf(filter)}`;
    return [
      { key, initial: PENDING, open: (client, publish) => openRecent(client, { ...filter, first }, publish) },
    ];
  }
  const queries = what.map(exportQuery);
  return [...new Map(queries.map((query) => [query.key, query])).values()];
}

/** The same text for equal filters, whatever the order of their fields. */
function keyOf(filter: Filter): string {
  return JSON.stringify(filter, Object.keys(filter).sort());
}

function followQuery(key: string, what: readonly Locator[] | { readonly tracked: Filter }): Query<ListState> {
  return {
    key,
    initial: PENDING,
    open(client, publish) {
      const set = client.follow(what);
      const tell = (): void => {
        const state = set.getState();
        // Nothing yet is no news.
        publish(state.exports.length + state.errors.size === 0 && state.isPending ? PENDING : state);
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
