import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/export/errors.ts';
import type { ExportStatus } from '../../src/export/export.ts';
import { toError, toPercent, toSnapshot } from './fake-account.ts';
import { createHubHarness } from './hub-harness.ts';

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
