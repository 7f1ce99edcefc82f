import type { AccountProblem, Connection, Export, Phase, WaybillError } from '@waybill/client';
import { useMemo } from 'react';
import { useWaybill } from './provider.ts';
import { type ExportsQuery, type ListState, listQueries } from './queries.ts';
import { revive } from './revive.ts';
import { useConnectionOf } from './use-connection.ts';
import { type UseOptions, useFollowed } from './use-export.ts';

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
  /** Why the list as a whole cannot be read. */
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
  const connection = useConnectionOf(client);
  const initial = toList(options.initialData);
  const isFollowed = options.enabled !== false;
  const { state, retry } = useFollowed(client, isFollowed ? listQueries(client, what) : NONE, options, {
    initial,
    // Of a list that is not named one by one, what had ended before is no news.
    tellsEnded: !('tracked' in what || 'recent' in what),
  });

  const isInitial = !isFollowed || state.isPending;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is shown first does not change
  const exports = useMemo(
    () => (isInitial && initial.length > 0 ? fillIn(initial, state.exports) : state.exports),
    [isInitial, state.exports],
  );
  const counts = useMemo(() => count(exports), [exports]);
  const { errors, unavailable = NONE, fetchMore } = state;
  const error = state.error ?? (connection.state === 'closed' ? connection.error : null);
  const status = statusOf(state, error, isFollowed);
  return useMemo(
    () => ({ exports, errors, counts, unavailable, status, error, connection, retry, fetchMore }),
    [exports, errors, counts, unavailable, status, error, connection, retry, fetchMore],
  );
}

function statusOf(state: ListState, error: WaybillError | null, isFollowed: boolean) {
  if (error !== null) return 'error';
  return state.isPending || !isFollowed ? 'pending' : 'success';
}

function toList(initialData: UseExportsOptions['initialData']): readonly Export[] {
  if (initialData === undefined) return NONE;
  return ('id' in initialData ? [initialData] : initialData).map(revive);
}

/** The first list with what is known by now, so that no row goes and comes again while the rest is awaited. */
function fillIn(initial: readonly Export[], known: readonly Export[]): readonly Export[] {
  return [...new Map([...initial, ...known].map((one) => [one.id, one])).values()];
}

function count(exports: readonly Export[]): Record<Phase, number> {
  const counts: Record<Phase, number> = { waiting: 0, moving: 0, succeeded: 0, failed: 0, gone: 0 };
  for (const { phase } of exports) counts[phase] += 1;
  return counts;
}
