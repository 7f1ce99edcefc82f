import type { Export, Filter, RecentExports, Waybill } from '@waybill/client';
import { toWaybillError } from './errors.ts';
import type { ListState } from './queries.ts';
import type { Opened } from './shared.ts';

type Page = Omit<RecentExports, 'exports'>;

/**
 * The newest exports, page by page. Those that have not ended are followed, so that what is shown goes on moving; after an
 * interruption the first page is read anew, for what has come to be meanwhile.
 */
export function openRecent(
  client: Waybill,
  { recent: filter, first }: { readonly recent: Filter; readonly first?: number },
  publish: (next: ListState) => void,
): Opened {
  const closing = new AbortController();
  const live = client.follow([]);
  let rows: readonly Export[] = [];
  let last: Page = { endCursor: null, hasNextPage: false, unavailable: [] };
  let error: ListState['error'] = null;
  let isLoading = false;
  let isPending = true;

  const tell = (): void => {
    const { exports, errors } = live.getState();
    const moving = new Map(exports.map((one) => [one.id, one]));
    publish({
      exports: rows.map((row) => newer(row, moving.get(row.id))),
      errors,
      isPending,
      unavailable: last.unavailable,
      error,
      fetchMore: last.hasNextPage ? fetchMore : undefined,
    });
  };

  const load = async (after?: string): Promise<void> => {
    if (isLoading) return;
    isLoading = true;
    try {
      const page = await client.recent({ ...filter, first, after, signal: closing.signal });
      rows = after === undefined ? merge(page.exports, rows) : merge(rows, page.exports);
      // What was loaded beyond the first page stays: so does the end that the next page begins at.
      if (after !== undefined || rows.length === page.exports.length) last = page;
      else last = { ...last, unavailable: page.unavailable };
      error = null;
      for (const { id, isTerminal } of page.exports) if (!isTerminal) live.add(id);
    } catch (problem) {
      error = toWaybillError(problem);
    }
    isLoading = false;
    isPending = false;
    if (!closing.signal.aborted) tell();
  };

  const fetchMore = (): void => void load(last.endCursor ?? undefined);

  let { state } = client.connection.get();
  const stops = [
    live.subscribe(tell),
    client.connection.subscribe(() => {
      const before = state;
      state = client.connection.get().state;
      if (state === 'live' && (before === 'resuming' || before === 'paused')) void load();
    }),
  ];
  void load();

  return {
    retry() {
      live.retry();
      void load();
    },
    close() {
      closing.abort();
      for (const stop of stops) stop();
      live.close();
    },
  };
}

function newer(row: Export, moving: Export | undefined): Export {
  return moving !== undefined && moving.asOf >= row.asOf ? moving : row;
}

function merge(some: readonly Export[], others: readonly Export[]): readonly Export[] {
  const known = new Set(some.map(({ id }) => id));
  return [...some, ...others.filter(({ id }) => !known.has(id))];
}
