import type { Waybill } from '@waybill/client';

/** Something that is followed for all who look at it. Equal keys are one query; a key belongs to one type of state. */
export interface Query<T> {
  readonly key: string;
  /** What there is before anything is known; also what a server shows. */
  readonly initial: T;
  /** Begins to follow, and tells each new state. */
  open(publish: (next: T) => void): Opened;
}

/** A query that is being followed. */
export interface Opened {
  /** Asks again for what failed. */
  retry(): void;
  close(): void;
}

/** How long a query is kept when its last user has gone: a page that is left and entered again does not start anew. */
export const GRACE_MS = 1_000;
/** How long a query is kept for a component that was not mounted yet: others below its Suspense boundary may take their time. */
export const LEASE_MS = 30_000;

interface Entry<T = unknown> {
  snapshot: T;
  opened: Opened | undefined;
  readonly listeners: Set<() => void>;
  timer: ReturnType<typeof setTimeout> | undefined;
  /** What suspended components wait for, while any does. */
  change: Change | undefined;
}

interface Change {
  readonly promise: Promise<void>;
  resolve(): void;
}

const entriesOf = new WeakMap<Waybill, Map<string, Entry>>();

/** The state of a query as it is known now. Opens nothing, so it may be called while rendering. */
export function peek<T>(client: Waybill, query: Query<T>): T {
  return find(client, query)?.snapshot ?? query.initial;
}

/** Holds a query open for as long as it is listened to. */
export function listen<T>(client: Waybill, query: Query<T>, listener: () => void): () => void {
  const entry = obtain(client, query);
  // A listener of its own for each call: one function may listen twice.
  const own = () => listener();
  entry.listeners.add(own);
  clearTimeout(entry.timer);
  start(entry, query);
  return () => {
    if (!entry.listeners.delete(own) || entry.listeners.size > 0) return;
    releaseIn(GRACE_MS, client, query, entry);
    wake(entry);
  };
}

/**
 * Holds a query open for a component that is rendered and not mounted yet.
 *
 * Such a component may be given up without a word. So the lease ends by itself: those who still wait are woken shortly before, and
 * renew it by rendering once more.
 */
export function lease<T>(client: Waybill, query: Query<T>): void {
  const entry = obtain(client, query);
  if (entry.listeners.size > 0) return;
  clearTimeout(entry.timer);
  entry.timer = setTimeout(() => {
    releaseIn(GRACE_MS, client, query, entry);
    wake(entry);
  }, LEASE_MS);
  // Not while rendering: opening may tell listeners of the connection, which are other components.
  queueMicrotask(() => find(client, query) === entry && start(entry, query));
}

/** Ends a lease early, so that whoever tries again after an error begins anew. */
export function endLease<T>(client: Waybill, query: Query<T>): void {
  const entry = find(client, query);
  if (entry?.listeners.size === 0) releaseIn(GRACE_MS, client, query, entry);
}

/** Resolves when a query that is held changes, its lease is to be renewed, or the connection is closed: what Suspense waits for. */
export function nextChange<T>(client: Waybill, query: Query<T>): Promise<void> {
  const entry = obtain(client, query);
  entry.change ??= createChange(client, () => wake(entry));
  return entry.change.promise;
}

function createChange({ connection }: Waybill, onClosed: () => void): Change {
  const stop = connection.subscribe(() => connection.get().state === 'closed' && onClosed());
  let resolve = stop;
  const promise = new Promise<void>((done) => {
    resolve = () => {
      stop();
      done();
    };
  });
  return { promise, resolve };
}

/** Asks again for what failed, where anybody looks at it. */
export function retry<T>(client: Waybill, query: Query<T>): void {
  find(client, query)?.opened?.retry();
}

function find<T>(client: Waybill, { key }: Query<T>): Entry<T> | undefined {
  return entriesOf.get(client)?.get(key) as Entry<T> | undefined;
}

function obtain<T>(client: Waybill, query: Query<T>): Entry<T> {
  const known = find(client, query);
  if (known !== undefined) return known;
  const entry: Entry<T> = {
    snapshot: query.initial,
    opened: undefined,
    listeners: new Set(),
    timer: undefined,
    change: undefined,
  };
  const entries = entriesOf.get(client) ?? new Map<string, Entry>();
  entriesOf.set(client, entries.set(query.key, entry as Entry));
  return entry;
}

function start<T>(entry: Entry<T>, query: Query<T>): void {
  if (entry.opened !== undefined) return;
  entry.opened = query.open((next) => {
    if (Object.is(entry.snapshot, next)) return;
    entry.snapshot = next;
    wake(entry);
    for (const listener of [...entry.listeners]) listener();
  });
}

function releaseIn<T>(delayMs: number, client: Waybill, query: Query<T>, entry: Entry<T>): void {
  clearTimeout(entry.timer);
  entry.timer = setTimeout(() => {
    if (entry.listeners.size > 0) return;
    if (find(client, query) === entry) entriesOf.get(client)?.delete(query.key);
    entry.opened?.close();
    entry.opened = undefined;
  }, delayMs);
}

function wake<T>(entry: Entry<T>): void {
  entry.change?.resolve();
  entry.change = undefined;
}
