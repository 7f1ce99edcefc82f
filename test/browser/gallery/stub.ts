/** A client without a gateway: shows what a test gives it. */
import type {
  Account,
  Connection,
  Export,
  ExportSet,
  Locator,
  RecentExports,
  Waybill,
  WaybillError,
} from '@waybill/client';

export interface Scenario {
  readonly exports?: readonly Export[];
  readonly accounts?: readonly Account[];
  readonly connection?: Connection;
  readonly recent?: Partial<RecentExports>;
  /** Of every question. */
  readonly error?: WaybillError;
  /** No question is ever answered. */
  readonly isSilent?: boolean;
}

export interface Stub extends Waybill {
  /** Other states of some exports, told at once. */
  tell(changed: readonly Export[]): void;
  turn(connection: Connection): void;
}

export function createStub(scenario: Scenario): Stub {
  const known = new Map((scenario.exports ?? []).map((shown) => [shown.id, shown]));
  const listeners = new Set<() => void>();
  const connectionListeners = new Set<() => void>();
  let connection: Connection = scenario.connection ?? { state: 'live' };
  let all: readonly Export[] = [...known.values()];

  function answer<T>(value: T): Promise<T> {
    if (scenario.isSilent) return new Promise(() => {});
    return scenario.error === undefined ? Promise.resolve(value) : Promise.reject(scenario.error);
  }
  function find(locator: Locator): Export {
    const id = typeof locator === 'string' ? locator : String(Object.values(locator)[0]);
    const shown = known.get(id);
    if (shown === undefined) throw scenario.error ?? new Error(`The stub knows no ${id}.`);
    return shown;
  }

  function follow(what: readonly Locator[] | { readonly tracked: object }): ExportSet {
    const names = new Set(Array.isArray(what) ? what : []);
    const isTracked = !Array.isArray(what);
    let snapshot: readonly Export[] = [];
    let state: ReturnType<ExportSet['getState']> | undefined;
    const read = (): readonly Export[] => {
      const next = isTracked
        ? all.filter(({ tracking }) => tracking !== null)
        : [...names].flatMap((name) => known.get(String(name)) ?? []);
      const isSame =
        next.length === snapshot.length && next.every((shown, index) => shown === snapshot[index]);
      if (!isSame) snapshot = next;
      return snapshot;
    };
    return {
      add: (locator) => void names.add(locator),
      remove: (locator) => void names.delete(locator),
      subscribe(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      getSnapshot: read,
      getState() {
        const exports = read();
        const errors = new Map(
          scenario.error === undefined || isTracked
            ? []
            : [...names].map((name) => [String(name), scenario.error as WaybillError]),
        );
        if (state?.exports !== exports)
          state = {
            exports,
            errors,
            isPending: scenario.isSilent === true || (isTracked && scenario.error !== undefined),
          };
        return state;
      },
      retry() {},
      close() {},
      [Symbol.dispose]() {},
    };
  }

  return {
    tell(changed) {
      for (const shown of changed) known.set(shown.id, shown);
      all = [...known.values()];
      for (const listener of listeners) listener();
    },
    turn(next) {
      connection = next;
      for (const listener of connectionListeners) listener();
    },
    get: async (locator) => answer(find(locator)),
    getMany: async (locators) => answer(locators.map(find)),
    recent: () =>
      answer({ exports: all, endCursor: null, hasNextPage: false, unavailable: [], ...scenario.recent }),
    watch: async function* () {},
    follow,
    done: async (locator) => answer(find(locator)),
    start: () => answer({ ...(all[0] as Export), isExisting: false }),
    cancel: async (locator) => answer(find(locator)),
    track: async (locator) => answer(find(locator)),
    untrack: () => answer(undefined),
    fileUrl: async () => new URL(location.href),
    vendors: async () => [],
    accounts: () => answer(scenario.accounts ?? []),
    connection: {
      get: () => connection,
      subscribe(listener) {
        connectionListeners.add(listener);
        return () => connectionListeners.delete(listener);
      },
    },
    async [Symbol.asyncDispose]() {},
  };
}
