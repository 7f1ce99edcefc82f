import type { DataTag, Query, QueryClient, QueryFunctionContext, QueryKey } from '@tanstack/react-query';
import type { Export, Locator, Waybill, WaybillError } from '@waybill/client';
import { formatLocator } from '@waybill/client';
import { revive } from './revive.ts';

/** What an export is kept under in a `QueryClient`. */
export type ExportQueryKey = readonly ['waybill', 'export', string];

type ExportQuery = Query<Export, WaybillError, Export, ExportQueryKey>;

/** What `useQuery`, `useSuspenseQuery`, `prefetchQuery` and the like take. */
export interface ExportOptions {
  readonly queryKey: DataTag<ExportQueryKey, Export, WaybillError>;
  readonly queryFn: (context: QueryFunctionContext<ExportQueryKey>) => Promise<Export>;
  /** What went through JSON on its way from a server has its dates again. */
  readonly select: (found: Export) => Export;
  readonly staleTime: (query: ExportQuery) => number;
  readonly retry: (failures: number, error: WaybillError) => boolean;
  readonly retryDelay: (failures: number, error: WaybillError) => number;
}

/** How often a question is asked again that the gateway calls worth asking again. */
const MAX_RETRIES = 3;

/** The queries that are followed now. */
const followed = new WeakSet<object>();

/**
 * One export for TanStack Query (version 5).
 *
 * It is read once; from then on it is followed for as long as anything observes it, and each change is written into the cache. Where
 * nothing observes it (prefetching, a server), it is read and nothing stays open.
 */
export function exportOptions(client: Waybill, locator: Locator): ExportOptions {
  const text = typeof locator === 'string' ? locator : formatLocator(locator);
  return {
    queryKey: ['waybill', 'export', text] as unknown as ExportOptions['queryKey'],
    queryFn: async ({ client: cache, queryKey, signal }) => {
      const found = await client.get(locator, { signal });
      if (cache !== undefined && !found.isTerminal) follow(client, locator, cache, queryKey);
      return found;
    },
    select: revive,
    staleTime: (query) =>
      query.state.data?.isTerminal || followed.has(query) ? Number.POSITIVE_INFINITY : 0,
    retry: (failures, error) => error.retryable && failures < MAX_RETRIES,
    retryDelay: (failures, error) => error.retryAfterMs ?? 1_000 * 2 ** failures,
  };
}

function follow(client: Waybill, locator: Locator, cache: QueryClient, queryKey: QueryKey): void {
  const queries = cache.getQueryCache();
  const query = queries.find<Export, WaybillError>({ queryKey, exact: true });
  if (query === undefined || query.getObserversCount() === 0 || followed.has(query)) return;

  const set = client.follow([locator]);
  const stop = (): void => {
    followed.delete(query);
    stopListening();
    set.close();
  };
  const stopListening = queries.subscribe((event) => {
    if (event.query === query && (event.type === 'removed' || query.getObserversCount() === 0)) stop();
  });
  set.subscribe(() => {
    const { exports, errors } = set.getState();
    const [now] = exports;
    if (now !== undefined && now !== query.state.data) query.setData(now);
    if (now?.isTerminal || errors.size > 0) stop();
    // What cannot be followed is asked for once more: the answer, or why there is none, is the query's.
    if (errors.size > 0) void cache.invalidateQueries({ queryKey, exact: true });
  });
  followed.add(query);
}
