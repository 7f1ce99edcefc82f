import type { ExportKey, ExportSnapshot, ExportStatus } from './export.ts';
import type { WatchedState } from './transitions.ts';
import type { VendorId } from './vendor-id.ts';

/** What a webhook can be about. */
export const WEBHOOK_EVENT_TYPES = [
  'export.tracked',
  'export.running',
  'export.succeeded',
  'export.failed',
  'export.canceled',
  'export.expired',
  'export.stalled',
  'export.watch_failed',
] as const;

export type WebhookEventType = (typeof WEBHOOK_EVENT_TYPES)[number];

/** One export that the gateway follows and remembers for a tenant. All instants are epoch milliseconds. */
export interface TrackedExport {
  readonly tenant: string;
  readonly key: ExportKey;
  /** See `VendorAccount.identity`: through which account it is read. */
  readonly identity: string;
  readonly label: string | null;
  /** `startExport` began it. */
  readonly startedHere: boolean;
  /** The caller's name; null where it was found in the vendor's list. */
  readonly trackedBy: string | null;
  readonly trackedAt: number;
  /** When it will be forgotten; null while it runs. */
  readonly keptUntil: number | null;
  /** As last written; null where the vendor has never been read. */
  readonly state: WatchedState | null;
}

/** A webhook that is owed. Neither file links nor secrets: those are made when it is sent. */
export interface Delivery {
  /** The `webhook-id`: the same at every attempt of one event for one endpoint, whoever makes it. */
  readonly id: string;
  /** The endpoint's key in the configuration. */
  readonly endpoint: string;
  readonly tenant: string;
  readonly type: WebhookEventType;
  /** When it happened. */
  readonly at: number;
  readonly key: ExportKey;
  readonly identity: string;
  readonly label: string | null;
  /** The export right after; null where the vendor has never been read. */
  readonly snapshot: ExportSnapshot | null;
}

export type DeliveryStatus =
  | 'owed' // to be sent, or to be sent again
  | 'delivered'
  | 'given-up'; // after the last attempt, or because its endpoint is gone

/** A delivery and how far it has come. */
export interface DeliveryRecord extends Delivery {
  readonly status: DeliveryStatus;
  /** Attempts so far. */
  readonly attempts: number;
  /** Of the next attempt; null where there is none. */
  readonly nextAttemptAt: number | null;
  /** How the last attempt ended: an HTTP status, or a word such as `timeout`; null where there was none. */
  readonly lastResult: string | null;
  /** Of the last attempt. */
  readonly lastAttemptAt: number | null;
}

/** How an attempt at a delivery ended. */
export interface DeliveryResult {
  readonly id: string;
  readonly status: DeliveryStatus;
  readonly nextAttemptAt: number | null;
  readonly lastResult: string;
  readonly at: number;
  /** Its endpoint gets nothing from any gateway until this instant; null: before it is woken. */
  readonly restsUntil?: number | null | undefined;
}

/** What waits for one endpoint. */
export interface DeliveryBacklog {
  /** The endpoint's key. */
  readonly endpoint: string;
  /** Deliveries of status `owed`. */
  readonly owed: number;
  /** `at` of the oldest of them. */
  readonly oldestAt: number;
}

/** What became of an idempotency key. */
export interface StartKey {
  readonly tenant: string;
  readonly key: string;
  /** Of the order: another order under the same key is refused. */
  readonly digest: string;
  readonly status:
    | 'sending' // the order is on its way, or its sender died with it
    | 'unknown' // its answer was lost
    | 'done';
  /** When the order was sent last. */
  readonly sentAt: number;
  /** See `VendorAccount.markStart`. */
  readonly mark: string | null;
  /** The export that the order started; null until `done`. */
  readonly started: ExportSnapshot | null;
  readonly expiresAt: number;
}

/** What changed in one tracked export. */
export interface TrackedChange {
  readonly tenant: string;
  readonly exportId: string;
  readonly state: WatchedState;
  /** When it will be forgotten; null while it runs. */
  readonly keptUntil: number | null;
  /** How long the job took and of what kind it was, once it has ended and both are known. */
  readonly duration: { readonly kind: string; readonly ms: number } | null;
  /** Webhooks that are owed for it. One whose id is there already is not added again. */
  readonly deliveries: readonly Delivery[];
}

export type TrackOutcome =
  | 'tracked' // from now on
  | 'known' // it was tracked before; only its label changed, where one was given
  | 'limit'; // the tenant has as many open ones as it may have; nothing was written

export interface TrackRequest {
  readonly entry: TrackedExport;
  readonly deliveries: readonly Delivery[];
  /** How long the job took, where it has ended already. */
  readonly duration: TrackedChange['duration'];
  /** Most open exports that the tenant may have tracked; null: it is not asked. */
  readonly maxOpen: number | null;
  /** False where the label of one that is tracked already stays as it is. */
  readonly setsLabel: boolean;
  /** Where nobody asked for it by name: one that was untracked by hand is left alone, and the outcome is `known`. */
  readonly isDiscovered: boolean;
  /** The idempotency key that is `done` by this, in the same transaction. */
  readonly startKey: { readonly key: string; readonly started: ExportSnapshot } | null;
}

/** Which tracked exports to list; newest first by creation time, those without one last, then by global id, descending. */
export interface TrackedQuery {
  readonly tenant: string;
  readonly accounts?: readonly string[] | undefined;
  readonly vendors?: readonly VendorId[] | undefined;
  readonly statuses?: readonly ExportStatus[] | undefined;
  /** Part of the name or label, whatever its case. */
  readonly text?: string | undefined;
  readonly createdAfter?: number | undefined;
  readonly createdBefore?: number | undefined;
  /** Only those that have ended, or only those that have not. */
  readonly hasEnded?: boolean | undefined;
  /** Only those created at this instant or before it, and those without a creation time; null: only those without one. */
  readonly from?: number | null | undefined;
  readonly limit: number;
}

/** A tracked export that has not ended. */
export interface OpenName {
  readonly tenant: string;
  readonly exportId: string;
  readonly label: string | null;
}

/** The newest tokens of an account whose vendor replaces a refresh token when it is used. */
export interface KeptToken {
  /** See `VendorAccount.identity`. */
  readonly identity: string;
  /** Counted from 1, one more with each write. */
  readonly version: number;
  /** Who wrote this version, the same for all that one process writes for one account. */
  readonly holder: string;
  /** Until when nobody but the holder uses the refresh token, epoch milliseconds; 0: anybody may. */
  readonly heldUntil: number;
  /** The tokens, sealed so that nobody can read them who has the database alone; null: there are none yet. */
  readonly sealed: string | null;
}

/** How long one job took. */
export interface SeenDuration {
  readonly tenant: string;
  readonly vendor: VendorId;
  /** The account's key. */
  readonly account: string;
  readonly kind: string;
  readonly ms: number;
}

/**
 * What outlives the process: tracked exports, idempotency keys, webhooks that are owed, tokens that replace each other.
 *
 * Each method is one transaction: all of it is written, durably, or nothing. Every method but `close` may reject with a
 * StoreUnavailableError. What is passed in and out is plain JSON, and no vendor's credential, token or link is ever in it, but for tokens
 * that are sealed.
 */
export interface Store {
  readonly kind: 'memory' | 'sqlite' | 'postgres';

  /** Begins to track an export, or renames one. */
  track(request: TrackRequest): Promise<TrackOutcome>;
  /** Forgets an export and remembers that it was forgotten by hand. @returns what was tracked; null where it was not */
  untrack(tenant: string, exportId: string, at: number): Promise<TrackedExport | null>;
  /**
   * Writes what changed. A change of an export that is not tracked any more is left out, with its deliveries. Where a later state stands there
   * already, by its last answer, that one stays; what is owed is added all the same.
   */
  record(changes: readonly TrackedChange[]): Promise<void>;
  /** Of these exports, those that are tracked, in no promised order. */
  find(tenant: string, exportIds: readonly string[]): Promise<readonly TrackedExport[]>;
  list(query: TrackedQuery): Promise<readonly TrackedExport[]>;
  /** Those of all tenants that have not ended, page by page, by tenant and id. @param after - the last one of the page before */
  listOpen(
    after: Pick<TrackedExport, 'tenant' | 'key'> | null,
    limit: number,
  ): Promise<readonly TrackedExport[]>;
  /** As `listOpen`, but their names alone: to be compared with what is known, again and again. */
  listOpenNames(
    after: Pick<OpenName, 'tenant' | 'exportId'> | null,
    limit: number,
  ): Promise<readonly OpenName[]>;
  countOpen(tenant: string): Promise<number>;
  /** Of all tenants, the newest first. */
  listDurations(limit: number): Promise<readonly SeenDuration[]>;

  /**
   * Takes an idempotency key for an order that is about to be sent.
   *
   * @returns null where the key is taken now, by an entry of status `sending`; else what it was used for
   */
  takeKey(key: StartKey, now: number): Promise<StartKey | null>;
  /**
   * Takes a key again whose order's answer was lost; false where somebody else was faster. Afterwards it is `sending`.
   *
   * @param seen - as it was read
   */
  retakeKey(seen: StartKey, next: Pick<StartKey, 'sentAt' | 'mark' | 'expiresAt'>): Promise<boolean>;
  /** The answer was lost (`unknown`), or an export was found or started that is not tracked (`done`). */
  settleKey(tenant: string, key: string, outcome: Pick<StartKey, 'status' | 'started'>): Promise<void>;
  /** Nothing was started: the key is free. */
  releaseKey(tenant: string, key: string): Promise<void>;
  /** Of these exports, those that some key of the tenant stands for. */
  findKeyed(tenant: string, exportIds: readonly string[]): Promise<ReadonlySet<string>>;

  /**
   * Takes deliveries that are due for an attempt, the longest due first. Of one endpoint and export only the oldest one that is owed is
   * ever given out, and none while one of them is under way: their order is kept.
   *
   * @param busy - endpoints that get none now
   * @param leaseMs - one that is not settled within this time is due again
   */
  takeDeliveries(request: {
    readonly now: number;
    readonly busy: ReadonlySet<string>;
    readonly perEndpoint: number;
    readonly limit: number;
    readonly leaseMs: number;
  }): Promise<readonly DeliveryRecord[]>;
  settleDeliveries(results: readonly DeliveryResult[]): Promise<void>;
  /**
   * Endpoints that rest get what they are owed again.
   *
   * @param which - those that rest before they are woken, or those that rest for a time, too
   * @returns false where none of them did
   */
  wakeEndpoints(endpoints: readonly string[], which: 'off' | 'all'): Promise<boolean>;
  /**
   * When the next delivery is due, leases and rests included; null where none is owed to an endpoint that need not be woken.
   *
   * @param busy - endpoints that do not count
   */
  nextDeliveryAt(busy: ReadonlySet<string>): Promise<number | null>;
  /** What waits, of all tenants; endpoints for which nothing does are left out. */
  readBacklog(): Promise<readonly DeliveryBacklog[]>;
  /** The newest first. @param before - the id of the last one of the page before */
  listDeliveries(query: {
    readonly tenant: string;
    readonly endpoint?: string | undefined;
    readonly status?: DeliveryStatus | undefined;
    readonly before?: string | undefined;
    readonly limit: number;
  }): Promise<readonly DeliveryRecord[]>;
  /** Makes one due again that was given up or waits; false where there is none such of this tenant. */
  retryDelivery(tenant: string, id: string, now: number): Promise<boolean>;
  findDelivery(tenant: string, id: string): Promise<DeliveryRecord | null>;

  /**
   * Takes a turn at something that one of all gateways is to do now and then.
   *
   * @returns null where this one has it; else when the next one is free, in epoch milliseconds
   */
  takeTurn(turn: {
    readonly name: string;
    readonly now: number;
    readonly everyMs: number;
  }): Promise<number | null>;

  readToken(identity: string): Promise<KeptToken | null>;
  /**
   * Writes the next version: the one after what stands there, or the first where nothing does.
   *
   * @returns false where another version stands there now; nothing was written then
   */
  writeToken(next: KeptToken): Promise<boolean>;

  /** Drops what need not be kept any longer: ended exports, keys, tombstones, finished deliveries. */
  prune(now: number): Promise<void>;
  /** Rejects where the store cannot be written at the moment. */
  check(): Promise<void>;
  close(): Promise<void>;
}
