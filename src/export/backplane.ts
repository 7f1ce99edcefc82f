import type { ExportFact } from './events.ts';
import type { ExportKey } from './export.ts';
import type { WatchedState } from './transitions.ts';

/** One thing that happened to one export, at its place in the log. */
export interface LogEntry {
  /** Its place in the one order of its tenant's log, over all topics; larger is later. Those of two tenants tell nothing of each other. */
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

/** An export that a node wants to be told of, and by what its account's owner asks about it. */
export interface WantedExport {
  readonly topic: string;
  readonly key: ExportKey;
}

/** An export that its account's owner is to ask about. */
export interface OwnedExport extends WantedExport {
  readonly stored: StoredWatch;
  /** It was asked about until now, so that the plan in its state holds. */
  readonly isAsked: boolean;
  /** Some other node than the owner wants it. */
  readonly isWantedElsewhere: boolean;
}

/** What is kept about an export that was joined. */
export interface JoinedExport extends StoredWatch {
  /** Some node wanted it already, so that the account's owner is asking about it. */
  readonly isAsked: boolean;
}

/** The answer to a join. */
export interface Joined {
  /** Where this node owns the account: its fence. Null where another node does. */
  readonly fence: number | null;
  /** In the order asked for. */
  readonly exports: readonly JoinedExport[];
}

/** What a reading of one export came to. */
export interface Commit {
  readonly topic: string;
  /** The version this stands on. */
  readonly version: number;
  readonly state: WatchedState;
  /** What happened, in order; empty where the reading brought nothing new. */
  readonly facts: readonly ExportFact[];
  /** Epoch milliseconds, for the entries. */
  readonly at: number;
}

/** What readings of one account came to. */
export interface CommitBatch {
  readonly account: string;
  /** Under which the node owns the account. */
  readonly fence: number;
  readonly commits: readonly Commit[];
}

/** The version after the commit. Where it stood on another version than the last, nothing was written of it, and this is what is stored. */
export type CommitResult = number | StoredWatch;

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

/** What one node is told. Calls come in the order in which things happened. */
export interface BackplaneListener {
  /** An entry of a topic that this node wants, or of a journal that it follows: at least once, for each tenant in the order of its log. */
  onEntry(topic: string, entry: LogEntry): void;
  /**
   * This node owns the account and is to ask about these. Where it came to own it otherwise than by being the first to join, they are all
   * that any node wants of it, its own included; later they are what other nodes come to want.
   */
  onWanted(account: string, fence: number, exports: readonly OwnedExport[]): void;
  /** No other node wants these any more, of an account that this node owns. */
  onUnwanted(account: string, topics: readonly string[]): void;
  /** Another node knows of a reason to ask about these now, of an account that this node owns. */
  onNudged(account: string, topics: readonly string[]): void;
  /**
   * The log has begun anew, under another epoch: nothing of what was written is kept in it, and this node has joined nothing. Journals are
   * followed as before; every account is to be joined anew.
   */
  onReset(): void;
  /** The backplane can, or cannot, be reached from now on. Until this is first called it can. */
  onReachable(isReachable: boolean): void;
}

/**
 * One process among those that share the backplane. Its calls take effect in the order in which they are made.
 *
 * A node that dies is found out by the backplane: its accounts go to others that want them, under larger fences. One that was only stopped for long
 * wants, as soon as it goes on, again by itself what it wanted, and is told in order what it has missed of what is still kept; where it owns an
 * account anew by that, it is told so. That an account has another owner by now it learns from a commit that is fenced, and joins again.
 */
export interface BackplaneNode {
  /**
   * This node wants exports of an account. Where no node owns the account, this one does from now on: until it wants no export of it any more,
   * it closes, or it is taken for dead. Joining again is harmless. A topic that was not kept begins here, and takes a place in the log, so
   * that older cursors know that they miss something.
   *
   * @returns once every later entry of these topics reaches the listener. Entries from before a node's first join do not
   */
  join(account: string, wanted: readonly WantedExport[]): Promise<Joined>;
  /**
   * This node wants these no longer. With the last of an account it leaves the account, and where it owned it, another node that
   * wants it does from then on. Where the backplane cannot be reached it is made good when it can be.
   */
  leave(account: string, topics: readonly string[]): void;
  /** Asks the owner of the account to ask about these now; where nobody can be told, nothing happens. */
  nudge(account: string, topics: readonly string[]): void;
  /** Once it resolves, every later entry of the journal reaches the listener. */
  follow(journal: string): Promise<void>;
  /** Leaves everything: resolves when all accounts are handed over. */
  close(): Promise<void>;
}

/**
 * What several gateway processes share: who asks about which account, what is known of its exports, what happened, and being told.
 *
 * The account is the unit of ownership: one node asks about all exports of an account that any node wants, so that its calls are made once
 * and together. An account here is an account identity, a topic one export as one account identity sees it. Everything passed in or out is plain
 * JSON. Per topic the last entries are kept (at least 64) and the whole for a while (10 minutes by default) after the last node has left it.
 *
 * What belongs to one tenant begins with its name and a slash: account identities, and with them topics, and journals. Every method that resolves may
 * reject when the backplane cannot be reached, at once or within a second; the caller tries again later. Only `connect` does not: it connects as soon as it can.
 */
export interface Backplane {
  /** Names this log's life, 1 to 24 letters and digits: a cursor from another one cannot be resumed from. Another one from `onReset` on; `0` before the first is known. */
  readonly epoch: string;
  /** Becomes one of the nodes. */
  connect(listener: BackplaneListener): Promise<BackplaneNode>;
  /**
   * Writes states and entries, each commit for itself: all of it or nothing. Whoever holds the fence may.
   *
   * @returns one result per commit, in order; `fenced` where the account is not owned under this fence any more, and nothing was written
   */
  commit(batch: CommitBatch): Promise<readonly CommitResult[] | 'fenced'>;
  /**
   * Writes an entry that is no reading of an export, such as that it came to be tracked, into a journal: a topic that belongs to no account, and
   * that is kept as long as the log. Of a journal the last entries are kept (at least 1,000).
   *
   * @returns the entry's sequence
   */
  publish(journal: string, entry: Omit<LogEntry, 'sequence'>): Promise<number>;
  /** Reads topics of one tenant as of one moment. A journal has no state. @param after - null where no entries are wanted */
  load(topics: readonly string[], after: number | null): Promise<Loaded>;
  /** How many nodes share it, as last known; at least 1. */
  readonly nodes: number;
  close(): Promise<void>;
}
