import { describe, expect, it } from 'vitest';
import { MemoryBackplane } from '../../src/backplane/memory.ts';
import type { Backplane } from '../../src/export/backplane.ts';
import type { ExportStatus } from '../../src/export/export.ts';
import { sleep } from '../../src/runtime/clock.ts';
import { createMortalBackplane } from '../backplane/mortal-backplane.ts';
import { createManualClock, type ManualClock } from '../support/manual-clock.ts';
import { createTestTools } from '../support/tools.ts';
import { toError, toKey, toSnapshot } from './fake-account.ts';
import { createHubHarness, toScript } from './hub-harness.ts';

/** Gateways on one backplane, each with its own way to the same account, all told the same by its vendor. */
async function setUp(count = 2) {
  const clock = createManualClock();
  const backplane = new MemoryBackplane({ clock });
  const gateways = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const mortal = createMortalBackplane(backplane, clock);
      const gate: { opened?: Promise<void> } = {};
      const harness = await createHubHarness({
        clock,
        backplane: mortal.backplane,
        seed: index + 1,
        readMany: async (account, keys, options) => {
          await gate.opened;
          return account.readMany(keys, options);
        },
      });
      /** Stops as by SIGSTOP, with whatever it reads. @returns lets it go on */
      function stop(): () => void {
        mortal.stop();
        let goOn: (() => void) | undefined;
        gate.opened = new Promise((resolve) => {
          goOn = resolve;
        });
        return () => {
          delete gate.opened;
          goOn?.();
        };
      }
      return { ...harness, stop };
    }),
  );
  const [one, other] = gateways;
  if (one === undefined || other === undefined) throw new RangeError('two at least');
  const answer: typeof one.account.answer = (handler) => {
    for (const { account } of gateways) account.answer(handler);
  };
  const batches = () => gateways.reduce((sum, { account }) => sum + account.batches.length, 0);
  return { clock, backplane, gateways, one, other, answer, batches };
}

const IDS = Array.from({ length: 90 }, (_, index) => `e${index}`);
const EVERY_5_S = { pollAfterMs: 5_000 };

describe('an account that several gateways watch', () => {
  it('costs the calls of one, however its exports are spread over them', async () => {
    const alone = await setUp();
    const three = await setUp(3);
    for (const { answer } of [alone, three]) answer((id, now) => toSnapshot(id, 'RUNNING', now, EVERY_5_S));

    const single = alone.one.watch(IDS);
    const spread = three.gateways.map(({ watch }, index) => watch(IDS.filter((_, at) => at % 3 === index)));
    // Some of them are watched on two.
    spread.push(three.other.watch(IDS.slice(0, 20)));
    for (const { clock } of [alone, three]) await clock.advance(10_000);
    const before = [alone.batches(), three.batches()];
    for (const { clock } of [alone, three]) await clock.advance(60_000);

    const [callsAlone, callsOfThree] = [alone.batches(), three.batches()].map(
      (now, at) => now - (before[at] ?? 0),
    );
    expect(single.events).toHaveLength(90);
    expect(spread.map(({ events }) => events.length)).toEqual([30, 30, 30, 20]);
    expect(callsAlone).toBeGreaterThan(20);
    expect(callsOfThree).toBeLessThanOrEqual((callsAlone ?? 0) * 1.1);
    expect(three.gateways.filter(({ account }) => account.batches.length > 0)).toHaveLength(1);
  });

  it('is asked about exports that only another gateway looks at, for as long as that does', async () => {
    const { clock, one, other, answer } = await setUp();
    one.watch(['mine']);
    await clock.advance(100);
    const job = toScript<ExportStatus>(clock, [
      [0, 'QUEUED'],
      [10_000, 'RUNNING'],
    ]);
    answer((id, now) => toSnapshot(id, job(now), now));

    const theirs = other.watch(['theirs']);
    await clock.advance(20_000);
    expect(theirs.story).toEqual(['Snapshot theirs QUEUED', 'StatusChanged theirs RUNNING']);
    expect(other.polls()).toBe(0);
    expect(one.hub.counters()).toMatchObject({ watches: 2, subscribers: 1 });

    await theirs.stop();
    await clock.advance(100);
    const polls = one.polls('theirs');
    await clock.advance(60_000);
    expect(one.polls('theirs')).toBe(polls);
    expect(one.hub.counters()).toMatchObject({ watches: 1, subscribers: 1 });
  });

  it('goes on being asked by its owner about what only others look at by now', async () => {
    const { clock, one, other, answer } = await setUp();
    one.watch(['a']);
    const left = one.watch(['b']);
    const stays = other.watch(['b']);
    await clock.advance(1_000);
    await left.stop();
    answer((id, now) => toSnapshot(id, 'SUCCEEDED', now));

    await clock.advance(5_000);

    expect(stays.story).toEqual(['Snapshot b RUNNING', 'StatusChanged b SUCCEEDED']);
    expect(other.polls()).toBe(0);
  });

  it('is handed over when the owner looks at none of its exports any more', async () => {
    const { clock, one, other } = await setUp();
    const mine = one.watch(['a']);
    const theirs = other.watch(['b']);
    await clock.advance(5_000);
    await mine.stop();
    await clock.advance(100);
    const polls = one.polls();

    other.account.answer((id, now) => toSnapshot(id, 'SUCCEEDED', now));
    await clock.advance(10_000);

    expect(theirs.story).toEqual(['Snapshot b RUNNING', 'StatusChanged b SUCCEEDED']);
    expect(one.polls()).toBe(polls);
    expect(other.polls('a')).toBe(0);
    expect(one.hub.counters()).toMatchObject({ watches: 0 });
  });

  it('is asked about whole when the last subscriber at its owner is back in the same turn', async () => {
    const { clock, one, other, answer } = await setUp();
    const mine = one.watch(['a']);
    const theirs = other.watch(['b']);
    await clock.advance(5_000);

    void mine.stop();
    const again = one.watch(['a']);
    answer((id, now) => toSnapshot(id, id === 'a' ? 'CANCELING' : 'SUCCEEDED', now));
    await clock.advance(10_000);

    expect(again.story.at(-1)).toContain('a CANCELING');
    expect(theirs.story).toEqual(['Snapshot b RUNNING', 'StatusChanged b SUCCEEDED']);
  });
});

describe('an export that another gateway asks about', () => {
  it('is asked about now where a gateway is told of a reason, at most once a second', async () => {
    const { clock, one, other, answer } = await setUp();
    answer((id, now) => toSnapshot(id, 'RUNNING', now, { pollAfterMs: 30_000 }));
    one.watch(['a']);
    const theirs = other.watch(['a']);
    await clock.advance(10_000);
    const before = one.polls();
    answer((id, now) => toSnapshot(id, 'CANCELING', now, { pollAfterMs: 30_000 }));

    expect(other.hub.pollNow(other.account, toKey('a'))).toBe(true);
    await clock.advance(100);
    expect(theirs.story).toEqual(['Snapshot a RUNNING', 'StatusChanged a CANCELING']);
    for (let count = 0; count < 50; count += 1) {
      other.hub.pollNow(other.account, toKey('a'));
      await clock.advance(100);
    }

    expect(one.polls() - before).toBeGreaterThan(3);
    expect(one.polls() - before).toBeLessThanOrEqual(7);
    expect(other.polls()).toBe(0);
    expect(other.hub.pollNow(other.account, toKey('b'))).toBe(false);
  });

  it('is asked about now where a query elsewhere has read another status, and nobody is told twice', async () => {
    const { clock, one, other, answer } = await setUp();
    answer((id, now) => toSnapshot(id, 'RUNNING', now, { pollAfterMs: 30_000 }));
    const followers = [one.watch(['a']), other.watch(['a'])];
    await clock.advance(10_000);
    const before = one.polls();
    answer((id, now) => toSnapshot(id, 'CANCELING', now, { pollAfterMs: 30_000 }));

    other.hub.learn(other.account, toSnapshot('a', 'CANCELING', clock.now()));
    other.hub.learn(other.account, toSnapshot('a', 'CANCELING', clock.now()));
    expect(other.hub.peek(other.account, toKey('a'))?.status).toBe('CANCELING');
    await clock.advance(1_000);

    expect(one.polls() - before).toBe(1);
    for (const { story } of followers)
      expect(story).toEqual(['Snapshot a RUNNING', 'StatusChanged a CANCELING']);
  });
});

describe('an account whose owner goes', () => {
  it('is asked about when its polls were planned, after a drain', async () => {
    const { clock, one, other, answer } = await setUp();
    one.watch(['a']);
    const stays = other.watch(['a', 'b']);
    // Old jobs are asked about more and more slowly.
    await clock.advance(580_000);
    const lastAt = Math.max(...one.account.batches.map(({ at }) => at));
    const plannedAt = one.hub.peek(one.account, toKey('a'))?.observation.nextPollAt ?? 0;
    expect(plannedAt).toBeGreaterThan(lastAt + 20_000);

    await one.hub.drain('restart');
    answer((id, now) => toSnapshot(id, 'SUCCEEDED', now));
    await clock.advance(60_000);

    const firstAt = Math.min(
      ...other.account.batches.filter(({ ids }) => ids.includes('a')).map(({ at }) => at),
    );
    expect(firstAt).toBeGreaterThanOrEqual(plannedAt);

    expect(other.polls()).toBe(2);
    expect(stays.story.filter((line) => line.includes('SUCCEEDED'))).toHaveLength(2);
  });

  it.each([1_000, 5_000])(
    'by dying is asked about by another within two intervals of %i ms, or 3 s',
    async (intervalMs) => {
      const { clock, gateways, one, other, answer } = await setUp(3);
      answer((id, now) => toSnapshot(id, 'RUNNING', now, { pollAfterMs: intervalMs }));
      const dying = one.watch(IDS);
      const streams = gateways.slice(1).map(({ watch }) => watch(IDS));
      await clock.advance(20_000);
      const lastAt = Math.max(...one.account.batches.map(({ at }) => at));

      one.stop();
      await clock.advance(20_000);

      const firstAt = Math.min(...other.account.batches.map(({ at }) => at));
      expect(firstAt - lastAt).toBeLessThanOrEqual(Math.max(2 * intervalMs, 3_000));
      expect(new Set(other.account.batches.flatMap(({ ids }) => ids)).size).toBe(90);
      expect(gateways[2]?.polls()).toBe(0);
      answer((id, now) => toSnapshot(id, 'SUCCEEDED', now));
      await clock.advance(10_000);
      for (const { story } of streams) {
        expect(story).toHaveLength(180);
        expect(story.filter((line) => line.startsWith('Snapshot'))).toHaveLength(90);
      }
      expect(dying.events).toHaveLength(90);
    },
  );

  it('and comes back from a long pause goes on as a follower', async () => {
    const { clock, one, other, answer } = await setUp();
    const paused = one.watch(['a', 'only-here']);
    const stays = other.watch(['a']);
    other.watch(['theirs']);
    await clock.advance(5_000);
    answer((id, now) => toSnapshot(id, 'CANCELING', now));

    const goOn = one.stop();
    await clock.advance(60_000);
    expect(stays.story).toEqual(['Snapshot a RUNNING', 'StatusChanged a CANCELING']);
    expect(paused.story).toEqual(['Snapshot a RUNNING', 'Snapshot only-here RUNNING']);
    goOn();
    await clock.advance(3_000);
    const polls = one.polls();
    answer((id, now) => toSnapshot(id, id === 'theirs' ? 'RUNNING' : 'SUCCEEDED', now));
    await clock.advance(60_000);

    expect(paused.story.slice(2).sort()).toEqual([
      'StatusChanged a CANCELING',
      'StatusChanged a SUCCEEDED',
      'StatusChanged only-here CANCELING',
      'StatusChanged only-here SUCCEEDED',
    ]);
    expect(paused.state).toEqual({ isDone: true, error: undefined });
    expect(one.polls()).toBe(polls);
  });
});

describe('a newcomer at a gateway that does not own the account', () => {
  it('is not shown what an earlier watch saw long ago', async () => {
    const { clock, one, other, answer } = await setUp();
    const earlier = other.watch(['a']);
    await clock.advance(100);
    await earlier.stop();
    one.watch(['b']);
    await clock.advance(120_000);
    answer((id, now) => toSnapshot(id, 'CANCELING', now));

    const late = other.watch(['a']);
    await clock.advance(3_000);

    expect(late.story).toEqual(['Snapshot a CANCELING']);
    expect(other.hub.peek(other.account, toKey('a'))?.status).toBe('CANCELING');
    expect(other.polls()).toBe(1);
  });

  it('has an export asked about again that an earlier watch gave up on', async () => {
    const { clock, one, other, answer } = await setUp();
    answer(() => toError('UNSUPPORTED_BY_VENDOR'));
    const earlier = other.watch(['a']);
    await clock.advance(5_000);
    expect(earlier.story).toEqual(['WatchFailed a -']);
    answer((id, now) => toSnapshot(id, 'RUNNING', now));
    one.watch(['b']);
    await clock.advance(5_000);

    const late = other.watch(['a']);
    await clock.advance(3_000);

    expect(late.story).toEqual(['Snapshot a RUNNING']);
    expect(one.polls('a')).toBeGreaterThan(0);
  });

  it('that waits for a first state is told it, whatever the owner knows already', async () => {
    const { clock, one, other, answer } = await setUp();
    answer((id, now) => toSnapshot(id, 'RUNNING', now, { pollAfterMs: 4_000 }));
    one.watch(['a']);
    await clock.advance(100);

    const [first, second] = [other.watch(['a']), other.watch(['a', 'b'])];
    await clock.advance(10_000);
    const third = other.watch(['b']);
    await clock.advance(100);

    expect([first, second, third].map(({ story }) => [...story].sort())).toEqual([
      ['Snapshot a RUNNING'],
      ['Snapshot a RUNNING', 'Snapshot b RUNNING'],
      ['Snapshot b RUNNING'],
    ]);
  });

  it('is told a first state though the answer to its joining comes late', async () => {
    const { clock, backplane, one, answer } = await setUp();
    const far = createLateBackplane(backplane, clock, { joinMs: 2_500, entryMs: 0 });
    const other = await createHubHarness({ clock, backplane: far, seed: 7 });
    answer((id, now) => toSnapshot(id, 'RUNNING', now));
    one.watch(['mine']);
    const earlier = other.watch(['a']);
    await clock.advance(6_000);
    await earlier.stop();
    await clock.advance(100);

    const late = other.watch(['a']);
    await clock.advance(10_000);

    expect(earlier.story).toEqual(['Snapshot a RUNNING']);
    expect(late.story).toEqual(['Snapshot a RUNNING']);
  });

  it('is told a first state though only the owner takes the last answer for recent', async () => {
    const { clock, backplane, one } = await setUp();
    const ahead = { ...clock, now: () => clock.now() + 30_000 };
    const other = await createHubHarness({ tools: createTestTools({ clock: ahead }), clock, backplane });
    one.watch(['mine']);
    const earlier = other.watch(['a']);
    await clock.advance(1_500);
    await earlier.stop();
    await clock.advance(100);

    const late = other.watch(['a']);
    await clock.advance(10_000);

    expect(late.story).toEqual(['Snapshot a RUNNING']);
  });

  it('is told a first state that it saw in the log before it could know it for one', async () => {
    const { clock, backplane, one, answer } = await setUp();
    const ahead = { ...clock, now: () => clock.now() + 30_000 };
    const far = createLateBackplane(backplane, clock, { joinMs: 100, entryMs: 1_000 });
    const other = await createHubHarness({ tools: createTestTools({ clock: ahead }), clock, backplane: far });
    const earlier = other.watch(['a']);
    await clock.advance(5_000);
    await earlier.stop();
    one.watch(['mine']);
    await clock.advance(120_000);
    answer((id, now) => toSnapshot(id, 'CANCELING', now));

    const late = other.watch(['a']);
    await clock.advance(10_000);

    expect(late.story).toEqual(['Snapshot a CANCELING']);
  });

  it('is told once what a reading after a fault brought, though its entries come one by one', async () => {
    const { clock, backplane, one, answer } = await setUp();
    const far = createLateBackplane(backplane, clock, { joinMs: 100, entryMs: 1_000 });
    const other = await createHubHarness({ clock, backplane: far, seed: 7 });
    const earlier = other.watch(['a']);
    await clock.advance(5_000);
    await earlier.stop();
    one.watch(['mine']);
    await clock.advance(120_000);
    answer(() => toError('VENDOR_UNAVAILABLE'));
    const late = other.watch(['a']);
    await clock.advance(3_000);
    answer((id, now) => toSnapshot(id, 'CANCELING', now));

    await clock.advance(60_000);

    expect(late.story).toEqual([
      'WatchInterrupted a RUNNING',
      'WatchResumed a CANCELING',
      'Snapshot a CANCELING',
    ]);
  });

  it("is told a first state though its clock is ahead of the owner's", async () => {
    const { clock, backplane, one, answer } = await setUp();
    const ahead = { ...clock, now: () => clock.now() + 30_000 };
    const other = await createHubHarness({ tools: createTestTools({ clock: ahead }), clock, backplane });
    const earlier = other.watch(['a']);
    await clock.advance(100);
    await earlier.stop();
    one.watch(['mine']);
    await clock.advance(120_000);
    answer((id, now) => toSnapshot(id, 'CANCELING', now));

    const first = other.watch(['a']);
    await clock.advance(2_000);
    const second = other.watch(['a']);
    await clock.advance(100);

    expect([first.story, second.story]).toEqual([['Snapshot a CANCELING'], ['Snapshot a CANCELING']]);
  });
});

/** A backplane whose answers to a join, and whose entries, take their time. */
function createLateBackplane(
  inner: Backplane,
  clock: ManualClock,
  { joinMs, entryMs }: { readonly joinMs: number; readonly entryMs: number },
): Backplane {
  return {
    get epoch() {
      return inner.epoch;
    },
    get nodes() {
      return inner.nodes;
    },
    async connect(listener) {
      const node = await inner.connect({
        onEntry: (topic, entry) => void clock.setTimer(entryMs, () => listener.onEntry(topic, entry)),
        onWanted: (...told) => listener.onWanted(...told),
        onUnwanted: (...told) => listener.onUnwanted(...told),
        onNudged: (...told) => listener.onNudged(...told),
        onReset: () => listener.onReset(),
        onReachable: (isReachable) => listener.onReachable(isReachable),
      });
      return {
        async join(account, wanted) {
          const joined = await node.join(account, wanted);
          await sleep(clock, joinMs);
          return joined;
        },
        leave: (account, topics) => node.leave(account, topics),
        nudge: (account, topics) => node.nudge(account, topics),
        follow: (journal) => node.follow(journal),
        close: () => node.close(),
      };
    },
    commit: (batch) => inner.commit(batch),
    publish: (journal, entry) => inner.publish(journal, entry),
    load: (topics, after) => inner.load(topics, after),
    close: () => inner.close(),
  };
}
