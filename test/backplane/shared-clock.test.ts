import { describe, expect, it } from 'vitest';
import { ClockOffset, SharedClock } from '../../src/backplane/shared-clock.ts';
import { createManualClock } from '../support/manual-clock.ts';

describe('the clock that gateways share', () => {
  it('is their own before they have heard of another', () => {
    const own = createManualClock(5_000);

    expect(new SharedClock(own, new ClockOffset()).now()).toBe(5_000);
  });

  it('goes by the quickest answer of late, however long others took', async () => {
    const own = createManualClock(10_000);
    const offset = new ClockOffset();
    const clock = new SharedClock(own, offset);

    offset.note(70_050, 10_000, 10_100);
    expect(clock.now()).toBe(70_000);
    offset.note(70_003, 10_000, 10_002);
    // The answer was given late, and so it seems to be of a clock far ahead.
    offset.note(70_450, 10_000, 10_500);

    expect(clock.now()).toBe(70_000);
    await own.advance(1_000);
    expect(clock.now()).toBe(71_000);
  });

  it('stays as it is for a few milliseconds, and follows where the other clock is set', () => {
    const offset = new ClockOffset();

    offset.note(1_000_001, 0, 2);
    expect(offset.ms).toBe(1_000_000);
    for (let round = 0; round < 100; round += 1) {
      offset.note(1_000_004, 0, 2);
      expect(offset.ms).toBe(1_000_000);
    }
    for (let round = 0; round < 16; round += 1) offset.note(-499_999, 0, 2);

    expect(offset.ms).toBe(-500_000);
  });
});
