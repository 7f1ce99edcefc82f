import type { Waybill } from '@waybill/client';

/** Something that is followed for all who look at it. Equal keys are one query; a key belongs to one type of state. */
export interface Query<T> {
  readonly key: string;
  /** What there is before anything is known. */
  readonly initial: T;
  /** Begins to follow, and tells each new state. */
  open(client: Waybill, publish: (next: T) => void): Opened;
}

/** A query that is being followed. */
export interface Opened {
  /** Asks again for what failed. */
  retry(): void;
  close(): void;
}

/** How long a query is kept when its last user has gone: a page that is left and entered again does not start anew. */
const GRACE_MS = 1_000;
/** How long a query is kept for a component that was not mounted yet: others below its Suspense boundary may take their time. */
const LEASE_MS = 30_000;

interface Entry<T = unknown> {
  snapshot: T;
  opened?: Opened;
  readonly listeners: Set<() => void>;
  timer?: ReturnType<typeof setTimeout>;
  /** What suspended components wait for. */
  change?: Promise<void>;
  wake?(): void;
}

const entriesOf = new WeakMap<Waybill, Map<string, Entry>>();

/** The state of a query as it is known now. Opens nothing, so it may be called while rendering. */
export function peek<T>(client: Waybill, query: Query<T>): T {
  return find(client, query)?.snapshot ?? query.initial;
}

/** Asks again for what failed, where anybody looks at it. */
export function retry<T>(client: Waybill, query: Query<T>): void {
  find(client, query)?.opened?.retry();
}

/** Holds a query open for as long as it is listened to. */
export function listen<T>(client: Waybill, query: Query<T>, listener: () => void): () => void {
  const entry = obtain(client, query);
  // A listener of its own for each call: one function may listen twice.
  const own = () => listener();
  entry.listeners.add(own);
  clearTimeout(entry.timer);
  start(client, query, entry);
  return () => {
    entry.listeners.delete(own);
    if (entry.listeners.size > 0) return;
    release(client, query, entry);
    wake(entry);
  };
}

/**
 * Holds a query open for a component that is rendered and not mounted yet.
 *
 * Such a component may be given up without a word. So the lease ends by itself: those who still wait are woken shortly before, and
 * renew it by rendering once more.
 *
 * @param hasFailed - true where it shows an error instead: whoever tries again shall begin anew
 * @returns a promise that resolves when the query changes or the lease is to be renewed, for Suspense to wait for
 */
export function lease<T>(client: Waybill, query: Query<T>, hasFailed: boolean): Promise<void> {
  const entry = obtain(client, query);
  if (entry.listeners.size === 0) {
    const end = (): void => {
      release(client, query, entry);
      wake(entry);
    };
    clearTimeout(entry.timer);
    entry.timer = setTimeout(end, hasFailed ? 0 : LEASE_MS);
    // Not while rendering: opening may tell listeners of the connection, which are other components.
    queueMicrotask(() => start(client, query, entry));
  }
  entry.change ??= new Promise((resolve) => {
    entry.wake = resolve;
  });
  return entry.change;
}

function find<T>(client: Waybill, { key }: Query<T>): Entry<T> | undefined {
  return entriesOf.get(client)?.get(key) as Entry<T> | undefined;
}

function obtain<T>(client: Waybill, query: Query<T>): Entry<T> {
  const known = find(client, query);
  if (known !== undefined) return known;
  const entry: Entry<T> = { snapshot: query.initial, listeners: new Set() };
  const entries = entriesOf.get(client) ?? new Map<string, Entry>();
  entriesOf.set(client, entries.set(query.key, entry as Entry));
  return entry;
}

function start<T>(client: Waybill, query: Query<T>, entry: Entry<T>): void {
  entry.opened ??= query.open(client, (next) => {
    if (entry.snapshot === next) return;
    entry.snapshot = next;
    wake(entry);
    for (const listener of [...entry.listeners]) listener();
  });
}

function release<T>(client: Waybill, { key }: Query<T>, entry: Entry<T>): void {
  clearTimeout(entry.timer);
  entry.timer = setTimeout(() => {
    entriesOf.get(client)?.delete(key);
    entry.opened?.close();
  }, GRACE_MS);
}

function wake<T>(entry: Entry<T>): void {
  entry.wake?.();
  entry.change = undefined;
}
