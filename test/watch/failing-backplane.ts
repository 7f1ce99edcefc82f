import { MemoryBackplane } from '../../src/backplane/memory.ts';
import type {
  Backplane,
  BackplaneListener,
  BackplaneNode,
  LogEntry,
  StoredWatch,
} from '../../src/export/backplane.ts';
import { type Clock, sleep } from '../../src/runtime/clock.ts';

/** A call that is not answered for this long rejects. */
const DEADLINE_MS = 500;

export interface FailingBackplane {
  readonly backplane: Backplane;
  /** Calls that would write, so far. */
  readonly calls: { commits: number };
  /** Every call rejects at once. @param isSaid - the node says so */
  goAway(isSaid?: boolean): void;
  /** Calls are carried out or not, but nothing comes back of them, until they reject; entries arrive no more. */
  hang(isCarriedOut?: boolean): void;
  /** It answers again, and tells what was missed. */
  comeBack(): void;
}

/** One process's way to a backplane: it can break. */
export function createFailingBackplane(inner: Backplane, clock: Clock): FailingBackplane {
  let state: 'well' | 'away' | 'hanging' = 'well';
  let isCarriedOut = false;
  const calls = { commits: 0 };
  const listeners = new Set<BackplaneListener>();
  let missed: (() => void)[] = [];

  async function call<Result>(work: () => Promise<Result>): Promise<Result> {
    if (state === 'away') throw new Error('The store is away.');
    if (state === 'well') return work();
    if (isCarriedOut) await work();
    await sleep(clock, DEADLINE_MS);
    throw new Error('The store does not answer.');
  }

  function deliver(tell: () => void): void {
    if (state === 'well') tell();
    else missed.push(tell);
  }

  return {
    calls,
    backplane: {
      get epoch() {
        return inner.epoch;
      },
      get nodes() {
        return inner.nodes;
      },
      async connect(listener) {
        listeners.add(listener);
        const node = await inner.connect({
          onEntry: (...told) => deliver(() => listener.onEntry(...told)),
          onWanted: (...told) => deliver(() => listener.onWanted(...told)),
          onUnwanted: (...told) => deliver(() => listener.onUnwanted(...told)),
          onNudged: (...told) => deliver(() => listener.onNudged(...told)),
          onReset: () => deliver(() => listener.onReset()),
          onReachable: (isReachable) => listener.onReachable(isReachable),
        });
        if (state === 'away') queueMicrotask(() => listener.onReachable(false));
        return {
          join: (...given) => call(() => node.join(...given)),
          leave: (...given) => node.leave(...given),
          nudge: (...given) => node.nudge(...given),
          follow: (...given) => call(() => node.follow(...given)),
          close: () => (state === 'hanging' ? new Promise(() => undefined) : node.close()),
        };
      },
      commit: (batch) => {
        calls.commits += 1;
        return call(() => inner.commit(batch));
      },
      publish: (...given) => call(() => inner.publish(...given)),
      load: (...given) => call(() => inner.load(...given)),
      close: () => inner.close(),
    },
    goAway(isSaid = true) {
      state = 'away';
      if (isSaid) for (const listener of listeners) listener.onReachable(false);
    },
    hang(carriesOut = false) {
      state = 'hanging';
      isCarriedOut = carriesOut;
    },
    comeBack() {
      state = 'well';
      for (const listener of listeners) listener.onReachable(true);
      const told = missed;
      missed = [];
      for (const tell of told) tell();
    },
  };
}

export interface ForgetfulBackplane {
  readonly backplane: Backplane;
  /** All that was written is gone, under the same epoch or another; the places of the new log are larger than those of the old. */
  reset(epoch?: string): void;
}

/** A backplane that can be emptied while its nodes live on. */
export function createForgetfulBackplane(clock: Clock): ForgetfulBackplane {
  let inner = new MemoryBackplane({ clock, epoch: 'first' });
  /** What is added to the places and fences of the present log, so that they grow over everything that may happen. */
  let base = 0;
  const nodes = new Set<ForgetfulNode>();

  const toStored = <Stored extends StoredWatch>(stored: Stored): Stored => ({
    ...stored,
    sequence: stored.sequence + base,
  });
  const toEntry = (entry: LogEntry): LogEntry => ({ ...entry, sequence: entry.sequence + base });

  async function connect(node: ForgetfulNode): Promise<void> {
    const of = inner;
    const told = (tell: () => void) => {
      // What the old log tells late is nobody's.
      if (of === inner) tell();
    };
    node.inner = await of.connect({
      onEntry: (topic, entry) => told(() => node.listener.onEntry(topic, toEntry(entry))),
      onWanted: (account, fence, exports) =>
        told(() =>
          node.listener.onWanted(
            account,
            fence + base,
            exports.map((each) => ({ ...each, stored: toStored(each.stored) })),
          ),
        ),
      onUnwanted: (...given) => told(() => node.listener.onUnwanted(...given)),
      onNudged: (...given) => told(() => node.listener.onNudged(...given)),
      onReset: () => undefined,
      onReachable: () => undefined,
    });
    for (const journal of node.journals) await node.inner.follow(journal);
  }

  return {
    backplane: {
      get epoch() {
        return inner.epoch;
      },
      get nodes() {
        return inner.nodes;
      },
      async connect(listener) {
        const node: ForgetfulNode = { listener, journals: new Set(), inner: null };
        nodes.add(node);
        await connect(node);
        const now = (): BackplaneNode => node.inner as BackplaneNode;
        return {
          async join(...given) {
            const joined = await now().join(...given);
            const fence = joined.fence === null ? null : joined.fence + base;
            return { fence, exports: joined.exports.map(toStored) };
          },
          leave: (...given) => now().leave(...given),
          nudge: (...given) => now().nudge(...given),
          follow(journal) {
            node.journals.add(journal);
            return now().follow(journal);
          },
          close: () => now().close(),
        };
      },
      async commit(batch) {
        const results = await inner.commit({ ...batch, fence: batch.fence - base });
        if (results === 'fenced') return results;
        return results.map((result) => (typeof result === 'number' ? result : toStored(result)));
      },
      publish: async (...given) => (await inner.publish(...given)) + base,
      async load(topics, after) {
        const { head, topics: loaded } = await inner.load(topics, after === null ? null : after - base);
        return {
          head: head + base,
          topics: loaded.map((topic) => topic && { ...topic, entries: topic.entries.map(toEntry) }),
        };
      },
      close: () => inner.close(),
    },
    reset(epoch = 'second') {
      base += 1_000_000;
      inner = new MemoryBackplane({ clock, epoch });
      for (const node of nodes) void connect(node).then(() => node.listener.onReset());
    },
  };
}

interface ForgetfulNode {
  readonly listener: BackplaneListener;
  readonly journals: Set<string>;
  inner: BackplaneNode | null;
}
