import type { ExportFact } from './events.ts';
import type { WatchedState } from './transitions.ts';

/** One thing that happened to one export, at its place in the log. */
export interface LogEntry {
  /** Its place in the one order of the whole log, over all topics; larger is later. */
  readonly sequence: number;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly fact: ExportFact;
  /** The state right after. */
  readonly state: WatchedState;
}

/** What is kept about one topic. */
export interface StoredWatch {
  /** Null before the first commit. */
  readonly state: WatchedState | null;
  /** Counts commits; each names the one it stands on. */
  readonly version: number;
  /** Of the topic's last entry; 0 where there is none. */
  readonly sequence: number;
}

/** The answer to a claim; `token` is null where another holder has the topic until `leaseUntil`. */
export interface Claim {
  /** The fencing token: each new lease of a topic has a larger one, and a commit under an older one is refused. */
  readonly token: number | null;
  /** Epoch milliseconds. */
  readonly leaseUntil: number;
  readonly stored: StoredWatch;
}

export interface Commit {
  readonly topic: string;
  readonly token: number;
  /** The version this stands on. */
  readonly version: number;
  readonly state: WatchedState;
  /** What happened, in order; empty where the reading brought nothing new. */
  readonly facts: readonly ExportFact[];
  /** Epoch milliseconds, for the entries. */
  readonly at: number;
  /** The lease lasts this much longer, counted from now. */
  readonly leaseMs: number;
}

/** The version after the commit; null where the lease was lost or another commit came first, and nothing was written. */
export type CommitResult = number | null;

/** A topic as it stood at one moment, and what happened to it since an earlier one. */
export interface LoadedTopic {
  readonly state: WatchedState | null;
  /** Entries after the sequence that was asked for, oldest first. */
  readonly entries: readonly LogEntry[];
  /** False where entries after that sequence are no longer known, or the topic is younger than it. */
  readonly isComplete: boolean;
}

export interface Loaded {
  /** The log's last sequence at that moment: all the topics' entries up to it are in their states. */
  readonly head: number;
  /** In the order asked for; `undefined` where nothing is kept. */
  readonly topics: readonly (LoadedTopic | undefined)[];
}

export interface BackplaneListener {
  /** An entry of a followed topic: at least once, in the order of the log over all topics. */
  onEntry(topic: string, entry: LogEntry): void;
  /** The holder of a followed topic gave it up: any that follow it may claim it now. */
  onReleased(topic: string): void;
}

/** One process's ear. */
export interface BackplaneFeed {
  /** Once it resolves, every later entry of these topics reaches the listener. */
  follow(topics: readonly string[]): Promise<void>;
  unfollow(topics: readonly string[]): void;
  close(): void;
}

/**
 * What several gateway processes share: who asks about which export, what is known of it, what happened, and being told.
 *
 * A topic is one export as one account identity sees it. Everything passed in or out is plain JSON. Per topic the last
 * entries are kept (at least 64) and the whole for a while (10 minutes by default) after its last lease has ended. Every
 * method may reject when the backplane cannot be reached; the caller tries again later.
 */
export interface Backplane {
  /** Names this log's life, 1 to 24 letters and digits: a cursor from another one cannot be resumed from. */
  readonly epoch: string;
  listen(listener: BackplaneListener): Promise<BackplaneFeed>;
  /**
   * Takes, for `leaseMs`, the topics that no other holder has; one answer per topic, in order. A topic that was not kept begins here, and takes a place in the log, so that older cursors know that they miss something.
   */
  claim(topics: readonly string[], holder: string, leaseMs: number): Promise<readonly Claim[]>;
  /** Gives topics up; a stale token is ignored. */
  release(leases: readonly { readonly topic: string; readonly token: number }[]): Promise<void>;
  /** Writes states and entries, each commit for itself: all of it or nothing. One answer per commit, in order. */
  commit(commits: readonly Commit[]): Promise<readonly CommitResult[]>;
  /**
   * Writes an entry that is no reading of an export, such as that it came to be tracked, into a journal: a topic that nobody leases, and
   * that is kept as long as the log. Of a journal the last entries are kept (at least 1,000).
   *
   * @returns the entry's sequence
   */
  publish(topic: string, entry: Omit<LogEntry, 'sequence'>): Promise<number>;
  /** Reads topics as of one moment. A journal has no state. @param after - null where no entries are wanted */
  load(topics: readonly string[], after: number | null): Promise<Loaded>;
  close(): Promise<void>;
}
