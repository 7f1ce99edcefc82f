import { randomBytes } from 'node:crypto';
import type {
  Backplane,
  BackplaneListener,
  BackplaneNode,
  Commit,
  CommitBatch,
  CommitResult,
  Joined,
  JoinedExport,
  LoadedTopic,
  LogEntry,
  OwnedExport,
  StoredWatch,
  WantedExport,
} from '../export/backplane.ts';
import type { ExportKey } from '../export/export.ts';
import type { WatchedState } from '../export/transitions.ts';
import type { Clock } from '../runtime/clock.ts';

export interface MemoryBackplaneOptions {
  readonly clock: Clock;
  /** Entries kept per topic. Default 64. */
  readonly maxEntries?: number | undefined;
  /** How long a topic is kept after the last node has left it, in milliseconds. Default 10 minutes. */
  readonly retentionMs?: number | undefined;
  /** The most topics that no node wants that are kept; the longest idle go first. Default 10,000. */
  readonly maxIdle?: number | undefined;
  /** See `Backplane.epoch`. Made anew by default. */
  readonly epoch?: string | undefined;
}

const MAX_JOURNAL_ENTRIES = 1_000;

/** What is told in the log under one name. There may be a hundred thousand: no closure, no empty array, no Set for one. */
class Line {
  sequence = 0;
  /** Entries up to this sequence are not known here. */
  floor: number;
  entries: LogEntry[] | null = null;
  /** The nodes that are told. */
  nodes: MemoryNode | Set<MemoryNode> | null = null;

  constructor(floor: number) {
    this.floor = floor;
  }

  has(node: MemoryNode): boolean {
    return this.nodes === node || (this.nodes instanceof Set && this.nodes.has(node));
  }

  hasOtherThan(node: MemoryNode | null): boolean {
    if (!(this.nodes instanceof Set)) return this.nodes !== null && this.nodes !== node;
    return this.nodes.size > 1 || (this.nodes.size === 1 && (node === null || !this.nodes.has(node)));
  }

  add(node: MemoryNode): void {
    if (this.nodes === null) this.nodes = node;
    else if (this.nodes instanceof Set) this.nodes.add(node);
    else if (this.nodes !== node) this.nodes = new Set([this.nodes, node]);
  }

  remove(node: MemoryNode): void {
    if (this.nodes instanceof Set) this.nodes.delete(node);
    if (this.nodes === node || (this.nodes instanceof Set && this.nodes.size === 0)) this.nodes = null;
  }

  tell(name: string, entry: LogEntry): void {
    if (this.nodes instanceof Set) for (const { listener } of this.nodes) listener.onEntry(name, entry);
    else this.nodes?.listener.onEntry(name, entry);
  }
}

class Topic extends Line {
  state: WatchedState | null = null;
  version = 0;
  /** The fullest that the nodes gave last. */
  key: ExportKey;
  account: Account;

  constructor(floor: number, key: ExportKey, account: Account) {
    super(floor);
    this.key = key;
    this.account = account;
  }
}

/** An account that some node wants; so it has an owner. */
interface Account {
  readonly identity: string;
  owner: MemoryNode;
  fence: number;
  /** How many topics each node wants, the longest there first. */
  readonly nodes: Map<MemoryNode, number>;
}

class MemoryNode implements BackplaneNode {
  readonly listener: BackplaneListener;
  private readonly backplane: MemoryBackplane;

  constructor(backplane: MemoryBackplane, listener: BackplaneListener) {
    this.backplane = backplane;
    this.listener = listener;
  }

  async join(account: string, wanted: readonly WantedExport[]): Promise<Joined> {
    return this.backplane.join(this, account, wanted);
  }

  leave(account: string, topics: readonly string[]): void {
    this.backplane.leave(this, account, topics);
  }

  nudge(account: string, topics: readonly string[]): void {
    this.backplane.nudge(account, topics);
  }

  async follow(journal: string): Promise<void> {
    this.backplane.journal(journal).add(this);
  }

  async close(): Promise<void> {
    this.backplane.disconnect(this);
  }
}

function toStored({ state, version, sequence }: Topic): StoredWatch {
  return { state, version, sequence };
}

/**
 * The backplane of a gateway that runs alone: everything in this process, gone with it.
 *
 * Several nodes may share it, as tests do; they live as long as the process or until they close, so none has to say that it is alive.
 */
export class MemoryBackplane implements Backplane {
  readonly epoch: string;
  private readonly clock: Clock;
  private readonly maxEntries: number;
  private readonly retentionMs: number;
  private readonly maxIdle: number;
  private readonly connected = new Set<MemoryNode>();
  private readonly topics = new Map<string, Topic>();
  private readonly accounts = new Map<string, Account>();
  /** Never forgotten, as there are few. */
  private readonly journals = new Map<string, Line>();
  /** Topics that no node wants and since when, the longest idle first. */
  private readonly idle = new Map<string, number>();
  private head = 0;
  private fences = 0;

  constructor(options: MemoryBackplaneOptions) {
    this.clock = options.clock;
    this.maxEntries = options.maxEntries ?? 64;
    this.retentionMs = options.retentionMs ?? 600_000;
    this.maxIdle = options.maxIdle ?? 10_000;
    this.epoch = options.epoch ?? randomBytes(6).toString('hex');
  }

  /** Topics kept at the moment. */
  get size(): number {
    return this.topics.size;
  }

  /** Nodes that have not closed. */
  get nodes(): number {
    return Math.max(1, this.connected.size);
  }

  async connect(listener: BackplaneListener): Promise<BackplaneNode> {
    const node = new MemoryNode(this, listener);
    this.connected.add(node);
    return node;
  }

  async commit({ account, fence, commits }: CommitBatch): Promise<readonly CommitResult[] | 'fenced'> {
    if (this.accounts.get(account)?.fence !== fence) return 'fenced';
    return commits.map((commit) => this.commitOne(account, commit));
  }

  async publish(name: string, entry: Omit<LogEntry, 'sequence'>): Promise<number> {
    this.head += 1;
    this.append(name, this.journal(name), { ...entry, sequence: this.head }, MAX_JOURNAL_ENTRIES);
    return this.head;
  }

  async load(
    topics: readonly string[],
    after: number | null,
  ): Promise<{ head: number; topics: readonly (LoadedTopic | undefined)[] }> {
    return { head: this.head, topics: topics.map((name) => this.loadOne(name, after ?? this.head)) };
  }

  async close(): Promise<void> {
    this.topics.clear();
    this.accounts.clear();
    this.journals.clear();
    this.idle.clear();
  }

  // ------------------------------------------------------------------ what nodes ask for

  join(node: MemoryNode, identity: string, wanted: readonly WantedExport[]): Joined {
    this.forget(this.clock.now());
    let account = this.accounts.get(identity);
    if (account === undefined) {
      this.fences += 1;
      account = { identity, owner: node, fence: this.fences, nodes: new Map() };
      this.accounts.set(identity, account);
    }
    const exports: JoinedExport[] = [];
    const news: OwnedExport[] | null = account.owner === node ? null : [];
    for (const each of wanted) exports.push(this.joinOne(node, account, each, news));
    if (news !== null && news.length > 0) account.owner.listener.onWanted(identity, account.fence, news);
    return { fence: account.owner === node ? account.fence : null, exports };
  }

  /** @param candidates - among which all topics of the account are */
  leave(
    node: MemoryNode,
    identity: string,
    topics: readonly string[],
    candidates: Iterable<readonly [string, Topic]> = this.topics,
  ): void {
    const account = this.accounts.get(identity);
    if (account === undefined) return;
    const now = this.clock.now();
    const unwanted: string[] = [];
    for (const name of topics) {
      const topic = this.topics.get(name);
      if (topic?.account !== account || !topic.has(node)) continue;
      topic.remove(node);
      if (topic.nodes === null) this.idle.set(name, now);
      if (node !== account.owner && !topic.hasOtherThan(account.owner)) unwanted.push(name);
      const left = (account.nodes.get(node) ?? 1) - 1;
      if (left > 0) account.nodes.set(node, left);
      else this.leaveAccount(node, account, candidates);
    }
    if (unwanted.length > 0) account.owner.listener.onUnwanted(identity, unwanted);
    this.forget(now);
  }

  nudge(identity: string, topics: readonly string[]): void {
    this.accounts.get(identity)?.owner.listener.onNudged(identity, topics);
  }

  journal(name: string): Line {
    let journal = this.journals.get(name);
    if (journal === undefined) {
      // Nothing was published before: there is nothing that a cursor could miss.
      journal = new Line(0);
      this.journals.set(name, journal);
    }
    return journal;
  }

  disconnect(node: MemoryNode): void {
    this.connected.delete(node);
    for (const journal of this.journals.values()) journal.remove(node);
    // One pass over all topics, and not one for each account that goes to another node.
    const byAccount = new Map<Account, [string, Topic][]>();
    for (const [name, topic] of this.topics) {
      const { account } = topic;
      if (topic.nodes === null || !account.nodes.has(node)) continue;
      const those = byAccount.get(account);
      if (those === undefined) byAccount.set(account, [[name, topic]]);
      else those.push([name, topic]);
    }
    for (const [{ identity }, those] of byAccount) {
      const own = those.filter(([, topic]) => topic.has(node)).map(([name]) => name);
      this.leave(node, identity, own, those);
    }
  }

  // ------------------------------------------------------------------ accounts and topics

  private joinOne(
    node: MemoryNode,
    account: Account,
    { topic: name, key }: WantedExport,
    news: OwnedExport[] | null,
  ): JoinedExport {
    let topic = this.topics.get(name);
    if (topic === undefined) {
      this.head += 1;
      topic = new Topic(this.head, key, account);
      this.topics.set(name, topic);
    }
    const isAsked = topic.nodes !== null;
    if (!topic.has(node)) {
      topic.add(node);
      topic.account = account;
      topic.key = key;
      account.nodes.set(node, (account.nodes.get(node) ?? 0) + 1);
      this.idle.delete(name);
    }
    news?.push({ topic: name, key, stored: toStored(topic), isAsked, isWantedElsewhere: true });
    return { state: topic.state, version: topic.version, sequence: topic.sequence, isAsked };
  }

  /** The node that wants the account for the longest time owns it next. */
  private leaveAccount(
    node: MemoryNode,
    account: Account,
    candidates: Iterable<readonly [string, Topic]>,
  ): void {
    account.nodes.delete(node);
    if (account.owner !== node) return;
    const [next] = account.nodes.keys();
    if (next === undefined) {
      this.accounts.delete(account.identity);
      return;
    }
    this.fences += 1;
    account.owner = next;
    account.fence = this.fences;
    const exports: OwnedExport[] = [];
    for (const [name, topic] of candidates) {
      if (topic.account !== account || topic.nodes === null) continue;
      const isWantedElsewhere = topic.hasOtherThan(next);
      exports.push({
        ...{ topic: name, key: topic.key, stored: toStored(topic), isAsked: true },
        isWantedElsewhere,
      });
    }
    next.listener.onWanted(account.identity, account.fence, exports);
  }

  private commitOne(account: string, commit: Commit): CommitResult {
    const topic = this.topics.get(commit.topic);
    if (topic?.account.identity !== account) return { state: null, version: 0, sequence: 0 };
    if (topic.version !== commit.version) return toStored(topic);
    topic.state = commit.state;
    topic.version += 1;
    for (const fact of commit.facts) {
      this.head += 1;
      this.append(commit.topic, topic, { sequence: this.head, at: commit.at, fact, state: commit.state });
    }
    return topic.version;
  }

  private append(name: string, line: Line, entry: LogEntry, maxEntries = this.maxEntries): void {
    line.sequence = entry.sequence;
    if (line.entries === null) line.entries = [entry];
    else line.entries.push(entry);
    if (line.entries.length > maxEntries) line.floor = line.entries.shift()?.sequence ?? line.floor;
    line.tell(name, entry);
  }

  private loadOne(name: string, since: number): LoadedTopic | undefined {
    const topic = this.topics.get(name);
    const line = topic ?? this.journals.get(name);
    if (line === undefined) return undefined;
    return {
      state: topic?.state ?? null,
      entries: line.entries?.filter(({ sequence }) => sequence > since) ?? [],
      isComplete: since >= line.floor && since <= this.head,
    };
  }

  /** Drops what has been idle for too long, or is one too many. */
  private forget(now: number): void {
    for (const [name, since] of this.idle) {
      if (now - since < this.retentionMs && this.idle.size <= this.maxIdle) break;
      this.idle.delete(name);
      this.topics.delete(name);
    }
  }
}
