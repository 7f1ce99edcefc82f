import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ANNA, caller, createLimits, describeCallerLimits, outcome } from './caller-limits-suite.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describeCallerLimits('by this gateway alone', {
  open: async () => ({}),
  advance: (ms) => void vi.advanceTimersByTime(ms),
  about: (waitMs) => waitMs,
});

describe('a caller', () => {
  it('is not counted where there is no limit', async () => {
    const { operation, locators, refused } = createLimits({});

    for (let count = 0; count < 1_000; count += 1) expect(operation(ANNA)).toBeUndefined();
    expect(locators(ANNA, 1_000_000)).toBeUndefined();

    expect(refused).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a flood of callers', () => {
  it('leaves no more than 10,000 of them behind', async () => {
    const { operation } = createLimits({ operationsPerMinute: 1 });

    for (let count = 0; count < 12_000; count += 1) await operation(caller('acme', `subject-${count}`));

    // One timer for each caller that is remembered.
    expect(vi.getTimerCount()).toBe(10_000);
  });

  it('leaves nothing behind once their minutes are over', async () => {
    const { operation } = createLimits({ operationsPerMinute: 1 });
    for (let count = 0; count < 100; count += 1) await operation(caller('acme', `subject-${count}`));

    vi.advanceTimersByTime(60_000);

    expect(vi.getTimerCount()).toBe(0);
    expect(await outcome(operation(caller('acme', 'subject-7')))).toBe('ok');
  });

  it('does not let one of them begin anew that goes on asking', async () => {
    const { operation } = createLimits({ operationsPerMinute: 1 });
    const QUIET = caller('acme', 'quiet');
    await operation(ANNA);
    await operation(QUIET);

    for (let count = 0; count < 10_000; count += 1) {
      await operation(caller('acme', `subject-${count}`));
      if (count % 1_000 === 0) await outcome(operation(ANNA));
    }

    expect(await outcome(operation(ANNA))).toBe(60_000);
    expect(await outcome(operation(QUIET))).toBe('ok');
  });
});
