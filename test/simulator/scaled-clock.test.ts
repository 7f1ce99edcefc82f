import { describe, expect, it } from 'vitest';
import { createScaledClock } from '../../simulator/scaled-clock.ts';
import { createManualClock } from '../support/manual-clock.ts';

describe('a scaled clock', () => {
  it('starts at the real instant and runs ahead by its speed', async () => {
    const base = createManualClock(1_000_000);
    await base.advance(500);
    const clock = createScaledClock(base, 10);
    const startedAt = clock.now();

    await base.advance(2_000);

    expect(startedAt).toBe(1_000_500);
    expect(clock.now()).toBe(1_020_500);
  });

  it('shortens timers by its speed', async () => {
    const base = createManualClock();
    const clock = createScaledClock(base, 4);
    let ranAt: number | undefined;
    const startedAt = clock.now();
    clock.setTimer(8_000, () => {
      ranAt = clock.now();
    });

    await base.advance(1_999);
    const early = ranAt;
    await base.advance(1);

    expect(early).toBeUndefined();
    expect(ranAt).toBe(startedAt + 8_000);
  });

  it('lets a timer be cancelled', async () => {
    const base = createManualClock();
    let runs = 0;
    const cancel = createScaledClock(base, 2).setTimer(100, () => {
      runs += 1;
    });

    cancel();
    await base.advance(1_000);

    expect(runs).toBe(0);
  });

  it.each([0, -1, 1_001, Number.NaN, Number.POSITIVE_INFINITY])('refuses the speed %s', (speed) => {
    expect(() => createScaledClock(createManualClock(), speed)).toThrow('above 0 and at most 1000');
  });
});
