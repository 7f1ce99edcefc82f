import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toRetryDelayMs } from '../../../src/tracking/webhooks/retry-schedule.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const ROWS = [
  [1, 5 * SECOND],
  [2, 30 * SECOND],
  [3, 5 * MINUTE],
  [4, 30 * MINUTE],
  [5, 2 * HOUR],
  [6, 5 * HOUR],
  [7, 10 * HOUR],
  [8, 14 * HOUR],
  [9, 20 * HOUR],
  [10, 24 * HOUR],
] as const;

describe('the wait for the next attempt', () => {
  it.each(ROWS)('is, after attempt %i, %i ms, a tenth more or less', (attempts, delayMs) => {
    expect(toRetryDelayMs(attempts, undefined, 0)).toBe(delayMs * 0.9);
    expect(toRetryDelayMs(attempts, undefined, 0.5)).toBe(delayMs);
    expect(toRetryDelayMs(attempts, undefined, 0.999_999)).toBeCloseTo(delayMs * 1.1, -3);
  });

  it.each([11, 12, 100])('is none after attempt %i, whatever was asked for', (attempts) => {
    expect(toRetryDelayMs(attempts, undefined, 0.5)).toBeNull();
    expect(toRetryDelayMs(attempts, 1_000, 0.5)).toBeNull();
  });

  it('is never shorter than was asked for, up to a day, and never shorter than the table', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10 }),
        fc.nat(3 * 24 * HOUR),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (attempts, askedMs, dice) => {
          const delayMs = toRetryDelayMs(attempts, askedMs, dice) ?? Number.NaN;

          expect(delayMs).toBeGreaterThanOrEqual(Math.min(askedMs, 24 * HOUR));
          expect(delayMs).toBeGreaterThanOrEqual(toRetryDelayMs(attempts, undefined, dice) ?? 0);
          expect(delayMs).toBeLessThanOrEqual(24 * HOUR * 1.1);
        },
      ),
    );
  });
});
