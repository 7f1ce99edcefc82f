import type { RecentExports, RecentOptions, Waybill } from '@waybill/client';
import { toWaybillError } from './errors.ts';
import type { ListState } from './queries.ts';
import type { Opened } from './shared.ts';
import { uniqueById } from './store.ts';

/**
 * The newest exports, page by page. Those that have not ended are followed, so that what is shown goes on moving; after an
 * interruption the first page is read anew, for what has come to be meanwhile.
 */
export function openRecent(
  client: Waybill,
  options: RecentOptions,
  publish: (next: ListState) => void,
): Opened {
  const closing = new AbortController();
  const { signal } = closing;
  const live = client.follow([]);
  let rows: RecentExports['exports'] = [];
  /** The page that the next one comes behind. */
  let last: RecentExports | undefined;
  let unavailable: ListState['unavailable'];
  let failure: ListState['errors'] = new Map();
  let isLoading = false;

  const tell = (): void => {
    const { exports, errors } = live.getState();
    const moving = new Map(exports.map((one) => [one.id, one]));
    publish({
      exports: rows.map((row) => {
        const now = moving.get(row.id);
        return now !== undefined && now.asOf >= row.asOf ? now : row;
      }),
      errors: new Map([...errors, ...failure]),
      isPending: false,
      unavailable,
      fetchMore: last?.hasNextPage ? fetchMore : undefined,
    });
  };

  const load = async (after?: string): Promise<void> => {
    if (isLoading) return;
    isLoading = true;
    try {
      const page = await client.recent({ ...options, after, signal });
      const isFurther = after !== undefined;
      // What was loaded beyond the first page stays, and so does the place that the next page begins at.
      if (isFurther || last === undefined) last = page;
      rows = uniqueById(isFurther ? [...rows, ...page.exports] : [...page.exports, ...rows, ...page.exports]);
      unavailable = page.unavailable;
      failure = new Map();
      for (const { id, isTerminal } of page.exports) if (!isTerminal) live.add(id);
    } catch (problem) {
      failure = new Map([['recent', toWaybillError(problem)]]);
    }
    isLoading = false;
    if (!signal.aborted) tell();
  };
  const fetchMore = (): void => void load(last?.endCursor ?? undefined);

  const stop = live.subscribe(tell);
  const stopWaiting = onReturn(client, load);
  void load();
  return {
    retry() {
      live.retry();
      void load();
    },
    close() {
      closing.abort();
      stopWaiting();
      stop();
      live.close();
    },
  };
}

/** Calls back whenever the connection is live again. @returns the function that ends this */
export function onReturn({ connection }: Waybill, callback: () => void): () => void {
  let { state } = connection.get();
  return connection.subscribe(() => {
    const before = state;
    state = connection.get().state;
    if (state === 'live' && before !== 'live' && before !== 'connecting') callback();
  });
}
