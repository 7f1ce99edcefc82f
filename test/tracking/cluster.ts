import { MemoryBackplane } from '../../src/backplane/memory.ts';
import type { Backplane, BackplaneListener, BackplaneNode } from '../../src/export/backplane.ts';
import type { ExportEvent } from '../../src/export/events.ts';
import type { ExportSnapshot, ExportStatus } from '../../src/export/export.ts';
import type { ExportFilter } from '../../src/export/filter.ts';
import { type Store, WEBHOOK_EVENT_TYPES } from '../../src/export/store.ts';
import { type Random, sleep } from '../../src/runtime/clock.ts';
import { Estimates } from '../../src/tracking/estimates.ts';
import { Tracker } from '../../src/tracking/tracker.ts';
import { toOwed } from '../../src/tracking/webhooks/owed.ts';
import { createWatchHub, type WatchHub } from '../../src/watch/watch-hub.ts';
import { createMortalBackplane } from '../backplane/mortal-backplane.ts';
import { createManualClock, createSeededRandom, type ManualClock, settle } from '../support/manual-clock.ts';
import { createTestTools } from '../support/tools.ts';
import { createFakeAccount, type FakeAccount, toKey } from '../watch/fake-account.ts';
import { type Follower, follow } from '../watch/hub-harness.ts';
import { toEndpoint } from './webhooks/support.ts';

/** One gateway, as far as it tracks exports. */
export interface ClusterNode {
  readonly tracker: Tracker;
  readonly hub: WatchHub;
  readonly account: FakeAccount;
  /** Calls of its store so far, by name; of `record` each change counts. */
  readonly calls: ReadonlyMap<string, number>;
  isDead: boolean;
  /** Ends it as `kill -9` does: nothing of it reaches the store, the vendor or the log any more. */
  kill(): void;
  /** Called before each of its store's calls; it may kill the node. */
  onCall: (name: string) => void;
  track(id: string, label?: string): Promise<unknown>;
  list(after?: string, filter?: ExportFilter | null): Follower;
  drain(): Promise<void>;
}

export interface Cluster {
  readonly clock: ManualClock;
  readonly nodes: readonly ClusterNode[];
  readonly store: Store;
  start(): Promise<ClusterNode>;
  /** Lets time pass, in small steps, with all that the store has to do in each. */
  pass(ms: number): Promise<void>;
  /** Of the outbox: `id type`, sorted. */
  owed(): Promise<readonly string[]>;
}

export interface ClusterOptions {
  readonly store: Store;
  readonly seed?: number;
  /** What the vendor says of a job, so long after it began. */
  readonly job: (id: string, now: number) => ExportSnapshot;
  /** How long the store takes at most, on the way there and back. */
  readonly storeMs?: number;
}

const STEP_MS = 250;
const TENANT = 'acme';

/** Several gateways on one backplane in memory and one store, on a clock that stands still. */
export function createCluster(options: ClusterOptions): Cluster {
  const { store, job, storeMs = 0, seed = 1 } = options;
  const clock = createManualClock();
  const backplane = new MemoryBackplane({ clock });
  const random = createSeededRandom(seed);
  const nodes: ClusterNode[] = [];
  const underWay = { count: 0 };

  async function start(): Promise<ClusterNode> {
    const calls = new Map<string, number>();
    const { backplane: mortal, stop } = createMortalBackplane(backplane, clock);
    const isDead = () => node.isDead;
    const own = toOwnStore({
      ...{ store, clock, random, storeMs, calls, isDead, underWay },
      onCall: (name) => node.onCall(name),
    });
    const tools = createTestTools({ clock, random: createSeededRandom(seed * 100 + nodes.length) });
    const account = createFakeAccount({ now: clock.now });
    account.answer(job);
    const hub = await createWatchHub({
      backplane: toKillable(mortal, isDead),
      tools,
      readMany: (of, keys, readOptions) => (isDead() ? forever() : of.readMany(keys, readOptions)),
    });
    const endpoint = toEndpoint({ tenant: TENANT, events: [...WEBHOOK_EVENT_TYPES] });
    const tracker = new Tracker({
      ...{ store: own, hub, tools, estimates: new Estimates([]) },
      accountOf: (identity) => (identity === account.identity ? account : undefined),
      tenants: () => [TENANT],
      limits: () => ({ keepDays: 30, maxOpen: 10_000 }),
      owedFor: ({ tracked, before, after, isNew }) =>
        toOwed(
          {
            ...{ tracked, before, after, at: clock.now() },
            fact: isNew ? { type: 'ExportTracked', exportId: tracked.key.id } : null,
          },
          [endpoint],
        ),
      onOwed: () => undefined,
    });
    const node: ClusterNode = {
      ...{ tracker, hub, account, calls, isDead: false },
      onCall: () => undefined,
      kill() {
        node.isDead = true;
        stop();
      },
      track: (id, label) =>
        tracker.track(account, toKey(id), {
          ...{ label, trackedBy: 'ann', startedHere: false },
          snapshot: job(id, clock.now()),
        }),
      list: (after, filter = null) => follow(tracker.events(TENANT, { filter, first: 50 }, after)),
      async drain() {
        await Promise.all([tracker.close(), hub.drain('restart')]);
      },
    };
    nodes.push(node);
    void tracker.start();
    await idle();
    return node;
  }

  async function idle(): Promise<void> {
    do await settle();
    while (underWay.count > 0);
  }

  return {
    ...{ clock, nodes, store, start },
    async pass(ms) {
      for (let left = ms; left > 0; left -= STEP_MS) {
        await clock.advance(Math.min(STEP_MS, left));
        await idle();
      }
    },
    async owed() {
      const found = await store.listDeliveries({ tenant: TENANT, limit: 10_000 });
      return found.map(({ key, type }) => `${key.id} ${type.replace('export.', '')}`).sort();
    },
  };
}

/** What becomes of a job, and how long after its beginning. */
export type Steps = readonly (readonly [afterMs: number, status: ExportStatus])[];

export function statusAfter(steps: Steps, ms: number): ExportStatus {
  return steps.filter(([afterMs]) => ms >= afterMs).at(-1)?.[1] ?? 'QUEUED';
}

/** An event in a few words. */
export function tell({ type, exportId, export: shown }: ExportEvent): string {
  return `${type.replace(/^Export/, '')} ${exportId} ${shown?.status ?? '-'}`;
}

function forever(): Promise<never> {
  return new Promise(() => undefined);
}

function toOwnStore(given: {
  readonly store: Store;
  readonly clock: ManualClock;
  readonly random: Random;
  readonly storeMs: number;
  readonly calls: Map<string, number>;
  readonly isDead: () => boolean;
  readonly onCall: (name: string) => void;
  readonly underWay: { count: number };
}): Store {
  const { store, clock, random, storeMs, calls, isDead, underWay } = given;
  return new Proxy(store, {
    get(target, name: keyof Store) {
      if (name === 'kind') return 'postgres';
      return async (...args: readonly unknown[]) => {
        const count = name === 'record' ? (args[0] as readonly unknown[]).length : 1;
        calls.set(name, (calls.get(name) ?? 0) + count);
        if (storeMs > 0) await sleep(clock, random.next() * storeMs);
        if (!isDead()) given.onCall(name);
        if (isDead()) return forever();
        underWay.count += 1;
        const result = await (target[name] as (...args: readonly unknown[]) => Promise<unknown>)(
          ...args,
        ).finally(() => {
          underWay.count -= 1;
        });
        if (storeMs > 0) await sleep(clock, random.next() * storeMs);
        return isDead() ? forever() : result;
      };
    },
  });
}

function toKillable(inner: Backplane, isDead: () => boolean): Backplane {
  const unless = <Result>(work: () => Promise<Result>): Promise<Result> => (isDead() ? forever() : work());
  // Each in a turn of its own: what one does about an entry comes after the others have been told of it, as across a network.
  const later = (tell: () => void) => queueMicrotask(() => isDead() || tell());
  const toLiving = (listener: BackplaneListener): BackplaneListener => ({
    onEntry: (...told) => later(() => listener.onEntry(...told)),
    onWanted: (...told) => later(() => listener.onWanted(...told)),
    onUnwanted: (...told) => later(() => listener.onUnwanted(...told)),
    onNudged: (...told) => later(() => listener.onNudged(...told)),
    onReset: () => later(() => listener.onReset()),
    onReachable: (isReachable) => later(() => listener.onReachable(isReachable)),
  });
  const toNode = (node: BackplaneNode): BackplaneNode => ({
    join: (...given) => unless(() => node.join(...given)),
    leave: (...given) => isDead() || node.leave(...given),
    nudge: (...given) => isDead() || node.nudge(...given),
    follow: (...given) => unless(() => node.follow(...given)),
    close: () => unless(() => node.close()),
  });
  return {
    get epoch() {
      return inner.epoch;
    },
    get nodes() {
      return inner.nodes;
    },
    connect: async (listener) => toNode(await inner.connect(toLiving(listener))),
    commit: (batch) => unless(() => inner.commit(batch)),
    publish: (...given) => unless(() => inner.publish(...given)),
    load: (...given) => unless(() => inner.load(...given)),
    close: () => inner.close(),
  };
}
