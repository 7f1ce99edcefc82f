import { describe, expect, it } from 'vitest';
import { createManualClock } from '../support/manual-clock.ts';
import { toError, toSnapshot } from './fake-account.ts';
import { createHubHarness } from './hub-harness.ts';

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
