import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '../../src/export/store.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import { openStore } from '../../src/store/open.ts';
import { createSeededRandom } from '../support/manual-clock.ts';
import { findPostgres, type PostgresServer, startPostgres } from '../support/postgres.ts';
import { createTestTools } from '../support/tools.ts';
import { toSnapshot } from '../watch/fake-account.ts';
import { type Cluster, type ClusterNode, createCluster, type Steps, statusAfter, tell } from './cluster.ts';

const programs = findPostgres();

/** A job that waits, runs and ends well, counted from the first instant. */
const STEPS: Steps = [
  [0, 'QUEUED'],
  [20_000, 'RUNNING'],
  [40_000, 'SUCCEEDED'],
];

const SLOW_STEPS: Steps = [
  [0, 'QUEUED'],
  [120_000, 'RUNNING'],
  [180_000, 'SUCCEEDED'],
];

function describeCluster(kind: string, seeds: number, open: () => Promise<Store>): void {
  describe(`tracked exports of several gateways, store ${kind}`, () => {
    async function setUp(steps: Steps = STEPS) {
      const store = await open();
      let from = 0;
      const cluster = createCluster({
        store,
        job: (id, now) => toSnapshot(id, statusAfter(steps, now - from), now),
      });
      from = cluster.clock.now();
      for (let node = 0; node < 3; node += 1) await cluster.start();
      return cluster as Cluster & { readonly nodes: readonly [ClusterNode, ClusterNode, ClusterNode] };
    }
    const ALL = ['a running', 'a succeeded', 'a tracked'];
    const changesOf = (nodes: readonly ClusterNode[]) =>
      nodes.map(({ calls }) => calls.get('record') ?? 0).sort();

    it('are known to all as soon as one tracks them, asked about by one and written down once', async () => {
      const { nodes, pass, owed } = await setUp();
      const [one, two, three] = nodes;

      await one.track('a', 'For Ann');
      await pass(1_000);
      const labels = nodes.map(({ tracker }) => tracker.peek('acme', 'a')?.label);
      await pass(60_000);

      expect(labels).toEqual(['For Ann', 'For Ann', 'For Ann']);
      expect(two.account.batches.length + three.account.batches.length).toBe(0);
      expect(nodes.map(({ tracker }) => tracker.openCount)).toEqual([0, 0, 0]);
      expect(await owed()).toEqual(ALL);
      // It runs, and it has ended.
      expect(changesOf(nodes)).toEqual([0, 0, 2]);
      const ends = nodes.map(({ tracker }) => tracker.peek('acme', 'a')?.keptUntil);
      expect(new Set(ends).size).toBe(1);
    });

    it('are told of alike by all of them', async () => {
      const { nodes, pass } = await setUp();
      const [one, two] = nodes;
      const lists = nodes.map((node) => node.list());
      await pass(500);

      await one.track('a');
      await two.track('b');
      await pass(30_000);
      await two.tracker.untrack(two.account, toSnapshot('b', 'RUNNING', 0).key);
      await pass(30_000);

      const stories = lists.map(({ events }) => events.map(tell));
      expect(stories[0]).toEqual([
        'Tracked a QUEUED',
        'Tracked b QUEUED',
        'StatusChanged a RUNNING',
        'StatusChanged b RUNNING',
        'Untracked b RUNNING',
        'StatusChanged a SUCCEEDED',
      ]);
      expect(stories).toEqual([stories[0], stories[0], stories[0]]);
      const late = nodes.map((node) => node.list());
      await pass(500);
      expect(late.map(({ events }) => events.map(tell))).toEqual(nodes.map(() => ['Snapshot a SUCCEEDED']));
    });

    it('are told of on another gateway from where one left off, and with a mark on one that started since', async () => {
      const { nodes, pass, start } = await setUp();
      const [one, two] = nodes;
      const list = one.list();
      await pass(500);
      await one.track('a');
      await pass(25_000);
      expect(list.events.map(tell)).toEqual(['Tracked a QUEUED', 'StatusChanged a RUNNING']);
      one.kill();
      await pass(25_000);

      const resumed = two.list(list.lastCursor);
      const fresh = await start();
      await pass(1_000);
      const late = fresh.list(list.lastCursor);
      await pass(1_000);

      expect(resumed.events.map(tell)).toEqual(['StatusChanged a SUCCEEDED']);
      expect(late.events).toMatchObject([
        { type: 'ExportSnapshot', export: { status: 'SUCCEEDED' }, isReplayGap: true },
      ]);
    });

    it('are told of to those who filter by a label, whichever gateway they ask', async () => {
      const { nodes, pass } = await setUp();
      const [one, two] = nodes;
      const lists = [two.list(undefined, { text: 'ann' }), two.list(undefined, { text: 'bob' })];
      await pass(500);

      await one.track('a', 'For Ann');
      await pass(500);

      expect(lists.map(({ events }) => events.map(tell))).toEqual([['Tracked a QUEUED'], []]);
    });

    it('are forgotten and renamed everywhere', async () => {
      const { nodes, pass } = await setUp();
      const [one, two, three] = nodes;
      await one.track('a', 'first');
      await one.track('b', 'first');
      await pass(1_000);

      await three.track('a', 'second');
      await two.tracker.untrack(two.account, toSnapshot('b', 'RUNNING', 0).key);
      await pass(1_000);

      for (const { tracker } of nodes) {
        expect(tracker.peek('acme', 'a')?.label).toBe('second');
        expect(tracker.peek('acme', 'b')).toBeUndefined();
        expect(tracker.openCount).toBe(1);
      }
    });

    it('are written down by another where their owner dies between the log and the store', async () => {
      const { nodes, pass, owed, store } = await setUp();
      const [one, two, three] = nodes;
      await one.track('a');
      await pass(15_000);
      one.onCall = (name) => {
        if (name === 'record') one.kill();
      };
      await pass(8_000);
      expect(one.isDead).toBe(true);
      expect(await store.find('acme', ['a'])).toMatchObject([{ state: { knownStatus: 'QUEUED' } }]);

      await pass(60_000);

      expect(await owed()).toEqual(ALL);
      expect(await store.find('acme', ['a'])).toMatchObject([
        { state: { knownStatus: 'SUCCEEDED' }, keptUntil: expect.any(Number) },
      ]);
      expect(two.tracker.openCount + three.tracker.openCount).toBe(0);
    });

    it('are taken up where whoever tracked them died before it could tell, and told of', async () => {
      const { nodes, pass, owed } = await setUp(SLOW_STEPS);
      const [one, two] = nodes;
      const list = two.list();
      await pass(500);
      void one.track('a');
      await pass(0);
      one.kill();

      await pass(240_000);

      expect(await owed()).toEqual(ALL);
      expect(list.events.map(tell)).toEqual([
        'Tracked a QUEUED',
        'StatusChanged a RUNNING',
        'StatusChanged a SUCCEEDED',
      ]);
    });

    it.each(Array.from({ length: seeds }, (_each, seed) => seed + 1))(
      'owe each webhook once, whoever dies and whenever: schedule %i',
      async (seed) => {
        const store = await open();
        const world = createRestlessCluster(store, seed);

        await world.run();

        const { alive, tracked, untracked } = world;
        const rows = await store.find('acme', [...tracked]);
        const open_ = rows.filter(({ keptUntil }) => keptUntil === null);
        expect(open_).toEqual([]);
        const kept = rows.map(({ key }) => key.id);
        // Who was told that it is tracked is told the truth.
        expect(new Set(kept)).toEqual(new Set([...world.told].filter((id) => !untracked.has(id))));
        const owed = await world.cluster.owed();
        expect(new Set(owed).size).toBe(owed.length);
        for (const id of kept) {
          const own = owed.filter((each) => each.startsWith(`${id} `));
          expect(own).toEqual([`${id} ${world.endOf(id)}`, `${id} running`, `${id} tracked`].sort());
        }
        for (const { tracker } of alive) expect(tracker.openCount).toBe(0);
        const lists = alive.map((node) => node.list());
        await world.cluster.pass(2_000);
        const stories = lists.map(({ events }) => events.map(tell));
        expect(stories).toEqual(alive.map(() => stories[0]));
        expect(stories[0]).toHaveLength(kept.length);
      },
    );
  });
}

const ENDS = ['SUCCEEDED', 'FAILED', 'CANCELED'] as const;
const EXPORTS = 12;

/** Three gateways, exports that come at any time at any of them, and gateways that die at any time and are replaced. */
function createRestlessCluster(store: Store, seed: number) {
  const random = createSeededRandom(seed);
  const pick = (most: number) => Math.floor(random.next() * most);
  const jobs = new Map<string, { readonly from: number; readonly steps: Steps }>();
  const cluster = createCluster({
    ...{ store, seed, storeMs: 400 },
    job(id, now) {
      const { from, steps } = jobs.get(id) ?? { from: now, steps: STEPS };
      return toSnapshot(id, statusAfter(steps, now - from), now);
    },
  });
  const tracked = new Set<string>();
  /** Those of which a caller was told that they are tracked, or that the store has all the same. */
  const told = new Set<string>();
  const untracked = new Set<string>();
  const alive = () => cluster.nodes.filter(({ isDead }) => !isDead);
  const anyone = () => alive()[pick(alive().length)] as ClusterNode;

  function track(): void {
    const id = `x${tracked.size}`;
    const running = 10_000 + pick(20_000);
    jobs.set(id, {
      from: cluster.clock.now(),
      steps: [
        [0, 'QUEUED'],
        [running, 'RUNNING'],
        [running + 15_000 + pick(20_000), ENDS[pick(ENDS.length)] ?? 'SUCCEEDED'],
      ],
    });
    tracked.add(id);
    void anyone()
      .track(id)
      .then(() => told.add(id));
  }

  function untrack(): void {
    const id = [...told][pick(told.size)];
    if (id === undefined || untracked.has(id)) return;
    const node = anyone();
    const { key } = toSnapshot(id, 'RUNNING', 0);
    untracked.add(id);
    void node.tracker.untrack(node.account, key);
  }

  async function die(): Promise<void> {
    const node = anyone();
    if (pick(2) === 0) node.kill();
    // In the middle of its next write, or right after it.
    else node.onCall = (name) => name === 'record' && node.kill();
    await cluster.pass(pick(8_000));
    node.kill();
    await cluster.start();
  }

  return {
    ...{ cluster, tracked, told, untracked },
    get alive() {
      return alive();
    },
    endOf: (id: string) => (jobs.get(id)?.steps.at(-1)?.[1] ?? '').toLowerCase(),
    async run(): Promise<void> {
      for (let node = 0; node < 3; node += 1) await cluster.start();
      while (tracked.size < EXPORTS) {
        await cluster.pass(250 + pick(5_000));
        const chance = pick(10);
        if (chance < 6) track();
        else if (chance < 7) untrack();
        else await die();
      }
      await cluster.pass(180_000);
      // Whoever died while it tracked one told nobody; the store has it, or it has not.
      for (const { key } of await store.find('acme', [...tracked])) told.add(key.id);
      for (const id of untracked) if ((await store.find('acme', [id])).length > 0) untracked.delete(id);
    },
  };
}

describeCluster('in memory', 12, async () => createMemoryStore());

describe.skipIf(programs === null)('on a real server', () => {
  let server: PostgresServer;
  const opened: Store[] = [];

  beforeAll(async () => {
    server = await startPostgres(programs ?? '');
  });
  afterAll(async () => {
    for (const store of opened) await store.close();
    await server.close();
  });

  describeCluster('postgres', 4, async () => {
    const url = await server.createDatabase();
    const store = await openStore({ kind: 'postgres', url }, createTestTools({ clock: systemClock }));
    opened.push(store);
    return store;
  });
});
