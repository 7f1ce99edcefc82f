// Made by codegen.ts from schema/*.graphql. Never edited by hand: run `npm run codegen`.
import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { NodeObject } from '../node.ts';
import type { Export as DomainExport } from '../../export/export.ts';
import type { VendorAccount, VendorInfo } from '../../export/ports.ts';
import type { LinkableFile } from '../../export/files.ts';
import type { TrackedExport, DeliveryRecord } from '../../export/store.ts';
import type { ExportEstimate as DomainExportEstimate } from '../../export/tracking.ts';
import type { ExportPage, ExportEdge as DomainExportEdge, AccountProblem as DomainAccountProblem } from '../../accounts/recent.ts';
import type { ExportEvent as DomainExportEvent } from '../../export/events.ts';
import type { ExportEventOf } from '../event-types.ts';
import type { HiEnergyExportObject, PowerBiExportObject, TalkdeskExportObject, WebAdmitExportObject } from '../vendor-types.ts';
import type { GatewayContext } from '../context.ts';
export type Maybe<T> = T | null | undefined;
export type InputMaybe<T> = T | null | undefined;
export type Omit<T, K extends keyof T> = Pick<T, Exclude<keyof T, K>>;
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** An instant, RFC 3339, always UTC with milliseconds: `2026-11-22T10:15:00.000Z`. */
  DateTime: { input: number; output: number; }
  /** An absolute http(s) URL. */
  URL: { input: string; output: string; }
  /** Any JSON value. Used only where a vendor documents a free-form object. */
  JSON: { input: unknown; output: unknown; }
};

/** An object that can be asked for again by its global id. */
export type Node = {
  /** Opaque and stable: the same object has the same id in every answer and after every restart. */
  readonly id: Scalars['ID']['output'];
};

/** What can be asked, answered once. Everything here is about the caller's own accounts and their exports. */
export type Query = {
  readonly __typename?: 'Query';
  /**
   * Any object by its global id; null where it does not exist, or not for this caller.
   *
   * An id that is none of this gateway's is a BAD_USER_INPUT error beside the null.
   */
  readonly node?: Maybe<Node>;
  /** Several objects by global id, in the ids' order; null for each that does not exist. At most 100. */
  readonly nodes: ReadonlyArray<Maybe<Node>>;
  /**
   * One export, read from its vendor now (or from the live watch, when one is fresher than `maxAgeMs` asks).
   *
   * Costs one vendor call at most. Null with an error whose `extensions.code` says why, where it cannot be read.
   */
  readonly export?: Maybe<Export>;
  /**
   * Several exports, over any mix of vendors and accounts, in the locators' order. At most 100.
   *
   * One that cannot be read is null with its own error (`path: ["exports", i]`), and spoils no other. Exports of one account are
   * read with as few vendor calls as the vendor allows.
   */
  readonly exports: ReadonlyArray<Maybe<Export>>;
  /**
   * The newest exports the caller may see, newest first, merged over all accounts: from the vendors' own list calls where they
   * have one, and from what this gateway tracks or has watched. An account that cannot be listed is named in `unavailable`.
   *
   * Exports of vendors that give no times stand last, in the order of their ids.
   */
  readonly recentExports: ExportConnection;
  /** Webhooks of the caller's tenant, the newest first. At most 100. */
  readonly webhookDeliveries: ReadonlyArray<WebhookDelivery>;
  /** The vendors this gateway speaks to, and what each can do. Costs no vendor call. */
  readonly vendors: ReadonlyArray<Vendor>;
  /** The vendor accounts this caller may use. Costs no vendor call. */
  readonly accounts: ReadonlyArray<Account>;
};


/** What can be asked, answered once. Everything here is about the caller's own accounts and their exports. */
export type QueryNodeArgs = {
  id: Scalars['ID']['input'];
};


/** What can be asked, answered once. Everything here is about the caller's own accounts and their exports. */
export type QueryNodesArgs = {
  ids: ReadonlyArray<Scalars['ID']['input']>;
};


/** What can be asked, answered once. Everything here is about the caller's own accounts and their exports. */
export type QueryExportArgs = {
  locator: ExportLocator;
  maxAgeMs?: InputMaybe<Scalars['Int']['input']>;
};


/** What can be asked, answered once. Everything here is about the caller's own accounts and their exports. */
export type QueryExportsArgs = {
  locators: ReadonlyArray<ExportLocator>;
  maxAgeMs?: InputMaybe<Scalars['Int']['input']>;
};


/** What can be asked, answered once. Everything here is about the caller's own accounts and their exports. */
export type QueryRecentExportsArgs = {
  filter?: InputMaybe<ExportFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
};


/** What can be asked, answered once. Everything here is about the caller's own accounts and their exports. */
export type QueryWebhookDeliveriesArgs = {
  endpoint?: InputMaybe<Scalars['ID']['input']>;
  status?: InputMaybe<WebhookDeliveryStatus>;
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['ID']['input']>;
};

/** Where one page of a list stands in the whole of it. */
export type PageInfo = {
  readonly __typename?: 'PageInfo';
  /** True where `after: endCursor` gives more. */
  readonly hasNextPage: Scalars['Boolean']['output'];
  /** True where this page began after a cursor. */
  readonly hasPreviousPage: Scalars['Boolean']['output'];
  /** The first edge's cursor; null on an empty page. */
  readonly startCursor?: Maybe<Scalars['String']['output']>;
  /** The last edge's cursor; null on an empty page. */
  readonly endCursor?: Maybe<Scalars['String']['output']>;
};

/** What can be followed: answers keep coming as things happen, over websockets and over server-sent events. */
export type Subscription = {
  readonly __typename?: 'Subscription';
  /**
   * What happens to these exports, from now until all of them are terminal; then the stream completes by itself.
   *
   * First one `ExportSnapshot` per export (its state now, also for a late joiner), then every status transition, progress in
   * between. Delivery is at least once, in order per export. With `cursor` of the last event seen given back as `after`, the events
   * since then come instead of the snapshot, without a gap; where they are no longer all known, a snapshot with `isReplayGap: true`.
   * A cursor that is none of ours is BAD_USER_INPUT. Vendor trouble arrives as an event and does not end the stream. At most 100 exports.
   */
  readonly exportEvents: ExportEvent;
  /**
   * What happens to the tracked exports that fit, those that come to be tracked later included. It does not end by itself.
   *
   * First one `ExportSnapshot` for each that is open and for the newest that have ended (at most `first`), newest first; then their
   * events and those of newcomers (`ExportTracked`). `after` works as in `exportEvents`, for the list as a whole.
   */
  readonly trackedExportEvents: ExportEvent;
};


/** What can be followed: answers keep coming as things happen, over websockets and over server-sent events. */
export type SubscriptionExportEventsArgs = {
  locators: ReadonlyArray<ExportLocator>;
  after?: InputMaybe<Scalars['String']['input']>;
};


/** What can be followed: answers keep coming as things happen, over websockets and over server-sent events. */
export type SubscriptionTrackedExportEventsArgs = {
  filter?: InputMaybe<ExportFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
};

/**
 * Something that happened to one export. Each event carries the whole state it is about; `export` is null only while the vendor
 * has never been read (an interruption before the first answer).
 */
export type ExportEvent = {
  /** Opaque; give the last one seen back as `after` to resume. */
  readonly cursor: Scalars['String']['output'];
  /** When it happened, by this gateway's clock. */
  readonly at: Scalars['DateTime']['output'];
  /** The export's global id: known from the locator alone. */
  readonly exportId: Scalars['ID']['output'];
  /** The whole state this event is about; null only while the vendor has never been read, or this stream has been told no state yet. */
  readonly export?: Maybe<Export>;
};

/** The state at the start of a stream. */
export type ExportSnapshot = ExportEvent & {
  readonly __typename?: 'ExportSnapshot';
  readonly cursor: Scalars['String']['output'];
  readonly at: Scalars['DateTime']['output'];
  readonly exportId: Scalars['ID']['output'];
  readonly export?: Maybe<Export>;
  /** True where `after` was too old to resume from: transitions may have been missed. */
  readonly isReplayGap: Scalars['Boolean']['output'];
};

/** The status changed. */
export type ExportStatusChanged = ExportEvent & {
  readonly __typename?: 'ExportStatusChanged';
  readonly cursor: Scalars['String']['output'];
  readonly at: Scalars['DateTime']['output'];
  readonly exportId: Scalars['ID']['output'];
  readonly export?: Maybe<Export>;
  /** The status before; null where none was known. */
  readonly from?: Maybe<ExportStatus>;
  /** The status from now on. */
  readonly to: ExportStatus;
};

/** The job came further without changing its status. */
export type ExportProgressed = ExportEvent & {
  readonly __typename?: 'ExportProgressed';
  readonly cursor: Scalars['String']['output'];
  readonly at: Scalars['DateTime']['output'];
  readonly exportId: Scalars['ID']['output'];
  readonly export?: Maybe<Export>;
  /** How far it is now. */
  readonly progress: ExportProgress;
};

/** The export cannot be watched now; the last known state is kept. Asking goes on, but for `WATCH_STORE_UNAVAILABLE`: then as soon as that is over. */
export type ExportWatchInterrupted = ExportEvent & {
  readonly __typename?: 'ExportWatchInterrupted';
  readonly cursor: Scalars['String']['output'];
  readonly at: Scalars['DateTime']['output'];
  readonly exportId: Scalars['ID']['output'];
  readonly export?: Maybe<Export>;
  /** Why it cannot be watched. */
  readonly code: VendorErrorCode;
  /** When the vendor will be asked again; null where that is not known. */
  readonly retryAt?: Maybe<Scalars['DateTime']['output']>;
};

/** The export can be watched again after an interruption. */
export type ExportWatchResumed = ExportEvent & {
  readonly __typename?: 'ExportWatchResumed';
  readonly cursor: Scalars['String']['output'];
  readonly at: Scalars['DateTime']['output'];
  readonly exportId: Scalars['ID']['output'];
  readonly export?: Maybe<Export>;
};

/**
 * This export cannot be read, and asking again would not help (no such export, credential refused). The stream goes on for the
 * others, and completes when every export is terminal or failed in this way.
 */
export type ExportWatchFailed = ExportEvent & {
  readonly __typename?: 'ExportWatchFailed';
  readonly cursor: Scalars['String']['output'];
  readonly at: Scalars['DateTime']['output'];
  readonly exportId: Scalars['ID']['output'];
  readonly export?: Maybe<Export>;
  /** Why, for programs. */
  readonly code: VendorErrorCode;
  /** Why, in one sentence for a person. */
  readonly message: Scalars['String']['output'];
};

/** No change for much longer than such an export takes. */
export type ExportStalled = ExportEvent & {
  readonly __typename?: 'ExportStalled';
  readonly cursor: Scalars['String']['output'];
  readonly at: Scalars['DateTime']['output'];
  readonly exportId: Scalars['ID']['output'];
  readonly export?: Maybe<Export>;
  /** When the last change was seen. */
  readonly since: Scalars['DateTime']['output'];
};

/**
 * The access token this stream stands on expires soon. Renew it on the same websocket (docs/subscriptions.md) and the stream goes on
 * as if nothing had been; otherwise it ends with SUBSCRIPTION_TOKEN_EXPIRED and is resumed with its last cursor. The event is about the
 * stream, not about the export it names, whose state has not changed.
 */
export type SubscriptionTokenExpiring = ExportEvent & {
  readonly __typename?: 'SubscriptionTokenExpiring';
  readonly cursor: Scalars['String']['output'];
  readonly at: Scalars['DateTime']['output'];
  readonly exportId: Scalars['ID']['output'];
  readonly export?: Maybe<Export>;
  /** When the token expires. */
  readonly expiresAt: Scalars['DateTime']['output'];
};

/** An export came to be tracked; as a snapshot of it. Only in `trackedExportEvents`. */
export type ExportTracked = ExportEvent & {
  readonly __typename?: 'ExportTracked';
  readonly cursor: Scalars['String']['output'];
  readonly at: Scalars['DateTime']['output'];
  readonly exportId: Scalars['ID']['output'];
  readonly export?: Maybe<Export>;
};

/** An export is tracked no longer. Only in `trackedExportEvents`. */
export type ExportUntracked = ExportEvent & {
  readonly __typename?: 'ExportUntracked';
  readonly cursor: Scalars['String']['output'];
  readonly at: Scalars['DateTime']['output'];
  readonly exportId: Scalars['ID']['output'];
  readonly export?: Maybe<Export>;
};

/**
 * One export job at one vendor, as the vendor last described it.
 *
 * A job that failed is data (`status: FAILED`, `failure`); a GraphQL error here means the job could not be read.
 */
export type Export = {
  /** Opaque and stable. Names the account and the vendor's own ids; holds no secret. */
  readonly id: Scalars['ID']['output'];
  /** Whose API the job runs at. */
  readonly vendor: Vendor;
  /** Through which account it is read. */
  readonly account: Account;
  /** What a person would call it; null where the vendor gives no name. */
  readonly name?: Maybe<Scalars['String']['output']>;
  /** Where the job stands, in the same words for every vendor. */
  readonly status: ExportStatus;
  /** The vendor's own word, in its own spelling. For people and logs: do not branch on it. */
  readonly rawStatus: Scalars['String']['output'];
  /** True once the job can no longer change. */
  readonly isTerminal: Scalars['Boolean']['output'];
  /** How it ended; null until `status` is SUCCEEDED. */
  readonly outcome?: Maybe<ExportOutcome>;
  /** Why it failed; null unless `status` is FAILED. */
  readonly failure?: Maybe<ExportFailure>;
  /** Null where the vendor gives no progress; never invented from the status. */
  readonly progress?: Maybe<ExportProgress>;
  /** When the vendor accepted the job; null where it does not say. */
  readonly createdAt?: Maybe<Scalars['DateTime']['output']>;
  /** When the work began; null where the vendor does not say. */
  readonly startedAt?: Maybe<Scalars['DateTime']['output']>;
  /** Last change the vendor reports; null where it reports none. */
  readonly updatedAt?: Maybe<Scalars['DateTime']['output']>;
  /** When it ended; where the vendor only reports its last change, that of a terminal job. */
  readonly finishedAt?: Maybe<Scalars['DateTime']['output']>;
  /**
   * Finished files: null before the end, empty where the job ended without one. One past `availableUntil` is still listed.
   *
   * Costs one more vendor call where the status was read from a list that does not name files (WebAdMIT).
   */
  readonly files?: Maybe<ReadonlyArray<ExportFile>>;
  /** How fresh this answer is, and when it will be asked for again. */
  readonly observation: ExportObservation;
  /** Transitions this gateway has seen itself, oldest first; empty where it has never watched this export. */
  readonly transitions: ReadonlyArray<ExportTransition>;
  /** Null where it is not tracked. */
  readonly tracking?: Maybe<ExportTracking>;
  /** When it will probably end, from how long such exports took before; null until five have been seen, and after the end. */
  readonly estimate?: Maybe<ExportEstimate>;
};

/** Where a job stands, in the same words for every vendor. */
export type ExportStatus =
  /** Accepted, not started. */
  | 'QUEUED'
  /** Being worked on. */
  | 'RUNNING'
  /** A cancellation was asked for and is not done yet. */
  | 'CANCELING'
  /** Ended well; `outcome` says how well. */
  | 'SUCCEEDED'
  /** Ended badly; `failure` says why. */
  | 'FAILED'
  /** Ended because somebody asked for it. */
  | 'CANCELED'
  /** The vendor says that the job or its file is gone: deleted, or unknown after it had been seen. */
  | 'EXPIRED'
  /** The vendor said a word this gateway does not know, or that it does not know itself. Not terminal. */
  | 'UNKNOWN';

/** How well a job that succeeded ended. */
export type ExportOutcome =
  /** The whole file. */
  | 'COMPLETE'
  /** A file, but with errors or omissions in it. */
  | 'PARTIAL'
  /** Nothing matched: there is no file. */
  | 'EMPTY';

/** Why a job failed, as far as the vendor tells. */
export type ExportFailure = {
  readonly __typename?: 'ExportFailure';
  /** The vendor's code, where it gives one. */
  readonly code?: Maybe<Scalars['String']['output']>;
  /** One sentence for a person. */
  readonly message: Scalars['String']['output'];
  /** True where starting the export again may work. */
  readonly isRetryable: Scalars['Boolean']['output'];
  /** How long to wait before starting it again, in milliseconds; null where the vendor does not say. */
  readonly retryAfterMs?: Maybe<Scalars['Int']['output']>;
};

/** How far a job is, as far as the vendor tells. */
export type ExportProgress = {
  readonly __typename?: 'ExportProgress';
  /** 0 to 100, never falling within one watch. */
  readonly percent?: Maybe<Scalars['Float']['output']>;
  /** Parts that are done; null where the vendor does not count parts. */
  readonly completedParts?: Maybe<Scalars['Int']['output']>;
  /** Parts in all; null where the vendor does not count parts. */
  readonly totalParts?: Maybe<Scalars['Int']['output']>;
};

/** A file that a finished job left. */
export type ExportFile = {
  readonly __typename?: 'ExportFile';
  /** A safe file name with its extension. */
  readonly name: Scalars['String']['output'];
  /** Media type, null where it is not known before the download. */
  readonly mediaType?: Maybe<Scalars['String']['output']>;
  /**
   * A link to this gateway that a browser can open without any header. It works until `urlExpiresAt`; each time it is opened the
   * gateway gets the file anew from the vendor, so a vendor's 30-second link never goes stale in a page.
   */
  readonly url: Scalars['URL']['output'];
  /** Until when `url` works. Read the export again for a new one. */
  readonly urlExpiresAt: Scalars['DateTime']['output'];
  /** When the vendor drops the file; null where it does not say. */
  readonly availableUntil?: Maybe<Scalars['DateTime']['output']>;
};

/** How fresh an answer is, and when it will be asked for again. */
export type ExportObservation = {
  readonly __typename?: 'ExportObservation';
  /** When the vendor gave this answer. */
  readonly observedAt: Scalars['DateTime']['output'];
  /** When a running watch will ask again; null without a watch. */
  readonly nextPollAt?: Maybe<Scalars['DateTime']['output']>;
  /** Until when the vendor has asked this account to wait; null when not throttled. */
  readonly throttledUntil?: Maybe<Scalars['DateTime']['output']>;
  /** True while the vendor cannot be read and an older answer is shown. */
  readonly isStale: Scalars['Boolean']['output'];
};

/** A change of status that this gateway saw itself. */
export type ExportTransition = {
  readonly __typename?: 'ExportTransition';
  /** The status before; null where this was the first one seen. */
  readonly from?: Maybe<ExportStatus>;
  /** The status from then on. */
  readonly to: ExportStatus;
  /** The vendor's word for `to`. */
  readonly rawStatus: Scalars['String']['output'];
  /** When the vendor gave the answer that showed it. */
  readonly at: Scalars['DateTime']['output'];
};

/** Where an export is. `account` may be left out where the caller has exactly one account of that vendor. */
export type ExportLocator =
  /** A global id from an earlier answer. */
  { readonly id: Scalars['ID']['input']; readonly text?: never; readonly powerBi?: never; readonly hiEnergy?: never; readonly talkdesk?: never; readonly webAdmit?: never; }
  |  /**
   * As people write it, for any vendor: `VENDOR:ID/ID`, such as `hi-energy:4213`, with `ACCOUNT@` in front where there are several accounts.
   * `Vendor.locator` says which ids, in which order; optional ones may be left out.
   */
  { readonly id?: never; readonly text: Scalars['String']['input']; readonly powerBi?: never; readonly hiEnergy?: never; readonly talkdesk?: never; readonly webAdmit?: never; }
  |  /** An export of a Power BI report. */
  { readonly id?: never; readonly text?: never; readonly powerBi: PowerBiLocator; readonly hiEnergy?: never; readonly talkdesk?: never; readonly webAdmit?: never; }
  |  /** An export report of Hi Energy. */
  { readonly id?: never; readonly text?: never; readonly powerBi?: never; readonly hiEnergy: HiEnergyLocator; readonly talkdesk?: never; readonly webAdmit?: never; }
  |  /** A report job of Talkdesk Explore. */
  { readonly id?: never; readonly text?: never; readonly powerBi?: never; readonly hiEnergy?: never; readonly talkdesk: TalkdeskLocator; readonly webAdmit?: never; }
  |  /** A run of a WebAdMIT export. */
  { readonly id?: never; readonly text?: never; readonly powerBi?: never; readonly hiEnergy?: never; readonly talkdesk?: never; readonly webAdmit: WebAdmitLocator; };

/** Leaves out of a list what does not fit; what is left out or null lets everything through. */
export type ExportFilter = {
  /** Account keys. */
  readonly accounts?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  /** Vendor keys: `power-bi`, `hi-energy`, `talkdesk`, `web-admit`. */
  readonly vendors?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** Statuses. */
  readonly statuses?: InputMaybe<ReadonlyArray<ExportStatus>>;
  /** True: only those that are tracked. False: only those that are not. */
  readonly isTracked?: InputMaybe<Scalars['Boolean']['input']>;
  /** Part of the name or label, whatever its case. At most 200 characters. */
  readonly text?: InputMaybe<Scalars['String']['input']>;
  /** Only those that the vendor says were created at this instant or later. */
  readonly createdAfter?: InputMaybe<Scalars['DateTime']['input']>;
  /** Only those that the vendor says were created before this instant. */
  readonly createdBefore?: InputMaybe<Scalars['DateTime']['input']>;
};

/** One page of the newest exports. */
export type ExportConnection = {
  readonly __typename?: 'ExportConnection';
  /** The page's exports, each with its cursor. */
  readonly edges: ReadonlyArray<ExportEdge>;
  /** The page's exports. */
  readonly nodes: ReadonlyArray<Export>;
  /** Where this page stands in the whole list. */
  readonly pageInfo: PageInfo;
  /** Accounts that could not be listed this time, or whose vendor has no list call. */
  readonly unavailable: ReadonlyArray<AccountProblem>;
};

/** One export in a list. */
export type ExportEdge = {
  readonly __typename?: 'ExportEdge';
  /** Give it back as `after` to go on behind this export. Stays good when newer exports arrive. */
  readonly cursor: Scalars['String']['output'];
  /** The export itself. */
  readonly node: Export;
};

/** Why one account is missing from a list. */
export type AccountProblem = {
  readonly __typename?: 'AccountProblem';
  /** Which account. */
  readonly account: Account;
  /** Why, for programs. */
  readonly code: VendorErrorCode;
  /** Why, in one sentence for a person. */
  readonly message: Scalars['String']['output'];
};

/** A service whose export jobs this gateway can read. */
export type Vendor = Node & {
  readonly __typename?: 'Vendor';
  /** Opaque and stable. Not the key: that is for people and filters. */
  readonly id: Scalars['ID']['output'];
  /** `power-bi`, `hi-energy`, `talkdesk`, `web-admit`, or a later one: not an enum, so that vendors can be added. */
  readonly key: Scalars['String']['output'];
  /** As its owner writes it. */
  readonly name: Scalars['String']['output'];
  /** What can be had of it at all. */
  readonly capabilities: VendorCapabilities;
  /** Its field of `ExportLocator` and `ExportOrder`, such as `hiEnergy`. */
  readonly input: Scalars['String']['output'];
  /** The ids that name one of its exports, in the order in which they stand in `ExportLocator.text`. */
  readonly locator: ReadonlyArray<LocatorField>;
  /** What an order for one of its exports holds, beside `account`; empty where it has no call that starts one. */
  readonly order: ReadonlyArray<OrderField>;
};

/** One id of those that name an export at its vendor. */
export type LocatorField = {
  readonly __typename?: 'LocatorField';
  /** In the vendor's own locator input. */
  readonly name: Scalars['String']['output'];
  /** What it is, for people. */
  readonly description?: Maybe<Scalars['String']['output']>;
  /** True where it may be left out. */
  readonly isOptional: Scalars['Boolean']['output'];
  /** What the whole id has to match, as a regular expression; null where the description alone says it. */
  readonly pattern?: Maybe<Scalars['String']['output']>;
  /** An id that could be one; null where none is given. */
  readonly example?: Maybe<Scalars['String']['output']>;
};

/** One field of an order. */
export type OrderField = {
  readonly __typename?: 'OrderField';
  /** In the vendor's own order input. */
  readonly name: Scalars['String']['output'];
  /** Its type in this schema, such as `ID!`, `DateTime`, `[String!]` or `JSON`. */
  readonly type: Scalars['String']['output'];
  /** True where an order without it is refused. */
  readonly isRequired: Scalars['Boolean']['output'];
  /** What it is, for people. */
  readonly description?: Maybe<Scalars['String']['output']>;
  /** What the whole text has to match, as a regular expression; null where the description alone says it. */
  readonly pattern?: Maybe<Scalars['String']['output']>;
  /** A value that could be one; null where none is given. */
  readonly example?: Maybe<Scalars['JSON']['output']>;
};

/** What can be had of a vendor at all. */
export type VendorCapabilities = {
  readonly __typename?: 'VendorCapabilities';
  /** It has a call that lists exports, so `recentExports` shows more than what was watched. */
  readonly canList: Scalars['Boolean']['output'];
  /** It says how far a running job is. */
  readonly reportsProgress: Scalars['Boolean']['output'];
  /** It says when a job was created and when it ended. */
  readonly reportsTimes: Scalars['Boolean']['output'];
  /** It has a call that starts an export. */
  readonly canStart: Scalars['Boolean']['output'];
  /** It has a call that stops a job. */
  readonly canCancel: Scalars['Boolean']['output'];
};

/** One account at one vendor, from the gateway's configuration. */
export type Account = Node & {
  readonly __typename?: 'Account';
  /** Opaque and stable. */
  readonly id: Scalars['ID']['output'];
  /** The name it has in the configuration, used as `account` in a locator. */
  readonly key: Scalars['String']['output'];
  /** Whose account it is. */
  readonly vendor: Vendor;
  /** How well the vendor answers it at the moment. Costs no vendor call. */
  readonly health: AccountHealth;
};

/** How well the vendor answers an account at the moment. */
export type AccountHealth = {
  readonly __typename?: 'AccountHealth';
  /** In one word. */
  readonly state: AccountState;
  /** Until when the vendor has asked this account to wait; null when not throttled. */
  readonly throttledUntil?: Maybe<Scalars['DateTime']['output']>;
  /** What the last failed call was about; null where the last call went well. */
  readonly lastError?: Maybe<VendorErrorCode>;
};

/** How well the vendor answers an account at the moment. */
export type AccountState =
  /** The last call went well, or none was made yet. */
  | 'HEALTHY'
  /** The vendor has asked this account to wait. */
  | 'THROTTLED'
  /** The last call failed. */
  | 'DEGRADED'
  /** So many calls failed in a row that none is made for a while. */
  | 'UNAVAILABLE';

/**
 * Why a vendor could not be read. Also the `extensions.code` of GraphQL errors about a vendor, beside `vendor` and `account` (their
 * keys), `httpStatus`, `vendorCode`, `retryable` and `retryAfterMs` where they are known.
 */
export type VendorErrorCode =
  /** The vendor knows no such export, or hides it from this account; or there is no such account for this caller. */
  | 'EXPORT_NOT_FOUND'
  /** The vendor refused the account's credential. */
  | 'VENDOR_UNAUTHENTICATED'
  /** The credential is good, but may not read this. */
  | 'VENDOR_FORBIDDEN'
  /** The vendor, or the account's own limit towards it, asks to wait; see `retryAfterMs`. */
  | 'VENDOR_RATE_LIMITED'
  /** No answer within the configured time. */
  | 'VENDOR_TIMEOUT'
  /** No connection, or the vendor is in trouble itself. */
  | 'VENDOR_UNAVAILABLE'
  /** An answer that cannot be read. */
  | 'VENDOR_BAD_RESPONSE'
  /** The vendor has no such call. */
  | 'UNSUPPORTED_BY_VENDOR'
  /** What several gateways share cannot be reached: no export is asked about until it is back. Only of `ExportWatchInterrupted`; queries go on. */
  | 'WATCH_STORE_UNAVAILABLE';

/**
 * An export report of Hi Energy.
 *
 * | Hi Energy says | status | outcome |
 * | --- | --- | --- |
 * | `pending` | QUEUED | |
 * | `processing` | RUNNING | |
 * | `completed` | SUCCEEDED | COMPLETE |
 * | `failed` | FAILED | |
 * | any other word | UNKNOWN | |
 */
export type HiEnergyExport = Export & Node & {
  readonly __typename?: 'HiEnergyExport';
  readonly id: Scalars['ID']['output'];
  readonly vendor: Vendor;
  readonly account: Account;
  readonly name?: Maybe<Scalars['String']['output']>;
  readonly status: ExportStatus;
  readonly rawStatus: Scalars['String']['output'];
  readonly isTerminal: Scalars['Boolean']['output'];
  readonly outcome?: Maybe<ExportOutcome>;
  readonly failure?: Maybe<ExportFailure>;
  readonly progress?: Maybe<ExportProgress>;
  readonly createdAt?: Maybe<Scalars['DateTime']['output']>;
  readonly startedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly updatedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly finishedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly files?: Maybe<ReadonlyArray<ExportFile>>;
  readonly observation: ExportObservation;
  readonly transitions: ReadonlyArray<ExportTransition>;
  readonly tracking?: Maybe<ExportTracking>;
  readonly estimate?: Maybe<ExportEstimate>;
  /** The vendor's id of the report, a whole number of up to 19 digits. */
  readonly exportId: Scalars['ID']['output'];
  /** `advertisers_csv`, `deals_excel`, `hot_advertisers_excel`, `clicks_details_excel`, or a later word of the vendor's. */
  readonly reportType: Scalars['String']['output'];
  /** The vendor's title for people. */
  readonly displayName?: Maybe<Scalars['String']['output']>;
  /** The vendor's label for its status, in its own language: for people only. */
  readonly statusDisplay?: Maybe<Scalars['String']['output']>;
  /** What the export was started with; may hold business filters. */
  readonly parameters?: Maybe<Scalars['JSON']['output']>;
  /** The file's original name; null until there is one. */
  readonly filename?: Maybe<Scalars['String']['output']>;
  /** What the vendor says about a failure. */
  readonly errorMessage?: Maybe<Scalars['String']['output']>;
  /** Parts that are ready, of an export in chunks. */
  readonly partsReady?: Maybe<Scalars['Int']['output']>;
  /** Parts in all, of an export in chunks. */
  readonly totalParts?: Maybe<Scalars['Int']['output']>;
  /** True where the work is split into chunks. */
  readonly isChunked: Scalars['Boolean']['output'];
  /** The export this one is a chunk of. Costs one more vendor call. */
  readonly parent?: Maybe<HiEnergyExport>;
};

/** Where an export report of Hi Energy is. */
export type HiEnergyLocator = {
  /** Account key; may be left out where the caller has exactly one Hi Energy account. */
  readonly account?: InputMaybe<Scalars['ID']['input']>;
  /** A positive whole number of up to 19 digits. */
  readonly exportId: Scalars['ID']['input'];
};

/** An export report of Hi Energy to start. An identical one that runs, or has just ended, is the answer instead. */
export type HiEnergyExportOrder = {
  /** Account key; may be left out where the caller has exactly one Hi Energy account. */
  readonly account?: InputMaybe<Scalars['ID']['input']>;
  /** `advertisers_csv`, `deals_excel`, `hot_advertisers_excel`, `clicks_details_excel`, or a later one of the vendor's. */
  readonly reportType: Scalars['String']['input'];
  /** The vendor's own filters, checked to be an object and passed on. */
  readonly searchParams?: InputMaybe<Scalars['JSON']['input']>;
  /** The vendor's own sorting and columns, checked to be an object and passed on. */
  readonly indexParams?: InputMaybe<Scalars['JSON']['input']>;
};

/**
 * An export of a Power BI report ("export to file").
 *
 * | Power BI says | status | outcome |
 * | --- | --- | --- |
 * | `NotStarted` | QUEUED | |
 * | `Running` | RUNNING | |
 * | `Succeeded` | SUCCEEDED | COMPLETE |
 * | `Failed` | FAILED; retryable where the answer carries `Retry-After` | |
 * | `Undefined`, or any other word | UNKNOWN | |
 */
export type PowerBiExport = Export & Node & {
  readonly __typename?: 'PowerBiExport';
  readonly id: Scalars['ID']['output'];
  readonly vendor: Vendor;
  readonly account: Account;
  readonly name?: Maybe<Scalars['String']['output']>;
  readonly status: ExportStatus;
  readonly rawStatus: Scalars['String']['output'];
  readonly isTerminal: Scalars['Boolean']['output'];
  readonly outcome?: Maybe<ExportOutcome>;
  readonly failure?: Maybe<ExportFailure>;
  readonly progress?: Maybe<ExportProgress>;
  readonly createdAt?: Maybe<Scalars['DateTime']['output']>;
  readonly startedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly updatedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly finishedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly files?: Maybe<ReadonlyArray<ExportFile>>;
  readonly observation: ExportObservation;
  readonly transitions: ReadonlyArray<ExportTransition>;
  readonly tracking?: Maybe<ExportTracking>;
  readonly estimate?: Maybe<ExportEstimate>;
  /** The vendor's id of the job. */
  readonly exportId: Scalars['ID']['output'];
  /** The report that is exported. */
  readonly reportId: Scalars['ID']['output'];
  /** Its name; null until the job has started. */
  readonly reportName?: Maybe<Scalars['String']['output']>;
  /** Workspace; null for My workspace. */
  readonly groupId?: Maybe<Scalars['ID']['output']>;
  /** Finished pages of all pages, 0 to 100, as the vendor sends it; it jumps. */
  readonly percentComplete?: Maybe<Scalars['Int']['output']>;
  /** With its dot: `.pdf`, `.pptx`, `.zip` for a PNG of several pages. Null until the job has succeeded. */
  readonly resourceFileExtension?: Maybe<Scalars['String']['output']>;
  /** The vendor's own file address, null where it is not a whole one. It needs the vendor's token: use `files` in a browser. */
  readonly resourceLocation?: Maybe<Scalars['URL']['output']>;
  /** When the vendor drops the file, about a day after the start; null before the end. */
  readonly expirationTime?: Maybe<Scalars['DateTime']['output']>;
  /** The job's last change. */
  readonly lastActionDateTime?: Maybe<Scalars['DateTime']['output']>;
};

/** Where an export of a Power BI report is. */
export type PowerBiLocator = {
  /** Account key; may be left out where the caller has exactly one Power BI account. */
  readonly account?: InputMaybe<Scalars['ID']['input']>;
  /** Workspace, a UUID; left out for My workspace. */
  readonly groupId?: InputMaybe<Scalars['ID']['input']>;
  /** A UUID. */
  readonly reportId: Scalars['ID']['input'];
  /** As the vendor gave it when the export was started: base64 with its padding. */
  readonly exportId: Scalars['ID']['input'];
};

/** A Power BI report to export to a file. */
export type PowerBiExportOrder = {
  /** Account key; may be left out where the caller has exactly one Power BI account. */
  readonly account?: InputMaybe<Scalars['ID']['input']>;
  /** Workspace, a UUID; left out for My workspace. */
  readonly groupId?: InputMaybe<Scalars['ID']['input']>;
  /** A UUID. */
  readonly reportId: Scalars['ID']['input'];
  /** PPTX, PDF, PNG; for paginated reports also XLSX, DOCX, CSV, XML, MHTML, IMAGE, ACCESSIBLEPDF. */
  readonly format: Scalars['String']['input'];
  /** The vendor's own `powerBIReportConfiguration`, checked to be an object and passed on. */
  readonly reportConfiguration?: InputMaybe<Scalars['JSON']['input']>;
  /** The vendor's own `paginatedReportConfiguration`, checked to be an object and passed on. */
  readonly paginatedReportConfiguration?: InputMaybe<Scalars['JSON']['input']>;
};

/**
 * A report job of Talkdesk Explore. The vendor gives no progress and no end time.
 *
 * | Talkdesk says, in any case | status | outcome |
 * | --- | --- | --- |
 * | `created` | QUEUED | |
 * | `processing`, `uploading`, `sending` | RUNNING | |
 * | `done`, `completed`, or a redirect to the file | SUCCEEDED | COMPLETE |
 * | `failed`, `error` | FAILED | |
 * | `canceled` | CANCELED | |
 * | `deleted` | EXPIRED | |
 * | any other word | UNKNOWN | |
 */
export type TalkdeskExport = Export & Node & {
  readonly __typename?: 'TalkdeskExport';
  readonly id: Scalars['ID']['output'];
  readonly vendor: Vendor;
  readonly account: Account;
  readonly name?: Maybe<Scalars['String']['output']>;
  readonly status: ExportStatus;
  readonly rawStatus: Scalars['String']['output'];
  readonly isTerminal: Scalars['Boolean']['output'];
  readonly outcome?: Maybe<ExportOutcome>;
  readonly failure?: Maybe<ExportFailure>;
  readonly progress?: Maybe<ExportProgress>;
  readonly createdAt?: Maybe<Scalars['DateTime']['output']>;
  readonly startedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly updatedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly finishedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly files?: Maybe<ReadonlyArray<ExportFile>>;
  readonly observation: ExportObservation;
  readonly transitions: ReadonlyArray<ExportTransition>;
  readonly tracking?: Maybe<ExportTracking>;
  readonly estimate?: Maybe<ExportEstimate>;
  /** The vendor's id of the job, and of its file. */
  readonly jobId: Scalars['ID']['output'];
  /** The vendor's slug: `calls`, `user_status`, `contacts`, … */
  readonly reportType: Scalars['String']['output'];
  /** IANA zone the timespan is meant in. */
  readonly timezone?: Maybe<Scalars['String']['output']>;
  /** `csv`, `json` or `json_bulk`. */
  readonly format?: Maybe<Scalars['String']['output']>;
  /** What the report covers; null where the vendor does not say. */
  readonly timespan?: Maybe<Timespan>;
};

/** A span of time; its end is not part of it. */
export type Timespan = {
  readonly __typename?: 'Timespan';
  /** The first instant of it. */
  readonly from?: Maybe<Scalars['DateTime']['output']>;
  /** The first instant after it. */
  readonly to?: Maybe<Scalars['DateTime']['output']>;
};

/** Where a report job of Talkdesk Explore is. */
export type TalkdeskLocator = {
  /** Account key; may be left out where the caller has exactly one Talkdesk account. */
  readonly account?: InputMaybe<Scalars['ID']['input']>;
  /** The vendor's slug: lower-case letters, digits and underscores, at most 64. */
  readonly reportType: Scalars['String']['input'];
  /** As the vendor gave it when the job was created. */
  readonly jobId: Scalars['ID']['input'];
};

/** A report job of Talkdesk Explore to start. */
export type TalkdeskExportOrder = {
  /** Account key; may be left out where the caller has exactly one Talkdesk account. */
  readonly account?: InputMaybe<Scalars['ID']['input']>;
  /** The vendor's slug: lower-case letters, digits and underscores, at most 64. */
  readonly reportType: Scalars['String']['input'];
  /** What the vendor calls the report. */
  readonly name?: InputMaybe<Scalars['String']['input']>;
  /** IANA zone the timespan is meant in. */
  readonly timezone?: InputMaybe<Scalars['String']['input']>;
  /** `csv`, `json` or `json_bulk`. */
  readonly format?: InputMaybe<Scalars['String']['input']>;
  /** The first instant that the report covers. */
  readonly from: Scalars['DateTime']['input'];
  /** The first instant after it; the vendor allows about a month. */
  readonly to: Scalars['DateTime']['input'];
  /** Further parameters of the vendor's own, merged into the order's body; the fields above win. */
  readonly parameters?: InputMaybe<Scalars['JSON']['input']>;
};

/** What can be changed. Each is done once, however often it is asked for in the same words where an `idempotencyKey` allows it. */
export type Mutation = {
  readonly __typename?: 'Mutation';
  /**
   * Starts an export at its vendor and tracks it from then on (see `trackExport`).
   *
   * The gateway sends a start once and never repeats it by itself. With an `idempotencyKey` that this tenant has used within 24
   * hours for the same order, the export of then is the answer and no vendor is asked; for another order it is
   * IDEMPOTENCY_KEY_REUSED. Where the vendor's answer was lost: START_OUTCOME_UNKNOWN, with what to do in the message; the same key
   * may then be used again, and asks the vendor's own list first where it has one. What the vendor refused is VENDOR_REJECTED, with
   * its words in `extensions.vendorMessage`. An export of an account whose credential each caller brings is started, but not tracked.
   */
  readonly startExport: StartExportPayload;
  /**
   * Asks the vendor to stop a job. UNSUPPORTED_BY_VENDOR where it cannot; no error where the job had ended already: the payload tells
   * the truth.
   *
   * Until the vendor confirms, the export is CANCELING; where it ends otherwise, it says so.
   */
  readonly cancelExport: CancelExportPayload;
  /**
   * Follows an export until it has ended, whether anybody looks or not, and remembers it afterwards. It then stands in
   * `recentExports`, in `trackedExportEvents`, and webhooks tell how it ended. Tracking it twice changes its label only. Not for
   * accounts whose credential each caller brings (UNSUPPORTED_BY_VENDOR).
   */
  readonly trackExport: TrackExportPayload;
  /** Follows and remembers it no longer; the job itself goes on. */
  readonly untrackExport: UntrackExportPayload;
  /** Sends a webhook again that was given up, or waits for its next attempt. BAD_USER_INPUT where there is none such. */
  readonly retryWebhookDelivery: WebhookDelivery;
  /** Sends one webhook of type `webhook.test` to an endpoint now, and says how that went. It is not repeated, and not listed. */
  readonly sendTestWebhook: TestWebhookPayload;
};


/** What can be changed. Each is done once, however often it is asked for in the same words where an `idempotencyKey` allows it. */
export type MutationStartExportArgs = {
  input: StartExportInput;
};


/** What can be changed. Each is done once, however often it is asked for in the same words where an `idempotencyKey` allows it. */
export type MutationCancelExportArgs = {
  locator: ExportLocator;
};


/** What can be changed. Each is done once, however often it is asked for in the same words where an `idempotencyKey` allows it. */
export type MutationTrackExportArgs = {
  locator: ExportLocator;
  label?: InputMaybe<Scalars['String']['input']>;
};


/** What can be changed. Each is done once, however often it is asked for in the same words where an `idempotencyKey` allows it. */
export type MutationUntrackExportArgs = {
  locator: ExportLocator;
};


/** What can be changed. Each is done once, however often it is asked for in the same words where an `idempotencyKey` allows it. */
export type MutationRetryWebhookDeliveryArgs = {
  id: Scalars['ID']['input'];
};


/** What can be changed. Each is done once, however often it is asked for in the same words where an `idempotencyKey` allows it. */
export type MutationSendTestWebhookArgs = {
  endpoint: Scalars['ID']['input'];
};

/** An export to start. */
export type StartExportInput = {
  /** What to export, where. */
  readonly order: ExportOrder;
  /** 1 to 200 characters. Makes asking twice safe. */
  readonly idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** What people will call it; at most 200 characters. The vendor does not see it. */
  readonly label?: InputMaybe<Scalars['String']['input']>;
};

/** What to export, where. `account` may be left out where the caller has exactly one account of that vendor. */
export type ExportOrder =
  /** A report of Power BI, exported to a file. */
  { readonly powerBi: PowerBiExportOrder; readonly hiEnergy?: never; readonly talkdesk?: never; readonly webAdmit?: never; }
  |  /** An export report of Hi Energy. */
  { readonly powerBi?: never; readonly hiEnergy: HiEnergyExportOrder; readonly talkdesk?: never; readonly webAdmit?: never; }
  |  /** A report job of Talkdesk Explore. */
  { readonly powerBi?: never; readonly hiEnergy?: never; readonly talkdesk: TalkdeskExportOrder; readonly webAdmit?: never; }
  |  /** A run of a WebAdMIT export. */
  { readonly powerBi?: never; readonly hiEnergy?: never; readonly talkdesk?: never; readonly webAdmit: WebAdmitExportOrder; };

/** What came of a start. */
export type StartExportPayload = {
  readonly __typename?: 'StartExportPayload';
  /** The export, as the vendor's answer describes it, or as it is known now where it is not new. */
  readonly export: Export;
  /** The vendor, or this gateway by the idempotency key, answered with an export that was there already. */
  readonly isExisting: Scalars['Boolean']['output'];
};

/** What came of asking a vendor to stop a job. */
export type CancelExportPayload = {
  readonly __typename?: 'CancelExportPayload';
  /** The export as it is now: CANCELING, CANCELED, or however else it had ended. */
  readonly export: Export;
};

/** What came of tracking an export. */
export type TrackExportPayload = {
  readonly __typename?: 'TrackExportPayload';
  /** The export; null where it could not be read yet: it is tracked all the same. */
  readonly export?: Maybe<Export>;
  /** How it is tracked. */
  readonly tracking: ExportTracking;
};

/** What came of tracking an export no longer. */
export type UntrackExportPayload = {
  readonly __typename?: 'UntrackExportPayload';
  /** The export's global id. */
  readonly exportId: Scalars['ID']['output'];
  /** False where it was not tracked. */
  readonly wasTracked: Scalars['Boolean']['output'];
};

/** How an export is followed and remembered. */
export type ExportTracking = {
  readonly __typename?: 'ExportTracking';
  /** What people call it; null where it was given no name. */
  readonly label?: Maybe<Scalars['String']['output']>;
  /** True where `startExport` began it. */
  readonly startedHere: Scalars['Boolean']['output'];
  /** The caller's name; null where the gateway found it in the vendor's list. */
  readonly trackedBy?: Maybe<Scalars['String']['output']>;
  /** Since when it is tracked. */
  readonly trackedAt: Scalars['DateTime']['output'];
  /** When it will be forgotten; null while it runs. */
  readonly keptUntil?: Maybe<Scalars['DateTime']['output']>;
};

/** When an export will probably end, from how long others of the same account and kind took. */
export type ExportEstimate = {
  readonly __typename?: 'ExportEstimate';
  /** Half of such exports had ended by then. */
  readonly finishAt: Scalars['DateTime']['output'];
  /** Nine of ten had. */
  readonly finishAtLatest: Scalars['DateTime']['output'];
  /** How many were seen. */
  readonly basedOn: Scalars['Int']['output'];
};

/** Where a webhook stands. */
export type WebhookDeliveryStatus =
  /** To be sent, or to be sent again. */
  | 'OWED'
  /** The endpoint answered 2xx. */
  | 'DELIVERED'
  /** No attempt is made any more: the last one failed, or the endpoint is gone from the configuration. */
  | 'GIVEN_UP';

/** One webhook for one endpoint. */
export type WebhookDelivery = {
  readonly __typename?: 'WebhookDelivery';
  /** The `webhook-id` that the endpoint is sent. */
  readonly id: Scalars['ID']['output'];
  /** The endpoint's key in the configuration. */
  readonly endpoint: Scalars['ID']['output'];
  /** What it tells, such as `export.succeeded`. */
  readonly type: Scalars['String']['output'];
  /** When that happened. */
  readonly at: Scalars['DateTime']['output'];
  /** The export's global id. */
  readonly exportId: Scalars['ID']['output'];
  /** Where it stands. */
  readonly status: WebhookDeliveryStatus;
  /** Attempts so far. */
  readonly attempts: Scalars['Int']['output'];
  /** When the next attempt is made; null where none is. */
  readonly nextAttemptAt?: Maybe<Scalars['DateTime']['output']>;
  /** How the last attempt ended: an HTTP status, or a word such as `timeout`. */
  readonly lastResult?: Maybe<Scalars['String']['output']>;
  /** When the last attempt was made. */
  readonly lastAttemptAt?: Maybe<Scalars['DateTime']['output']>;
};

/** What came of a test webhook. */
export type TestWebhookPayload = {
  readonly __typename?: 'TestWebhookPayload';
  /** True where the endpoint answered 2xx. */
  readonly isDelivered: Scalars['Boolean']['output'];
  /** The HTTP status, or a word such as `timeout`, `address` or `connection`. */
  readonly result: Scalars['String']['output'];
};

/**
 * A run of a WebAdMIT export (an "export file"). The vendor gives no progress and no times.
 *
 * | WebAdMIT says, in Title Case or snake_case | status | outcome |
 * | --- | --- | --- |
 * | `Initializing`, `Queued` | QUEUED | |
 * | `In Progress` | RUNNING | |
 * | `Available` | SUCCEEDED | COMPLETE |
 * | `Success With Errors` | SUCCEEDED | PARTIAL |
 * | `Empty List` | SUCCEEDED | EMPTY |
 * | `Failed` | FAILED | |
 * | any other word | UNKNOWN | |
 */
export type WebAdmitExport = Export & Node & {
  readonly __typename?: 'WebAdmitExport';
  readonly id: Scalars['ID']['output'];
  readonly vendor: Vendor;
  readonly account: Account;
  readonly name?: Maybe<Scalars['String']['output']>;
  readonly status: ExportStatus;
  readonly rawStatus: Scalars['String']['output'];
  readonly isTerminal: Scalars['Boolean']['output'];
  readonly outcome?: Maybe<ExportOutcome>;
  readonly failure?: Maybe<ExportFailure>;
  readonly progress?: Maybe<ExportProgress>;
  readonly createdAt?: Maybe<Scalars['DateTime']['output']>;
  readonly startedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly updatedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly finishedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly files?: Maybe<ReadonlyArray<ExportFile>>;
  readonly observation: ExportObservation;
  readonly transitions: ReadonlyArray<ExportTransition>;
  readonly tracking?: Maybe<ExportTracking>;
  readonly estimate?: Maybe<ExportEstimate>;
  /** The template. */
  readonly exportId: Scalars['ID']['output'];
  /** The run. */
  readonly exportFileId: Scalars['ID']['output'];
  /** The role under which the run was started, where this gateway knows it: from a locator, a list or a start. */
  readonly userIdentityId?: Maybe<Scalars['ID']['output']>;
  /** The run's path at the vendor. */
  readonly href?: Maybe<Scalars['String']['output']>;
};

/** Where a run of a WebAdMIT export is. */
export type WebAdmitLocator = {
  /** Account key; may be left out where the caller has exactly one WebAdMIT account. */
  readonly account?: InputMaybe<Scalars['ID']['input']>;
  /** The template: a positive whole number. */
  readonly exportId: Scalars['ID']['input'];
  /** The run: a positive whole number. */
  readonly exportFileId: Scalars['ID']['input'];
  /** Lets many runs of one identity be read in one call. */
  readonly userIdentityId?: InputMaybe<Scalars['ID']['input']>;
};

/** A WebAdMIT export to run. Where it is running already, that run is the answer. */
export type WebAdmitExportOrder = {
  /** Account key; may be left out where the caller has exactly one WebAdMIT account. */
  readonly account?: InputMaybe<Scalars['ID']['input']>;
  /** The role to start it under: a positive whole number. */
  readonly userIdentityId: Scalars['ID']['input'];
  /** The template: a positive whole number. */
  readonly exportId: Scalars['ID']['input'];
};



export type ResolverTypeWrapper<T> = Promise<T> | T;


export type ResolverWithResolve<TResult, TParent, TContext, TArgs> = {
  resolve: ResolverFn<TResult, TParent, TContext, TArgs>;
};
export type Resolver<TResult, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = ResolverFn<TResult, TParent, TContext, TArgs> | ResolverWithResolve<TResult, TParent, TContext, TArgs>;

export type ResolverFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => Promise<TResult> | TResult;

export type SubscriptionSubscribeFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => AsyncIterable<TResult> | Promise<AsyncIterable<TResult>>;

export type SubscriptionResolveFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

export interface SubscriptionSubscriberObject<TResult, TKey extends string, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<{ [key in TKey]: TResult }, TParent, TContext, TArgs>;
  resolve?: SubscriptionResolveFn<TResult, { [key in TKey]: TResult }, TContext, TArgs>;
}

export interface SubscriptionResolverObject<TResult, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<any, TParent, TContext, TArgs>;
  resolve: SubscriptionResolveFn<TResult, any, TContext, TArgs>;
}

export type SubscriptionObject<TResult, TKey extends string, TParent, TContext, TArgs> =
  | SubscriptionSubscriberObject<TResult, TKey, TParent, TContext, TArgs>
  | SubscriptionResolverObject<TResult, TParent, TContext, TArgs>;

export type SubscriptionResolver<TResult, TKey extends string, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> =
  | ((...args: any[]) => SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>)
  | SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>;

export type TypeResolveFn<TTypes, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (
  parent: TParent,
  context: TContext,
  info: GraphQLResolveInfo
) => Maybe<TTypes> | Promise<Maybe<TTypes>>;

export type IsTypeOfResolverFn<T = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (obj: T, context: TContext, info: GraphQLResolveInfo) => boolean | Promise<boolean>;

export type NextResolverFn<T> = () => Promise<T>;

export type DirectiveResolverFn<TResult = Record<PropertyKey, never>, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = (
  next: NextResolverFn<TResult>,
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;





/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  URL: ResolverTypeWrapper<Scalars['URL']['output']>;
  JSON: ResolverTypeWrapper<Scalars['JSON']['output']>;
  Node: ResolverTypeWrapper<NodeObject>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  Subscription: ResolverTypeWrapper<Record<PropertyKey, never>>;
  ExportEvent: ResolverTypeWrapper<DomainExportEvent>;
  ExportSnapshot: ResolverTypeWrapper<ExportEventOf<'ExportSnapshot'>>;
  ExportStatusChanged: ResolverTypeWrapper<ExportEventOf<'ExportStatusChanged'>>;
  ExportProgressed: ResolverTypeWrapper<ExportEventOf<'ExportProgressed'>>;
  ExportWatchInterrupted: ResolverTypeWrapper<ExportEventOf<'ExportWatchInterrupted'>>;
  ExportWatchResumed: ResolverTypeWrapper<ExportEventOf<'ExportWatchResumed'>>;
  ExportWatchFailed: ResolverTypeWrapper<ExportEventOf<'ExportWatchFailed'>>;
  ExportStalled: ResolverTypeWrapper<ExportEventOf<'ExportStalled'>>;
  SubscriptionTokenExpiring: ResolverTypeWrapper<ExportEventOf<'SubscriptionTokenExpiring'>>;
  ExportTracked: ResolverTypeWrapper<ExportEventOf<'ExportTracked'>>;
  ExportUntracked: ResolverTypeWrapper<ExportEventOf<'ExportUntracked'>>;
  Export: ResolverTypeWrapper<DomainExport>;
  ExportStatus: ExportStatus;
  ExportOutcome: ExportOutcome;
  ExportFailure: ResolverTypeWrapper<ExportFailure>;
  ExportProgress: ResolverTypeWrapper<ExportProgress>;
  Float: ResolverTypeWrapper<Scalars['Float']['output']>;
  ExportFile: ResolverTypeWrapper<LinkableFile>;
  ExportObservation: ResolverTypeWrapper<ExportObservation>;
  ExportTransition: ResolverTypeWrapper<ExportTransition>;
  ExportLocator: ExportLocator;
  ExportFilter: ExportFilter;
  ExportConnection: ResolverTypeWrapper<ExportPage>;
  ExportEdge: ResolverTypeWrapper<DomainExportEdge>;
  AccountProblem: ResolverTypeWrapper<DomainAccountProblem>;
  Vendor: ResolverTypeWrapper<VendorInfo>;
  LocatorField: ResolverTypeWrapper<LocatorField>;
  OrderField: ResolverTypeWrapper<OrderField>;
  VendorCapabilities: ResolverTypeWrapper<VendorCapabilities>;
  Account: ResolverTypeWrapper<VendorAccount>;
  AccountHealth: ResolverTypeWrapper<AccountHealth>;
  AccountState: AccountState;
  VendorErrorCode: VendorErrorCode;
  HiEnergyExport: ResolverTypeWrapper<HiEnergyExportObject>;
  HiEnergyLocator: HiEnergyLocator;
  HiEnergyExportOrder: HiEnergyExportOrder;
  PowerBiExport: ResolverTypeWrapper<PowerBiExportObject>;
  PowerBiLocator: PowerBiLocator;
  PowerBiExportOrder: PowerBiExportOrder;
  TalkdeskExport: ResolverTypeWrapper<TalkdeskExportObject>;
  Timespan: ResolverTypeWrapper<Timespan>;
  TalkdeskLocator: TalkdeskLocator;
  TalkdeskExportOrder: TalkdeskExportOrder;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  StartExportInput: StartExportInput;
  ExportOrder: ExportOrder;
  StartExportPayload: ResolverTypeWrapper<Omit<StartExportPayload, 'export'> & { export: ResolversTypes['Export'] }>;
  CancelExportPayload: ResolverTypeWrapper<Omit<CancelExportPayload, 'export'> & { export: ResolversTypes['Export'] }>;
  TrackExportPayload: ResolverTypeWrapper<Omit<TrackExportPayload, 'export' | 'tracking'> & { export?: Maybe<ResolversTypes['Export']>, tracking: ResolversTypes['ExportTracking'] }>;
  UntrackExportPayload: ResolverTypeWrapper<UntrackExportPayload>;
  ExportTracking: ResolverTypeWrapper<TrackedExport>;
  ExportEstimate: ResolverTypeWrapper<DomainExportEstimate>;
  WebhookDeliveryStatus: WebhookDeliveryStatus;
  WebhookDelivery: ResolverTypeWrapper<DeliveryRecord>;
  TestWebhookPayload: ResolverTypeWrapper<TestWebhookPayload>;
  WebAdmitExport: ResolverTypeWrapper<WebAdmitExportObject>;
  WebAdmitLocator: WebAdmitLocator;
  WebAdmitExportOrder: WebAdmitExportOrder;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  DateTime: Scalars['DateTime']['output'];
  URL: Scalars['URL']['output'];
  JSON: Scalars['JSON']['output'];
  Node: NodeObject;
  ID: Scalars['ID']['output'];
  Query: Record<PropertyKey, never>;
  Int: Scalars['Int']['output'];
  String: Scalars['String']['output'];
  PageInfo: PageInfo;
  Boolean: Scalars['Boolean']['output'];
  Subscription: Record<PropertyKey, never>;
  ExportEvent: DomainExportEvent;
  ExportSnapshot: ExportEventOf<'ExportSnapshot'>;
  ExportStatusChanged: ExportEventOf<'ExportStatusChanged'>;
  ExportProgressed: ExportEventOf<'ExportProgressed'>;
  ExportWatchInterrupted: ExportEventOf<'ExportWatchInterrupted'>;
  ExportWatchResumed: ExportEventOf<'ExportWatchResumed'>;
  ExportWatchFailed: ExportEventOf<'ExportWatchFailed'>;
  ExportStalled: ExportEventOf<'ExportStalled'>;
  SubscriptionTokenExpiring: ExportEventOf<'SubscriptionTokenExpiring'>;
  ExportTracked: ExportEventOf<'ExportTracked'>;
  ExportUntracked: ExportEventOf<'ExportUntracked'>;
  Export: DomainExport;
  ExportFailure: ExportFailure;
  ExportProgress: ExportProgress;
  Float: Scalars['Float']['output'];
  ExportFile: LinkableFile;
  ExportObservation: ExportObservation;
  ExportTransition: ExportTransition;
  ExportLocator: ExportLocator;
  ExportFilter: ExportFilter;
  ExportConnection: ExportPage;
  ExportEdge: DomainExportEdge;
  AccountProblem: DomainAccountProblem;
  Vendor: VendorInfo;
  LocatorField: LocatorField;
  OrderField: OrderField;
  VendorCapabilities: VendorCapabilities;
  Account: VendorAccount;
  AccountHealth: AccountHealth;
  HiEnergyExport: HiEnergyExportObject;
  HiEnergyLocator: HiEnergyLocator;
  HiEnergyExportOrder: HiEnergyExportOrder;
  PowerBiExport: PowerBiExportObject;
  PowerBiLocator: PowerBiLocator;
  PowerBiExportOrder: PowerBiExportOrder;
  TalkdeskExport: TalkdeskExportObject;
  Timespan: Timespan;
  TalkdeskLocator: TalkdeskLocator;
  TalkdeskExportOrder: TalkdeskExportOrder;
  Mutation: Record<PropertyKey, never>;
  StartExportInput: StartExportInput;
  ExportOrder: ExportOrder;
  StartExportPayload: Omit<StartExportPayload, 'export'> & { export: ResolversParentTypes['Export'] };
  CancelExportPayload: Omit<CancelExportPayload, 'export'> & { export: ResolversParentTypes['Export'] };
  TrackExportPayload: Omit<TrackExportPayload, 'export' | 'tracking'> & { export?: Maybe<ResolversParentTypes['Export']>, tracking: ResolversParentTypes['ExportTracking'] };
  UntrackExportPayload: UntrackExportPayload;
  ExportTracking: TrackedExport;
  ExportEstimate: DomainExportEstimate;
  WebhookDelivery: DeliveryRecord;
  TestWebhookPayload: TestWebhookPayload;
  WebAdmitExport: WebAdmitExportObject;
  WebAdmitLocator: WebAdmitLocator;
  WebAdmitExportOrder: WebAdmitExportOrder;
};

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export interface UrlScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['URL'], any> {
  name: 'URL';
}

export interface JsonScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['JSON'], any> {
  name: 'JSON';
}

export type NodeResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['Node'] = ResolversParentTypes['Node']> = {
  __resolveType: TypeResolveFn<'Vendor' | 'Account' | 'HiEnergyExport' | 'PowerBiExport' | 'TalkdeskExport' | 'WebAdmitExport', ParentType, ContextType>;
};

export type QueryResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  node?: Resolver<Maybe<ResolversTypes['Node']>, ParentType, ContextType, RequireFields<QueryNodeArgs, 'id'>>;
  nodes?: Resolver<ReadonlyArray<Maybe<ResolversTypes['Node']>>, ParentType, ContextType, RequireFields<QueryNodesArgs, 'ids'>>;
  export?: Resolver<Maybe<ResolversTypes['Export']>, ParentType, ContextType, RequireFields<QueryExportArgs, 'locator' | 'maxAgeMs'>>;
  exports?: Resolver<ReadonlyArray<Maybe<ResolversTypes['Export']>>, ParentType, ContextType, RequireFields<QueryExportsArgs, 'locators' | 'maxAgeMs'>>;
  recentExports?: Resolver<ResolversTypes['ExportConnection'], ParentType, ContextType, RequireFields<QueryRecentExportsArgs, 'first'>>;
  webhookDeliveries?: Resolver<ReadonlyArray<ResolversTypes['WebhookDelivery']>, ParentType, ContextType, RequireFields<QueryWebhookDeliveriesArgs, 'first'>>;
  vendors?: Resolver<ReadonlyArray<ResolversTypes['Vendor']>, ParentType, ContextType>;
  accounts?: Resolver<ReadonlyArray<ResolversTypes['Account']>, ParentType, ContextType>;
};

export type PageInfoResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo']> = {
  hasNextPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  hasPreviousPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  startCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  endCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type SubscriptionResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['Subscription'] = ResolversParentTypes['Subscription']> = {
  exportEvents?: SubscriptionResolver<ResolversTypes['ExportEvent'], "exportEvents", ParentType, ContextType, RequireFields<SubscriptionExportEventsArgs, 'locators'>>;
  trackedExportEvents?: SubscriptionResolver<ResolversTypes['ExportEvent'], "trackedExportEvents", ParentType, ContextType, RequireFields<SubscriptionTrackedExportEventsArgs, 'first'>>;
};

export type ExportEventResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['ExportEvent'] = ResolversParentTypes['ExportEvent']> = {
  __resolveType: TypeResolveFn<'ExportSnapshot' | 'ExportStatusChanged' | 'ExportProgressed' | 'ExportWatchInterrupted' | 'ExportWatchResumed' | 'ExportWatchFailed' | 'ExportStalled' | 'SubscriptionTokenExpiring' | 'ExportTracked' | 'ExportUntracked', ParentType, ContextType>;
};

export type ExportSnapshotResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['ExportSnapshot'] = ResolversParentTypes['ExportSnapshot']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  exportId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  export?: Resolver<Maybe<ResolversTypes['Export']>, ParentType, ContextType>;
  isReplayGap?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ExportStatusChangedResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['ExportStatusChanged'] = ResolversParentTypes['ExportStatusChanged']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  exportId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  export?: Resolver<Maybe<ResolversTypes['Export']>, ParentType, ContextType>;
  from?: Resolver<Maybe<ResolversTypes['ExportStatus']>, ParentType, ContextType>;
  to?: Resolver<ResolversTypes['ExportStatus'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ExportProgressedResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['ExportProgressed'] = ResolversParentTypes['ExportProgressed']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  exportId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  export?: Resolver<Maybe<ResolversTypes['Export']>, ParentType, ContextType>;
  progress?: Resolver<ResolversTypes['ExportProgress'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ExportWatchInterruptedResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['ExportWatchInterrupted'] = ResolversParentTypes['ExportWatchInterrupted']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  exportId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  export?: Resolver<Maybe<ResolversTypes['Export']>, ParentType, ContextType>;
  code?: Resolver<ResolversTypes['VendorErrorCode'], ParentType, ContextType>;
  retryAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ExportWatchResumedResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['ExportWatchResumed'] = ResolversParentTypes['ExportWatchResumed']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  exportId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  export?: Resolver<Maybe<ResolversTypes['Export']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ExportWatchFailedResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['ExportWatchFailed'] = ResolversParentTypes['ExportWatchFailed']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  exportId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  export?: Resolver<Maybe<ResolversTypes['Export']>, ParentType, ContextType>;
  code?: Resolver<ResolversTypes['VendorErrorCode'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ExportStalledResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['ExportStalled'] = ResolversParentTypes['ExportStalled']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  exportId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  export?: Resolver<Maybe<ResolversTypes['Export']>, ParentType, ContextType>;
  since?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type SubscriptionTokenExpiringResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['SubscriptionTokenExpiring'] = ResolversParentTypes['SubscriptionTokenExpiring']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  exportId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  export?: Resolver<Maybe<ResolversTypes['Export']>, ParentType, ContextType>;
  expiresAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ExportTrackedResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['ExportTracked'] = ResolversParentTypes['ExportTracked']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  exportId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  export?: Resolver<Maybe<ResolversTypes['Export']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ExportUntrackedResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['ExportUntracked'] = ResolversParentTypes['ExportUntracked']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  exportId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  export?: Resolver<Maybe<ResolversTypes['Export']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ExportResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['Export'] = ResolversParentTypes['Export']> = {
  __resolveType: TypeResolveFn<'HiEnergyExport' | 'PowerBiExport' | 'TalkdeskExport' | 'WebAdmitExport', ParentType, ContextType>;
};

export type ExportFailureResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['ExportFailure'] = ResolversParentTypes['ExportFailure']> = {
  code?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  isRetryable?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  retryAfterMs?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
};

export type ExportProgressResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['ExportProgress'] = ResolversParentTypes['ExportProgress']> = {
  percent?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  completedParts?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  totalParts?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
};

export type ExportFileResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['ExportFile'] = ResolversParentTypes['ExportFile']> = {
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  mediaType?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  url?: Resolver<ResolversTypes['URL'], ParentType, ContextType>;
  urlExpiresAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  availableUntil?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
};

export type ExportObservationResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['ExportObservation'] = ResolversParentTypes['ExportObservation']> = {
  observedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  nextPollAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  throttledUntil?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  isStale?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type ExportTransitionResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['ExportTransition'] = ResolversParentTypes['ExportTransition']> = {
  from?: Resolver<Maybe<ResolversTypes['ExportStatus']>, ParentType, ContextType>;
  to?: Resolver<ResolversTypes['ExportStatus'], ParentType, ContextType>;
  rawStatus?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type ExportConnectionResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['ExportConnection'] = ResolversParentTypes['ExportConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['ExportEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Export']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  unavailable?: Resolver<ReadonlyArray<ResolversTypes['AccountProblem']>, ParentType, ContextType>;
};

export type ExportEdgeResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['ExportEdge'] = ResolversParentTypes['ExportEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Export'], ParentType, ContextType>;
};

export type AccountProblemResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['AccountProblem'] = ResolversParentTypes['AccountProblem']> = {
  account?: Resolver<ResolversTypes['Account'], ParentType, ContextType>;
  code?: Resolver<ResolversTypes['VendorErrorCode'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type VendorResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['Vendor'] = ResolversParentTypes['Vendor']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  key?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  capabilities?: Resolver<ResolversTypes['VendorCapabilities'], ParentType, ContextType>;
  input?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  locator?: Resolver<ReadonlyArray<ResolversTypes['LocatorField']>, ParentType, ContextType>;
  order?: Resolver<ReadonlyArray<ResolversTypes['OrderField']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type LocatorFieldResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['LocatorField'] = ResolversParentTypes['LocatorField']> = {
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  description?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  isOptional?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  pattern?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  example?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type OrderFieldResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['OrderField'] = ResolversParentTypes['OrderField']> = {
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  type?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  isRequired?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  description?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  pattern?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  example?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
};

export type VendorCapabilitiesResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['VendorCapabilities'] = ResolversParentTypes['VendorCapabilities']> = {
  canList?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  reportsProgress?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  reportsTimes?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canStart?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  canCancel?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type AccountResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['Account'] = ResolversParentTypes['Account']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  key?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  vendor?: Resolver<ResolversTypes['Vendor'], ParentType, ContextType>;
  health?: Resolver<ResolversTypes['AccountHealth'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type AccountHealthResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['AccountHealth'] = ResolversParentTypes['AccountHealth']> = {
  state?: Resolver<ResolversTypes['AccountState'], ParentType, ContextType>;
  throttledUntil?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  lastError?: Resolver<Maybe<ResolversTypes['VendorErrorCode']>, ParentType, ContextType>;
};

export type HiEnergyExportResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['HiEnergyExport'] = ResolversParentTypes['HiEnergyExport']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  vendor?: Resolver<ResolversTypes['Vendor'], ParentType, ContextType>;
  account?: Resolver<ResolversTypes['Account'], ParentType, ContextType>;
  name?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  status?: Resolver<ResolversTypes['ExportStatus'], ParentType, ContextType>;
  rawStatus?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  isTerminal?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  outcome?: Resolver<Maybe<ResolversTypes['ExportOutcome']>, ParentType, ContextType>;
  failure?: Resolver<Maybe<ResolversTypes['ExportFailure']>, ParentType, ContextType>;
  progress?: Resolver<Maybe<ResolversTypes['ExportProgress']>, ParentType, ContextType>;
  createdAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  startedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  updatedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  finishedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  files?: Resolver<Maybe<ReadonlyArray<ResolversTypes['ExportFile']>>, ParentType, ContextType>;
  observation?: Resolver<ResolversTypes['ExportObservation'], ParentType, ContextType>;
  transitions?: Resolver<ReadonlyArray<ResolversTypes['ExportTransition']>, ParentType, ContextType>;
  tracking?: Resolver<Maybe<ResolversTypes['ExportTracking']>, ParentType, ContextType>;
  estimate?: Resolver<Maybe<ResolversTypes['ExportEstimate']>, ParentType, ContextType>;
  exportId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  reportType?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  displayName?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  statusDisplay?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  parameters?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  filename?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  errorMessage?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  partsReady?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  totalParts?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  isChunked?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  parent?: Resolver<Maybe<ResolversTypes['HiEnergyExport']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type PowerBiExportResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['PowerBiExport'] = ResolversParentTypes['PowerBiExport']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  vendor?: Resolver<ResolversTypes['Vendor'], ParentType, ContextType>;
  account?: Resolver<ResolversTypes['Account'], ParentType, ContextType>;
  name?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  status?: Resolver<ResolversTypes['ExportStatus'], ParentType, ContextType>;
  rawStatus?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  isTerminal?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  outcome?: Resolver<Maybe<ResolversTypes['ExportOutcome']>, ParentType, ContextType>;
  failure?: Resolver<Maybe<ResolversTypes['ExportFailure']>, ParentType, ContextType>;
  progress?: Resolver<Maybe<ResolversTypes['ExportProgress']>, ParentType, ContextType>;
  createdAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  startedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  updatedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  finishedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  files?: Resolver<Maybe<ReadonlyArray<ResolversTypes['ExportFile']>>, ParentType, ContextType>;
  observation?: Resolver<ResolversTypes['ExportObservation'], ParentType, ContextType>;
  transitions?: Resolver<ReadonlyArray<ResolversTypes['ExportTransition']>, ParentType, ContextType>;
  tracking?: Resolver<Maybe<ResolversTypes['ExportTracking']>, ParentType, ContextType>;
  estimate?: Resolver<Maybe<ResolversTypes['ExportEstimate']>, ParentType, ContextType>;
  exportId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  reportId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  reportName?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  groupId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  percentComplete?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  resourceFileExtension?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  resourceLocation?: Resolver<Maybe<ResolversTypes['URL']>, ParentType, ContextType>;
  expirationTime?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  lastActionDateTime?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type TalkdeskExportResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['TalkdeskExport'] = ResolversParentTypes['TalkdeskExport']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  vendor?: Resolver<ResolversTypes['Vendor'], ParentType, ContextType>;
  account?: Resolver<ResolversTypes['Account'], ParentType, ContextType>;
  name?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  status?: Resolver<ResolversTypes['ExportStatus'], ParentType, ContextType>;
  rawStatus?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  isTerminal?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  outcome?: Resolver<Maybe<ResolversTypes['ExportOutcome']>, ParentType, ContextType>;
  failure?: Resolver<Maybe<ResolversTypes['ExportFailure']>, ParentType, ContextType>;
  progress?: Resolver<Maybe<ResolversTypes['ExportProgress']>, ParentType, ContextType>;
  createdAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  startedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  updatedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  finishedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  files?: Resolver<Maybe<ReadonlyArray<ResolversTypes['ExportFile']>>, ParentType, ContextType>;
  observation?: Resolver<ResolversTypes['ExportObservation'], ParentType, ContextType>;
  transitions?: Resolver<ReadonlyArray<ResolversTypes['ExportTransition']>, ParentType, ContextType>;
  tracking?: Resolver<Maybe<ResolversTypes['ExportTracking']>, ParentType, ContextType>;
  estimate?: Resolver<Maybe<ResolversTypes['ExportEstimate']>, ParentType, ContextType>;
  jobId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  reportType?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  timezone?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  format?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  timespan?: Resolver<Maybe<ResolversTypes['Timespan']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type TimespanResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['Timespan'] = ResolversParentTypes['Timespan']> = {
  from?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  to?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
};

export type MutationResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  startExport?: Resolver<ResolversTypes['StartExportPayload'], ParentType, ContextType, RequireFields<MutationStartExportArgs, 'input'>>;
  cancelExport?: Resolver<ResolversTypes['CancelExportPayload'], ParentType, ContextType, RequireFields<MutationCancelExportArgs, 'locator'>>;
  trackExport?: Resolver<ResolversTypes['TrackExportPayload'], ParentType, ContextType, RequireFields<MutationTrackExportArgs, 'locator'>>;
  untrackExport?: Resolver<ResolversTypes['UntrackExportPayload'], ParentType, ContextType, RequireFields<MutationUntrackExportArgs, 'locator'>>;
  retryWebhookDelivery?: Resolver<ResolversTypes['WebhookDelivery'], ParentType, ContextType, RequireFields<MutationRetryWebhookDeliveryArgs, 'id'>>;
  sendTestWebhook?: Resolver<ResolversTypes['TestWebhookPayload'], ParentType, ContextType, RequireFields<MutationSendTestWebhookArgs, 'endpoint'>>;
};

export type StartExportPayloadResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['StartExportPayload'] = ResolversParentTypes['StartExportPayload']> = {
  export?: Resolver<ResolversTypes['Export'], ParentType, ContextType>;
  isExisting?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type CancelExportPayloadResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['CancelExportPayload'] = ResolversParentTypes['CancelExportPayload']> = {
  export?: Resolver<ResolversTypes['Export'], ParentType, ContextType>;
};

export type TrackExportPayloadResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['TrackExportPayload'] = ResolversParentTypes['TrackExportPayload']> = {
  export?: Resolver<Maybe<ResolversTypes['Export']>, ParentType, ContextType>;
  tracking?: Resolver<ResolversTypes['ExportTracking'], ParentType, ContextType>;
};

export type UntrackExportPayloadResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['UntrackExportPayload'] = ResolversParentTypes['UntrackExportPayload']> = {
  exportId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  wasTracked?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type ExportTrackingResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['ExportTracking'] = ResolversParentTypes['ExportTracking']> = {
  label?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  startedHere?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  trackedBy?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  trackedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  keptUntil?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
};

export type ExportEstimateResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['ExportEstimate'] = ResolversParentTypes['ExportEstimate']> = {
  finishAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  finishAtLatest?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  basedOn?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type WebhookDeliveryResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['WebhookDelivery'] = ResolversParentTypes['WebhookDelivery']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  endpoint?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  type?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  exportId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['WebhookDeliveryStatus'], ParentType, ContextType>;
  attempts?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  nextAttemptAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  lastResult?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  lastAttemptAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
};

export type TestWebhookPayloadResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['TestWebhookPayload'] = ResolversParentTypes['TestWebhookPayload']> = {
  isDelivered?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  result?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type WebAdmitExportResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['WebAdmitExport'] = ResolversParentTypes['WebAdmitExport']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  vendor?: Resolver<ResolversTypes['Vendor'], ParentType, ContextType>;
  account?: Resolver<ResolversTypes['Account'], ParentType, ContextType>;
  name?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  status?: Resolver<ResolversTypes['ExportStatus'], ParentType, ContextType>;
  rawStatus?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  isTerminal?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  outcome?: Resolver<Maybe<ResolversTypes['ExportOutcome']>, ParentType, ContextType>;
  failure?: Resolver<Maybe<ResolversTypes['ExportFailure']>, ParentType, ContextType>;
  progress?: Resolver<Maybe<ResolversTypes['ExportProgress']>, ParentType, ContextType>;
  createdAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  startedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  updatedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  finishedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  files?: Resolver<Maybe<ReadonlyArray<ResolversTypes['ExportFile']>>, ParentType, ContextType>;
  observation?: Resolver<ResolversTypes['ExportObservation'], ParentType, ContextType>;
  transitions?: Resolver<ReadonlyArray<ResolversTypes['ExportTransition']>, ParentType, ContextType>;
  tracking?: Resolver<Maybe<ResolversTypes['ExportTracking']>, ParentType, ContextType>;
  estimate?: Resolver<Maybe<ResolversTypes['ExportEstimate']>, ParentType, ContextType>;
  exportId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  exportFileId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  userIdentityId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  href?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type Resolvers<ContextType = GatewayContext> = {
  DateTime?: GraphQLScalarType;
  URL?: GraphQLScalarType;
  JSON?: GraphQLScalarType;
  Node?: NodeResolvers<ContextType>;
  Query?: QueryResolvers<ContextType>;
  PageInfo?: PageInfoResolvers<ContextType>;
  Subscription?: SubscriptionResolvers<ContextType>;
  ExportEvent?: ExportEventResolvers<ContextType>;
  ExportSnapshot?: ExportSnapshotResolvers<ContextType>;
  ExportStatusChanged?: ExportStatusChangedResolvers<ContextType>;
  ExportProgressed?: ExportProgressedResolvers<ContextType>;
  ExportWatchInterrupted?: ExportWatchInterruptedResolvers<ContextType>;
  ExportWatchResumed?: ExportWatchResumedResolvers<ContextType>;
  ExportWatchFailed?: ExportWatchFailedResolvers<ContextType>;
  ExportStalled?: ExportStalledResolvers<ContextType>;
  SubscriptionTokenExpiring?: SubscriptionTokenExpiringResolvers<ContextType>;
  ExportTracked?: ExportTrackedResolvers<ContextType>;
  ExportUntracked?: ExportUntrackedResolvers<ContextType>;
  Export?: ExportResolvers<ContextType>;
  ExportFailure?: ExportFailureResolvers<ContextType>;
  ExportProgress?: ExportProgressResolvers<ContextType>;
  ExportFile?: ExportFileResolvers<ContextType>;
  ExportObservation?: ExportObservationResolvers<ContextType>;
  ExportTransition?: ExportTransitionResolvers<ContextType>;
  ExportConnection?: ExportConnectionResolvers<ContextType>;
  ExportEdge?: ExportEdgeResolvers<ContextType>;
  AccountProblem?: AccountProblemResolvers<ContextType>;
  Vendor?: VendorResolvers<ContextType>;
  LocatorField?: LocatorFieldResolvers<ContextType>;
  OrderField?: OrderFieldResolvers<ContextType>;
  VendorCapabilities?: VendorCapabilitiesResolvers<ContextType>;
  Account?: AccountResolvers<ContextType>;
  AccountHealth?: AccountHealthResolvers<ContextType>;
  HiEnergyExport?: HiEnergyExportResolvers<ContextType>;
  PowerBiExport?: PowerBiExportResolvers<ContextType>;
  TalkdeskExport?: TalkdeskExportResolvers<ContextType>;
  Timespan?: TimespanResolvers<ContextType>;
  Mutation?: MutationResolvers<ContextType>;
  StartExportPayload?: StartExportPayloadResolvers<ContextType>;
  CancelExportPayload?: CancelExportPayloadResolvers<ContextType>;
  TrackExportPayload?: TrackExportPayloadResolvers<ContextType>;
  UntrackExportPayload?: UntrackExportPayloadResolvers<ContextType>;
  ExportTracking?: ExportTrackingResolvers<ContextType>;
  ExportEstimate?: ExportEstimateResolvers<ContextType>;
  WebhookDelivery?: WebhookDeliveryResolvers<ContextType>;
  TestWebhookPayload?: TestWebhookPayloadResolvers<ContextType>;
  WebAdmitExport?: WebAdmitExportResolvers<ContextType>;
};

