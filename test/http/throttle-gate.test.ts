import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ThrottleGate } from '../../src/http/throttle-gate.ts';
import { createManualClock, createSeededRandom } from '../support/manual-clock.ts';

function createGate(dice = 0) {
  const clock = createManualClock();
  const gate = new ThrottleGate(clock, { next: () => dice });
  const answer = (status: number, headers: Record<string, string> = {}): number => {
    gate.observe({ status, headers }, status === 429);
    return gate.remainingMs();
  };
  return { clock, gate, answer };
}

describe('ThrottleGate', () => {
  it('is open at first', () => {
    const { gate } = createGate();

    expect(gate.remainingMs()).toBe(0);
    expect(gate.closedUntil()).toBeNull();
  });

  it('closes for as long as the vendor asks', async () => {
    const { clock, gate, answer } = createGate();

    expect(answer(429, { 'retry-after': '120' })).toBe(120_000);
    expect(gate.closedUntil()).toBe(clock.now() + 120_000);
    await clock.advance(119_999);
    expect(gate.remainingMs()).toBe(1);
    await clock.advance(1);
    expect(gate.closedUntil()).toBeNull();
  });

  it('closes on a server error with a Retry-After, and not on a good answer with one', () => {
    expect(createGate().answer(503, { 'retry-after': '30' })).toBe(30_000);
    expect(createGate().answer(202, { 'retry-after': '30' })).toBe(0);
    expect(createGate().answer(404, { 'retry-after': '30' })).toBe(0);
  });

  it('never opens earlier than any answer has asked', () => {
    const waits = fc.array(fc.tuple(fc.nat(5_000), fc.constantFrom(429, 503), fc.nat(5_000)), {
      minLength: 1,
    });
    return fc.assert(
      fc.asyncProperty(waits, async (steps) => {
        const clock = createManualClock();
        const gate = new ThrottleGate(clock, createSeededRandom(3));
        let opensAt = 0;
        let now = clock.now();
        for (const [pauseMs, status, seconds] of steps) {
          now += pauseMs;
          await clock.advance(pauseMs);
          gate.observe({ status, headers: { 'retry-after': String(seconds) } }, status === 429);
          opensAt = Math.max(opensAt, now + seconds * 1_000);
          expect(clock.now() + gate.remainingMs()).toBeGreaterThanOrEqual(opensAt);
        }
      }),
      { numRuns: 10 },
    );
  });

  it('takes a Retry-After of more than a day for a mistake, and waits for a day', () => {
    expect(createGate().answer(429, { 'retry-after': '999999999' })).toBe(86_400_000);
  });

  it('closes on a spent budget, also beside a good answer', () => {
    const spent = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '45' };

    expect(createGate().answer(200, spent)).toBe(45_000);
    expect(createGate().answer(429, spent)).toBe(45_000);
    expect(createGate().answer(429, { ...spent, 'retry-after': '60' })).toBe(60_000);
    expect(createGate().answer(200, { ...spent, 'x-ratelimit-remaining': '3' })).toBe(0);
  });

  it('stays away by itself for longer and longer where a vendor only says "too many"', async () => {
    const { clock, answer } = createGate();
    const waits: number[] = [];
    for (let count = 0; count < 9; count += 1) {
      const waitMs = answer(429);
      waits.push(waitMs);
      await clock.advance(waitMs);
    }

    expect(waits).toEqual([2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000]);
  });

  it('lets jitter only lengthen its own wait, by a quarter at most', () => {
    expect(createGate(0.999).answer(429)).toBeCloseTo(2_499.5, -1);
  });

  it('begins small again after a good answer', async () => {
    const { clock, answer } = createGate();
    await clock.advance(answer(429));
    await clock.advance(answer(429));
    answer(200);

    expect(answer(429)).toBe(2_000);
  });

  it('counts answers to calls that were under way together as one', () => {
    const { answer } = createGate();

    expect([answer(429), answer(429), answer(429)]).toEqual([2_000, 2_000, 2_000]);
  });
});
