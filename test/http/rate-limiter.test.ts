import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CircuitBreaker } from '../../src/http/circuit-breaker.ts';
import { ErrorMapper } from '../../src/http/errors.ts';
import { RateLimiter, RateWindow, type Slot } from '../../src/http/rate-limiter.ts';
import { ThrottleGate } from '../../src/http/throttle-gate.ts';
import { createManualClock, settle } from '../support/manual-clock.ts';
import { createTestTools } from '../support/tools.ts';
import { RULES } from './support.ts';

function createLimiter(requestsPerSecond: number, maxConcurrent: number) {
  const clock = createManualClock();
  const tools = createTestTools({ clock });
  const gate = new ThrottleGate(clock, tools.random);
  const breaker = new CircuitBreaker(clock);
  const errors = new ErrorMapper(
    {
      vendor: 'hi-energy',
      vendorName: 'Hi Energy',
      account: 'hi',
      baseUrl: 'http://127.0.0.1',
      credential: { type: 'bearer', token: 't' },
      limits: { requestsPerSecond, maxConcurrent, timeoutMs: 10_000 },
      rules: RULES,
      tools,
    },
    gate,
  );
  const window = new RateWindow(requestsPerSecond);
  const limiter = new RateLimiter({ clock, gate, breakers: [breaker], window, maxConcurrent, errors });
  const enter = (isUrgent = false, lifetimeMs = 30_000): Promise<Slot> =>
    new Promise((admit, refuse) =>
      limiter.enter({
        breaker,
        endsAt: clock.now() + lifetimeMs,
        isUrgent,
        isReady: () => true,
        admit,
        refuse,
      }),
    );
  return { clock, gate, breaker, enter };
}

describe('RateLimiter', () => {
  it('lets callers in one after the other, in the order they came', async () => {
    const { enter } = createLimiter(1_000, 1);
    const order: number[] = [];
    const calls = [0, 1, 2].map(async (n) => {
      const slot = await enter();
      order.push(n);
      slot.sent();
      slot.leave();
    });

    await Promise.all(calls);

    expect(order).toEqual([0, 1, 2]);
  });

  it('lets a token request go before everybody who waits', async () => {
    const { enter } = createLimiter(1_000, 1);
    const first = await enter();
    const order: string[] = [];
    const waiting = enter().then((slot) => {
      order.push('api');
      slot.leave();
    });
    const urgent = enter(true).then((slot) => {
      order.push('token');
      slot.leave();
    });

    first.leave();
    await Promise.all([waiting, urgent]);

    expect(order).toEqual(['token', 'api']);
  });

  it('sends away at once everybody who waits when the gate closes for long, or the breaker opens', async () => {
    for (const trouble of ['gate', 'breaker'] as const) {
      const { breaker, gate, enter } = createLimiter(1_000, 5);
      const slots = await Promise.all(Array.from({ length: 5 }, () => enter()));
      const waiting = Array.from({ length: 4 }, () => enter().catch((error: unknown) => error));
      if (trouble === 'gate') gate.observe({ status: 429, headers: { 'retry-after': '9' } }, true);
      else for (const { permit } of slots) permit.fail();
      expect(breaker.isClosed).toBe(trouble === 'gate');

      slots[0]?.leave();

      const code = trouble === 'gate' ? 'VENDOR_RATE_LIMITED' : 'VENDOR_UNAVAILABLE';
      expect(await Promise.all(waiting)).toEqual(Array(4).fill(expect.objectContaining({ code })));
    }
  });

  it('refuses at once what its rate would let through too late', async () => {
    const { enter } = createLimiter(0.1, 9);
    (await enter()).answered();

    await expect(enter(false, 5_000)).rejects.toMatchObject({
      code: 'VENDOR_RATE_LIMITED',
      retryAfterMs: 10_005,
    });
  });

  it('never lets more in than allowed, forgets nobody, and leaves no timer behind', () => {
    const call = fc.record({
      startsMs: fc.nat(2_000),
      connectsMs: fc.nat(300),
      travelsMs: fc.nat(250),
      takesMs: fc.nat(800),
    });
    return fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 4 }),
        fc.array(call, { minLength: 1, maxLength: 15 }),
        async (rate, most, calls) => {
          const { clock, enter } = createLimiter(rate, most);
          const arrivedAt: number[] = [];
          let inside = 0;
          let mostInside = 0;
          let done = 0;
          const elapse = (ms: number): Promise<void> => new Promise((resolve) => clock.setTimer(ms, resolve));
          const run = async ({
            startsMs,
            connectsMs,
            travelsMs,
            takesMs,
          }: (typeof calls)[number]): Promise<void> => {
            await elapse(startsMs);
            const slot = await enter(false, 1_000_000);
            inside += 1;
            mostInside = Math.max(mostInside, inside);
            await elapse(connectsMs);
            slot.sent();
            await elapse(travelsMs);
            arrivedAt.push(clock.now());
            await elapse(takesMs);
            inside -= 1;
            slot.leave();
            done += 1;
          };
          const all = calls.map(run);

          await clock.advance(60_000);
          await Promise.race([Promise.all(all), settle()]);

          expect(done).toBe(calls.length);
          expect(mostInside).toBeLessThanOrEqual(most);
          for (const start of arrivedAt) {
            expect(arrivedAt.filter((at) => at >= start && at < start + 1_000).length).toBeLessThanOrEqual(
              rate,
            );
          }
        },
      ),
      { numRuns: 15 },
    );
  });
});
