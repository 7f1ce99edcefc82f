import { describe, expect, it } from 'vitest';
import { createManualClock } from '../support/manual-clock.ts';
import { createFakeAccount, toError, toKey, toSnapshot } from './fake-account.ts';
import { createHubHarness, follow } from './hub-harness.ts';

describe('one watch', () => {
  it('makes one poll per interval, however many subscribe', async () => {
    const { clock, account, watch } = await createHubHarness();
    account.answer((id, now) => toSnapshot(id, 'RUNNING', now, { pollAfterMs: 2_000 }));

    const followers = Array.from({ length: 1_000 }, () => watch(['a']));
    await clock.advance(20_500);

    expect(account.batches.length).toBeLessThanOrEqual(11);
    expect(account.batches.length).toBeGreaterThanOrEqual(9);
    expect(followers.every(({ story }) => story.join() === 'Snapshot a RUNNING')).toBe(true);
  });

  it('gives all subscribers the very same event', async () => {
    const { clock, account, watch } = await createHubHarness();
    const followers = [watch(['a']), watch(['a', 'b'])];
    await clock.advance(500);
    account.answer((id, now) => toSnapshot(id, 'SUCCEEDED', now));
    await clock.advance(3_000);

    expect(followers[0]?.events[1]).toBe(
      followers[1]?.events.find(({ exportId, type }) => exportId === 'a' && type === 'ExportStatusChanged'),
    );
  });

  it('stops with the last to leave, by return or abort, and asks no more', async () => {
    const { clock, hub, account, watch, requests } = await createHubHarness();
    const controller = new AbortController();
    const first = watch(['a', 'b']);
    const second = follow(hub.events(requests(['a']), { signal: controller.signal }));
    await clock.advance(5_000);
    await first.stop();
    const before = account.batches.length;
    await clock.advance(5_000);
    expect(account.batches.slice(before).flatMap(({ ids }) => ids)).not.toContain('b');

    controller.abort();
    const after = account.batches.length;
    await clock.advance(3_600_000);

    expect(account.batches.length).toBe(after);
    expect(second.state).toEqual({ isDone: true, error: undefined });
    expect(hub.counters()).toMatchObject({ watches: 0, subscribers: 0 });
    expect(clock.pending).toBe(0);
  });

  it('gives up a read that nobody waits for any more', async () => {
    const { clock, account, watch } = await createHubHarness();
    account.answer(() => 'hang');
    const followers = [watch(['a']), watch(['b'])];
    await clock.advance(100);
    expect(account.batches).toHaveLength(1);

    await followers[0]?.stop();
    expect(account.aborted.count).toBe(0);
    await followers[1]?.stop();
    await clock.advance(0);

    expect(account.aborted.count).toBe(1);
  });

  it('is never shared between identities', async () => {
    const { clock, hub, account, requests } = await createHubHarness();
    const other = createFakeAccount({ now: clock.now, identity: 'evil/desk' });
    other.answer((id, now) => toSnapshot(id, 'FAILED', now));

    const followers = [requests(['a']), requests(['a'], other)].map((list) => follow(hub.events(list)));
    await clock.advance(500);

    expect(followers.map(({ story }) => story)).toEqual([['Snapshot a RUNNING'], ['Snapshot a FAILED']]);
    expect([account.batches.length, other.batches.length]).toEqual([1, 1]);
    expect(hub.peek(account, toKey('a'))?.status).toBe('RUNNING');
    expect(hub.peek(other, toKey('a'))?.status).toBe('FAILED');
    expect(hub.recent([account])).toHaveLength(1);
  });
});

describe('polling', () => {
  it('reads what is due of one account together', async () => {
    const { clock, account, watch } = await createHubHarness();
    const ids = Array.from({ length: 60 }, (_, index) => `e${index}`);
    const createdAt = clock.now() - 300_000;
    account.answer((id, now) => toSnapshot(id, 'RUNNING', now, { createdAt }));

    watch(ids);
    await clock.advance(200);
    expect(account.batches.map((batch) => batch.ids.length)).toEqual([60]);
    await clock.advance(150_000);

    const asked = account.batches.flatMap((batch) => batch.ids).length;
    expect(asked / account.batches.length).toBeGreaterThan(2.5);
  });

  it('asks for at most a hundred in one batch', async () => {
    const { clock, account, hub, requests } = await createHubHarness();
    const ids = Array.from({ length: 250 }, (_, index) => `e${index}`);

    for (let from = 0; from < 250; from += 50) follow(hub.events(requests(ids.slice(from, from + 50))));
    await clock.advance(200);

    expect(account.batches.map((batch) => batch.ids.length)).toEqual([100, 100, 50]);
  });

  it('comes exactly when nextPollAt says', async () => {
    const { clock, hub, account, watch } = await createHubHarness();
    account.answer((id, now) => toSnapshot(id, 'RUNNING', now, { createdAt: now - 40_000 }));
    watch(['a']);
    await clock.advance(100);
    for (let round = 0; round < 20; round += 1) {
      const count = account.batches.length;
      const planned = hub.peek(account, toKey('a'))?.observation.nextPollAt ?? 0;
      expect(planned).toBeGreaterThan(clock.now());

      await clock.advance(planned - clock.now() - 1);
      expect(account.batches).toHaveLength(count);
      await clock.advance(1);

      expect(account.batches).toHaveLength(count + 1);
    }
  });

  it('waits as a whole account when the vendor asks one export to wait, and shows it', async () => {
    const { clock, hub, account, watch } = await createHubHarness();
    const follower = watch(['a', 'b']);
    await clock.advance(100);
    account.answer((id, now) =>
      id === 'a' ? toError('VENDOR_RATE_LIMITED', 30_000) : toSnapshot(id, 'RUNNING', now),
    );
    await clock.advance(1_500);
    const throttledAt = account.batches.at(-1)?.at ?? 0;
    account.answer((id, now) => toSnapshot(id, 'RUNNING', now));
    const before = account.batches.length;
    watch(['c']);

    const until = throttledAt + 30_000;
    expect(hub.peek(account, toKey('b'))?.observation.throttledUntil).toBe(until);
    expect(hub.peek(account, toKey('b'))?.observation.nextPollAt).toBeGreaterThanOrEqual(until);
    await clock.advance(until - clock.now() - 1);
    expect(account.batches).toHaveLength(before);
    expect(follower.story).toContain('WatchInterrupted b RUNNING');
    await clock.advance(1_600);

    expect(account.batches.length).toBeGreaterThan(before);
    expect(
      account.batches
        .slice(before)
        .flatMap(({ ids }) => ids)
        .sort(),
    ).toEqual(['a', 'b', 'c']);
    expect(follower.story.filter((line) => line.startsWith('WatchResumed'))).toHaveLength(2);
    expect(hub.peek(account, toKey('b'))?.observation.throttledUntil).toBeNull();
  });

  it('heeds what the account knows of its throttling', async () => {
    const { clock, account, watch, polls } = await createHubHarness();
    account.throttledUntil = clock.now() + 10_000;

    const follower = watch(['a']);
    await clock.advance(9_900);
    expect(polls()).toBe(0);
    expect(follower.story).toEqual(['WatchInterrupted a -']);
    account.throttledUntil = null;
    await clock.advance(1_500);

    expect(polls()).toBe(1);
  });

  it('leaves an export alone for as long as the vendor asks, even when everybody leaves and comes back', async () => {
    const { clock, account, watch, polls } = await createHubHarness();
    account.answer((id, now) => toSnapshot(id, 'QUEUED', now, { pollAfterMs: 20_000 }));
    const first = watch(['a']);
    await clock.advance(5_000);
    await first.stop();

    const second = watch(['a']);
    await clock.advance(14_900);
    expect(polls()).toBe(1);
    expect(second.story).toEqual(['Snapshot a QUEUED']);
    await clock.advance(2_000);

    expect(polls()).toBe(2);
  });

  it('does not let a hanging export hold its neighbours up more than once', async () => {
    const { clock, account, watch } = await createHubHarness();
    account.answer((id, now) => (id === 'bad' ? toError('VENDOR_TIMEOUT') : toSnapshot(id, 'RUNNING', now)));
    watch(['bad', 'good']);
    await clock.advance(100);

    account.answer((id, now) => (id === 'bad' ? 'hang' : toSnapshot(id, 'RUNNING', now)));
    await clock.advance(20_000);

    const polled = account.batches.flatMap(({ ids }) => ids);
    expect(polled.filter((id) => id === 'good').length).toBeGreaterThan(5);
    expect(polled.filter((id) => id === 'bad').length).toBeLessThanOrEqual(3);
  });

  it('lets who begins to watch not stand behind what is only due again', async () => {
    const clock = createManualClock();
    const { account, hub, requests, watch } = await createHubHarness({
      clock,
      readMany: async (through, keys, options) => {
        await new Promise<void>((resolve) => void clock.setTimer(30_000, resolve));
        return through.readMany(keys, options);
      },
    });
    for (let stream = 0; stream < 30; stream += 1) {
      follow(hub.events(requests(Array.from({ length: 100 }, (_, index) => `e${stream}-${index}`))));
    }
    await clock.advance(400_000);
    expect(account.batches.length).toBeGreaterThan(30);

    const late = watch(['late']);
    await clock.advance(30_100);

    expect(late.story).toEqual(['Snapshot late RUNNING']);
  });

  it('slows down to what an account that is held up by its limits can bear', async () => {
    const clock = createManualClock();
    const { hub, requests, account } = await createHubHarness({
      clock,
      readMany: async (through, keys, options) => {
        await new Promise<void>((resolve) => void clock.setTimer(keys.length * 100, resolve));
        return through.readMany(keys, options);
      },
    });
    for (let stream = 0; stream < 20; stream += 1) {
      follow(hub.events(requests(Array.from({ length: 100 }, (_, index) => `e${stream}-${index}`))));
    }
    await clock.advance(600_000);

    // 2,000 exports, 80 a second: one round takes 25 s.
    const planned = hub
      .recent([account])
      .map(({ observation }) => (observation.nextPollAt ?? 0) - observation.observedAt);
    const mean = planned.reduce((sum, each) => sum + each, 0) / planned.length;
    expect(mean).toBeGreaterThan(10_000);
  });
});

describe('polling an account whose vendor has no list call that pays', () => {
  async function setUp(count: number) {
    const harness = await createHubHarness();
    harness.account.hasList = false;
    const ids = Array.from({ length: count }, (_, index) => `e${index}`);
    return { ...harness, ids };
  }

  it('reads each export by itself, all at once at first', async () => {
    const { clock, account, watch, ids } = await setUp(60);

    watch(ids);
    await clock.advance(200);

    expect(account.batches.map((batch) => batch.ids.length)).toEqual(Array.from({ length: 60 }, () => 1));
    expect(new Set(account.batches.map(({ at }) => at)).size).toBe(1);
  });

  it('tells an answer when it comes, not when the slowest is there', async () => {
    const { clock, account, watch } = await setUp(0);
    account.answer((id, now) => (id === 'slow' ? 'hang' : toSnapshot(id, 'RUNNING', now)));

    const follower = watch(['quick', 'slow']);
    await clock.advance(10);

    expect(follower.story).toEqual(['Snapshot quick RUNNING']);
  });

  it('spreads what was read in one instant over the interval, and keeps it apart', async () => {
    const { clock, account, watch, ids } = await setUp(100);
    watch(ids);
    await clock.advance(100);
    const from = account.batches.length;

    await clock.advance(30_000);

    const instants = new Map<number, number>();
    for (const { at } of account.batches.slice(from)) instants.set(at, (instants.get(at) ?? 0) + 1);
    const asked = account.batches.length - from;
    expect(asked).toBeGreaterThan(900);
    expect(Math.max(...instants.values())).toBeLessThanOrEqual(8);
    // Of a hundred exports and 125 ticks a second, hardly ever more than two fall on one.
    expect(asked / instants.size).toBeLessThan(2);
  });

  it('never asks about an export sooner than its shortest wait', async () => {
    const { clock, account, watch, ids } = await setUp(100);
    watch(ids);
    await clock.advance(30_000);

    const last = new Map<string, number>();
    for (const { at, ids: asked } of account.batches) {
      for (const id of asked) {
        expect(at - (last.get(id) ?? 0)).toBeGreaterThanOrEqual(1_000);
        last.set(id, at);
      }
    }
  });

  it('gives up only the read of the export that is left', async () => {
    const { clock, account, watch } = await setUp(0);
    account.answer(() => 'hang');
    const followers = [watch(['a']), watch(['b'])];
    await clock.advance(100);
    expect(account.batches).toHaveLength(2);

    await followers[0]?.stop();
    await clock.advance(0);
    expect(account.aborted.count).toBe(1);
    await followers[1]?.stop();
    await clock.advance(0);

    expect(account.aborted.count).toBe(2);
  });

  it('has a bounded number of reads under way', async () => {
    const clock = createManualClock();
    let underWay = 0;
    let most = 0;
    const { account, hub, requests } = await createHubHarness({
      clock,
      readMany: async (through, keys, options) => {
        underWay += 1;
        most = Math.max(most, underWay);
        await new Promise<void>((resolve) => void clock.setTimer(1_000, resolve));
        underWay -= 1;
        return through.readMany(keys, options);
      },
    });
    account.hasList = false;
    for (let stream = 0; stream < 15; stream += 1) {
      follow(hub.events(requests(Array.from({ length: 100 }, (_, index) => `e${stream}-${index}`))));
    }

    await clock.advance(2_500);

    expect(most).toBe(800);
    expect(account.batches).toHaveLength(1_500);
  });

  it('reads together again as soon as a list call pays', async () => {
    const { clock, account, watch, ids } = await setUp(30);
    watch(ids);
    await clock.advance(5_000);
    account.hasList = true;
    const from = account.batches.length;

    await clock.advance(60_000);

    const asked = account.batches.slice(from).flatMap((batch) => batch.ids).length;
    expect(asked / (account.batches.length - from)).toBeGreaterThan(2);
  });
});
