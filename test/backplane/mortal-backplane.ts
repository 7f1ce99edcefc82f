import type { Backplane, BackplaneListener, BackplaneNode } from '../../src/export/backplane.ts';
import type { Clock } from '../../src/runtime/clock.ts';

/** A node is taken for dead when nothing was heard of it for this long. */
export const DEAD_AFTER_MS = 2_000;

export interface MortalBackplane {
  readonly backplane: Backplane;
  /**
   * The process behind it stops as if by `kill -9` or SIGSTOP: it is told nothing, and after a while it is taken for dead. What it asks after
   * that, as one that was only stopped does, the backplane answers as to a new node, but that it is told what it has missed.
   */
  stop(): void;
}

/** One process's way to a backplane in memory, whose nodes cannot die by themselves. */
export function createMortalBackplane(inner: Backplane, clock: Clock): MortalBackplane {
  const nodes = new Set<BackplaneNode>();
  let isStopped = false;
  /** It was taken for dead. */
  let wasDead = false;
  /** The last entry that it was told. */
  let heard = 0;

  async function connect(listener: BackplaneListener): Promise<BackplaneNode> {
    const onEntry: BackplaneListener['onEntry'] = (topic, entry) => {
      if (isStopped) return;
      heard = Math.max(heard, entry.sequence);
      listener.onEntry(topic, entry);
    };
    const node = await inner.connect({
      onEntry,
      onWanted: (...told) => isStopped || listener.onWanted(...told),
      onUnwanted: (...told) => isStopped || listener.onUnwanted(...told),
      onNudged: (...told) => isStopped || listener.onNudged(...told),
      onReset: () => listener.onReset(),
      onReachable: (isReachable) => listener.onReachable(isReachable),
    });
    nodes.add(node);
    return {
      async join(account, wanted) {
        const joined = await node.join(account, wanted);
        if (!wasDead) return joined;
        const { topics } = await inner.load(
          wanted.map(({ topic }) => topic),
          heard,
        );
        const missed = topics
          .flatMap((topic, index) =>
            (topic?.entries ?? []).map((entry) => ({ topic: wanted[index]?.topic ?? '', entry })),
          )
          .sort((one, other) => one.entry.sequence - other.entry.sequence);
        for (const { topic, entry } of missed) onEntry(topic, entry);
        return joined;
      },
      leave: (account, topics) => node.leave(account, topics),
      nudge: (account, topics) => node.nudge(account, topics),
      follow: (journal) => node.follow(journal),
      close: () => node.close(),
    };
  }

  return {
    backplane: {
      get epoch() {
        return inner.epoch;
      },
      get nodes() {
        return inner.nodes;
      },
      connect,
      commit: (batch) => inner.commit(batch),
      publish: (journal, entry) => inner.publish(journal, entry),
      load: (topics, after) => inner.load(topics, after),
      close: () => inner.close(),
    },
    stop() {
      isStopped = true;
      clock.setTimer(DEAD_AFTER_MS, () => {
        for (const node of nodes) void node.close();
        wasDead = true;
        isStopped = false;
      });
    },
  };
}
