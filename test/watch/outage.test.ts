import { describe, expect, it } from 'vitest';
import { MemoryBackplane } from '../../src/backplane/memory.ts';
import type { ExportStatus } from '../../src/export/export.ts';
import type { FollowListener } from '../../src/watch/follower.ts';
import { createMortalBackplane } from '../backplane/mortal-backplane.ts';
import { createManualClock, type ManualClock } from '../support/manual-clock.ts';
import { createFailingBackplane, type FailingBackplane } from './failing-backplane.ts';
import { toError, toKey, toSnapshot } from './fake-account.ts';
import { createHubHarness, toScript } from './hub-harness.ts';

const CODE = 'WATCH_STORE_UNAVAILABLE';

async function setUp() {
  const clock = createManualClock();
  const store = createFailingBackplane(new MemoryBackplane({ clock }), clock);
  const harness = await createHubHarness({ clock, backplane: store.backplane });
  return { ...harness, store };
}

/** The ways in which it can be away, each told apart by its name. */
const WAYS: readonly (readonly [name: string, goAway: (store: FailingBackplane) => void])[] = [
  ['refuses every call, as it says itself', (store) => store.goAway()],
  ['refuses every call', (store) => store.goAway(false)],
  ['answers no call', (store) => store.hang()],
  ['carries out every call and answers none', (store) => store.hang(true)],
];

describe.each(WAYS)('a backplane that %s', (_name, goAway) => {
  it('for less than five seconds is nothing to a subscriber, and costs no poll', async () => {
    const { clock, store, account, watch, polls } = await setUp();
    const job = toScript<ExportStatus>(clock, [
      [0, 'QUEUED'],
      [10_000, 'RUNNING'],
      [12_000, 'CANCELING'],
      [15_500, 'SUCCEEDED'],
    ]);
    account.answer((id, now) => toSnapshot(id, job(now), now, { pollAfterMs: 1_000 }));
    const follower = watch(['a']);
    await clock.advance(10_000);
    const before = polls();

    goAway(store);
    await clock.advance(4_000);
    // One was due, and what it brought waits.
    expect(polls() - before).toBeLessThanOrEqual(1);
    store.comeBack();
    await clock.advance(20_000);

    const [first, second, ...rest] = follower.story;
    expect([first, second]).toEqual(['Snapshot a QUEUED', 'StatusChanged a RUNNING']);
    expect(rest.filter((line) => line !== 'StatusChanged a CANCELING')).toEqual([
      'StatusChanged a SUCCEEDED',
    ]);
    expect(follower.state).toEqual({ isDone: true, error: undefined });
  });

  it('for longer is told once, and nothing is asked until it is back', async () => {
    const { clock, hub, store, account, watch, polls } = await setUp();
    let status: ExportStatus = 'RUNNING';
    account.answer((id, now) => toSnapshot(id, status, now));
    const follower = watch(['a']);
    const other = watch(['a', 'b']);
    await clock.advance(3_000);

    goAway(store);
    await clock.advance(7_500);
    const told = [...follower.events];
    const before = polls();
    await clock.advance(120_000);
    expect(polls()).toBe(before);
    expect(follower.events).toEqual(told);
    expect(hub.peek(account, toKey('a'))).toBeUndefined();
    expect(hub.lastKnown(account, toKey('a'))?.status).toBe('RUNNING');
    status = 'CANCELING';
    store.comeBack();
    await clock.advance(60_000);

    expect(follower.story).toEqual([
      'Snapshot a RUNNING',
      'WatchInterrupted a RUNNING',
      'WatchResumed a RUNNING',
      'StatusChanged a CANCELING',
    ]);
    expect(follower.events[1]).toMatchObject({
      code: CODE,
      retryAt: null,
      export: { observation: { isStale: true, nextPollAt: null } },
    });
    expect(follower.events[2]?.export?.observation.isStale).toBe(false);
    for (const id of ['a', 'b'])
      expect(other.story.filter((line) => line.includes(` ${id} `))).toEqual([
        `Snapshot ${id} RUNNING`,
        `WatchInterrupted ${id} RUNNING`,
        `WatchResumed ${id} RUNNING`,
        `StatusChanged ${id} CANCELING`,
      ]);
    expect(hub.peek(account, toKey('a'))?.status).toBe('CANCELING');
  });

  it('keeps what was read before it was found to be away', async () => {
    const { clock, store, account, watch } = await setUp();
    let status: ExportStatus = 'RUNNING';
    account.answer((id, now) => toSnapshot(id, status, now, { pollAfterMs: 1_000 }));
    const follower = watch(['a']);
    await clock.advance(2_500);

    goAway(store);
    status = 'CANCELING';
    await clock.advance(3_000);
    // Seen once, and never again by the time that it can be written down.
    status = 'SUCCEEDED';
    await clock.advance(30_000);
    store.comeBack();
    await clock.advance(10_000);

    expect(follower.story).toEqual([
      'Snapshot a RUNNING',
      'WatchInterrupted a RUNNING',
      expect.stringMatching(/^WatchResumed a/),
      'StatusChanged a CANCELING',
      'StatusChanged a SUCCEEDED',
    ]);
    const seenAt = follower.events.at(-1)?.export?.transitions.at(-2)?.at ?? 0;
    expect(follower.events[1]?.at).toBeGreaterThan(seenAt);
  });

  it('lets who comes meanwhile wait, and tells them why', async () => {
    const { clock, store, account, watch } = await setUp();
    account.answer((id, now) => toSnapshot(id, 'RUNNING', now));
    goAway(store);

    const early = watch(['a']);
    await clock.advance(20_000);
    const late = watch(['b']);
    await clock.advance(100);
    const known = [early.story, late.story].map((story) => [...story]);
    expect(account.batches).toEqual([]);
    store.comeBack();
    await clock.advance(10_000);

    expect(known).toEqual([['WatchInterrupted a -'], ['WatchInterrupted b -']]);
    expect(early.story).toEqual(['WatchInterrupted a -', 'WatchResumed a -', 'Snapshot a RUNNING']);
    expect(late.story).toEqual(['WatchInterrupted b -', 'WatchResumed b -', 'Snapshot b RUNNING']);
  });

  it('loses nothing for who comes back meanwhile, or goes with what it was told meanwhile', async () => {
    const { clock, store, account, watch } = await setUp();
    let status: ExportStatus = 'QUEUED';
    account.answer((id, now) => toSnapshot(id, status, now, { pollAfterMs: 1_000 }));
    const first = watch(['a', 'b']);
    const stays = watch(['a', 'b']);
    await clock.advance(3_000);
    await first.stop();
    status = 'RUNNING';
    await clock.advance(3_000);

    goAway(store);
    await clock.advance(10_000);
    const second = watch(['a', 'b'], first.lastCursor);
    const newcomer = watch(['a', 'b']);
    await clock.advance(1_000);
    for (const each of [second, newcomer]) await each.stop();
    store.comeBack();
    const third = watch(['a', 'b'], second.lastCursor);
    const fourth = watch(['a', 'b'], newcomer.lastCursor);
    status = 'SUCCEEDED';
    await clock.advance(20_000);

    expect(second.story).toEqual(['WatchInterrupted a -', 'WatchInterrupted b -']);
    const isNews = (line: string) => !line.startsWith('Watch');
    const ends = ['StatusChanged a SUCCEEDED', 'StatusChanged b SUCCEEDED'];
    expect(third.story.filter(isNews).sort()).toEqual(
      ['StatusChanged a RUNNING', 'StatusChanged b RUNNING', ...ends].sort(),
    );
    expect(fourth.story.filter(isNews).sort()).toEqual(
      ['Snapshot a RUNNING', 'Snapshot b RUNNING', ...ends].sort(),
    );
    expect(fourth.events.some((event) => event.type === 'ExportSnapshot' && event.isReplayGap)).toBe(false);
    expect(stays.story.filter(isNews)).toHaveLength(6);
  });

  it('holds up no drain', async () => {
    const { clock, hub, store, watch } = await setUp();
    const follower = watch(['a']);
    await clock.advance(2_000);
    goAway(store);
    const waiting = watch(['b']);
    await clock.advance(20_000);

    let isDrained = false;
    void hub.drain('restart').then(() => {
      isDrained = true;
    });
    await clock.advance(15_000);

    expect(isDrained).toBe(true);
    for (const { state } of [follower, waiting])
      expect(state.error).toMatchObject({ code: 'SERVER_DRAINING' });
    expect(clock.pending).toBe(0);
  });
});

describe('when the backplane is back', () => {
  it('vendors are asked over one interval, and not all at once', async () => {
    const { clock, store, account, watch, polls } = await setUp();
    account.hasList = false;
    const ids = Array.from({ length: 200 }, (_, index) => `e${index}`);
    account.answer((id, now) => toSnapshot(id, 'RUNNING', now, { pollAfterMs: 10_000 }));
    const followers = [watch(ids.slice(0, 100)), watch(ids.slice(100))];
    await clock.advance(15_000);
    store.goAway();
    await clock.advance(60_000);
    const [before, backAt] = [polls(), clock.now()];

    store.comeBack();
    const perSecond: number[] = [];
    for (let second = 0; second < 12; second += 1) {
      const soFar = polls();
      await clock.advance(1_000);
      perSecond.push(polls() - soFar);
    }

    expect(polls() - before).toBeGreaterThanOrEqual(200);
    expect(Math.max(...perSecond)).toBeLessThanOrEqual(60);
    const again = account.batches.filter(({ at }) => at >= backAt).flatMap(({ ids: asked }) => asked);
    expect(new Set(again.slice(0, 200)).size).toBeGreaterThan(190);
    for (const { story } of followers)
      expect(story.filter((line) => line.startsWith('Watch'))).toHaveLength(200);
  });

  it('a vendor that could not be read before is told of again', async () => {
    const { clock, store, account, watch } = await setUp();
    account.answer((id, now) => toSnapshot(id, 'RUNNING', now));
    const follower = watch(['a']);
    await clock.advance(1_500);
    account.answer(() => toError('VENDOR_TIMEOUT'));
    await clock.advance(2_000);
    store.goAway();
    await clock.advance(10_000);
    store.comeBack();
    await clock.advance(100);
    account.answer((id, now) => toSnapshot(id, 'RUNNING', now));
    await clock.advance(60_000);

    expect(follower.events.map((event) => ('code' in event ? event.code : event.type))).toEqual([
      'ExportSnapshot',
      'VENDOR_TIMEOUT',
      CODE,
      'ExportWatchResumed',
      'VENDOR_TIMEOUT',
      'ExportWatchResumed',
    ]);
  });

  it('what queries have read meanwhile is told', async () => {
    const { clock, hub, store, account, watch } = await setUp();
    const follower = watch(['a']);
    await clock.advance(1_500);
    store.goAway();
    await clock.advance(10_000);

    account.answer((id, now) => toSnapshot(id, 'SUCCEEDED', now));
    hub.learn(account, toSnapshot('a', 'CANCELING', clock.now()));
    await clock.advance(1_000);
    hub.learn(account, toSnapshot('a', 'SUCCEEDED', clock.now()));
    await clock.advance(1_000);
    store.comeBack();
    await clock.advance(100);

    expect(follower.story.at(-1)).toBe('StatusChanged a SUCCEEDED');
    expect(follower.state.isDone).toBe(true);
  });
});

describe('a gateway that starts without its backplane', () => {
  it('answers, tells its subscribers to wait, and goes on once it is there', async () => {
    const clock = createManualClock();
    const store = createFailingBackplane(new MemoryBackplane({ clock }), clock);
    store.goAway();
    const { hub, account, watch } = await createHubHarness({ clock, backplane: store.backplane });
    const told: string[] = [];
    await hub.listenTo('acme/journal', (exportId) => told.push(exportId));

    const follower = watch(['a']);
    await clock.advance(4_900);
    expect(follower.story).toEqual([]);
    expect(hub.peek(account, toKey('a'))).toBeUndefined();
    await clock.advance(1_000);
    expect(follower.story).toEqual(['WatchInterrupted a -']);
    store.comeBack();
    await clock.advance(1_000);
    await hub.publish('acme/journal', { type: 'ExportTracked', exportId: 'a' }, null);

    expect(follower.story).toEqual(['WatchInterrupted a -', 'WatchResumed a -', 'Snapshot a RUNNING']);
    expect(told).toEqual(['a']);
  });
});

describe('of several gateways', () => {
  async function setUpThree(clock: ManualClock = createManualClock()) {
    const shared = new MemoryBackplane({ clock });
    const gateways = await Promise.all(
      [1, 2, 3].map(async (seed) => {
        const mortal = createMortalBackplane(shared, clock);
        const line = createFailingBackplane(mortal.backplane, clock);
        return { ...(await createHubHarness({ clock, backplane: line.backplane, seed })), mortal, line };
      }),
    );
    return { clock, gateways };
  }

  it('all tell of a store that is away, owners and followers alike', async () => {
    const { clock, gateways } = await setUpThree();
    const followers = gateways.map(({ watch }) => watch(['a']));
    await clock.advance(2_000);

    for (const { line } of gateways) line.goAway();
    await clock.advance(10_000);
    for (const { line } of gateways) line.comeBack();
    await clock.advance(5_000);
    for (const { account } of gateways) account.answer((id, now) => toSnapshot(id, 'SUCCEEDED', now));
    await clock.advance(5_000);

    for (const { story } of followers)
      expect(story).toEqual([
        'Snapshot a RUNNING',
        'WatchInterrupted a RUNNING',
        'WatchResumed a RUNNING',
        'StatusChanged a SUCCEEDED',
      ]);
  });

  it('one that is cut off is interrupted alone, its accounts move, and nothing is lost or told twice', async () => {
    const { clock, gateways } = await setUpThree();
    const followers = gateways.map(({ watch }) => watch(['a']));
    await clock.advance(2_000);
    const [cut, heir] = gateways;
    expect(cut?.polls()).toBeGreaterThan(0);

    cut?.line.goAway();
    cut?.mortal.stop();
    for (const { account } of gateways) account.answer((id, now) => toSnapshot(id, 'CANCELING', now));
    await clock.advance(20_000);
    expect(heir?.polls()).toBeGreaterThan(0);
    cut?.mortal.goOn();
    cut?.line.comeBack();
    await clock.advance(5_000);
    for (const { account } of gateways) account.answer((id, now) => toSnapshot(id, 'CANCELED', now));
    await clock.advance(10_000);

    const story = ['Snapshot a RUNNING', 'StatusChanged a CANCELING', 'StatusChanged a CANCELED'];
    expect(followers.slice(1).map((follower) => follower.story)).toEqual([story, story]);
    expect(followers[0]?.story).toEqual([
      'Snapshot a RUNNING',
      'WatchInterrupted a RUNNING',
      'WatchResumed a RUNNING',
      ...story.slice(1),
    ]);
  });

  it('one that is stopped for long tells nothing of what it read before, and its subscribers see nothing', async () => {
    const { clock, gateways } = await setUpThree();
    const followers = gateways.map(({ watch }) => watch(['a']));
    await clock.advance(2_000);
    const [stopped] = gateways;
    for (const { account } of gateways.slice(1))
      account.answer((id, now) => toSnapshot(id, 'CANCELING', now));
    // It has read a state that is not the last by the time it goes on.
    stopped?.account.answer((id, now) => toSnapshot(id, 'QUEUED', now));

    stopped?.mortal.stop();
    stopped?.line.hang();
    await clock.advance(4_400);
    stopped?.mortal.goOn();
    stopped?.line.comeBack();
    for (const { account } of gateways) account.answer((id, now) => toSnapshot(id, 'CANCELED', now));
    await clock.advance(10_000);

    for (const { story } of followers)
      expect(story).toEqual(['Snapshot a RUNNING', 'StatusChanged a CANCELING', 'StatusChanged a CANCELED']);
  });
});

describe('an export that is asked about for others', () => {
  it('is joined for who looks at it here, though the backplane was away when they came', async () => {
    const clock = createManualClock();
    const shared = new MemoryBackplane({ clock });
    const line = createFailingBackplane(shared, clock);
    const owner = await createHubHarness({ clock, backplane: line.backplane, seed: 1 });
    const other = await createHubHarness({ clock, backplane: shared, seed: 2 });
    owner.watch(['mine']);
    const theirs = other.watch(['a']);
    await clock.advance(3_000);
    line.hang();
    const here = owner.watch(['a']);
    await clock.advance(2_000);
    line.comeBack();
    await clock.advance(5_000);

    for (const { account } of [owner, other]) account.answer((id, now) => toSnapshot(id, 'SUCCEEDED', now));
    await clock.advance(10_000);

    for (const { story } of [here, theirs])
      expect(story).toEqual(['Snapshot a RUNNING', 'StatusChanged a SUCCEEDED']);
  });
});

describe('tracked exports', () => {
  it('are followed as soon as the backplane is there', async () => {
    const { clock, hub, store, account } = await setUp();
    store.goAway();
    const told: string[] = [];
    const listener: FollowListener = {
      onState: () => told.push('state'),
      onEntry: (_account, _key, { entry }) => told.push(entry.fact.type),
      onNews: (_account, _key, { type }) => told.push(type),
      onLost: () => told.push('lost'),
    };

    let isFollowed = false;
    void hub.follow([{ account, key: toKey('a') }], listener).then(() => {
      isFollowed = true;
    });
    await clock.advance(600);
    expect(isFollowed).toBe(true);
    await clock.advance(10_000);
    store.comeBack();
    await clock.advance(5_000);

    expect(told).toEqual(['ExportWatchInterrupted', 'ExportWatchResumed', 'ExportSnapshot']);
  });
});
