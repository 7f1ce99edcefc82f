import { describe, expect, it } from 'vitest';
import { MemoryBackplane } from '../../../src/backplane/memory.ts';
import { InputError } from '../../../src/export/errors.ts';
import type { ExportStatus } from '../../../src/export/export.ts';
import { StreamClosedError } from '../../../src/export/watch/stream-closed-error.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { createFakeAccount, toError, toKey, toPercent, toSnapshot } from './fake-account.ts';
import { createHubHarness, follow, toScript } from './hub-harness.ts';

describe('a stream', () => {
  it('sends the state now, every transition, progress in between, and completes', async () => {
    const { clock, account, watch } = await createHubHarness();
    const job = toScript<[ExportStatus, number]>(clock, [
      [0, ['QUEUED', 0]],
      [3_000, ['RUNNING', 10]],
      [6_000, ['RUNNING', 60]],
      [9_000, ['SUCCEEDED', 100]],
    ]);
    account.answer((id, now) => toSnapshot(id, job(now)[0], now, toPercent(job(now)[1])));

    const follower = watch(['a']);
    await clock.advance(20_000);

    expect(follower.story).toEqual([
      'Snapshot a QUEUED',
      'StatusChanged a RUNNING',
      'Progressed a RUNNING',
      'StatusChanged a SUCCEEDED',
    ]);
    expect(follower.events[3]).toMatchObject({ from: 'RUNNING', to: 'SUCCEEDED', exportId: 'a' });
    expect(follower.events[3]?.export?.transitions.map(({ to }) => to)).toEqual([
      'QUEUED',
      'RUNNING',
      'SUCCEEDED',
    ]);
    expect(follower.state).toEqual({ isDone: true, error: undefined });
  });

  it('of an export that has ended already is one snapshot', async () => {
    const { clock, account, watch, polls } = await createHubHarness();
    account.answer((id, now) => toSnapshot(id, 'FAILED', now));

    const follower = watch(['a']);
    await clock.advance(100);

    expect(follower.story).toEqual(['Snapshot a FAILED']);
    expect(follower.state.isDone).toBe(true);
    await clock.advance(600_000);
    expect(polls()).toBe(1);
  });

  it('of no export is over at once', async () => {
    const { clock, watch } = await createHubHarness();

    const follower = watch([]);
    await clock.advance(0);

    expect(follower.state.isDone).toBe(true);
  });

  it('of the same export twice tells everything once', async () => {
    const { clock, watch, polls, hub } = await createHubHarness();

    const follower = watch(['a', 'a', 'a']);
    await clock.advance(500);

    expect(follower.story).toEqual(['Snapshot a RUNNING']);
    expect(polls()).toBe(1);
    expect(hub.counters().watches).toBe(1);
  });

  it('of a mix goes on until the last has ended', async () => {
    const { clock, account, watch } = await createHubHarness();
    const job = toScript<ExportStatus>(clock, [
      [0, 'RUNNING'],
      [10_000, 'CANCELED'],
    ]);
    account.answer((id, now) => toSnapshot(id, id === 'done' ? 'SUCCEEDED' : job(now), now));

    const follower = watch(['done', 'running']);
    await clock.advance(5_000);
    expect(follower.state.isDone).toBe(false);
    await clock.advance(10_000);

    expect(follower.story).toEqual([
      'Snapshot done SUCCEEDED',
      'Snapshot running RUNNING',
      'StatusChanged running CANCELED',
    ]);
    expect(follower.state.isDone).toBe(true);
  });

  it('goes on without a hopeless export, whose failure it tells', async () => {
    const { clock, account, watch } = await createHubHarness();
    account.answer((id, now) =>
      id === 'bad' ? toError('UNSUPPORTED_BY_VENDOR') : toSnapshot(id, 'RUNNING', now),
    );

    const follower = watch(['bad', 'good']);
    await clock.advance(1_000);
    account.answer((id, now) => toSnapshot(id, 'SUCCEEDED', now));
    await clock.advance(5_000);

    expect(follower.story).toEqual([
      'WatchFailed bad -',
      'Snapshot good RUNNING',
      'StatusChanged good SUCCEEDED',
    ]);
    expect(follower.state.isDone).toBe(true);
  });

  it('asks nothing before it is read, and nothing where its signal has aborted', async () => {
    const { clock, hub, requests, polls } = await createHubHarness();
    const stream = hub.events(requests(['a']));
    await clock.advance(10_000);
    expect(polls()).toBe(0);

    const aborted = follow(hub.events(requests(['a']), { signal: AbortSignal.abort() }));
    await clock.advance(10_000);

    expect(polls()).toBe(0);
    expect(aborted.state).toEqual({ isDone: true, error: undefined });
    await stream.return?.();
    expect((await stream.next()).done).toBe(true);
  });
});

describe('a late joiner', () => {
  it('is sent the state at once, from memory', async () => {
    const { clock, account, watch, polls } = await createHubHarness();
    account.answer((id, now) => toSnapshot(id, 'RUNNING', now, { pollAfterMs: 60_000 }));
    watch(['a']);
    await clock.advance(30_000);

    const late = watch(['a']);
    await clock.advance(0);

    expect(late.story).toEqual(['Snapshot a RUNNING']);
    expect(polls()).toBe(1);
  });

  it('is told of an interruption where no answer has ever come', async () => {
    const { clock, account, watch } = await createHubHarness();
    account.answer(() => toError('VENDOR_UNAVAILABLE'));
    watch(['a']);
    await clock.advance(500);

    const late = watch(['a']);
    await clock.advance(0);
    expect(late.story).toEqual(['WatchInterrupted a -']);
    account.answer((id, now) => toSnapshot(id, 'SUCCEEDED', now));
    await clock.advance(10_000);

    expect(late.story).toEqual(['WatchInterrupted a -', 'WatchResumed a SUCCEEDED', 'Snapshot a SUCCEEDED']);
  });

  it('sees by the observation that the vendor cannot be read', async () => {
    const { clock, account, watch } = await createHubHarness();
    watch(['a']);
    await clock.advance(100);
    account.answer(() => toError('VENDOR_TIMEOUT'));
    await clock.advance(3_000);

    const late = watch(['a']);
    await clock.advance(0);

    expect(late.events[0]?.export?.observation.isStale).toBe(true);
  });

  it('after everybody had left is read for anew, and sent the state that is then', async () => {
    const { clock, account, watch } = await createHubHarness();
    const first = watch(['a']);
    await clock.advance(100);
    await first.stop();
    account.answer((id, now) => toSnapshot(id, 'SUCCEEDED', now));
    await clock.advance(60_000);

    const late = watch(['a']);
    await clock.advance(100);

    expect(late.story).toEqual(['Snapshot a SUCCEEDED']);
    expect(late.events[0]?.export?.transitions.map(({ to }) => to)).toEqual(['RUNNING', 'SUCCEEDED']);
    expect(late.state.isDone).toBe(true);
  });

  it('that comes and goes makes no more polls than the shortest wait allows', async () => {
    const { clock, watch, polls } = await createHubHarness();

    for (let round = 0; round < 100; round += 1) {
      const follower = watch(['a']);
      await clock.advance(20);
      await follower.stop();
      await clock.advance(80);
    }

    expect(polls()).toBeLessThanOrEqual(11);
    expect(polls()).toBeGreaterThan(8);
  });
});

describe('vendor trouble', () => {
  it('is told once, with when it is tried again, and ends with Resumed', async () => {
    const { clock, account, watch } = await createHubHarness();
    const follower = watch(['a']);
    await clock.advance(100);
    account.answer(() => toError('VENDOR_UNAVAILABLE'));
    await clock.advance(10_000);
    const [, interrupted] = follower.events;
    const asked = account.batches.map(({ at }) => at);

    account.answer((id, now) => toSnapshot(id, 'RUNNING', now));
    await clock.advance(60_000);

    expect(follower.story).toEqual([
      'Snapshot a RUNNING',
      'WatchInterrupted a RUNNING',
      'WatchResumed a RUNNING',
    ]);
    expect(interrupted).toMatchObject({ code: 'VENDOR_UNAVAILABLE', retryAt: asked[2] });
  });

  it('fails an export that nobody knows after its grace, and not before', async () => {
    const { clock, account, watch } = await createHubHarness();
    account.answer(() => toError('EXPORT_NOT_FOUND'));

    const follower = watch(['a']);
    await clock.advance(14_900);
    expect(follower.story).toEqual([]);
    await clock.advance(2_000);

    expect(follower.story).toEqual(['WatchFailed a -']);
    expect(follower.events[0]).toMatchObject({ code: 'EXPORT_NOT_FOUND', export: null });
    expect(follower.state.isDone).toBe(true);
  });

  it('fails for good where the credential stays refused, soon even for an old job', async () => {
    const { clock, account, watch } = await createHubHarness();
    const createdAt = clock.now() - 86_400_000;
    account.answer((id, now) => toSnapshot(id, 'RUNNING', now, { createdAt }));
    const follower = watch(['a']);
    await clock.advance(100);
    account.answer(() => toError('VENDOR_UNAUTHENTICATED'));
    await clock.advance(90_000);

    expect(follower.story).toEqual([
      'Snapshot a RUNNING',
      'WatchInterrupted a RUNNING',
      'WatchFailed a RUNNING',
    ]);
  });

  it('that failed an export is tried anew for whoever asks again', async () => {
    const { clock, account, watch } = await createHubHarness();
    account.answer(() => toError('UNSUPPORTED_BY_VENDOR'));
    watch(['a']);
    await clock.advance(1_000);
    account.answer((id, now) => toSnapshot(id, 'SUCCEEDED', now));

    const again = watch(['a']);
    await clock.advance(1_000);

    expect(again.story).toEqual(['Snapshot a SUCCEEDED']);
  });

  it('in the form of a batch that throws is trouble, and polling goes on', async () => {
    const clock = createManualClock();
    let isBroken = true;
    const { account, watch } = await createHubHarness({
      clock,
      readMany: async (through, keys, options) => {
        if (isBroken) throw new TypeError('a bug');
        return through.readMany(keys, options);
      },
    });
    account.answer((id, now) => toSnapshot(id, 'SUCCEEDED', now));

    const follower = watch(['a']);
    await clock.advance(1_000);
    isBroken = false;
    await clock.advance(10_000);

    expect(follower.story).toEqual([
      'WatchInterrupted a -',
      'WatchResumed a SUCCEEDED',
      'Snapshot a SUCCEEDED',
    ]);
  });

  it('is told as stalled when nothing changes for long', async () => {
    const { clock, watch } = await createHubHarness();
    const follower = watch(['a']);

    await clock.advance(3_600_000);

    expect(follower.story).toEqual(['Snapshot a RUNNING', 'Stalled a RUNNING']);
  });
});

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

describe('resuming', () => {
  async function setUp(options = {}) {
    const harness = await createHubHarness(options);
    const { clock, account } = harness;
    let word: ExportStatus = 'RUNNING';
    account.answer((id, now) => toSnapshot(id, word, now, { pollAfterMs: 1_000 }));
    /** Lets each export change once, and be seen. */
    async function move() {
      word = word === 'RUNNING' ? 'UNKNOWN' : 'RUNNING';
      await clock.advance(1_500);
    }
    return { ...harness, move };
  }

  it('brings what happened since instead of a snapshot, nothing lost, nothing repeated', async () => {
    const { watch, move } = await setUp();
    const whole = watch(['a', 'b']);
    const broken = watch(['b', 'a']);
    await move();
    await move();
    await broken.stop();
    await move();
    await move();

    const resumed = watch(['a', 'b'], broken.lastCursor);
    await move();
    await move();

    expect([...broken.events, ...resumed.events].map(({ cursor }) => cursor).slice(2)).toEqual(
      whole.events.map(({ cursor }) => cursor).slice(2),
    );
    expect(resumed.story.every((line) => line.startsWith('StatusChanged'))).toBe(true);
    expect(resumed.events).toHaveLength(8);
  });

  it('with nothing new is silent', async () => {
    const { clock, watch } = await setUp();
    const first = watch(['a']);
    await clock.advance(5_000);
    await first.stop();

    const resumed = watch(['a'], first.lastCursor);
    await clock.advance(5_000);

    expect(resumed.events).toEqual([]);
    expect(resumed.state.isDone).toBe(false);
  });

  it('after the end was seen completes in silence; before it, brings the end', async () => {
    const { clock, account, watch } = await setUp();
    const follower = watch(['a']);
    await clock.advance(500);
    account.answer((id, now) => toSnapshot(id, 'SUCCEEDED', now));
    await clock.advance(5_000);
    const [snapshot, end] = follower.events;

    const late = watch(['a'], end?.cursor);
    const early = watch(['a'], snapshot?.cursor);
    await clock.advance(500);

    expect([late.story, late.state.isDone]).toEqual([[], true]);
    expect([early.story, early.state.isDone]).toEqual([['StatusChanged a SUCCEEDED'], true]);
  });

  it('finds what happened while nobody watched', async () => {
    const { clock, account, watch } = await setUp();
    const first = watch(['a']);
    await clock.advance(500);
    await first.stop();
    account.answer((id, now) => toSnapshot(id, 'FAILED', now));
    await clock.advance(300_000);

    const resumed = watch(['a'], first.lastCursor);
    await clock.advance(500);

    expect(resumed.story).toEqual(['StatusChanged a FAILED']);
  });

  it('in the middle of the first snapshots brings the ones that are missing, and only those', async () => {
    const { clock, hub, requests, account, watch } = await setUp();
    watch(['a', 'b', 'c']);
    await clock.advance(500);
    const stream = hub.events(requests(['a', 'b', 'c']));
    const first = await stream.next();
    await stream.return?.();
    const cursor = first.value?.cursor;
    account.answer((id, now) => toSnapshot(id, 'RUNNING', now));

    const resumed = watch(['c', 'b', 'a'], cursor);
    await clock.advance(100);

    expect(first.value?.exportId).toBe('a');
    expect(resumed.story).toEqual(['Snapshot b RUNNING', 'Snapshot c RUNNING']);
    expect(resumed.events.every((event) => event.type === 'ExportSnapshot' && !event.isReplayGap)).toBe(true);
  });

  it('while an export has never answered still brings its first snapshot', async () => {
    const { clock, account, watch } = await setUp();
    const answer = (percent: () => number) => (id: string, now: number) =>
      toSnapshot(id, 'RUNNING', now, { ...toPercent(percent()), pollAfterMs: 1_000 });
    const growing = answer(() => (clock.now() / 1_000) % 1_000_000);
    account.answer((id, now) => (id === 'b' ? toError('EXPORT_NOT_FOUND') : growing(id, now)));
    const keeper = watch(['b']);
    const first = watch(['a', 'b']);
    await clock.advance(8_000);
    await first.stop();
    expect(first.story.length).toBeGreaterThan(5);
    account.answer(growing);
    await clock.advance(3_000);

    const resumed = watch(['a', 'b'], first.lastCursor);
    await clock.advance(3_000);

    expect(keeper.story[0]).toBe('Snapshot b RUNNING');
    expect(resumed.story.filter((line) => line.includes(' b '))[0]).toBe('Snapshot b RUNNING');
    expect(resumed.story.filter((line) => line.startsWith('Snapshot'))).toHaveLength(1);
  });

  it('from too long ago says so', async () => {
    const { watch, move } = await setUp({});
    const whole = watch(['a']);
    for (let round = 0; round < 80; round += 1) await move();
    const oldest = whole.events[0]?.cursor;

    const resumed = watch(['a'], oldest);
    await move();

    expect(resumed.events[0]).toMatchObject({ type: 'ExportSnapshot', isReplayGap: true });
    expect(resumed.story.filter((line) => line.startsWith('Snapshot'))).toHaveLength(1);
  });

  it('after the topic was forgotten says so', async () => {
    const { clock, watch } = await setUp();
    const first = watch(['a']);
    await clock.advance(500);
    await first.stop();
    await clock.advance(1_300_000);

    const resumed = watch(['a'], first.lastCursor);
    await clock.advance(500);

    expect(resumed.story).toEqual(['Snapshot a RUNNING']);
    expect(resumed.events[0]).toMatchObject({ isReplayGap: true });
  });

  it('with the cursor of an earlier process says so', async () => {
    const before = await setUp();
    const first = before.watch(['a']);
    await before.clock.advance(500);
    const after = await setUp();

    const resumed = after.watch(['a'], first.lastCursor);
    await after.clock.advance(500);

    expect(resumed.events).toHaveLength(1);
    expect(resumed.events[0]).toMatchObject({ type: 'ExportSnapshot', isReplayGap: true });
  });

  it('refuses a forged cursor before anything is asked', async () => {
    const { hub, requests, polls } = await setUp();

    expect(() => hub.events(requests(['a']), { after: 'forged' })).toThrow(InputError);
    expect(polls()).toBe(0);
  });

  it('with the cursor of another stream yields only the exports asked for', async () => {
    const { clock, watch, move } = await setUp();
    const other = watch(['secret']);
    watch(['a']);
    await clock.advance(500);
    await move();

    const resumed = watch(['a'], other.events[0]?.cursor);
    await move();

    expect(new Set(resumed.events.map(({ exportId }) => exportId))).toEqual(new Set(['a']));
  });

  it('of a long history does not count as slow reading', async () => {
    const { hub, requests, watch, move } = await setUp({ maxPending: 4 });
    const whole = watch(['a']);
    for (let round = 0; round < 30; round += 1) await move();
    const stream = hub.events(requests(['a']), { after: whole.events[0]?.cursor ?? '' });

    const first = await stream.next();
    await move();
    const second = await stream.next();

    expect(first.value?.type).toBe('ExportStatusChanged');
    expect(second.done).toBe(false);
    await stream.return?.();
  });
});

describe('a subscriber that stops reading', () => {
  it('is closed alone, with a reason and the cursor to resume from', async () => {
    const { clock, hub, account, requests, watch } = await createHubHarness({ maxPending: 8 });
    let word: ExportStatus = 'RUNNING';
    account.answer((id, now) => toSnapshot(id, word, now));
    const reader = watch(['a']);
    const stalled = hub.events(requests(['a']));
    const first = await Promise.all([stalled.next(), clock.advance(500)]);
    for (let round = 0; round < 30; round += 1) {
      word = word === 'RUNNING' ? 'UNKNOWN' : 'RUNNING';
      await clock.advance(5_000);
    }

    const error = await stalled.next().catch((reason: unknown) => reason);

    expect(error).toBeInstanceOf(StreamClosedError);
    expect(error).toMatchObject({ code: 'SLOW_CONSUMER', cursor: first[0].value?.cursor });
    expect((await stalled.next()).done).toBe(true);
    expect(hub.counters()).toMatchObject({ slowConsumersClosed: 1, subscribers: 1 });
    expect(reader.story.length).toBeGreaterThan(20);
    const resumed = watch(['a'], first[0].value?.cursor);
    await clock.advance(0);
    expect(resumed.story).toEqual(reader.story.slice(1));
  });

  it('of progress only is never closed, and finds the newest', async () => {
    const { clock, hub, account, requests } = await createHubHarness({ maxPending: 2 });
    account.answer((id, now) => toSnapshot(id, 'RUNNING', now, toPercent((now / 1_000) % 1_000_000)));
    const stream = hub.events(requests(['a']));
    await Promise.all([stream.next(), clock.advance(500)]);
    await clock.advance(300_000);

    const next = await stream.next();

    expect(next.value?.export?.observation.observedAt).toBe(hub.peek(account, toKey('a'))?.observedAt);
    await stream.return?.();
  });
});

describe('what a watch knows', () => {
  it('answers a look without asking anybody', async () => {
    const { clock, hub, account, watch } = await createHubHarness();
    expect(hub.peek(account, toKey('a'))).toBeUndefined();
    const follower = watch(['a']);
    await clock.advance(100);

    expect(hub.peek(account, toKey('a'))).toMatchObject({
      status: 'RUNNING',
      observation: { throttledUntil: null, isStale: false },
      transitions: [{ from: null, to: 'RUNNING' }],
    });
    await follower.stop();
    expect(hub.peek(account, toKey('a'))?.observation.nextPollAt).toBeNull();
    expect(account.batches).toHaveLength(1);
  });

  it('is listed, the latest watch first, within a bound', async () => {
    const { clock, hub, account, watch } = await createHubHarness({ maxRemembered: 3 });
    for (const id of ['a', 'b', 'c', 'd', 'b']) {
      const follower = watch([id]);
      await clock.advance(2_000);
      await follower.stop();
    }

    expect(hub.recent([account]).map(({ key }) => key.id)).toEqual(['b', 'd', 'c']);
    expect(hub.recent([])).toEqual([]);
  });

  it('is no more after the end, and says so', async () => {
    const { clock, hub, account, watch } = await createHubHarness();
    account.answer((id, now) => toSnapshot(id, 'SUCCEEDED', now));
    const follower = watch(['a']);
    await clock.advance(100);

    expect(follower.events[0]?.export?.observation.nextPollAt).toBeNull();
    expect(hub.peek(account, toKey('a'))).toMatchObject({
      status: 'SUCCEEDED',
      observation: { nextPollAt: null },
    });
  });
});

describe('draining', () => {
  it('ends every stream with a reason after what waits in it, and starts none', async () => {
    const { clock, hub, requests, watch, account } = await createHubHarness();
    const reading = watch(['a']);
    const waiting = hub.events(requests(['b']));
    await Promise.all([waiting.next(), clock.advance(500)]);
    account.answer((id, now) => toSnapshot(id, 'CANCELING', now));
    await clock.advance(5_000);

    await hub.drain('The gateway restarts.');
    const unread = await waiting.next();
    const error = await waiting.next().catch((reason: unknown) => reason);

    expect(unread.value?.type).toBe('ExportStatusChanged');
    expect(error).toMatchObject({
      code: 'SERVER_DRAINING',
      message: 'The gateway restarts.',
      cursor: unread.value?.cursor,
    });
    expect(reading.state.error).toMatchObject({ code: 'SERVER_DRAINING', cursor: reading.lastCursor });
    expect(() => hub.events(requests(['a']))).toThrow(StreamClosedError);
    const before = account.batches.length;
    await clock.advance(600_000);
    expect(account.batches.length).toBe(before);
    expect(clock.pending).toBe(0);
  });

  it('also reaches a stream that nobody had begun to read', async () => {
    const { hub, requests } = await createHubHarness();
    const stream = hub.events(requests(['a']));

    await hub.drain('over');

    await expect(stream.next()).rejects.toMatchObject({ code: 'SERVER_DRAINING' });
  });
});

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
    const dying = await createHubHarness({
      clock,
      backplane,
      readMany: async (account, keys, options) => {
        if (isDead) await new Promise<void>((resolve) => release.push(resolve));
        return account.readMany(keys, options);
      },
    });
    const heir = await createHubHarness({ clock, backplane, seed: 9 });
    dying.watch(['a']);
    const follower = heir.watch(['a']);
    await clock.advance(5_000);
    isDead = true;
    heir.account.answer((id, now) => toSnapshot(id, 'CANCELING', now));
    await clock.advance(120_000);
    expect(follower.story).toEqual(['Snapshot a RUNNING', 'StatusChanged a CANCELING']);

    isDead = false;
    dying.account.answer((id, now) => toSnapshot(id, 'FAILED', now));
    for (const go of release) go();
    await clock.advance(5_000);

    expect(follower.story).toEqual(['Snapshot a RUNNING', 'StatusChanged a CANCELING']);
  });
});

describe('a process that loses its lease before its first answer', () => {
  it('tells its newcomers what the other process has found', async () => {
    const clock = createManualClock();
    const backplane = new MemoryBackplane({ clock });
    const release: (() => void)[] = [];
    const slow = await createHubHarness({
      clock,
      backplane,
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
    quick.watch(['a']);
    quick.account.answer((id, now) => toSnapshot(id, 'CANCELING', now));
    await clock.advance(60_000);
    expect(waiting.story).toEqual([]);
    for (const go of release) go();
    await clock.advance(500);
    quick.account.answer((id, now) => toSnapshot(id, 'CANCELED', now));
    await clock.advance(60_000);

    expect(waiting.story).toEqual(['Snapshot a CANCELING', 'StatusChanged a CANCELED']);
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

  it('fails a stream that cannot begin', async () => {
    const clock = createManualClock();
    const backplane = new MemoryBackplane({ clock });
    const { watch, hub } = await createHubHarness({ clock, backplane });
    backplane.claim = () => Promise.reject(new Error('gone'));

    const followers = [watch(['a']), watch(['a'])];
    await clock.advance(100);

    for (const { state } of followers) expect(state).toEqual({ isDone: true, error: new Error('gone') });
    expect(hub.counters()).toMatchObject({ watches: 0, subscribers: 0 });
  });
});
