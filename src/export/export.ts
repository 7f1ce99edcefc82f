import type { VendorId } from './vendor-id.ts';

/** Where a job stands, in Waybill's words; the same for every vendor. */
export type ExportStatus =
  | 'QUEUED'
  | 'RUNNING'
  | 'CANCELING'
  | 'SUCCEEDED'
  | 'FAILED'
  | 'CANCELED'
  | 'EXPIRED'
  | 'UNKNOWN';

/** How well a job that SUCCEEDED ended. */
export type ExportOutcome = 'COMPLETE' | 'PARTIAL' | 'EMPTY';

const TERMINAL: ReadonlySet<ExportStatus> = new Set<ExportStatus>([
  'SUCCEEDED',
  'FAILED',
  'CANCELED',
  'EXPIRED',
]);

/** True once the job can no longer change. UNKNOWN is not terminal: the vendor may yet say a word we know. */
export function isTerminal(status: ExportStatus): boolean {
  return TERMINAL.has(status);
}

/** The vendor's own ids of one export by name; each already checked against the vendor's grammar. */
export type LocatorIds = Readonly<Record<string, string | undefined>>;

/** Names one export: which account, and the vendor's ids for it. */
export interface ExportKey<Ids extends LocatorIds = LocatorIds> {
  /** The global id: opaque, stable, canonical for account + ids. Equal ids name the same export, whatever their keys hold as a hint. */
  readonly id: string;
  readonly vendor: VendorId;
  /** The account's key in the configuration. */
  readonly account: string;
  readonly ids: Ids;
}

export interface ExportFailure {
  readonly code: string | null;
  /** One sentence for a person, bounded, without control characters. */
  readonly message: string;
  readonly isRetryable: boolean;
  readonly retryAfterMs: number | null;
}

export interface ExportProgress {
  /** 0 to 100. */
  readonly percent: number | null;
  readonly completedParts: number | null;
  readonly totalParts: number | null;
}

/** A finished file as far as it can be described without a link. */
export interface FileDescription {
  /** A safe file name with its extension: no path parts, no control characters. */
  readonly name: string;
  readonly mediaType: string | null;
  /** Epoch milliseconds; null where the vendor does not say when it drops the file. */
  readonly availableUntil: number | null;
}

/**
 * One export as the vendor last described it. All instants are epoch milliseconds.
 *
 * @typeParam Details - what only this vendor tells, the fields of its own GraphQL type
 */
export interface ExportSnapshot<Details = unknown> {
  readonly key: ExportKey;
  readonly name: string | null;
  readonly status: ExportStatus;
  /** The vendor's own word in its own spelling, at most 100 characters. */
  readonly rawStatus: string;
  /** Null unless `status` is SUCCEEDED. */
  readonly outcome: ExportOutcome | null;
  /** Null unless `status` is FAILED. */
  readonly failure: ExportFailure | null;
  /** Null where the vendor gives no progress; never invented from the status. */
  readonly progress: ExportProgress | null;
  readonly createdAt: number | null;
  readonly startedAt: number | null;
  readonly updatedAt: number | null;
  readonly finishedAt: number | null;
  /**
   * Null before the end, empty where the job ended without a file; `undefined` where the job ended and this answer
   * does not tell (a list call): `VendorAccount.describeFiles` knows.
   */
  readonly files: readonly FileDescription[] | null | undefined;
  /** How long the vendor asked us to leave this export alone; null when it said nothing. */
  readonly pollAfterMs: number | null;
  /** When the vendor gave this answer. */
  readonly observedAt: number;
  readonly details: Details;
}

/** How fresh an answer is, and when it will be asked for again. All epoch milliseconds. */
export interface ExportObservation {
  readonly observedAt: number;
  readonly nextPollAt: number | null;
  readonly throttledUntil: number | null;
  readonly isStale: boolean;
}

/** A change of status this gateway saw itself. */
export interface ExportTransition {
  readonly from: ExportStatus | null;
  readonly to: ExportStatus;
  readonly rawStatus: string;
  readonly at: number;
}

/** What a caller is shown: the snapshot, how we know it, and what a watch has seen. */
export interface Export<Details = unknown> extends ExportSnapshot<Details> {
  readonly observation: ExportObservation;
  /** Oldest first; empty where this export was never watched. */
  readonly transitions: readonly ExportTransition[];
}
