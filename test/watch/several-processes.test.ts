import { describe, expect, it } from 'vitest';
import { MemoryBackplane } from '../../src/backplane/memory.ts';
import type { ExportStatus } from '../../src/export/export.ts';
import { createMortalBackplane } from '../backplane/mortal-backplane.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { toSnapshot } from './fake-account.ts';
import { createHubHarness, toScript } from './hub-harness.ts';

describe('several processes on one backplane', () => {
  async function setUp() {
    const clock = createManualClock();
    const backplane = new MemoryBackplane({ clock });
    const one = await createHubHarness({ clock, backplane, seed: 1 });
    const other = await createHubHarness({ clock, backplane, seed: 2 });
    return { clock, backplane, one, other };
  }

  it('ask once, and all are told', async () => {
    const { clock, one, other } = await setUp();
    const job = toScript<ExportStatus>(clock, [
      [0, 'QUEUED'],
      [20_000, 'RUNNING'],
      [40_000, 'SUCCEEDED'],
    ]);
    for (const { account } of [one, other]) account.answer((id, now) => toSnapshot(id, job(now), now));

    const followers = [one.watch(['a']), other.watch(['a'])];
    await clock.advance(60_000);

    const story = ['Snapshot a QUEUED', 'StatusChanged a RUNNING', 'StatusChanged a SUCCEEDED'];
    expect(followers.map((follower) => follower.story)).toEqual([story, story]);
    expect(Math.min(one.polls(), other.polls())).toBe(0);
  });

  it("take over when the one that asks drains, and resume each other's cursors", async () => {
    const { clock, one, other } = await setUp();
    const moved = one.watch(['a']);
    const stayed = other.watch(['a']);
    await clock.advance(5_000);
    expect(other.polls()).toBe(0);

    await one.hub.drain('restart');
    const resumed = other.watch(['a'], moved.lastCursor);
    other.account.answer((id, now) => toSnapshot(id, 'SUCCEEDED', now));
    await clock.advance(3_000);

    expect(stayed.story).toEqual(['Snapshot a RUNNING', 'StatusChanged a SUCCEEDED']);
    expect(resumed.story).toEqual(['StatusChanged a SUCCEEDED']);
  });

  it('take over from one that died, and what it writes late is lost', async () => {
    const { clock, backplane } = await setUp();
    let isDead = false;
    const release: (() => void)[] = [];
    const { backplane: mortal, stop } = createMortalBackplane(backplane, clock);
    const dying = await createHubHarness({
      clock,
      backplane: mortal,
      readMany: async (account, keys, options) => {
        if (isDead) await new Promise<void>((resolve) => release.push(resolve));
        return account.readMany(keys, options);
      },
    });
    const heir = await createHubHarness({ clock, backplane, seed: 9 });
    dying.watch(['a']);
    const follower = heir.watch(['a']);
    await clock.advance(5_000);
    expect(heir.polls()).toBe(0);
    isDead = true;
    stop();
    heir.account.answer((id, now) => toSnapshot(id, 'CANCELING', now));
    // Two intervals, or three seconds where those are less.
    await clock.advance(3_000);
    expect(follower.story).toEqual(['Snapshot a RUNNING', 'StatusChanged a CANCELING']);

    isDead = false;
    dying.account.answer((id, now) => toSnapshot(id, 'FAILED', now));
    for (const go of release) go();
    await clock.advance(5_000);

    expect(follower.story).toEqual(['Snapshot a RUNNING', 'StatusChanged a CANCELING']);
  });
});

describe('a process that loses its account before its first answer', () => {
  it('tells its newcomers what the other process has found', async () => {
    const clock = createManualClock();
    const backplane = new MemoryBackplane({ clock });
    const release: (() => void)[] = [];
    const { backplane: mortal, stop } = createMortalBackplane(backplane, clock);
    const slow = await createHubHarness({
      clock,
      backplane: mortal,
      readMany: async (account, keys, options) => {
        await new Promise<void>((resolve) => release.push(resolve));
        return account.readMany(keys, options);
      },
    });
    const quick = await createHubHarness({ clock, backplane, seed: 2 });
    const earlier = quick.watch(['a']);
    await clock.advance(500);
    await earlier.stop();
    await clock.advance(60_000);

    const waiting = slow.watch(['a']);
    await clock.advance(500);
    stop();
    quick.watch(['a']);
    quick.account.answer((id, now) => toSnapshot(id, 'CANCELING', now));
    await clock.advance(60_000);
    expect(waiting.story).toEqual([]);
    for (const go of release) go();
    await clock.advance(500);
    quick.account.answer((id, now) => toSnapshot(id, 'CANCELED', now));
    await clock.advance(60_000);

    expect(waiting.story).toEqual(['Snapshot a CANCELING', 'StatusChanged a CANCELED']);
    expect(slow.polls()).toBe(1);
  });
});

describe('a backplane that cannot be reached', () => {
  it('stops no polling: it is tried again', async () => {
    const clock = createManualClock();
    const backplane = new MemoryBackplane({ clock });
    const { account, watch } = await createHubHarness({ clock, backplane });
    const follower = watch(['a']);
    await clock.advance(100);
    const commit = backplane.commit.bind(backplane);
    backplane.commit = () => Promise.reject(new Error('gone'));
    account.answer((id, now) => toSnapshot(id, 'SUCCEEDED', now));
    await clock.advance(5_000);
    expect(follower.story).toHaveLength(1);

    backplane.commit = commit;
    await clock.advance(5_000);

    expect(follower.story).toEqual(['Snapshot a RUNNING', 'StatusChanged a SUCCEEDED']);
  });

  it('lets a stream that cannot begin wait, and one that leaves meanwhile leaves nothing behind', async () => {
    const clock = createManualClock();
    const backplane = new MemoryBackplane({ clock });
    const connect = backplane.connect.bind(backplane);
    let isGone = true;
    backplane.connect = async (listener) => {
      const node = await connect(listener);
      const join = node.join.bind(node);
      node.join = (...given) => (isGone ? Promise.reject(new Error('gone')) : join(...given));
      return node;
    };
    const { watch, hub } = await createHubHarness({ clock, backplane });

    const [stays, leaves] = [watch(['a']), watch(['b'])];
    await clock.advance(100);
    for (const { state } of [stays, leaves]) expect(state).toEqual({ isDone: false, error: undefined });
    await leaves.stop();
    expect(hub.counters()).toMatchObject({ watches: 1, subscribers: 1 });
    isGone = false;
    await clock.advance(2_000);

    expect(stays.story).toEqual(['Snapshot a RUNNING']);
    await stays.stop();
    expect(hub.counters()).toMatchObject({ watches: 0, subscribers: 0 });
    await clock.advance(10_000);
    expect(clock.pending).toBe(0);
  });
});
