import type { Connection, Export, Locator, Waybill, WaybillError } from '@waybill/client';
import { useCallback, useMemo, useSyncExternalStore } from 'react';
import { type ChangeListeners, useChanges } from './changes.ts';
import { useWaybill } from './provider.ts';
import { combine, exportQuery, type ListState } from './queries.ts';
import { revive } from './revive.ts';
import { endLease, lease, nextChange, type Query, retry as retryQuery } from './shared.ts';
import { useStore, useValue } from './store.ts';
import { useConnectionOf } from './use-connection.ts';

/** How a hook follows what it shows. */
export interface UseOptions extends ChangeListeners {
  /** False: nothing is followed. Default true. */
  readonly enabled?: boolean;
  /** Shown until the gateway has answered; also what a server renders. It may have gone through JSON. */
  readonly initialData?: Export;
  /** Changes render at most once in this time, the last of them always. */
  readonly throttleMs?: number;
}

/** One export, as it stands. */
export interface UseExportResult {
  /** The last known state, also where it cannot be read any more. */
  readonly export: Export | undefined;
  readonly status: 'pending' | 'success' | 'error';
  /** Why this export cannot be read, or why there is no connection any more. */
  readonly error: WaybillError | null;
  readonly connection: Connection;
  /** Follows it again after an error. */
  retry(): void;
}

/** Follows one export. A locator of null follows nothing, and stays pending. */
export function useExport(locator: Locator | null, options: UseOptions = {}): UseExportResult {
  const client = useWaybill();
  const connection = useConnectionOf(client);
  const isFollowed = locator !== null && options.enabled !== false;
  const initial = initialOf(options);
  const { state, retry } = useFollowed(client, isFollowed ? [exportQuery(client, locator)] : [], options, {
    initial,
    tellsEnded: true,
  });

  const now = state.exports[0] ?? (locator === null ? undefined : initial[0]);
  const error = errorOf(state, connection);
  return useMemo(() => {
    const status = error !== null ? 'error' : now === undefined ? 'pending' : 'success';
    return { export: now, status, error, connection, retry };
  }, [now, error, connection, retry]);
}

/** Follows one export for a component that shows nothing without it: suspends until it is there, throws where it cannot be read. */
export function useSuspenseExport(locator: Locator, options: UseOptions = {}): Export {
  const client = useWaybill();
  const connection = useConnectionOf(client);
  const query = exportQuery(client, locator);
  const initial = initialOf(options);
  const { state } = useFollowed(client, [query], options, { initial, tellsEnded: true });
  const isServer = useIsServer();

  // React may give up a component that is not mounted yet, and never says so: until then it holds its export by a lease.
  if (!isServer) lease(client, query);
  const now = state.exports[0] ?? initial[0];
  if (now !== undefined) return now;
  const error = errorOf(state, connection);
  if (error === null && !isServer) throw nextChange(client, query);
  endLease(client, query);
  throw (
    error ??
    new Error('On a server useSuspenseExport shows initialData alone: the browser fills its boundary.')
  );
}

/** Follows queries with what every hook over exports can do. */
export function useFollowed(
  client: Waybill,
  queries: readonly Query<ListState>[],
  options: ChangeListeners & Pick<UseOptions, 'throttleMs'>,
  { initial, tellsEnded }: { readonly initial: readonly Export[]; readonly tellsEnded: boolean },
): { readonly state: ListState; retry(): void } {
  const store = useStore(client, queries, combine);
  const state = useValue(store, options.throttleMs);
  useChanges(store, options, initial, tellsEnded);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the store is a new one when the queries are
  const retry = useCallback(() => {
    for (const query of queries) retryQuery(client, query);
  }, [store]);
  return { state, retry };
}

/** Why nothing can be shown: what the export itself says, or a connection that is refused for good. */
export function errorOf(state: ListState, connection: Connection): WaybillError | null {
  const [own] = state.errors.values();
  return own ?? (connection.state === 'closed' ? connection.error : null);
}

function initialOf({ initialData }: UseOptions): readonly Export[] {
  return initialData === undefined ? [] : [revive(initialData)];
}

const subscribeToNothing = () => () => {};

/** True on a server, and in a browser while it takes over what a server has rendered. */
function useIsServer(): boolean {
  return useSyncExternalStore(
    subscribeToNothing,
    () => false,
    () => true,
  );
}
