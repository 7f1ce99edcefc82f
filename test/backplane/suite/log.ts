import { describe, expect, it } from 'vitest';
import { startWatch } from '../../../src/export/transitions.ts';
import { type BackplaneUnderTest, connect, join, own, PROGRESS, write } from './processes.ts';

/** What is kept of exports, what happened to them, and who is told. */
export function describeLog(under: () => BackplaneUnderTest): void {
  async function setUp() {
    const { pass, settle, kill } = under();
    return { pass, settle, kill, one: await connect(under()), other: await connect(under()) };
  }

  describe('states', () => {
    it('are there for every process, as plain data', async () => {
      const { one, other } = await setUp();
      const { commit } = await own(one, 'acme/a');
      const state = {
        ...startWatch(7),
        trouble: { code: 'VENDOR_TIMEOUT', failures: 1, refusals: 0, refusedSince: null },
      } as const;

      const version = await commit([PROGRESS], state);
      const { exports } = await join(other, ['acme/a']);
      const { topics } = await other.backplane.load(['acme/a'], null);

      expect(exports[0]).toMatchObject({ state, version });
      expect(topics[0]?.state).toEqual(state);
      expect(JSON.parse(JSON.stringify(topics[0]))).toEqual(topics[0]);
    });

    it('cannot be forked: a commit on an old version changes nothing, and is told what is stored', async () => {
      const { one } = await setUp();
      const { fence, commit } = await own(one, 'acme/a');
      await commit([PROGRESS]);
      const { head } = await one.backplane.load(['acme/none'], null);

      const result = await write(one, 'acme/a', fence, 0).commit([PROGRESS], startWatch(9));

      expect(result).toEqual({ state: startWatch(1), version: 1, sequence: head });
      const loaded = await one.backplane.load(['acme/a'], head - 1);
      expect(loaded.topics[0]).toMatchObject({ state: startWatch(1) });
      expect(loaded.head).toBe(head);
    });

    it('are written each for itself', async () => {
      const { one } = await setUp();
      const { fence } = await join(one, ['acme/a', 'acme/b']);
      const toCommit = (topic: string, version: number) => {
        return { topic, version, state: startWatch(3), facts: [PROGRESS], at: 99 };
      };

      const results = await one.backplane.commit({
        account: 'acme/desk',
        fence: fence ?? 0,
        commits: [toCommit('acme/a', 0), toCommit('acme/b', 4), toCommit('acme/a', 1)],
      });

      expect(results).toMatchObject([1, { state: null, version: 0 }, 2]);
    });

    it('of a topic nobody has joined are not there', async () => {
      const { one } = await setUp();

      expect((await one.backplane.load(['acme/a'], 0)).topics).toEqual([undefined]);
      expect(await write(one, 'acme/a', 1, 0).commit([])).toBe('fenced');
    });
  });

  describe('the log', () => {
    it('has one order over all topics', async () => {
      const { one, other } = await setUp();
      const a = await own(one, 'acme/a', 'acme/desk');
      const b = await own(other, 'acme/b', 'acme/hi');

      await a.commit([PROGRESS, PROGRESS]);
      await b.commit([PROGRESS]);
      await a.commit([PROGRESS]);
      const { topics, head } = await one.backplane.load(['acme/a', 'acme/b'], 0);

      const [first, second] = topics.map((topic) => topic?.entries.map(({ sequence }) => sequence) ?? []);
      const order = [...(first ?? []), ...(second ?? [])].sort((x, y) => x - y);
      expect(first).toHaveLength(3);
      expect(new Set(order).size).toBe(4);
      expect(order[2]).toBe(second?.[0]);
      expect(head).toBe(order[3]);
    });

    it('is read from after a sequence on', async () => {
      const { one } = await setUp();
      const { commit } = await own(one, 'acme/t');
      for (let round = 0; round < 5; round += 1) await commit([PROGRESS]);
      const { head } = await one.backplane.load(['acme/none'], null);

      const { topics } = await one.backplane.load(['acme/t'], head - 2);

      expect(topics[0]).toMatchObject({ isComplete: true });
      expect(topics[0]?.entries.map(({ sequence }) => sequence)).toEqual([head - 1, head]);
      expect((await one.backplane.load(['acme/t'], null)).topics[0]?.entries).toEqual([]);
    });

    it('keeps at least the last 64 entries, and says when some are gone', async () => {
      const { one } = await setUp();
      const { commit } = await own(one, 'acme/t');
      const { head: start } = await one.backplane.load(['acme/none'], null);
      for (let round = 0; round < 1_000; round += 1) await commit([PROGRESS]);
      const { head } = await one.backplane.load(['acme/none'], null);

      expect((await one.backplane.load(['acme/t'], head - 64)).topics[0]).toMatchObject({ isComplete: true });
      expect((await one.backplane.load(['acme/t'], start)).topics[0]).toMatchObject({ isComplete: false });
    });

    it('knows that a topic is younger than a cursor, and that a cursor is from no past of its own', async () => {
      const { one } = await setUp();
      const { commit } = await own(one, 'acme/old');
      await commit([PROGRESS]);
      const { head } = await one.backplane.load(['acme/none'], null);

      await own(one, 'acme/young');

      expect((await one.backplane.load(['acme/young'], head)).topics[0]).toMatchObject({ isComplete: false });
      expect((await one.backplane.load(['acme/old'], head + 1_000)).topics[0]).toMatchObject({
        isComplete: false,
      });
    });

    it('is kept while any node wants a topic, and for ten minutes after', async () => {
      const { one, other, pass } = await setUp();
      const { commit } = await own(one, 'acme/a');
      await commit([PROGRESS]);
      await join(other, ['acme/a']);
      one.node.leave('acme/desk', ['acme/a']);
      await pass(1_200_000);
      await join(one, ['acme/b'], 'acme/hi');
      expect((await one.backplane.load(['acme/a'], null)).topics[0]).toBeDefined();
      other.node.leave('acme/desk', ['acme/a']);

      await pass(599_000);
      await join(one, ['acme/c'], 'acme/hi');
      expect((await one.backplane.load(['acme/a'], null)).topics[0]).toBeDefined();
      await pass(2_000);
      await join(one, ['acme/d'], 'acme/hi');

      expect((await one.backplane.load(['acme/a'], null)).topics[0]).toBeUndefined();
    });

    it('forgets in the end what only a node wanted that died', async () => {
      const { one, other, pass, kill } = await setUp();
      await (await own(one, 'acme/a')).commit([PROGRESS]);
      await kill(one.backplane);

      await pass(601_000);
      await join(other, ['acme/b'], 'acme/hi');

      expect((await other.backplane.load(['acme/a'], null)).topics[0]).toBeUndefined();
    });
  });

  describe('journals', () => {
    it('reach every node that follows them, in the one order of the log, and can be read again', async () => {
      const { one, other, settle } = await setUp();
      await other.node.follow('acme/list');
      const { commit } = await own(one, 'acme/a');
      const { head } = await one.backplane.load(['acme/none'], null);

      const first = await one.backplane.publish('acme/list', { at: 7, fact: PROGRESS, state: startWatch(1) });
      await commit([PROGRESS]);
      const second = await other.backplane.publish('acme/list', {
        at: 8,
        fact: PROGRESS,
        state: startWatch(2),
      });
      await settle();

      expect(second - first).toBeGreaterThan(1);
      expect([...new Set(other.entries.map(({ entry }) => entry.sequence))]).toEqual([first, second]);
      expect((await one.backplane.load(['acme/list'], head)).topics[0]).toMatchObject({
        isComplete: true,
        state: null,
        entries: [{ sequence: first }, { sequence: second }],
      });
    });
  });

  describe('the feed', () => {
    it('brings every process the entries of the topics it wants, in the order of the log', async () => {
      const { one, other, settle } = await setUp();
      const a = await own(one, 'acme/a', 'acme/desk');
      const b = await own(other, 'acme/b', 'acme/hi');
      const c = await own(one, 'acme/c', 'acme/admit');
      await join(one, ['acme/b'], 'acme/hi');
      await join(other, ['acme/a'], 'acme/desk');
      one.node.leave('acme/admit', ['acme/c']);
      const again = await own(other, 'acme/c', 'acme/admit');
      other.node.leave('acme/admit', ['acme/never']);

      for (let round = 0; round < 10; round += 1)
        for (const { commit } of [a, again, b]) await commit([PROGRESS, PROGRESS]);
      await settle();

      expect(again.fence).toBeGreaterThan(c.fence);
      for (const [{ entries }, topics] of [
        [one, ['acme/a', 'acme/b']],
        [other, ['acme/a', 'acme/b', 'acme/c']],
      ] as const) {
        // At least once: a repetition is allowed, a step back to something new is not.
        const sequences = [...new Set(entries.map(({ entry }) => entry.sequence))];
        expect(sequences).toHaveLength(20 * topics.length);
        expect(sequences).toEqual([...sequences].sort((x, y) => x - y));
        expect(new Set(entries.map(({ topic }) => topic))).toEqual(new Set(topics));
      }
    });

    it('brings what was committed after join had resolved, with the state', async () => {
      const { one, other, settle } = await setUp();
      const { commit } = await own(one, 'acme/a');
      await join(other, ['acme/a']);

      await commit([{ type: 'ExportStatusChanged', from: null, to: 'RUNNING' }], startWatch(42));
      await settle();

      expect(other.entries[0]).toMatchObject({
        topic: 'acme/a',
        entry: { at: 99, fact: { type: 'ExportStatusChanged', to: 'RUNNING' }, state: { startedAt: 42 } },
      });
    });

    it('is silent about what was left, and after the node has closed', async () => {
      const { one, other, settle } = await setUp();
      const left = await connect(under());
      const { commit } = await own(one, 'acme/a');
      await join(other, ['acme/a']);
      await other.node.follow('acme/list');
      await join(left, ['acme/a', 'acme/b']);

      left.node.leave('acme/desk', ['acme/a']);
      await other.node.close();
      await commit([PROGRESS]);
      await one.backplane.publish('acme/list', { at: 7, fact: PROGRESS, state: startWatch(1) });
      await settle();

      expect([...left.entries, ...other.entries]).toEqual([]);
    });
  });
}
