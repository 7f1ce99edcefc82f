import type { VendorErrorCode } from '../export/errors.ts';
import type { Cancellation } from '../runtime/cancellation.ts';

/** What a watch is about at the moment. */
export type WatchPhase =
  | 'opening' // joined in a moment
  | 'asking' // this process owns the account and asks the vendor
  | 'following' // another process does, and the log tells what it found
  | 'lost' // the account is gone
  | 'ended'; // the last subscriber has left: what was known is remembered

/** Why a watch is lost. */
export interface WatchLoss {
  readonly code: VendorErrorCode;
  readonly message: string;
}

/** The joining of some watches. Neither rejects. */
export interface Opening {
  /** It was tried once. */
  readonly tried: Promise<void>;
  /** They are joined, or over. */
  readonly done: Promise<void>;
}

/** A read under way for some watches; given up when the last of them has left. */
export interface SharedRead {
  readonly abort: Cancellation;
  waiting: number;
}

/** Where one stream stands with one export. */
export type SubscriptionPhase =
  | 'awaiting' // no first state told yet
  | 'interrupted' // likewise, and the stream knows that the vendor cannot be read
  | 'live' // every entry is passed on
  | 'done'; // the export has ended, or cannot be read for good
