import { afterEach, describe, expect, it } from 'vitest';
import type { Backplane, BackplaneListener, Commit, LogEntry } from '../../src/export/backplane.ts';
import type { ExportFact } from '../../src/export/events.ts';
import { startWatch, type WatchedState } from '../../src/export/transitions.ts';
import { createManualClock, type ManualClock, settle } from '../support/manual-clock.ts';

export interface BackplaneUnderTest {
  /** Opens one process's way to the backplane; all of one test share what is behind it. */
  connect(): Promise<Backplane>;
  close(): Promise<void>;
}

const PROGRESS: ExportFact = {
  type: 'ExportProgressed',
  progress: { percent: 5, completedParts: null, totalParts: null },
};
const LEASE_MS = 30_000;

/** What any backplane must do; run it over each implementation, with the bounds that the port states. */
export function describeBackplane(
  name: string,
  create: (clock: ManualClock) => Promise<BackplaneUnderTest>,
): void {
  describe(`${name} backplane`, () => {
    let opened: BackplaneUnderTest | undefined;

    afterEach(async () => {
      await opened?.close();
      opened = undefined;
    });

    async function setUp() {
      const clock = createManualClock();
      opened = await create(clock);
      return { clock, one: await opened.connect(), other: await opened.connect() };
    }

    async function hold(backplane: Backplane, topic: string, holder = 'one') {
      const [claim] = await backplane.claim([topic], holder, LEASE_MS);
      if (claim?.token == null) throw new Error('not granted');
      let version = claim.stored.version;
      const { token } = claim;
      return {
        token,
        commit: async (facts: readonly ExportFact[], state: WatchedState = startWatch(1)) => {
          const [result] = await backplane.commit([toCommit({ topic, token, version, facts, state })]);
          version = result ?? version;
          return result;
        },
      };
    }

    async function listen(backplane: Backplane, topics: readonly string[]) {
      const entries: { topic: string; entry: LogEntry }[] = [];
      const released: string[] = [];
      const listener: BackplaneListener = {
        onEntry: (topic, entry) => entries.push({ topic, entry }),
        onReleased: (topic) => released.push(topic),
      };
      const feed = await backplane.listen(listener);
      await feed.follow(topics);
      return { feed, entries, released };
    }

    it('has one epoch for all processes, fit for a cursor', async () => {
      const { one, other } = await setUp();

      expect(one.epoch).toBe(other.epoch);
      expect(one.epoch).toMatch(/^[0-9A-Za-z]{1,24}$/);
    });

    describe('leases', () => {
      it('let one holder have a topic, and say until when', async () => {
        const { clock, one, other } = await setUp();

        const [granted] = await one.claim(['t'], 'one', LEASE_MS);
        const [refused] = await other.claim(['t'], 'other', LEASE_MS);

        expect(granted?.token).toBeTypeOf('number');
        expect(refused).toMatchObject({ token: null, leaseUntil: clock.now() + LEASE_MS });
      });

      it('are the same for who asks again', async () => {
        const { one } = await setUp();

        const [first] = await one.claim(['t'], 'one', LEASE_MS);
        const [again] = await one.claim(['t'], 'one', LEASE_MS);

        expect(again?.token).toBe(first?.token);
      });

      it('pass on when they run out, and refuse what the late holder writes', async () => {
        const { clock, one, other } = await setUp();
        const late = await hold(one, 't');
        await clock.advance(LEASE_MS + 1);

        const next = await hold(other, 't', 'other');

        expect(next.token).toBeGreaterThan(late.token);
        expect(await late.commit([PROGRESS])).toBeNull();
        expect(await next.commit([PROGRESS])).toBeTypeOf('number');
      });

      it('are prolonged by a commit', async () => {
        const { clock, one, other } = await setUp();
        const held = await hold(one, 't');
        await clock.advance(LEASE_MS - 1);

        await held.commit([]);
        await clock.advance(LEASE_MS - 1);

        expect((await other.claim(['t'], 'other', LEASE_MS))[0]?.token).toBeNull();
      });

      it('that are given up go to the next at once, and followers are told', async () => {
        const { one, other } = await setUp();
        const held = await hold(one, 't');
        const { released } = await listen(other, ['t']);

        await one.release([{ topic: 't', token: held.token }]);
        await settle();

        expect(released).toEqual(['t']);
        expect((await other.claim(['t'], 'other', LEASE_MS))[0]?.token).toBeTypeOf('number');
        expect(await held.commit([PROGRESS])).toBeNull();
      });

      it('are not given up by a stale token', async () => {
        const { clock, one, other } = await setUp();
        const stale = await hold(one, 't');
        await clock.advance(LEASE_MS + 1);
        const held = await hold(other, 't', 'other');

        await one.release([{ topic: 't', token: stale.token }]);

        expect((await one.claim(['t'], 'one', LEASE_MS))[0]?.token).toBeNull();
        expect(await held.commit([])).toBeTypeOf('number');
      });

      it('of several topics are each their own', async () => {
        const { one, other } = await setUp();
        await hold(one, 'b');

        const claims = await other.claim(['a', 'b', 'c'], 'other', LEASE_MS);

        expect(claims.map(({ token }) => token === null)).toEqual([false, true, false]);
      });
    });

    describe('states', () => {
      it('are there for every process, as plain data', async () => {
        const { one, other } = await setUp();
        const held = await hold(one, 't');
        const state = {
          ...startWatch(7),
          trouble: { code: 'VENDOR_TIMEOUT', failures: 1, refusals: 0, refusedSince: null },
        } as const;

        const version = await held.commit([PROGRESS], state);
        const [claim] = await other.claim(['t'], 'other', LEASE_MS);
        const { topics } = await other.load(['t'], null);

        expect(claim?.stored).toMatchObject({ state, version });
        expect(topics[0]?.state).toEqual(state);
        expect(JSON.parse(JSON.stringify(topics[0]))).toEqual(topics[0]);
      });

      it('cannot be forked: a commit on an old version changes nothing', async () => {
        const { one } = await setUp();
        const { token, commit } = await hold(one, 't');
        await commit([PROGRESS]);
        const { head } = await one.load([], null);

        const results = await one.commit([
          toCommit({ topic: 't', token, version: 0, facts: [PROGRESS], state: startWatch(9) }),
        ]);

        expect(results).toEqual([null]);
        expect((await one.load(['t'], head - 1)).topics[0]).toMatchObject({ state: startWatch(1) });
        expect((await one.load([], null)).head).toBe(head);
      });

      it('of a topic nobody has claimed are not there', async () => {
        const { one } = await setUp();

        expect((await one.load(['t'], 0)).topics).toEqual([undefined]);
        expect(
          await one.commit([toCommit({ topic: 't', token: 1, version: 0, facts: [], state: startWatch(1) })]),
        ).toEqual([null]);
      });
    });

    describe('the log', () => {
      it('has one order over all topics', async () => {
        const { one, other } = await setUp();
        const a = await hold(one, 'a');
        const b = await hold(other, 'b', 'other');

        await a.commit([PROGRESS, PROGRESS]);
        await b.commit([PROGRESS]);
        await a.commit([PROGRESS]);
        const { topics, head } = await one.load(['a', 'b'], 0);

        const [first, second] = topics.map((topic) => topic?.entries.map(({ sequence }) => sequence) ?? []);
        const order = [...(first ?? []), ...(second ?? [])].sort((x, y) => x - y);
        expect(first).toHaveLength(3);
        expect(new Set(order).size).toBe(4);
        expect(order[2]).toBe(second?.[0]);
        expect(head).toBe(order[3]);
      });

      it('is read from after a sequence on', async () => {
        const { one } = await setUp();
        const { commit } = await hold(one, 't');
        for (let round = 0; round < 5; round += 1) await commit([PROGRESS]);
        const { head } = await one.load([], null);

        const { topics } = await one.load(['t'], head - 2);

        expect(topics[0]).toMatchObject({ isComplete: true });
        expect(topics[0]?.entries.map(({ sequence }) => sequence)).toEqual([head - 1, head]);
        expect((await one.load(['t'], null)).topics[0]?.entries).toEqual([]);
      });

      it('keeps at least the last 64 entries, and says when some are gone', async () => {
        const { one } = await setUp();
        const { commit } = await hold(one, 't');
        const { head: start } = await one.load([], null);
        for (let round = 0; round < 1_000; round += 1) await commit([PROGRESS]);
        const { head } = await one.load([], null);

        expect((await one.load(['t'], head - 64)).topics[0]).toMatchObject({ isComplete: true });
        expect((await one.load(['t'], start)).topics[0]).toMatchObject({ isComplete: false });
      });

      it('knows that a topic is younger than a cursor, and that a cursor is from no past of its own', async () => {
        const { one } = await setUp();
        const { commit } = await hold(one, 'old');
        await commit([PROGRESS]);
        const { head } = await one.load([], null);

        await hold(one, 'young');

        expect((await one.load(['young'], head)).topics[0]).toMatchObject({ isComplete: false });
        expect((await one.load(['old'], head + 1_000)).topics[0]).toMatchObject({ isComplete: false });
      });

      it('is kept while a topic is held, and for ten minutes after', async () => {
        const { clock, one } = await setUp();
        const held = await hold(one, 't');
        await held.commit([PROGRESS]);
        await one.release([{ topic: 't', token: held.token }]);

        await clock.advance(599_000);
        await one.claim(['other'], 'one', LEASE_MS);
        expect((await one.load(['t'], null)).topics[0]).toBeDefined();
        await clock.advance(2_000);
        await one.claim(['other'], 'one', LEASE_MS);

        expect((await one.load(['t'], null)).topics[0]).toBeUndefined();
      });

      it('forgets in the end what a process held that died', async () => {
        const { clock, one, other } = await setUp();
        await (await hold(one, 't')).commit([PROGRESS]);

        for (let round = 0; round < 30; round += 1) {
          await clock.advance(60_000);
          await other.claim(['other'], 'other', LEASE_MS);
        }

        expect((await other.load(['t'], null)).topics[0]).toBeUndefined();
      });
    });

    describe('the feed', () => {
      it('brings every process the entries of the topics it follows, in the order of the log', async () => {
        const { one, other } = await setUp();
        const ears = [await listen(one, ['a', 'b']), await listen(other, ['a', 'b'])];
        const [a, b, c] = [await hold(one, 'a'), await hold(other, 'b', 'other'), await hold(one, 'c')];

        for (let round = 0; round < 10; round += 1)
          for (const { commit } of [a, c, b]) await commit([PROGRESS, PROGRESS]);
        await settle();

        for (const { entries } of ears) {
          // At least once: a repetition is allowed, a step back to something new is not.
          const sequences = [...new Set(entries.map(({ entry }) => entry.sequence))];
          expect(sequences).toHaveLength(40);
          expect(sequences).toEqual([...sequences].sort((x, y) => x - y));
          expect(new Set(entries.map(({ topic }) => topic))).toEqual(new Set(['a', 'b']));
        }
      });

      it('brings what was committed after follow had resolved, with the state', async () => {
        const { one, other } = await setUp();
        const held = await hold(one, 't');
        const { entries } = await listen(other, ['t']);

        await held.commit([{ type: 'ExportStatusChanged', from: null, to: 'RUNNING' }], startWatch(42));
        await settle();

        expect(entries[0]).toMatchObject({
          topic: 't',
          entry: { at: 99, fact: { type: 'ExportStatusChanged', to: 'RUNNING' }, state: { startedAt: 42 } },
        });
      });

      it('is silent about topics no longer followed, and after it was closed', async () => {
        const { one } = await setUp();
        const [left, closed] = [await listen(one, ['t']), await listen(one, ['t'])];
        const held = await hold(one, 't');

        left.feed.unfollow(['t']);
        closed.feed.close();
        await held.commit([PROGRESS]);
        await settle();

        expect([...left.entries, ...closed.entries]).toEqual([]);
      });
    });
  });
}

function toCommit(facts: Pick<Commit, 'topic' | 'token' | 'version' | 'facts' | 'state'>): Commit {
  return { at: 99, leaseMs: LEASE_MS, ...facts };
}
