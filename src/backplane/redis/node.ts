import { randomBytes } from 'node:crypto';
import type {
  BackplaneListener,
  BackplaneNode,
  Joined,
  JoinedExport,
  WantedExport,
} from '../../export/backplane.ts';
import type { ExportKey } from '../../export/export.ts';
import type { Redis } from '../../redis/connection.ts';
import { toChunks } from './chunks.ts';
import { decodeEntry } from './codec.ts';
import { Duties } from './duties.ts';
import { LogReader, type LogRecord } from './log-reader.ts';
import { readMissed } from './missed.ts';
import { EVERYONE, partitionOf } from './partition.ts';
import { readStored, type StoredReply } from './replies.ts';
import { RollCall, type RollCallSettings } from './roll-call.ts';
import { BEAT, BYE, JOIN, LAST, LEAVE, NUDGE, PUBLISH } from './scripts.ts';

/** How often a node says that it lives; it is taken for dead after 2 s without. */
export const BEAT_MS = 500;

export interface RedisNodeSettings extends Omit<RollCallSettings, 'nodeId'> {
  /** A connection of its own. */
  readonly reading: Redis;
  readonly listener: BackplaneListener;
  readonly onLeft: (topics: readonly string[]) => void;
  readonly onEntries: () => void;
  /** It has said that it lives, or could not, and is done with what followed from that. */
  readonly onBeat: () => void;
  readonly onClosed: (node: RedisNode) => void;
}

type JoinReply = [number, Buffer, number, readonly [StoredReply, number][], number];

/** An export that this node wants. */
interface Want {
  readonly key: ExportKey;
  /** Entries up to this place are from before it was joined. */
  readonly since: number;
}

/** An account that this node wants something of. */
interface Account {
  readonly wants: Map<string, Want>;
  /** The newest that is known of it: words under an older one come too late. */
  fence: number;
  isOwned: boolean;
}

/** One gateway among those that share a Redis. */
export class RedisNode implements BackplaneNode {
  readonly id = randomBytes(6).toString('hex');
  private readonly settings: RedisNodeSettings;
  private readonly reader: LogReader;
  private readonly accounts = new Map<string, Account>();
  /** Joins under way of each topic: what the log tells of it waits for them. */
  private readonly joining = new Map<string, Promise<unknown>>();
  private readonly journals = new Set<string>();
  /** Journals that the server does not know yet. */
  private readonly unfollowed = new Set<string>();
  /** Accounts of which the server may have forgotten what this node wants. */
  private readonly unannounced = new Set<string>();
  /** What was left while the server was away. */
  private readonly unsaid = new Map<string, Set<string>>();
  private readonly duties: Duties;
  private readonly rollCall: RollCall;
  /** Resolves with the first beat, which tells what the time is, or that the server is away. */
  readonly begun: Promise<void>;
  private cancelBeat: (() => void) | null = null;
  private isReachable = true;
  private isClosed = false;

  constructor(settings: RedisNodeSettings) {
    this.settings = settings;
    this.reader = new LogReader({
      redis: settings.reading,
      onRecord: (sequence, record) => this.onRecord(sequence, record),
    });
    this.duties = new Duties({
      ...{ nodeId: this.id, calls: settings.calls, listener: settings.listener },
      pause: (ms) => settings.reading.pause(ms),
      isOwned: (identity, fence) => {
        const account = this.accounts.get(identity);
        return account?.isOwned === true && account.fence === fence;
      },
      isNeeded: (identity) => !this.isClosed && (this.accounts.has(identity) || this.joining.size > 0),
    });
    this.rollCall = new RollCall({ ...settings, nodeId: this.id });
    this.begun = this.beat();
  }

  /** How many are alive, as last heard. */
  get alive(): number {
    return this.rollCall.alive;
  }

  get ownedAccounts(): number {
    return [...this.accounts.values()].filter(({ isOwned }) => isOwned).length;
  }

  // ------------------------------------------------------------------ what the hub asks for

  async join(account: string, wanted: readonly WantedExport[]): Promise<Joined> {
    // What is left meanwhile, or joined once more, is not for this answer to say.
    const isCurrent = (topic: string) => this.joining.get(topic) === done;
    const joined = this.joinAll(account, wanted, isCurrent);
    const done = joined.catch(ignore);
    for (const { topic } of wanted) this.joining.set(topic, done);
    try {
      return await joined;
    } finally {
      for (const { topic } of wanted) if (isCurrent(topic)) this.joining.delete(topic);
    }
  }

  leave(account: string, topics: readonly string[]): void {
    const known = this.accounts.get(account);
    for (const topic of topics) {
      known?.wants.delete(topic);
      this.joining.delete(topic);
    }
    if (known?.wants.size === 0) this.accounts.delete(account);
    this.settings.onLeft(topics);
    void this.sayLeft(account, topics);
  }

  nudge(account: string, topics: readonly string[]): void {
    this.settings.calls.run(NUDGE, partitionOf(account), [account, ...topics]).catch(ignore);
  }

  async follow(journal: string): Promise<void> {
    this.journals.add(journal);
    this.unfollowed.add(journal);
    await this.beginJournal(journal);
  }

  async close(): Promise<void> {
    const partitions = new Set([...this.accounts.keys()].map(partitionOf));
    this.stop();
    const { calls } = this.settings;
    const said = [...partitions].map((partition) => calls.run(BYE, partition, [this.id]));
    await Promise.allSettled([...said, this.rollCall.leave()]);
  }

  /** Ends without a word, as a process that dies does. */
  stop(): void {
    this.isClosed = true;
    this.cancelBeat?.();
    this.reader.close();
    this.accounts.clear();
    this.journals.clear();
    this.settings.onClosed(this);
  }

  // ------------------------------------------------------------------ joining and leaving

  /** @param isWanted - asked of each topic when the answer is there */
  private async joinAll(
    identity: string,
    wanted: readonly WantedExport[],
    isWanted: (topic: string) => boolean,
  ): Promise<Joined> {
    const answers = await Promise.all(
      toChunks(wanted).map((chunk) => this.joinSome(identity, chunk, isWanted)),
    );
    const last = answers.at(-1);
    const exports = answers.flatMap((answer) => answer.exports);
    // It took over from one that died: whatever the others want is to be asked about, too.
    if (last !== undefined && last.fence !== null && answers.some(({ isTaken }) => isTaken))
      this.duties.take(identity, last.fence);
    return { fence: last?.fence ?? null, exports };
  }

  private async joinSome(
    identity: string,
    wanted: readonly WantedExport[],
    isWanted: (topic: string) => boolean,
  ): Promise<{ readonly fence: number | null; readonly isTaken: boolean; readonly exports: JoinedExport[] }> {
    const partition = partitionOf(identity);
    const unsaid = this.unsaid.get(identity);
    for (const { topic } of wanted) unsaid?.delete(topic);
    const args = wanted.flatMap(({ topic, key }) => [topic, JSON.stringify(key)]);
    const { head, rest } = await this.settings.calls.run(JOIN, partition, [this.id, identity, ...args]);
    const [isOwner, place, others, replies, isKnown] = rest as JoinReply;
    // It was taken for dead, and whatever else it had joined in the partition is forgotten.
    if (isKnown === 0) this.forgotten(partition);
    const fence = isOwner === 1 ? Number(place.toString()) : null;
    const exports = replies.map(([stored, isAsked]) => ({ ...readStored(stored), isAsked: isAsked === 1 }));
    const current = wanted.filter(({ topic }) => isWanted(topic));
    if (this.isClosed || current.length === 0) return { fence, isTaken: false, exports };
    const account = this.accountOf(identity);
    const hadWants = account.wants.size > 0;
    for (const { topic, key } of current) {
      const since = account.wants.get(topic)?.since ?? head;
      account.wants.set(topic, { key, since });
    }
    this.reader.start(partition, head);
    const isNew = fence !== null && fence !== account.fence;
    account.fence = Math.max(account.fence, Number(place.toString()));
    account.isOwned = isOwner === 1;
    // The word of the log that it owns the account comes too late then: what it wanted before is not told otherwise.
    return { fence, isTaken: isNew && (others === 1 || hadWants), exports };
  }

  private accountOf(identity: string): Account {
    let account = this.accounts.get(identity);
    if (account === undefined) {
      account = { wants: new Map(), fence: 0, isOwned: false };
      this.accounts.set(identity, account);
    }
    return account;
  }

  private async sayLeft(account: string, topics: readonly string[]): Promise<void> {
    try {
      const said = toChunks(topics).map((chunk) =>
        this.settings.calls.run(LEAVE, partitionOf(account), [this.id, account, ...chunk]),
      );
      await Promise.all(said);
    } catch {
      const unsaid = this.unsaid.get(account) ?? new Set();
      for (const topic of topics) if (!this.accounts.get(account)?.wants.has(topic)) unsaid.add(topic);
      this.unsaid.set(account, unsaid);
    }
  }

  private async beginJournal(journal: string): Promise<void> {
    const partition = partitionOf(journal);
    const { head } = await this.settings.calls.run(PUBLISH, partition, [journal]);
    this.unfollowed.delete(journal);
    if (!this.isClosed) this.reader.start(partition, head);
  }

  // ------------------------------------------------------------------ being alive

  /** Never rejects. */
  private async beat(): Promise<void> {
    try {
      await this.rollCall.answer();
      const joined = new Set([...this.accounts.keys()].map(partitionOf));
      const read = new Set([...joined, ...[...this.journals].map(partitionOf)]);
      await Promise.all([...read].map((partition) => this.beatIn(partition, joined.has(partition))));
      this.reach(true);
      this.catchUpOnWords();
    } catch {
      this.reach(false);
    }
    if (!this.isClosed) this.cancelBeat = this.settings.clock.setTimer(BEAT_MS, () => void this.beat());
    this.settings.onBeat();
  }

  private async beatIn(partition: string, isIn: boolean): Promise<void> {
    const { rest } = await this.settings.calls.run(BEAT, partition, [this.id, isIn ? '1' : '0']);
    const [isKnown, , trimmed] = rest as [number, number, Buffer];
    if (this.isClosed) return;
    if (isKnown === 0) this.forgotten(partition);
    if ((this.reader.placeOf(partition) ?? Number.POSITIVE_INFINITY) < Number(trimmed.toString()))
      await this.catchUp(partition);
  }

  private reach(isReachable: boolean): void {
    if (this.isReachable === isReachable || this.isClosed) return;
    this.isReachable = isReachable;
    this.settings.listener.onReachable(isReachable);
  }

  /** Says what could not be said while the server was away. */
  private catchUpOnWords(): void {
    for (const [account, topics] of this.unsaid) {
      this.unsaid.delete(account);
      if (topics.size > 0) void this.sayLeft(account, [...topics]);
    }
    for (const journal of this.unfollowed) this.beginJournal(journal).catch(ignore);
    for (const identity of this.unannounced) {
      this.unannounced.delete(identity);
      this.announce(identity).catch(() => this.unannounced.add(identity));
    }
  }

  /** What it wants is said again, and what it owns it learns. */
  private async announce(identity: string): Promise<void> {
    const account = this.accounts.get(identity);
    if (account === undefined) return;
    const wanted = [...account.wants].map(([topic, { key }]) => ({ topic, key }));
    const before = account.isOwned ? account.fence : null;
    const { fence } = await this.joinAll(identity, wanted, (topic) => account.wants.has(topic));
    if (fence !== null && fence !== before) this.duties.take(identity, fence);
  }

  /** So much has been missed that the log does not have it any more: what is kept of each export is told. */
  private async catchUp(partition: string): Promise<void> {
    const after = this.reader.placeOf(partition) ?? 0;
    const topics = [...this.accounts]
      .filter(([identity]) => partitionOf(identity) === partition)
      .flatMap(([, { wants }]) => [...wants.keys()]);
    const names = [...topics, ...[...this.journals].filter((name) => partitionOf(name) === partition)];
    const { missed, place } = await readMissed(this.settings.calls, partition, names, after);
    for (const { topic, entry } of missed) this.settings.listener.onEntry(topic, entry);
    this.reader.skipTo(partition, place);
    this.forgotten(partition);
  }

  private forgotten(partition: string): void {
    for (const identity of this.accountsIn(partition)) this.unannounced.add(identity);
  }

  private accountsIn(partition: string): readonly string[] {
    return [...this.accounts.keys()].filter((identity) => partitionOf(identity) === partition);
  }

  /** Nothing of before is kept. */
  reset(partition: string): void {
    if (this.isClosed || partition === EVERYONE) return;
    for (const identity of this.accountsIn(partition)) this.accounts.delete(identity);
    for (const identity of [...this.unsaid.keys()])
      if (partitionOf(identity) === partition) this.unsaid.delete(identity);
    for (const journal of this.journals) if (partitionOf(journal) === partition) this.unfollowed.add(journal);
    this.settings.listener.onReset();
  }

  // ------------------------------------------------------------------ what the log tells

  private onRecord(sequence: number, record: LogRecord): Promise<void> | undefined {
    const topic = record.get('t')?.toString();
    const value = record.get('e');
    if (topic !== undefined && value !== undefined) return this.onEntry(topic, sequence, value);
    if (record.get('to')?.toString() !== this.id) return undefined;
    const identity = record.get('a')?.toString() ?? '';
    const fence = Number(record.get('f')?.toString());
    const body = record.get('b')?.toString() ?? '';
    this.duties.inOrder(identity, () => this.onWord(record.get('c')?.toString(), identity, fence, body));
    return undefined;
  }

  private onEntry(topic: string, sequence: number, value: Buffer): Promise<void> | undefined {
    const pending = this.joining.get(topic);
    if (pending !== undefined) return pending.then(() => this.tellEntry(topic, sequence, value));
    this.tellEntry(topic, sequence, value);
    return undefined;
  }

  private tellEntry(topic: string, sequence: number, value: Buffer): void {
    if (!this.journals.has(topic)) {
      const want = this.findWant(topic);
      if (want === undefined || sequence <= want.since) return;
    }
    this.settings.onEntries();
    this.settings.listener.onEntry(topic, decodeEntry(sequence, value));
  }

  /** Topics begin with the identity of their account and a space; others are looked for. */
  private findWant(topic: string): Want | undefined {
    const space = topic.indexOf(' ');
    const account = this.accounts.get(topic.slice(0, space < 0 ? 0 : space));
    if (account !== undefined) return account.wants.get(topic);
    for (const { wants } of this.accounts.values()) {
      const want = wants.get(topic);
      if (want !== undefined) return want;
    }
    return undefined;
  }

  private async onWord(
    word: string | undefined,
    identity: string,
    fence: number,
    body: string,
  ): Promise<void> {
    await Promise.all(this.joining.values());
    const account = this.accounts.get(identity);
    if (account === undefined || this.isClosed) return;
    const { listener } = this.settings;
    if (fence > account.fence) {
      account.fence = fence;
      account.isOwned = true;
      await this.duties.tellAll(identity, fence);
      return;
    }
    if (fence !== account.fence || !account.isOwned) return;
    if (word === 'want') await this.duties.tellWanted(identity, fence, JSON.parse(body));
    else if (word === 'unwant') listener.onUnwanted(identity, JSON.parse(body));
    else if (word === 'nudge') listener.onNudged(identity, JSON.parse(body));
  }

  /** True where all that is in the log by now has been told, and all that followed from it is done. */
  async hasHeardAll(): Promise<boolean> {
    const partitions = new Set([...this.accounts.keys(), ...this.journals].map(partitionOf));
    for (const partition of partitions) {
      const { rest } = await this.settings.calls.run(LAST, partition, []);
      const last = Number(String(rest[0]));
      if ((this.reader.placeOf(partition) ?? last) < last) return false;
    }
    return this.duties.isIdle;
  }
}

function ignore(): void {}
