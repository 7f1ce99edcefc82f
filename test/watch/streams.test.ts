import { describe, expect, it } from 'vitest';
import type { ExportStatus } from '../../src/export/export.ts';
import { StreamClosedError } from '../../src/watch/stream-closed-error.ts';
import { toError, toKey, toPercent, toSnapshot } from './fake-account.ts';
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
    expect(hub.peek(account, toKey('a'))).toBeUndefined();
    expect(hub.lastKnown(account, toKey('a'))).toMatchObject({
      status: 'RUNNING',
      observation: { nextPollAt: null, isStale: true },
    });
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
