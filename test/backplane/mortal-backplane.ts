import type {
  Backplane,
  BackplaneListener,
  BackplaneNode,
  Joined,
  LogEntry,
  WantedExport,
} from '../../src/export/backplane.ts';
import type { Clock } from '../../src/runtime/clock.ts';

/** A node is taken for dead when nothing was heard of it for this long. */
export const DEAD_AFTER_MS = 2_000;

export interface MortalBackplane {
  readonly backplane: Backplane;
  /** The process behind it stops as if by `kill -9` or SIGSTOP: it is told nothing, and after a while it is taken for dead. */
  stop(): void;
  /**
   * It was only stopped, and goes on: it wants again what it wanted, and is told in order what it has missed. One that joins anything goes
   * on without this.
   */
  goOn(): void;
}

/** One process's way to a backplane in memory, whose nodes cannot die by themselves. */
export function createMortalBackplane(inner: Backplane, clock: Clock): MortalBackplane {
  const nodes = new Set<MortalNode>();

  return {
    backplane: {
      get epoch() {
        return inner.epoch;
      },
      get nodes() {
        return inner.nodes;
      },
      async connect(listener) {
        const node = await MortalNode.connect(inner, listener);
        nodes.add(node);
        return node;
      },
      commit: (batch) => inner.commit(batch),
      publish: (journal, entry) => inner.publish(journal, entry),
      load: (topics, after) => inner.load(topics, after),
      close: () => inner.close(),
    },
    stop() {
      for (const node of nodes) node.stop();
      clock.setTimer(DEAD_AFTER_MS, () => {
        for (const node of nodes) node.die();
      });
    },
    goOn() {
      for (const node of nodes) void node.goOn();
    },
  };
}

class MortalNode implements BackplaneNode {
  private readonly backplane: Backplane;
  private readonly listener: BackplaneListener;
  private node!: BackplaneNode;
  private isStopped = false;
  private isDead = false;
  /** What it wants, by account and topic. */
  private readonly wanted = new Map<string, Map<string, WantedExport>>();
  /** The last entry that it was told. */
  private heard = 0;
  /** Entries that came while what was missed is being read. */
  private late: { topic: string; entry: LogEntry }[] | null = null;

  private constructor(backplane: Backplane, listener: BackplaneListener) {
    this.backplane = backplane;
    this.listener = listener;
  }

  static async connect(backplane: Backplane, listener: BackplaneListener): Promise<MortalNode> {
    const mortal = new MortalNode(backplane, listener);
    mortal.node = await backplane.connect({
      onEntry: (topic, entry) => mortal.onEntry(topic, entry),
      onWanted: (...told) => mortal.isStopped || listener.onWanted(...told),
      onUnwanted: (...told) => mortal.isStopped || listener.onUnwanted(...told),
      onNudged: (...told) => mortal.isStopped || listener.onNudged(...told),
      onReset: () => listener.onReset(),
      onReachable: (isReachable) => listener.onReachable(isReachable),
    });
    return mortal;
  }

  private onEntry(topic: string, entry: LogEntry): void {
    if (this.isStopped) return;
    if (this.late !== null) {
      this.late.push({ topic, entry });
      return;
    }
    this.heard = Math.max(this.heard, entry.sequence);
    this.listener.onEntry(topic, entry);
  }

  async join(account: string, wanted: readonly WantedExport[]): Promise<Joined> {
    if (this.isDead) await this.goOn();
    const all = this.wanted.get(account) ?? new Map<string, WantedExport>();
    this.wanted.set(account, all);
    for (const { topic, key } of wanted) all.set(topic, { topic, key });
    return this.node.join(account, wanted);
  }

  leave(account: string, topics: readonly string[]): void {
    for (const topic of topics) this.wanted.get(account)?.delete(topic);
    this.node.leave(account, topics);
  }

  nudge(account: string, topics: readonly string[]): void {
    this.node.nudge(account, topics);
  }

  follow(journal: string): Promise<void> {
    return this.node.follow(journal);
  }

  close(): Promise<void> {
    this.wanted.clear();
    return this.node.close();
  }

  stop(): void {
    this.isStopped = true;
  }

  die(): void {
    if (!this.isStopped) return;
    this.isDead = true;
    void this.node.close();
  }

  async goOn(): Promise<void> {
    this.isStopped = false;
    this.isDead = false;
    this.late = [];
    const missed: { topic: string; entry: LogEntry }[] = [];
    for (const [account, wanted] of this.wanted) {
      if (wanted.size === 0) continue;
      const { fence, exports } = await this.node.join(account, [...wanted.values()]);
      const topics = [...wanted.keys()];
      const loaded = await this.backplane.load(topics, this.heard);
      for (const [index, topic] of topics.entries())
        for (const entry of loaded.topics[index]?.entries ?? []) missed.push({ topic, entry });
      if (fence === null) continue;
      const owned = [...wanted.values()].flatMap((each, index) => {
        const stored = exports[index];
        return stored === undefined ? [] : [{ ...each, stored, isAsked: true, isWantedElsewhere: false }];
      });
      this.listener.onWanted(account, fence, owned);
    }
    const entries = [...missed, ...this.late].sort((one, other) => one.entry.sequence - other.entry.sequence);
    this.late = null;
    for (const { topic, entry } of entries) this.onEntry(topic, entry);
  }
}
