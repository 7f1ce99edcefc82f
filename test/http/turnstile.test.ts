import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CircuitBreaker } from '../../src/http/breaker.ts';
import { Problems } from '../../src/http/problems.ts';
import { RateWindow } from '../../src/http/rate-window.ts';
import { openScope } from '../../src/http/scope.ts';
import { ThrottleGate } from '../../src/http/throttle-gate.ts';
import { type Turn, Turnstile } from '../../src/http/turnstile.ts';
import { createManualClock, settle } from '../support/manual-clock.ts';
import { createTestTools } from '../support/tools.ts';
import { RULES } from './support.ts';

function createTurnstile(requestsPerSecond: number, maxConcurrent: number) {
  const clock = createManualClock();
  const tools = createTestTools({ clock });
  const gate = new ThrottleGate(clock, tools.random);
  const breaker = new CircuitBreaker(clock);
  const problems = new Problems(
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
  const turnstile = new Turnstile({ clock, gate, breakers: [breaker], window, maxConcurrent, problems });
  const enter = (isUrgent = false, lifetimeMs = 30_000): Promise<Turn> =>
    turnstile.enter({ breaker, scope: openScope(clock, lifetimeMs), isUrgent });
  return { clock, gate, breaker, enter };
}

describe('Turnstile', () => {
  it('lets callers in one after the other, in the order they came', async () => {
    const { enter } = createTurnstile(1_000, 1);
    const order: number[] = [];
    const calls = [0, 1, 2].map(async (n) => {
      const turn = await enter();
      order.push(n);
      turn.sent();
      turn.leave();
    });

    await Promise.all(calls);

    expect(order).toEqual([0, 1, 2]);
  });

  it('lets a token request go before everybody who waits', async () => {
    const { enter } = createTurnstile(1_000, 1);
    const first = await enter();
    const order: string[] = [];
    const waiting = enter().then((turn) => {
      order.push('api');
      turn.leave();
    });
    const urgent = enter(true).then((turn) => {
      order.push('token');
      turn.leave();
    });

    first.leave();
    await Promise.all([waiting, urgent]);

    expect(order).toEqual(['token', 'api']);
  });

  it('sends away at once everybody who waits when the gate closes for long, or the breaker opens', async () => {
    for (const trouble of ['gate', 'breaker'] as const) {
      const { breaker, gate, enter } = createTurnstile(1_000, 5);
      const turns = await Promise.all(Array.from({ length: 5 }, () => enter()));
      const waiting = Array.from({ length: 4 }, () => enter().catch((error: unknown) => error));
      if (trouble === 'gate') gate.observe({ status: 429, headers: { 'retry-after': '9' } }, true);
      else for (const { permit } of turns) permit.fail();
      expect(breaker.isClosed).toBe(trouble === 'gate');

      turns[0]?.leave();

      const code = trouble === 'gate' ? 'VENDOR_RATE_LIMITED' : 'VENDOR_UNAVAILABLE';
      expect(await Promise.all(waiting)).toEqual(Array(4).fill(expect.objectContaining({ code })));
    }
  });

  it('refuses at once what its rate would let through too late', async () => {
    const { enter } = createTurnstile(0.1, 9);
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
          const { clock, enter } = createTurnstile(rate, most);
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
            const turn = await enter(false, 1_000_000);
            inside += 1;
            mostInside = Math.max(mostInside, inside);
            await elapse(connectsMs);
            turn.sent();
            await elapse(travelsMs);
            arrivedAt.push(clock.now());
            await elapse(takesMs);
            inside -= 1;
            turn.leave();
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
