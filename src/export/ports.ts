import type { Readable } from 'node:stream';
import type { VendorError, VendorErrorCode } from './errors.ts';
import type { ExportKey, ExportSnapshot, FileDescription, LocatorIds } from './export.ts';
import type { VendorId } from './vendor-id.ts';

/** What can be had of a vendor at all. */
export interface VendorCapabilities {
  /** The vendor has a call that lists exports. */
  readonly canList: boolean;
  readonly reportsProgress: boolean;
  readonly reportsTimes: boolean;
  /** It has a call that starts an export. */
  readonly canStart: boolean;
  /** It has a call that stops a job. */
  readonly canCancel: boolean;
}

/** One id's grammar. An id that fails it never reaches the vendor. */
export interface IdRule {
  readonly isOptional: boolean;
  /** It helps to read an export and does not name it: with and without it, the export is the same. Only of an optional id. */
  readonly isHint?: boolean | undefined;
  test(value: string): boolean;
  /** What is allowed, for the error message: `a UUID`, `a positive integer of at most 19 digits`. */
  readonly allowed: string;
  /** One that fits, and that no export is expected to have. */
  readonly example?: string | undefined;
  /** The same as a regular expression that the whole id has to match, in the syntax that RE2 and JavaScript share. Left out: only `test` knows. */
  readonly pattern?: string | undefined;
}

/** What clients are told of an order's field beside its type and description, which stand in the schema. */
export interface OrderFieldHint {
  /** As of `IdRule`. */
  readonly pattern?: string | undefined;
  /** A value that passes; plain JSON. */
  readonly example?: unknown;
}

/** The grammar of each id, in the order in which they stand in a global id. */
export type LocatorGrammar<Ids extends LocatorIds = LocatorIds> = { readonly [K in keyof Ids]-?: IdRule };

/** One vendor, as far as the gateway may know it: its name, its abilities, its grammar. */
export interface VendorInfo<Ids extends LocatorIds = LocatorIds> {
  readonly id: VendorId;
  /** Its name in prose, as its owner writes it. */
  readonly name: string;
  readonly capabilities: VendorCapabilities;
  readonly locator: LocatorGrammar<Ids>;
  /** By the name of an order's field. */
  readonly orderHints?: Readonly<Record<string, OrderFieldHint>> | undefined;
  /**
   * Checks an order as the schema's input type of this vendor lets it through: ids, sizes, what is an object.
   *
   * @param where - the argument's path, for the message, e.g. `input.order.powerBi`
   * @throws InputError naming the field and what is allowed
   */
  parseOrder(input: Readonly<Record<string, unknown>>, where: string): ExportOrder;
  /** What exports of one kind have in common, so that how long one takes tells how long another will: a report type. Null: nothing is known. */
  kindOf(snapshot: ExportSnapshot): string | null;
  /**
   * The ids in the body of a callback, each checked against the grammar; empty where it holds none. Never throws: the body is a stranger's.
   *
   * Left out by vendors that call nobody back.
   */
  readCallback?(body: string): LocatorIds;
}

/**
 * What to export, checked; plain JSON. Equal orders are equal as JSON with sorted keys, so leave out what was not given instead of
 * writing null.
 */
export type ExportOrder = Readonly<Record<string, unknown>>;

export interface StartOptions {
  /** Stands in the log lines about the call. A start has no signal: it is not given up when its caller leaves. */
  readonly scope?: WorkScope | undefined;
  /** Where the vendor may say that the job has ended, for vendors with such a thing. */
  readonly callbackUrl?: string | undefined;
  /**
   * By which a vendor that knows orders by a key knows this one again: the same for the same order under the same key of a caller. Letters,
   * digits, `-` and `_`, at most 64.
   */
  readonly orderKey?: string | undefined;
}

/** What came of an order. */
export interface StartedExport {
  /** As the vendor's answer describes it. */
  readonly snapshot: ExportSnapshot;
  /** The vendor answered with an export that was there already. */
  readonly isExisting: boolean;
}

/** Looks for an export whose start's answer was lost. */
export interface StartedSearch {
  readonly order: ExportOrder;
  /** When the order was sent, epoch milliseconds by this gateway's clock. */
  readonly sentAt: number;
  /** What `markStart` said before it was sent; null where it said nothing. */
  readonly mark: string | null;
}

/** How often a watch may ask about one export of this account. */
export interface Pacing {
  readonly minMs: number;
  readonly maxMs: number;
  /** No change for this long after the last one is reported as stalled. */
  readonly stallAfterMs: number;
}

/** One key's answer: a snapshot, or why there is none. */
export type Reading = ExportSnapshot | VendorError;

/** Whom work is done for, in log lines. */
export interface WorkScope {
  /** Null where work belongs to no request, such as a poll. */
  readonly requestId: string | null;
  readonly tenant: string | null;
  /** The caller's name. Null where nobody in particular asks. */
  readonly caller: string | null;
}

/** Says that work is given up; an `AbortSignal` is one. */
export interface CancelSignal {
  readonly aborted: boolean;
  /** Why; an `AbortError` where no reason was given. */
  readonly reason: unknown;
  throwIfAborted(): void;
}

export interface ReadOptions {
  /** Aborts when nobody waits for any of the keys any more. */
  readonly signal?: CancelSignal | undefined;
  /** Stands in the log lines about the calls; of shared work, that of whoever asked first. */
  readonly scope?: WorkScope | undefined;
}

/** What opening one finished file comes to, asked of the vendor at that moment. */
export type FileAccess =
  /** A presigned link, byte for byte as the vendor wrote it; not yet checked. Opened without any credential. */
  | {
      readonly type: 'link';
      readonly url: string;
      readonly expiresAt: number;
      readonly file: FileDescription;
    }
  /** Behind the account's own credential: only this gateway can open it. */
  | {
      readonly type: 'stream';
      readonly file: FileDescription;
      open(options: OpenOptions): Promise<FileStream>;
    }
  | { readonly type: 'unfinished' }
  /** Finished without such a file, or the vendor has dropped it. */
  | { readonly type: 'gone' };

export interface OpenOptions {
  readonly method: 'GET' | 'HEAD';
  /** `range`, `if-range`, `if-none-match`, `if-modified-since`; passed on as they are. */
  readonly headers: Readonly<Record<string, string>>;
  readonly signal?: CancelSignal | undefined;
  readonly scope?: WorkScope | undefined;
}

/** A file on its way, never buffered. Destroying the body ends the vendor's call. */
export interface FileStream {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Readable;
}

export interface AccountHealth {
  readonly state: 'HEALTHY' | 'THROTTLED' | 'DEGRADED' | 'UNAVAILABLE';
  /** Epoch milliseconds; null when the vendor did not ask this account to wait. */
  readonly throttledUntil: number | null;
  readonly lastError: VendorErrorCode | null;
}

/** One account at one vendor: what the gateway needs from a vendor, and all it may know about one. */
export interface VendorAccount {
  /** Its key in the configuration. */
  readonly key: string;
  readonly vendor: VendorId;
  readonly tenant: string;
  /**
   * Tenant, account and credential in one opaque word: everything that is cached or shared is keyed by it, so that
   * two callers with different credentials never see each other's answers. Holds no secret.
   */
  readonly identity: string;
  readonly pacing: Pacing;
  /** One entry per key, in the keys' order. A failed read is an entry, so it never spoils its neighbours. Never rejects, except with the signal's reason. */
  readMany(keys: readonly ExportKey[], options?: ReadOptions): Promise<readonly Reading[]>;
  /** As `readMany` of one key, for those that make one cheaper. */
  readOne?(key: ExportKey, options?: ReadOptions): Promise<Reading>;
  /**
   * Whether a list call is expected to spare calls when so many exports are read together. Where it is not, nothing is won by
   * reading them together. Left out: not known.
   */
  listPays?(count: number): boolean;
  /** The files of a finished export whose snapshot left `files` undefined: one call. @throws VendorError */
  describeFiles(key: ExportKey, options?: ReadOptions): Promise<readonly FileDescription[]>;
  /** The vendor's newest exports, in no promised order. @throws VendorError, UNSUPPORTED_BY_VENDOR where there is no such call */
  listRecent(limit: number, options?: ReadOptions): Promise<readonly ExportSnapshot[]>;
  /**
   * Asks the vendor, now, how this file can be opened. Never answered from a cache and never shared.
   *
   * @param index - the file's place in the export's `files`
   * @throws VendorError
   */
  locateFile(key: ExportKey, index: number, options?: ReadOptions): Promise<FileAccess>;
  /**
   * Starts an export. The order is sent once and never repeated, but for one renewal of a token that the vendor said had expired.
   *
   * Left out by vendors that cannot.
   *
   * @param order - as `parseOrder` gave it
   * @throws StartError where the vendor refused the order, or its answer was lost; VendorError where nothing was started
   */
  start?(order: ExportOrder, options?: StartOptions): Promise<StartedExport>;
  /** True where the vendor knows an order again by `StartOptions.orderKey`: sent twice, it starts one export. */
  readonly knowsOrders?: boolean | undefined;
  /**
   * What tells exports that were there before an order from the one it starts, for vendors whose lists give no times: to be kept with the
   * order. Null where it is not to be had now: then an order under an idempotency key is not sent. Left out where it is not needed. Costs a list
   * call. Never rejects.
   */
  markStart?(order: ExportOrder, options?: StartOptions): Promise<string | null>;
  /**
   * Exports in the vendor's own list that this order may have started, the likeliest first; empty where none was.
   *
   * Left out by vendors without a list.
   *
   * @throws VendorError
   */
  findStarted?(search: StartedSearch, options?: StartOptions): Promise<readonly ExportSnapshot[]>;
  /**
   * Sends what an export that `findStarted` found still waits for, where the vendor makes it by one call and begins it by another; the
   * same snapshot where it waits for nothing. Left out where a start is one call.
   *
   * @throws StartError, VendorError
   */
  finishStart?(snapshot: ExportSnapshot, options?: StartOptions): Promise<ExportSnapshot>;
  /**
   * Asks the vendor to stop a job; sent once. That it stops is told by its status.
   *
   * Left out by vendors that cannot.
   *
   * @throws VendorError
   */
  cancel?(key: ExportKey, options?: StartOptions): Promise<void>;
  health(): AccountHealth;
  /** Ends its connections; calls under way fail. */
  close(): Promise<void>;
}
