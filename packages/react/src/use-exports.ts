import type { AccountProblem, Connection, Export, Phase, WaybillError } from '@waybill/client';
import { useMemo } from 'react';
import { useWaybill } from './provider.ts';
import { type ExportsQuery, listQueries } from './queries.ts';
import { uniqueById } from './store.ts';
import { useConnection } from './use-connection.ts';
import { toInitial, type UseOptions, useFollowed } from './use-export.ts';

/** How a list is followed; `initialData` may be the whole list. */
export type UseExportsOptions = Omit<UseOptions, 'initialData'> & {
  readonly initialData?: Export | readonly Export[];
};

/** A list of exports, as they stand. */
export interface UseExportsResult {
  /** In the order asked for; tracked and recent ones newest first. */
  readonly exports: readonly Export[];
  /** Why some of them cannot be read, by the locator as text, or the global id. They spoil no other. */
  readonly errors: ReadonlyMap<string, WaybillError>;
  /** How many there are of each phase. */
  readonly counts: Readonly<Record<Phase, number>>;
  /** Accounts that could not be listed; of recent exports alone. */
  readonly unavailable: readonly AccountProblem[];
  /** `pending` until everything asked for was answered once. */
  readonly status: 'pending' | 'success' | 'error';
  /** Why tracked or recent exports cannot be listed at all. */
  readonly error: WaybillError | null;
  readonly connection: Connection;
  /** Asks again for what failed. */
  retry(): void;
  /** Loads the next page; only there for recent exports of which there are more. */
  fetchMore?(): void;
}

const NONE: readonly never[] = [];

/** Follows a list: these locators, what is tracked, or the newest exports page by page. */
export function useExports(what: ExportsQuery, options: UseExportsOptions = {}): UseExportsResult {
  const client = useWaybill();
  const connection = useConnection();
  const initial = toInitial(options.initialData);
  const isFollowed = options.enabled !== false;
  const kind = 'tracked' in what ? 'tracked' : 'recent' in what ? 'recent' : '';
  const queries = isFollowed ? listQueries(what) : NONE;
  // Of a list that is not named one by one, what had ended before is no news.
  const [state, retry] = useFollowed(client, queries, options, initial, kind === '');

  const isPending = state.isPending || !isFollowed;
  const { exports: known, errors, unavailable = NONE, fetchMore } = state;
  // Until the rest has come, no row of the first list goes and comes again.
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is shown first does not change
  const exports = useMemo(
    () => (isPending && initial.length > 0 ? uniqueById([...initial, ...known]) : known),
    [isPending, known],
  );
  const counts = useMemo(() => count(exports), [exports]);
  const error = errors.get(kind) ?? null;
  return useMemo(() => {
    const status = error !== null ? 'error' : isPending ? 'pending' : 'success';
    return { exports, errors, counts, unavailable, status, error, connection, retry, fetchMore };
  }, [exports, errors, counts, unavailable, isPending, error, connection, retry, fetchMore]);
}

function count(exports: readonly Export[]): Record<Phase, number> {
  const counts: Record<Phase, number> = { waiting: 0, moving: 0, succeeded: 0, failed: 0, gone: 0 };
  for (const { phase } of exports) counts[phase] += 1;
  return counts;
}
