import {
  type Account,
  type Connection,
  type Export,
  type ExportSet,
  type ExportSetState,
  formatLocator,
  type Locator,
  type RecentExports,
  type RecentOptions,
  type StartedExport,
  type Waybill,
  WaybillError,
} from '@waybill/client';

/** A client whose every answer a test gives by hand, and which counts what it has open. */
export interface ManualWaybill extends Waybill {
  /** Tells a new state of an export to all sets that hold it. */
  tell(locator: string, state: Partial<Export>): Export;
  fail(locator: string, error: WaybillError): void;
  /** Tells the list of tracked exports. */
  tellTracked(exports: readonly Export[]): void;
  setConnection(now: Connection): void;
  /** Sets that are open. */
  readonly open: number;
  /** Sets that were ever opened. */
  readonly opened: number;
  /** What listens to the connection. */
  readonly listeners: number;
  readonly asked: { recent: RecentOptions[]; get: Locator[]; accounts: number; fileUrl: number };
  answers: {
    recent(options: RecentOptions): Promise<RecentExports>;
    get(locator: Locator): Promise<Export>;
    accounts(): Promise<readonly Account[]>;
    fileUrl(): Promise<URL>;
    start(): Promise<StartedExport>;
  };
}

/** An export with the given fields, and plain ones besides. */
export function createExport(fields: Partial<Export> = {}): Export {
  const status = fields.status ?? 'RUNNING';
  const phases: Readonly<Record<string, Export['phase']>> = {
    QUEUED: 'waiting',
    SUCCEEDED: 'succeeded',
    FAILED: 'failed',
    CANCELED: 'gone',
    EXPIRED: 'gone',
  };
  const phase = phases[status] ?? 'moving';
  return {
    id: 'export-1',
    vendor: 'hi-energy',
    vendorName: 'Hi Energy',
    account: 'hi',
    name: 'Deals',
    label: null,
    status,
    rawStatus: status.toLowerCase(),
    phase,
    isTerminal: phase !== 'waiting' && phase !== 'moving',
    percent: null,
    parts: null,
    outcome: null,
    failure: null,
    createdAt: null,
    startedAt: null,
    updatedAt: null,
    finishedAt: null,
    files: null,
    transitions: [],
    tracking: null,
    estimate: null,
    asOf: new Date('2026-11-22T10:00:00.000Z'),
    isStale: false,
    stalledSince: null,
    throttledUntil: null,
    trouble: null,
    nextPollAt: null,
    hasGap: false,
    details: {},
    ...fields,
  };
}

/** An error as the gateway words them. */
export function createError(code = 'EXPORT_NOT_FOUND', retryable = false): WaybillError {
  return new WaybillError(`A test's error: ${code}.`, { code, retryable });
}

export function createManualWaybill(): ManualWaybill {
  const known = new Map<string, Export | WaybillError>();
  const sets = new Set<{ refresh(): void; end(error: WaybillError): void }>();
  const connectionListeners = new Set<() => void>();
  let tracked: readonly Export[] | undefined;
  let connection: Connection = { state: 'idle' };
  let opened = 0;
  const asked: ManualWaybill['asked'] = { recent: [], get: [], accounts: 0, fileUrl: 0 };

  const textOf = (locator: Locator) => (typeof locator === 'string' ? locator : formatLocator(locator));
  const refresh = (): void => {
    for (const set of [...sets]) set.refresh();
  };

  const follow: Waybill['follow'] = (what) => {
    opened += 1;
    const names = 'tracked' in what ? undefined : new Set(what.map(textOf));
    let ending: WaybillError | undefined;
    const read = (): ExportSetState => {
      if (names === undefined) {
        return { exports: tracked ?? [], errors: new Map(), isPending: tracked === undefined };
      }
      const found = [...names].map((name) => [name, known.get(name)] as const);
      return {
        exports: found.map(([, one]) => one).filter((one) => one !== undefined && 'id' in one),
        errors: new Map(
          found.flatMap(([name, one]) => {
            const error = one instanceof WaybillError ? one : one?.isTerminal ? undefined : ending;
            return error === undefined ? [] : [[name, error] as const];
          }),
        ),
        isPending: ending === undefined && found.some(([, one]) => one === undefined),
      };
    };
    const listeners = new Set<() => void>();
    let state = read();
    const own = {
      end(error: WaybillError): void {
        ending = error;
        own.refresh();
      },
      refresh(): void {
        const next = read();
        const isSame =
          next.isPending === state.isPending &&
          next.exports.length === state.exports.length &&
          next.exports.every((one, index) => one === state.exports[index]) &&
          [...next.errors.values()].join() === [...state.errors.values()].join();
        if (isSame) return;
        state = next;
        for (const listener of [...listeners]) listener();
      },
    };
    sets.add(own);
    const set: ExportSet = {
      add(locator) {
        names?.add(textOf(locator));
        own.refresh();
      },
      remove(locator) {
        names?.delete(textOf(locator));
        own.refresh();
      },
      subscribe(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      getSnapshot: () => state.exports,
      getState: () => state,
      retry() {
        for (const name of names ?? []) if (known.get(name) instanceof WaybillError) known.delete(name);
        own.refresh();
      },
      close: () => void sets.delete(own),
      [Symbol.dispose]: () => void sets.delete(own),
    };
    return set;
  };

  const refuse = (): Promise<never> => Promise.reject(createError('TEST_ANSWERS_NOTHING'));
  const answers: ManualWaybill['answers'] = {
    recent: refuse,
    get: refuse,
    accounts: refuse,
    fileUrl: refuse,
    start: refuse,
  };

  return {
    answers,
    asked,
    follow,
    tell(locator, state) {
      const told = createExport({ id: locator, ...state });
      known.set(locator, told);
      refresh();
      return told;
    },
    fail(locator, error) {
      known.set(locator, error);
      refresh();
    },
    tellTracked(exports) {
      tracked = exports;
      refresh();
    },
    setConnection(now) {
      connection = now;
      // As the client does: what is followed ends with the connection.
      if (now.state === 'closed') for (const set of [...sets]) set.end(now.error);
      for (const listener of [...connectionListeners]) listener();
    },
    get open() {
      return sets.size;
    },
    get opened() {
      return opened;
    },
    get listeners() {
      return connectionListeners.size;
    },
    connection: {
      get: () => connection,
      subscribe(listener) {
        const own = () => listener();
        connectionListeners.add(own);
        return () => connectionListeners.delete(own);
      },
    },
    get(locator) {
      asked.get.push(locator);
      return answers.get(locator);
    },
    getMany: refuse,
    recent(options = {}) {
      asked.recent.push(options);
      return answers.recent(options);
    },
    watch: () => {
      throw createError('TEST_ANSWERS_NOTHING');
    },
    done: refuse,
    start: () => answers.start(),
    cancel: refuse,
    track: refuse,
    untrack: refuse,
    fileUrl() {
      asked.fileUrl += 1;
      return answers.fileUrl();
    },
    vendors: refuse,
    accounts() {
      asked.accounts += 1;
      return answers.accounts();
    },
    async [Symbol.asyncDispose]() {},
  };
}
