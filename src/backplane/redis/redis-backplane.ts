import type {
  Backplane,
  BackplaneListener,
  BackplaneNode,
  CommitBatch,
  CommitResult,
  Loaded,
  LogEntry,
} from '../../export/backplane.ts';
import type { Redis, RedisArgument } from '../../redis/connection.ts';
import type { Clock } from '../../runtime/clock.ts';
import { ClockOffset } from '../shared-clock.ts';
import { encodeEntry, encodeState } from './codec.ts';
import { RedisNode } from './node.ts';
import { partitionOf } from './partition.ts';
import { PartitionCalls } from './partition-calls.ts';
import { type LoadedReply, readLoaded, readStored, type StoredReply } from './replies.ts';
import type { NodeRecord } from './roll-call.ts';
import { COMMIT, LOAD, PUBLISH } from './scripts.ts';

export interface RedisBackplaneOptions {
  /** Left open by `close`: others may use it, too. */
  readonly redis: Redis;
  readonly clock: Clock;
  /** What the others are told of this gateway. */
  readonly record?: (() => NodeRecord) | undefined;
  /** Called at every beat with the records of all gateways alive, this one's among them. */
  readonly onRecords?: ((records: ReadonlyMap<string, NodeRecord>) => void) | undefined;
  /** Taken for the server's clock, epoch milliseconds; tests let time pass by it. */
  readonly storeNow?: (() => number) | undefined;
}

/**
 * The one life of the log, as cursors name it: places grow over everything that may happen to the server, and say themselves whether
 * they are of before that.
 */
const EPOCH = 'redis1';

/** The backplane of several gateways, in Redis 6.2 and later or Valkey: what the scripts say. */
export class RedisBackplane implements Backplane {
  readonly epoch = EPOCH;
  readonly redis: Redis;
  readonly counters = { commits: 0, fenced: 0, entries: 0, beats: 0 };
  /** How far the server's clock is ahead of this one's. */
  readonly clockOffset = new ClockOffset();
  private readonly options: RedisBackplaneOptions;
  private readonly calls: PartitionCalls;
  private readonly connected = new Set<RedisNode>();
  /** What this process wrote last of each topic, so that what has not changed is not written again. */
  private readonly written = new Map<string, { readonly version: number; readonly digest: string }>();

  constructor(options: RedisBackplaneOptions) {
    this.options = options;
    this.redis = options.redis;
    this.calls = new PartitionCalls({
      scripts: this.redis,
      storeNow: options.storeNow,
      onReset: (partition) => {
        this.written.clear();
        for (const node of this.connected) node.reset(partition);
      },
    });
  }

  get nodes(): number {
    return Math.max(1, ...[...this.connected].map(({ alive }) => alive));
  }

  /** Accounts that this process owns. */
  get ownedAccounts(): number {
    return [...this.connected].reduce((count, { ownedAccounts }) => count + ownedAccounts, 0);
  }

  async connect(listener: BackplaneListener): Promise<BackplaneNode> {
    const node = new RedisNode({
      ...{ calls: this.calls, clock: this.options.clock, clockOffset: this.clockOffset, listener },
      reading: this.redis.duplicate(),
      record: this.options.record ?? (() => ({})),
      onRecords: this.options.onRecords,
      onLeft: (topics) => {
        for (const topic of topics) this.written.delete(topic);
      },
      onEntries: () => {
        this.counters.entries += 1;
      },
      onBeat: () => {
        this.counters.beats += 1;
      },
      onClosed: (closed) => this.connected.delete(closed),
    });
    this.connected.add(node);
    // What is planned from here on is planned by the clock that all share.
    await node.begun;
    return node;
  }

  async commit({ account, fence, commits }: CommitBatch): Promise<readonly CommitResult[] | 'fenced'> {
    const args: RedisArgument[] = [account, String(fence)];
    const digests = commits.map(({ topic, version, state, facts, at }) => {
      const encoded = encodeState(state);
      const last = this.written.get(topic);
      const isSame = last !== undefined && last.version === version && last.digest === encoded.digest;
      const lasting = isSame && facts.length === 0 ? null : encoded.lasting();
      args.push(topic, String(version), encoded.moving, isSame ? '' : (lasting ?? ''), String(facts.length));
      for (const fact of facts)
        args.push(encodeEntry({ at, fact, state }, encoded.moving, lasting ?? encoded.lasting()));
      return encoded.digest;
    });
    this.counters.commits += commits.length;
    const { rest } = await this.calls.run(COMMIT, partitionOf(account), args);
    const [results] = rest as [Buffer | readonly (Buffer | StoredReply)[]];
    if (Buffer.isBuffer(results)) {
      this.counters.fenced += 1;
      for (const { topic } of commits) this.written.delete(topic);
      return 'fenced';
    }
    return results.map((result, index) => {
      const { topic = '' } = commits[index] ?? {};
      if (!Buffer.isBuffer(result)) {
        this.written.delete(topic);
        return readStored(result);
      }
      const version = Number(result.toString());
      this.written.set(topic, { version, digest: digests[index] ?? '' });
      return version;
    });
  }

  async publish(journal: string, { at, fact, state }: Omit<LogEntry, 'sequence'>): Promise<number> {
    const { moving, lasting } = encodeState(state);
    const entry = encodeEntry({ at, fact, state }, moving, lasting());
    const { head } = await this.calls.run(PUBLISH, partitionOf(journal), [journal, entry]);
    return head;
  }

  async load(topics: readonly string[], after: number | null): Promise<Loaded> {
    const place = after === null ? '' : String(after);
    const { head, base, rest } = await this.calls.run(LOAD, partitionOf(topics[0] ?? ''), [place, ...topics]);
    const [replies] = rest as [readonly LoadedReply[]];
    return {
      head,
      topics: replies.map((reply) => readLoaded(reply, { after: after ?? head, head, base })),
    };
  }

  /** True where every node of this process has been told all that is in the log by now. */
  async hasHeardAll(): Promise<boolean> {
    const heard = await Promise.all([...this.connected].map((node) => node.hasHeardAll()));
    return heard.every(Boolean);
  }

  async close(): Promise<void> {
    for (const node of this.connected) node.stop();
  }
}
