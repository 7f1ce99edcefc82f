import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideRetryMs, RetryBudget, type RetryQuestion } from '../../src/http/retry.ts';

const QUESTION: RetryQuestion = {
  isRepeatable: true,
  end: 503,
  isThrottled: false,
  retriesSoFar: 0,
  gateMs: 0,
  remainingMs: 30_000,
  dice: 0.5,
};

describe('decideRetryMs', () => {
  it.each([500, 502, 503, 504, 'connection'] as const)('repeats a read after %s, twice at most', (end) => {
    expect(decideRetryMs({ ...QUESTION, end, retriesSoFar: 0 })).toBe(100);
    expect(decideRetryMs({ ...QUESTION, end, retriesSoFar: 1 })).toBe(200);
    expect(decideRetryMs({ ...QUESTION, end, retriesSoFar: 2 })).toBeUndefined();
  });

  it.each([200, 202, 303, 400, 401, 403, 404, 408, 410, 429, 501, 505, 'timeout', 'unreadable'] as const)(
    'does not repeat a read after %s',
    (end) => {
      expect(decideRetryMs({ ...QUESTION, end })).toBeUndefined();
    },
  );

  it('never repeats what may change something at the vendor', () => {
    const question = { ...QUESTION, isRepeatable: false } as const;

    expect(decideRetryMs(question)).toBeUndefined();
    expect(decideRetryMs({ ...question, end: 'connection' })).toBeUndefined();
    expect(decideRetryMs({ ...question, end: 429, isThrottled: true, gateMs: 5 })).toBeUndefined();
  });

  it('repeats a throttled read exactly when the vendor said, where that is soon', () => {
    const throttled = { ...QUESTION, end: 429, isThrottled: true } as const;

    expect(decideRetryMs({ ...throttled, gateMs: 1_000 })).toBe(1_000);
    expect(decideRetryMs({ ...throttled, gateMs: 2_000 })).toBe(2_000);
    expect(decideRetryMs({ ...throttled, gateMs: 2_001 })).toBeUndefined();
  });

  it('never waits less than asked, more than two seconds, or past the call’s end', () => {
    const question = fc.record({
      isRepeatable: fc.constant(true),
      end: fc.constantFrom<RetryQuestion['end']>(500, 503, 429, 'connection'),
      isThrottled: fc.boolean(),
      retriesSoFar: fc.nat(3),
      gateMs: fc.oneof(fc.constant(0), fc.nat(5_000)),
      remainingMs: fc.nat(30_000),
      dice: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    });
    fc.assert(
      fc.property(question, (asked) => {
        const waitMs = decideRetryMs(asked);
        if (waitMs === undefined) return;
        expect(waitMs).toBeGreaterThanOrEqual(asked.gateMs);
        expect(waitMs).toBeLessThanOrEqual(2_000);
        expect(waitMs).toBeLessThan(asked.remainingMs);
        expect(asked.retriesSoFar).toBeLessThan(2);
      }),
    );
  });

  it('spreads waits over the whole range from nothing on', () => {
    expect(decideRetryMs({ ...QUESTION, dice: 0 })).toBe(0);
    expect(decideRetryMs({ ...QUESTION, dice: 0.999 })).toBeCloseTo(199.8);
    expect(decideRetryMs({ ...QUESTION, dice: 0.999, retriesSoFar: 1 })).toBeCloseTo(399.6);
  });
});

describe('RetryBudget', () => {
  it('lets a quiet account retry ten times', () => {
    const budget = new RetryBudget();

    expect(Array.from({ length: 12 }, () => budget.spend()).filter(Boolean)).toHaveLength(10);
  });

  it('never lets more through than ten and a tenth of the first tries', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 500 }), (steps) => {
        const budget = new RetryBudget();
        const spent = steps.filter((isRetry) => (isRetry ? budget.spend() : budget.earn())).length;
        const earned = steps.filter((isRetry) => !isRetry).length;
        expect(spent).toBeLessThanOrEqual(10 + earned * 0.1 + 1e-9);
      }),
    );
  });

  it('saves up no more than ten', () => {
    const budget = new RetryBudget();
    for (let count = 0; count < 1_000; count += 1) budget.earn();

    expect(Array.from({ length: 12 }, () => budget.spend()).filter(Boolean)).toHaveLength(10);
  });
});
