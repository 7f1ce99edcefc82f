import { describe, expect, it } from 'vitest';
import { alignPoll, nextPollDelay, type PaceInput, spreadPoll } from '../../src/watch/pace.ts';
import { createSeededRandom } from '../support/manual-clock.ts';

const LOW = { next: () => 0 };
const MIDDLE = { next: () => 0.5 };
const ALONE = { offsetMs: 0, watches: 1 };
const HIGH = { next: () => 0.999_999 };

function pace(input: Partial<PaceInput>, random = MIDDLE): number {
  return nextPollDelay(
    {
      pacing: { minMs: 1_000, maxMs: 60_000, stallAfterMs: 600_000 },
      status: 'RUNNING',
      ageMs: 0,
      sinceChangeMs: 1_000_000,
      vendorWaitMs: null,
      failures: 0,
      ...input,
    },
    random,
  );
}

describe('cadence', () => {
  it.each([
    ['a new job at the shortest wait', { ageMs: 0 }, 1_000],
    ['a job by a tenth of its age', { ageMs: 100_000 }, 10_000],
    ['an old job at the longest wait', { ageMs: 86_400_000 }, 60_000],
    ['a job that has just changed twice as often', { ageMs: 100_000, sinceChangeMs: 9_999 }, 5_000],
    [
      'a cancellation by the time since it was asked for',
      { ageMs: 600_000, sinceChangeMs: 20_000, status: 'CANCELING' },
      2_000,
    ],
    ['a job whose clock is ahead of ours at the shortest wait', { ageMs: -50_000 }, 1_000],
    ['a failing job ever more rarely', { ageMs: 10_000, failures: 3 }, 8_000],
    ['a job that fails for long at the longest wait', { failures: 5_000 }, 60_000],
    ['an account that its limits hold up no faster than they allow', { roundMs: 90_000 }, 90_000],
  ] as const)('asks about %s', (_title, input, expected) => {
    expect(pace(input)).toBeCloseTo(expected, 6);
  });

  it('varies by a tenth, within its bounds', () => {
    expect(pace({ ageMs: 100_000 }, LOW)).toBeCloseTo(9_000, 6);
    expect(pace({ ageMs: 100_000 }, HIGH)).toBeCloseTo(11_000, 0);
    expect(pace({ ageMs: 0 }, LOW)).toBe(1_000);
    expect(pace({ ageMs: 86_400_000 }, HIGH)).toBe(60_000);
  });

  it('waits as long as the vendor asks, a little longer and never less', () => {
    expect(pace({ vendorWaitMs: 5_000, failures: 9, ageMs: 86_400_000 }, LOW)).toBe(5_000);
    expect(pace({ vendorWaitMs: 5_000 }, HIGH)).toBeCloseTo(5_250, 1);
    expect(pace({ vendorWaitMs: 3_600_000 }, LOW)).toBe(3_600_000);
    expect(pace({ vendorWaitMs: 3_600_000 }, HIGH)).toBeCloseTo(3_601_000, 1);
  });

  it('is never faster than configured, even where the vendor would allow it', () => {
    expect(pace({ vendorWaitMs: 0 }, LOW)).toBe(1_000);
  });
});

describe('the instants of polls', () => {
  it('are never before the wait is over, and at most a tenth of it after', () => {
    const random = createSeededRandom(3);
    for (let round = 0; round < 2_000; round += 1) {
      const now = Math.floor(random.next() * 1e12);
      const delayMs = 100 + random.next() * 100_000;
      const at = alignPoll(now, delayMs, { offsetMs: 24, watches: Math.floor(random.next() * 1_000) });

      expect(at).toBeGreaterThanOrEqual(now + delayMs);
      expect(at - now - delayMs).toBeLessThanOrEqual(Math.max(delayMs / 10, 8));
      expect(at - now - delayMs).toBeLessThan(256);
      expect(at % 8).toBe(0);
    }
  });

  it('bring exports of one account together, and keep accounts apart', () => {
    const together = new Set(
      [0, 30, 60, 90, 120].map((shift) => alignPoll(1_000_000, 10_000 + shift, ALONE)),
    );

    expect(together.size).toBeLessThanOrEqual(2);
    expect(alignPoll(1_000_000, 10_000, ALONE)).not.toBe(
      alignPoll(1_000_000, 10_000, { ...ALONE, offsetMs: 8 }),
    );
  });

  it('hold no more exports than fill a batch', () => {
    const random = createSeededRandom(5);
    const perInstant = new Map<number, number>();
    for (let index = 0; index < 20_000; index += 1) {
      const at = alignPoll(random.next() * 2_000, 2_000, { offsetMs: 0, watches: 20_000 });
      perInstant.set(at, (perInstant.get(at) ?? 0) + 1);
    }

    const mean = 20_000 / perInstant.size;
    expect(mean).toBeLessThanOrEqual(100);
  });
});

describe('the instants of polls that are read singly', () => {
  it('are the next tick after the wait where nothing else was due', () => {
    expect(spreadPoll(1_000, 1_000, 0, 100)).toBe(2_000);
    expect(spreadPoll(1_001, 1_000, 0, 100)).toBe(2_008);
  });

  it('are spread evenly over the interval where everything was due at once', () => {
    const instants = Array.from({ length: 1_000 }, (_, place) => spreadPoll(0, 10_000, place, 1_000));

    expect(instants.slice(0, 5)).toEqual([10_000, 10_016, 10_024, 10_032, 10_040]);
    expect(instants.at(-1)).toBe(19_992);
  });

  it('make no export wait for long where there are few', () => {
    expect(spreadPoll(0, 60_000, 9, 10)).toBe(60_144);
  });
});
