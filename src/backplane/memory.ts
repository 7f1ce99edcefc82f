import { randomBytes } from 'node:crypto';
import type {
  Backplane,
  BackplaneFeed,
  BackplaneListener,
  Claim,
  Commit,
  CommitResult,
  LoadedTopic,
  LogEntry,
} from '../export/backplane.ts';
import type { WatchedState } from '../export/transitions.ts';
import type { Clock } from '../runtime/clock.ts';

export interface MemoryBackplaneOptions {
  readonly clock: Clock;
  /** Entries kept per topic. Default 64. */
  readonly maxEntries?: number | undefined;
  /** How long a topic is kept after its last lease has ended, in milliseconds. Default 10 minutes. */
  readonly retentionMs?: number | undefined;
  /** The most topics without a lease that are kept; the longest idle go first. Default 10,000. */
  readonly maxIdle?: number | undefined;
  /** See `Backplane.epoch`. Made anew by default. */
  readonly epoch?: string | undefined;
}

const MAX_JOURNAL_ENTRIES = 1_000;

/** One topic. There may be a hundred thousand: no closure, no empty array, no object that could be a number. */
class Topic {
  state: WatchedState | null = null;
  version = 0;
  sequence = 0;
  /** Entries up to this sequence are not known here. */
  floor: number;
  entries: LogEntry[] | null = null;
  holder: string | null = null;
  token = 0;
  leaseUntil = 0;

  constructor(floor: number) {
    this.floor = floor;
  }
}

class MemoryFeed implements BackplaneFeed {
  readonly topics = new Set<string>();
  readonly listener: BackplaneListener;
  private readonly feeds: Set<MemoryFeed>;

  constructor(listener: BackplaneListener, feeds: Set<MemoryFeed>) {
    this.listener = listener;
    this.feeds = feeds;
    feeds.add(this);
  }

  async follow(topics: readonly string[]): Promise<void> {
    for (const topic of topics) this.topics.add(topic);
  }

  unfollow(topics: readonly string[]): void {
    for (const topic of topics) this.topics.delete(topic);
  }

  close(): void {
    this.topics.clear();
    this.feeds.delete(this);
  }
}

/** The backplane of a gateway that runs alone: everything in this process, gone with it. */
export class MemoryBackplane implements Backplane {
  readonly epoch: string;
  private readonly clock: Clock;
  private readonly maxEntries: number;
  private readonly retentionMs: number;
  private readonly maxIdle: number;
  private readonly topics = new Map<string, Topic>();
  /** Topics that are published to; never forgotten, as there are few. */
  private readonly journals = new Map<string, Topic>();
  private readonly feeds = new Set<MemoryFeed>();
  /** Topics without a lease and since when, the longest idle first. */
  private readonly idle = new Map<string, number>();
  private head = 0;
  private sweptAt: number;

  constructor(options: MemoryBackplaneOptions) {
    this.clock = options.clock;
    this.maxEntries = options.maxEntries ?? 64;
    this.retentionMs = options.retentionMs ?? 600_000;
    this.maxIdle = options.maxIdle ?? 10_000;
    this.epoch = options.epoch ?? randomBytes(6).toString('hex');
    this.sweptAt = options.clock.now();
  }

  /** Topics kept at the moment. */
  get size(): number {
    return this.topics.size;
  }

  async listen(listener: BackplaneListener): Promise<BackplaneFeed> {
    return new MemoryFeed(listener, this.feeds);
  }

  async claim(topics: readonly string[], holder: string, leaseMs: number): Promise<readonly Claim[]> {
    const now = this.clock.now();
    this.forget(now);
    return topics.map((name) => this.claimOne(name, holder, leaseMs, now));
  }

  async release(leases: readonly { readonly topic: string; readonly token: number }[]): Promise<void> {
    const now = this.clock.now();
    for (const { topic: name, token } of leases) {
      const topic = this.topics.get(name);
      if (topic === undefined || topic.token !== token || topic.holder === null) continue;
      topic.holder = null;
      topic.leaseUntil = now;
      this.idle.set(name, now);
      for (const feed of this.feeds) if (feed.topics.has(name)) feed.listener.onReleased(name);
    }
    this.forget(now);
  }

  async commit(commits: readonly Commit[]): Promise<readonly CommitResult[]> {
    return commits.map((commit) => this.commitOne(commit));
  }

  async publish(name: string, entry: Omit<LogEntry, 'sequence'>): Promise<number> {
    let journal = this.journals.get(name);
    if (journal === undefined) {
      // Nothing was published before: there is nothing that a cursor could miss.
      journal = new Topic(0);
      this.journals.set(name, journal);
    }
    this.head += 1;
    this.append(name, journal, { ...entry, sequence: this.head }, MAX_JOURNAL_ENTRIES);
    return this.head;
  }

  async load(
    topics: readonly string[],
    after: number | null,
  ): Promise<{ head: number; topics: readonly (LoadedTopic | undefined)[] }> {
    return {
      head: this.head,
      topics: topics.map((name) => {
        const topic = this.topics.get(name) ?? this.journals.get(name);
        if (topic === undefined) return undefined;
        const since = after ?? this.head;
        return {
          state: topic.state,
          entries: topic.entries?.filter(({ sequence }) => sequence > since) ?? [],
          isComplete: since >= topic.floor && since <= this.head,
        };
      }),
    };
  }

  async close(): Promise<void> {
    for (const feed of this.feeds) feed.close();
    this.topics.clear();
    this.journals.clear();
    this.idle.clear();
  }

  private claimOne(name: string, holder: string, leaseMs: number, now: number): Claim {
    let topic = this.topics.get(name);
    if (topic === undefined) {
      this.head += 1;
      topic = new Topic(this.head);
      this.topics.set(name, topic);
    }
    const isFree = topic.holder === null || topic.leaseUntil <= now;
    if (isFree || topic.holder === holder) {
      if (isFree) topic.token += 1;
      topic.holder = holder;
      topic.leaseUntil = now + leaseMs;
      this.idle.delete(name);
    }
    return {
      token: topic.holder === holder ? topic.token : null,
      leaseUntil: topic.leaseUntil,
      stored: { state: topic.state, version: topic.version, sequence: topic.sequence },
    };
  }

  private commitOne(commit: Commit): CommitResult {
    const topic = this.topics.get(commit.topic);
    // A lease that ran out is still good while no other holder has taken it: the token would have grown.
    if (topic === undefined || topic.holder === null) return null;
    if (topic.token !== commit.token || topic.version !== commit.version) return null;
    topic.state = commit.state;
    topic.version += 1;
    topic.leaseUntil = this.clock.now() + commit.leaseMs;
    for (const fact of commit.facts) {
      this.head += 1;
      this.append(commit.topic, topic, { sequence: this.head, at: commit.at, fact, state: commit.state });
    }
    return topic.version;
  }

  private append(name: string, topic: Topic, entry: LogEntry, maxEntries = this.maxEntries): void {
    topic.sequence = entry.sequence;
    if (topic.entries === null) topic.entries = [entry];
    else topic.entries.push(entry);
    if (topic.entries.length > maxEntries) topic.floor = topic.entries.shift()?.sequence ?? topic.floor;
    for (const feed of this.feeds) if (feed.topics.has(name)) feed.listener.onEntry(name, entry);
  }

  /** Drops what has been idle for too long, or is one too many. */
  private forget(now: number): void {
    if (now - this.sweptAt >= this.retentionMs) this.findAbandoned(now);
    for (const [name, since] of this.idle) {
      if (now - since < this.retentionMs && this.idle.size <= this.maxIdle) break;
      this.idle.delete(name);
      this.topics.delete(name);
    }
  }

  /** A holder that died gave nothing up: its topics are idle since their leases ran out. */
  private findAbandoned(now: number): void {
    this.sweptAt = now;
    for (const [name, topic] of this.topics) {
      if (topic.leaseUntil > now || this.idle.has(name)) continue;
      topic.holder = null;
      this.idle.set(name, now);
    }
  }
}
