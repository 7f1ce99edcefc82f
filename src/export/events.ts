import type { VendorErrorCode, WatchInterruptionCode } from './errors.ts';
import type { Export, ExportProgress, ExportStatus } from './export.ts';

/** What every event holds. */
interface EventBase {
  /** Opaque; the last one seen is given back as `after` to resume. */
  readonly cursor: string;
  /** When this gateway saw it, epoch milliseconds. */
  readonly at: number;
  /** The export's global id. */
  readonly exportId: string;
  /** The whole state the event is about; null only while the vendor has never been read, or the stream has been told no state yet. */
  readonly export: Export | null;
}

/**
 * What happened to an export, without the state it happened to: what the log keeps and several processes share.
 *
 * Plain JSON. When an interruption will end is told by the state beside it (`nextPollAt`).
 */
export type ExportFact =
  | { readonly type: 'ExportSnapshot' }
  | {
      readonly type: 'ExportStatusChanged';
      readonly from: ExportStatus | null;
      readonly to: ExportStatus;
    }
  | { readonly type: 'ExportProgressed'; readonly progress: ExportProgress }
  | { readonly type: 'ExportWatchInterrupted'; readonly code: WatchInterruptionCode }
  | { readonly type: 'ExportWatchResumed' }
  | { readonly type: 'ExportWatchFailed'; readonly code: VendorErrorCode; readonly message: string }
  | { readonly type: 'ExportTracked'; readonly exportId: string }
  | { readonly type: 'ExportUntracked'; readonly exportId: string }
  | {
      readonly type: 'ExportStalled';
      /** The last change, epoch milliseconds. */
      readonly since: number;
    };

type FactOf<Type extends ExportFact['type']> = Extract<ExportFact, { type: Type }>;

/** The state at the start of a stream; `isReplayGap` where transitions may have been missed. */
export type ExportSnapshotEvent = EventBase & FactOf<'ExportSnapshot'> & { readonly isReplayGap: boolean };
export type ExportStatusChangedEvent = EventBase & FactOf<'ExportStatusChanged'>;
export type ExportProgressedEvent = EventBase & FactOf<'ExportProgressed'>;
/** `retryAt`, epoch milliseconds: when the vendor will be asked again; null where that is not known. */
export type ExportWatchInterruptedEvent = EventBase &
  FactOf<'ExportWatchInterrupted'> & { readonly retryAt: number | null };
export type ExportWatchResumedEvent = EventBase & FactOf<'ExportWatchResumed'>;
export type ExportWatchFailedEvent = EventBase & FactOf<'ExportWatchFailed'>;
export type ExportStalledEvent = EventBase & FactOf<'ExportStalled'>;
/** Only in the stream of tracked exports. */
export type ExportTrackedEvent = EventBase & FactOf<'ExportTracked'>;
export type ExportUntrackedEvent = EventBase & FactOf<'ExportUntracked'>;
/** About the stream, not the export: the caller's access ends at `expiresAt`, epoch milliseconds. No log holds it. */
export type SubscriptionTokenExpiringEvent = EventBase & {
  readonly type: 'SubscriptionTokenExpiring';
  readonly expiresAt: number;
};

/** Something that happened to one export; `type` is the name of its GraphQL type. */
export type ExportEvent =
  | ExportSnapshotEvent
  | ExportStatusChangedEvent
  | ExportProgressedEvent
  | ExportWatchInterruptedEvent
  | ExportWatchResumedEvent
  | ExportWatchFailedEvent
  | ExportStalledEvent
  | ExportTrackedEvent
  | ExportUntrackedEvent
  | SubscriptionTokenExpiringEvent;
