import type { Backplane, LogEntry } from '../export/backplane.ts';
import type { ExportEvent, ExportFact } from '../export/events.ts';
import type { Export, ExportKey, ExportSnapshot } from '../export/export.ts';
import type { VendorAccount } from '../export/ports.ts';
import type { WatchedState } from '../export/transitions.ts';
import type { Tools } from '../runtime/tools.ts';
import type { EventSource } from './channel-stream.ts';
import type { FollowListener } from './follower.ts';
import type { ListStream, ListStreamSettings } from './list-stream.ts';
import type { ReadMany } from './poller.ts';
import type { WatchRequest } from './watch-request.ts';
import type { WatchLoss } from './watch-types.ts';

/** Takes the entries of a journal, and the events that all streams share. */
export type JournalListener = (exportId: string, entry: LogEntry, event: ExportEvent) => void;

export interface EventOptions {
  /** The cursor of the last event seen. */
  readonly after?: string | undefined;
  /** Ends the stream, without an error. */
  readonly signal?: AbortSignal | undefined;
}

/** What the watches amount to; the later ones count from the start of the process. */
export interface WatchCounters {
  /** Exports being watched. */
  readonly watches: number;
  /** Open streams. */
  readonly subscribers: number;
  /** Exports asked for, one by one or in a batch. */
  readonly polls: number;
  /** Events given to subscribers, each for itself. */
  readonly events: number;
  readonly slowConsumersClosed: number;
}

export interface WatchHubOptions {
  readonly backplane: Backplane;
  readonly tools: Tools;
  /** How a batch is read. Default: the account's own `readMany`. */
  readonly readMany?: ReadMany | undefined;
  /** Authenticates cursors; the same in every process and after a restart, or earlier cursors are refused as forged. */
  readonly cursorSecret?: string | undefined;
  /** Events that may wait for one subscriber before it is closed. Default 256. */
  readonly maxPending?: number | undefined;
  /** Default 2,000. */
  readonly maxRemembered?: number | undefined;
  /** Called with an account's identity when the first of its exports is watched, and when none is any more. */
  readonly onWatched?: ((identity: string, isWatched: boolean) => void) | undefined;
  /** Called where a read elsewhere brought another status of an export whose watch is over. */
  readonly onRelearnt?: ((account: VendorAccount, key: ExportKey, state: WatchedState) => void) | undefined;
  /** Called for each poll with how late it began, in milliseconds; for metrics. */
  readonly onPoll?: ((lateMs: number) => void) | undefined;
}

/** Follows exports for any number of subscribers: one watch per export and account identity. */
export interface WatchHub {
  /**
   * What happens to these exports, from now until all of them have ended. The same export twice is one; no export is an
   * empty stream. Subscribers of one export are given the very same event objects, but while a stream still waits for a first state.
   *
   * @returns rejects from `next()` with a StreamClosedError where this subscriber reads too slowly or the gateway drains
   * @throws InputError where `after` is no cursor of ours; StreamClosedError after `drain`
   */
  events(requests: readonly WatchRequest[], options?: EventOptions): EventSource;
  /**
   * The export as its watch saw it, where that may stand for the vendor's own answer: the watch is alive, or the job has ended.
   * No vendor is asked; `observation` says how long ago that was and what is planned.
   */
  peek(account: VendorAccount, key: ExportKey): Export | undefined;
  /** The export as it was last known, marked as stale: for want of a better answer. */
  lastKnown(account: VendorAccount, key: ExportKey): Export | undefined;
  /** A read elsewhere brought this. What is known gives way to what is newer, and subscribers learn of it like of a poll. */
  learn(account: VendorAccount, snapshot: ExportSnapshot): void;
  /**
   * Follows exports for somebody who looks at none of them: they are watched until they have ended, like those of subscribers. The listener
   * is told in the order of the log.
   *
   * @returns resolves when they are watched, or cannot be now and are tried again; rejects where the gateway is going down
   */
  follow(requests: readonly WatchRequest[], listener: FollowListener): Promise<void>;
  /** Ends that, without a word to its listener. */
  unfollow(account: VendorAccount, key: ExportKey): void;
  isFollowed(account: VendorAccount, key: ExportKey): boolean;
  /** Asks about a watched export as soon as its account allows; false where it is not watched. */
  pollNow(account: VendorAccount, key: ExportKey): boolean;
  /** Remembers an export that had ended before this process began. */
  keep(account: VendorAccount, key: ExportKey, known: WatchedState): void;
  /** Calls back for each entry that any process publishes into a journal from now on. */
  listenTo(journal: string, listener: JournalListener): Promise<void>;
  /** See `Backplane.load`. */
  load: Backplane['load'];
  /** Writes an entry into a journal. @returns its sequence */
  publish(journal: string, fact: ExportFact, state: WatchedState | null): Promise<number>;
  /** A stream over a list of exports that changes. @throws as `events` does */
  list(settings: Omit<ListStreamSettings, 'host' | 'maxPending' | 'after'>, after?: string): ListStream;
  /** Exports of these accounts that are or were watched, the latest watch first; bounded. */
  recent(accounts: readonly VendorAccount[]): readonly Export[];
  counters(): WatchCounters;
  /** These accounts have another credential: what is in trouble is asked about at once, and refusals count anew. */
  renewAccounts(identities: ReadonlySet<string>): void;
  /** Accounts are gone, by identity and with the reason: each of their exports ends with one last event, and is forgotten. */
  endAccounts(reasons: ReadonlyMap<string, WatchLoss>): void;
  /** Ends every stream with SERVER_DRAINING, after what waits in it, and lets other processes take over. */
  drain(reason: string): Promise<void>;
}
