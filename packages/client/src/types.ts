import type { WaybillError } from './error.ts';
import type {
  ExportFilter,
  ExportLocator as SchemaLocator,
  ExportOrder as SchemaOrder,
} from './generated/types.ts';

/** Where an export is, as the schema's input says it. */
export type ExportLocator = SchemaLocator;

/** What to export, where, as the schema's input says it. */
export type ExportOrder = SchemaOrder;

/** `hi-energy:4213`, `ACCOUNT@talkdesk:calls/ID`, a global id, an address copied from the vendor's pages, an export, or the schema's input. */
export type Locator = string | ExportLocator | Pick<Export, 'id'>;

/** Where an export stands, in five words: an unknown status still lands in one of them. */
export type Phase = 'waiting' | 'moving' | 'succeeded' | 'failed' | 'gone';

/** Where a job stands, in the same words for every vendor; later gateways may have more. */
export type Status =
  | 'QUEUED'
  | 'RUNNING'
  | 'CANCELING'
  | 'SUCCEEDED'
  | 'FAILED'
  | 'CANCELED'
  | 'EXPIRED'
  | 'UNKNOWN'
  | (string & {});

/** How well a job that succeeded ended: the whole file, one with omissions, or none since nothing matched. */
export type Outcome = 'COMPLETE' | 'PARTIAL' | 'EMPTY' | (string & {});

/** A file that a finished job left. */
export interface ExportFile {
  /** A safe file name with its extension. */
  readonly name: string;
  readonly mediaType: string | null;
  /** Opens without any header until `urlExpiresAt`; `fileUrl` gives one with time to live. */
  readonly url: string;
  readonly urlExpiresAt: Date;
  /** When the vendor drops the file; null where it does not say. */
  readonly availableUntil: Date | null;
}

/** Why a job failed, as far as the vendor tells. */
export interface ExportFailure {
  readonly code: string | null;
  /** One sentence for a person. */
  readonly message: string;
  /** True where starting the export again may work. */
  readonly isRetryable: boolean;
  readonly retryAfterMs: number | null;
}

/** A change of status that the gateway saw itself. */
export interface ExportTransition {
  readonly from: Status | null;
  readonly to: Status;
  readonly rawStatus: string;
  readonly at: Date;
}

/** How an export is followed and remembered by the gateway. */
export interface ExportTracking {
  readonly label: string | null;
  readonly startedHere: boolean;
  readonly trackedBy: string | null;
  readonly trackedAt: Date;
  /** When it will be forgotten; null while it runs. */
  readonly keptUntil: Date | null;
}

/** When an export will probably end, from how long others of its kind took. */
export interface ExportEstimate {
  /** Half of such exports had ended by then. */
  readonly finishAt: Date;
  /** Nine of ten had. */
  readonly finishAtLatest: Date;
  /** How many were seen. */
  readonly basedOn: number;
}

/** Why the vendor cannot be read at the moment. */
export interface ExportTrouble {
  /** Such as `VENDOR_RATE_LIMITED`. */
  readonly code: string;
  /** When it will be asked again. */
  readonly retryAt: Date | null;
}

/** One export job, in the same shape for every vendor. A value: it never changes, a newer one takes its place. */
export interface Export {
  /** The global id. */
  readonly id: string;
  /** The vendor's key, such as `hi-energy`. */
  readonly vendor: string;
  /** As the vendor's owner writes it. */
  readonly vendorName: string;
  /** The account's key in the gateway's configuration. */
  readonly account: string;
  /** What the vendor calls it; null where it gives no name. */
  readonly name: string | null;
  /** What people call it; null where it is not tracked or has no label. */
  readonly label: string | null;
  readonly status: Status;
  /** The vendor's own word. For people: do not branch on it. */
  readonly rawStatus: string;
  readonly phase: Phase;
  /** True once the job can no longer change. */
  readonly isTerminal: boolean;
  /** 0 to 100; null where the vendor gives no progress. */
  readonly percent: number | null;
  /** Parts that are done and parts in all, where the vendor counts them. */
  readonly parts: { readonly completed: number | null; readonly total: number | null } | null;
  readonly outcome: Outcome | null;
  readonly failure: ExportFailure | null;
  readonly createdAt: Date | null;
  readonly startedAt: Date | null;
  readonly updatedAt: Date | null;
  readonly finishedAt: Date | null;
  /** Null before the end, empty where the job ended without one. */
  readonly files: readonly ExportFile[] | null;
  /** What the gateway saw itself, oldest first. */
  readonly transitions: readonly ExportTransition[];
  readonly tracking: ExportTracking | null;
  readonly estimate: ExportEstimate | null;
  /** When the vendor gave this answer. */
  readonly asOf: Date;
  /** True while an older answer is shown because the vendor, or the gateway, cannot be read. */
  readonly isStale: boolean;
  /** Since when nothing has changed, where that is much longer than usual. */
  readonly stalledSince: Date | null;
  /** Until when the vendor has asked the account to wait. */
  readonly throttledUntil: Date | null;
  /** Why the vendor cannot be read; null where it can. */
  readonly trouble: ExportTrouble | null;
  /** When a running watch will ask the vendor again. */
  readonly nextPollAt: Date | null;
  /** True where transitions may have been missed. */
  readonly hasGap: boolean;
  /** The fields of the vendor's own type. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** An export as a start was answered with it. */
export interface StartedExport extends Export {
  /** True where it was there already: the vendor, or the gateway by the idempotency key, started nothing new. */
  readonly isExisting: boolean;
}

interface EventBase {
  /** Opaque; given back as `after` it resumes behind this event. Empty where the gateway is polled. */
  readonly cursor: string;
  readonly at: Date;
  /** The export's global id. */
  readonly exportId: string;
  /** The state that the event is about; null only while the vendor has never been read. */
  readonly export: Export | null;
}

/** What happens to an export: the schema's events. An unknown one has its `__typename` and what all of them have. */
export type ExportEvent = EventBase &
  (
    | { readonly __typename: 'ExportSnapshot'; readonly isReplayGap: boolean }
    | { readonly __typename: 'ExportStatusChanged'; readonly from: Status | null; readonly to: Status }
    | { readonly __typename: 'ExportProgressed' }
    | { readonly __typename: 'ExportWatchInterrupted'; readonly code: string; readonly retryAt: Date | null }
    | { readonly __typename: 'ExportWatchResumed' }
    | { readonly __typename: 'ExportWatchFailed'; readonly code: string; readonly message: string }
    | { readonly __typename: 'ExportStalled'; readonly since: Date }
    | { readonly __typename: 'ExportTracked' }
    | { readonly __typename: 'ExportUntracked' }
  );

/** How the client is connected. Codes that no retry can mend end with `closed` and the reason. */
export type Connection =
  | { readonly state: 'idle' | 'connecting' | 'live' | 'paused' }
  | { readonly state: 'resuming'; readonly since: Date; readonly attempt: number; readonly retryAt: Date }
  | { readonly state: 'closed'; readonly error: WaybillError };

/** Leaves out of a list what does not fit; what is left out lets everything through. */
export type Filter = Omit<ExportFilter, 'statuses' | 'accounts' | 'vendors'> & {
  /** Account keys. */
  readonly accounts?: readonly string[] | null;
  /** Vendor keys. */
  readonly vendors?: readonly string[] | null;
  readonly statuses?: readonly Status[] | null;
};

/** How well a vendor answers an account at the moment. */
export interface AccountHealth {
  /** `HEALTHY`, `DEGRADED`, `THROTTLED`, `UNAVAILABLE`, or a later word. */
  readonly state: string;
  /** What the last failed call was about; null where the last call went well. */
  readonly lastError: string | null;
  readonly throttledUntil: Date | null;
}

/** What can be had of a vendor at all. */
export interface VendorCapabilities {
  readonly canCancel: boolean;
  readonly canList: boolean;
  readonly canStart: boolean;
  readonly reportsProgress: boolean;
  readonly reportsTimes: boolean;
}

/** One id of those that name an export at its vendor. */
export interface LocatorField {
  /** In the vendor's own locator input. */
  readonly name: string;
  /** What it is, for people. */
  readonly description: string | null;
  readonly isOptional: boolean;
  /** A regular expression that the whole id has to match; null where the description alone says what is allowed. */
  readonly pattern: string | null;
  readonly example: string | null;
}

/** One field of what an export is ordered with. */
export interface OrderField {
  /** In the vendor's own order input. */
  readonly name: string;
  /** In the schema's words, such as `ID!`, `DateTime`, `[String!]` or `JSON`. */
  readonly type: string;
  /** True where an order without it is refused. */
  readonly isRequired: boolean;
  /** What it is, for people. */
  readonly description: string | null;
  /** A regular expression that the whole text has to match; null where the description alone says what is allowed. */
  readonly pattern: string | null;
  /** A value that could be one; null where none is known. */
  readonly example: unknown;
}

/** A service whose export jobs the gateway can read, and what its locators and orders hold. */
export interface Vendor {
  /** The global id. */
  readonly id: string;
  /** What stands in filters and before the colon of a locator. */
  readonly key: string;
  /** As its owner writes it. */
  readonly name: string;
  /** Its field of `ExportLocator` and `ExportOrder`. */
  readonly input: string;
  readonly capabilities: VendorCapabilities;
  /** In the order in which they stand in a locator's text. */
  readonly locator: readonly LocatorField[];
  /** Beside `account`; empty where it has no call that starts an export. */
  readonly order: readonly OrderField[];
}

/** One account at one vendor. */
export interface Account {
  /** The global id. */
  readonly id: string;
  readonly key: string;
  /** The vendor's key. */
  readonly vendor: string;
  readonly vendorName: string;
  readonly capabilities: VendorCapabilities;
  readonly health: AccountHealth;
}

/** Why one account is missing from a list. */
export interface AccountProblem {
  /** The account's key. */
  readonly account: string;
  /** The vendor's key. */
  readonly vendor: string;
  readonly code: string;
  /** One sentence for a person. */
  readonly message: string;
}

/** One page of the newest exports. */
export interface RecentExports {
  readonly exports: readonly Export[];
  readonly endCursor: string | null;
  readonly hasNextPage: boolean;
  readonly unavailable: readonly AccountProblem[];
}

/** Everything known of a set at one moment; the same object until something changes. */
export interface ExportSetState {
  /** In the order asked for; of tracked ones, the newest first. */
  readonly exports: readonly Export[];
  /** Why some are missing or no longer followed, by the locator as text (`formatLocator`), or the global id. */
  readonly errors: ReadonlyMap<string, WaybillError>;
  /** True until everything asked for was answered once. */
  readonly isPending: boolean;
}

/** Exports as they stand, kept up to date for as long as the set is not closed. */
export interface ExportSet extends Disposable {
  /** No effect on a set of tracked exports. */
  add(locator: Locator): void;
  remove(locator: Locator): void;
  /** Called after each change. @returns the function that takes the listener away */
  subscribe(listener: () => void): () => void;
  /** The same array until something changed. */
  getSnapshot(): readonly Export[];
  /** The exports, what went wrong, and whether anything is still awaited. */
  getState(): ExportSetState;
  /** Follows again what failed. */
  retry(): void;
  close(): void;
}

/** Something that is told when it changes. */
export interface ConnectionStore {
  get(): Connection;
  subscribe(listener: () => void): () => void;
}

/** A client of one gateway: one socket, however much it follows. */
export interface Waybill extends AsyncDisposable {
  get(locator: Locator, options?: GetOptions): Promise<Export>;
  /** In the locators' order, any number; what cannot be read is its error and spoils no other. */
  getMany(locators: readonly Locator[], options?: GetOptions): Promise<readonly (Export | WaybillError)[]>;
  recent(options?: RecentOptions): Promise<RecentExports>;
  /** The events as they come, over reconnects, until every export has ended. */
  watch(locator: Locator | readonly Locator[], options?: WatchOptions): AsyncIterable<ExportEvent>;
  follow(what: readonly Locator[] | { readonly tracked: Filter }): ExportSet;
  /** Resolves when the export has ended, FAILED included. */
  done(locator: Locator, options?: DoneOptions): Promise<Export>;
  start(order: ExportOrder, options?: StartOptions): Promise<StartedExport>;
  cancel(locator: Locator): Promise<Export>;
  track(locator: Locator, options?: TrackOptions): Promise<Export>;
  untrack(locator: Locator): Promise<void>;
  /** A link with at least 60 seconds to live. */
  fileUrl(of: Export | Locator, index?: number): Promise<URL>;
  accounts(): Promise<readonly Account[]>;
  /** Every vendor that the gateway speaks to; what a form for locators and orders is made of. Costs no vendor call. */
  vendors(): Promise<readonly Vendor[]>;
  readonly connection: ConnectionStore;
}

export interface GetOptions {
  /** How old an answer may be. Default 0: the vendor is asked. */
  readonly maxAgeMs?: number;
  readonly signal?: AbortSignal;
}

export type RecentOptions = Filter & {
  /** 1 to 100; default 20. */
  readonly first?: number;
  /** The `endCursor` of the page before. */
  readonly after?: string;
  readonly signal?: AbortSignal;
};

export interface WatchOptions {
  /** The `cursor` of the last event of an earlier watch over the same exports. */
  readonly after?: string;
  readonly signal?: AbortSignal;
}

export interface DoneOptions {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Called with each new state before the last. */
  onProgress?(now: Export): void;
}

export interface StartOptions {
  /** Makes asking twice safe: kept until it is known what became of the order. */
  readonly idempotencyKey?: string;
  readonly label?: string;
}

export interface TrackOptions {
  readonly label?: string;
}

export interface WaybillOptions {
  /** The gateway's address; `/graphql` is added where it is missing. */
  readonly url: string;
  /** A key or token, or where to get one. */
  readonly token?: string | ((why: 'connect' | 'expiring' | 'refused') => string | Promise<string>);
  /** The caller's own tokens for vendors, by account key. */
  readonly vendorTokens?: () => Record<string, string> | Promise<Record<string, string>>;
  /** `auto`: websocket, then server-sent events, then polling, by what gets through. */
  readonly transport?: 'auto' | 'ws' | 'sse' | 'poll';
  /** Between tries, by chance between nothing and a bound that doubles from `minMs` to `maxMs`. */
  readonly retry?: { readonly minMs?: number; readonly maxMs?: number };
  /** Lets go of the connection while the page is hidden, and catches up when it is shown. */
  readonly pauseWhenHidden?: boolean | { readonly afterMs: number };
  readonly fetch?: typeof globalThis.fetch;
  readonly webSocket?: typeof globalThis.WebSocket;
}
