import type { Connection, Export, Locator, Waybill, WaybillError } from '@waybill/client';
import { useCallback, useMemo, useSyncExternalStore } from 'react';
import { type ChangeListeners, useChanges } from './changes.ts';
import { useWaybill } from './provider.ts';
import { exportQuery, type ListState } from './queries.ts';
import { lease, type Query } from './shared.ts';
import { createStore, ON_SERVER } from './store.ts';
import { throttle } from './throttle.ts';
import { useConnection } from './use-connection.ts';

/** How a hook follows what it shows. */
export interface UseOptions extends ChangeListeners {
  /** False: nothing is followed. Default true. */
  readonly enabled?: boolean;
  /** Shown until the gateway has answered; also what a server renders. */
  readonly initialData?: Export;
  /** Changes render at most once in this time, the last of them always. */
  readonly throttleMs?: number;
}

/** One export, as it stands. */
export interface UseExportResult {
  /** The last known state, also where it cannot be read any more. */
  readonly export: Export | undefined;
  readonly status: 'pending' | 'success' | 'error';
  /** Why this export cannot be read, or followed any more. */
  readonly error: WaybillError | null;
  readonly connection: Connection;
  /** Follows it again after an error. */
  retry(): void;
}

const NONE: readonly never[] = [];

/** Follows one export. A locator of null follows nothing, and stays pending. */
export function useExport(locator: Locator | null, options: UseOptions = {}): UseExportResult {
  const client = useWaybill();
  const connection = useConnection();
  const isFollowed = locator !== null && options.enabled !== false;
  const initial = locator === null ? NONE : toInitial(options.initialData);
  const [state, retry] = useFollowed(client, isFollowed ? [exportQuery(locator)] : NONE, options, initial);

  const [now = initial[0]] = state.exports;
  const [error = null] = state.errors.values();
  return useMemo(() => {
    const status = error !== null ? 'error' : now === undefined ? 'pending' : 'success';
    return { export: now, status, error, connection, retry };
  }, [now, error, connection, retry]);
}

/** Follows one export for a component that shows nothing without it: suspends until it is there, throws where it cannot be read. */
export function useSuspenseExport(locator: Locator, options: UseOptions = {}): Export {
  const client = useWaybill();
  const query = exportQuery(locator);
  const initial = toInitial(options.initialData);
  const [state] = useFollowed(client, [query], options, initial);

  const [now = initial[0]] = state.exports;
  const [error] = state.errors.values();
  const hasFailed = now === undefined && error !== undefined;
  // React may give up a component that is not mounted yet, and never says so: until then it holds its export by a lease.
  const change = state === ON_SERVER ? undefined : lease(client, query, hasFailed);
  if (now !== undefined) return now;
  throw error ?? change ?? new Error('On a server useSuspenseExport needs initialData.');
}

/** Follows queries with what every hook over exports can do. @param tellsEnded - see `useChanges` */
export function useFollowed(
  client: Waybill,
  queries: readonly Query<ListState>[],
  options: ChangeListeners & Pick<UseOptions, 'throttleMs'>,
  initial: readonly Export[],
  tellsEnded = true,
): readonly [state: ListState, retry: () => void] {
  const { throttleMs = 0 } = options;
  const key = queries.map((query) => query.key).join('\n');
  // biome-ignore lint/correctness/useExhaustiveDependencies: equal keys are equal queries
  const store = useMemo(() => createStore(client, queries), [client, key]);
  const subscribe = useCallback(
    (listener: () => void) => throttle(store.subscribe, listener, throttleMs),
    [store, throttleMs],
  );
  const state = useSyncExternalStore(subscribe, store.get, () => ON_SERVER);
  useChanges(store, options, initial, tellsEnded);
  return [state, store.retry];
}

/** What there is to show at first, as a list. */
export function toInitial(initialData: Export | readonly Export[] | undefined): readonly Export[] {
  if (initialData === undefined) return NONE;
  return 'id' in initialData ? [initialData] : initialData;
}
