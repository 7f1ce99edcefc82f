import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Passage, RateWindow } from '../../src/http/rate-limiter.ts';

/** Sends as early as the window allows, each request `delays` after it asked, and as late on the wire as `latencies` say. */
function simulate(
  window: RateWindow,
  steps: readonly { readonly pauseMs: number; readonly latencyMs: number }[],
): number[] {
  const sent: number[] = [];
  let now = 1_000_000;
  let unsent: number[] = [];
  const deliver = (upTo: number): void => {
    for (const at of unsent.filter((due) => due <= upTo).sort((a, b) => a - b)) {
      window.arrived(new Passage(), at);
      sent.push(at);
    }
    unsent = unsent.filter((due) => due > upTo);
  };
  for (const { pauseMs, latencyMs } of steps) {
    now += pauseMs;
    deliver(now);
    while (window.readyAt(now) > now) {
      now = Math.min(window.readyAt(now), ...unsent);
      deliver(now);
    }
    window.take();
    unsent.push(now + latencyMs);
    deliver(now);
  }
  deliver(Number.POSITIVE_INFINITY);
  return sent;
}

function mostWithin(windowMs: number, sent: readonly number[]): number {
  return Math.max(...sent.map((start) => sent.filter((at) => at >= start && at < start + windowMs).length));
}

const STEPS = fc.array(
  fc.record({ pauseMs: fc.nat(300), latencyMs: fc.constantFrom(0, 0, 1, 40, 400, 1_500) }),
  {
    minLength: 1,
    maxLength: 80,
  },
);

describe('RateWindow', () => {
  it('never lets more than the whole part of the rate into any second, however late requests reach the wire', () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 12, noNaN: true }), STEPS, (rate, steps) => {
        expect(mostWithin(1_000, simulate(new RateWindow(rate), steps))).toBeLessThanOrEqual(
          Math.floor(rate),
        );
      }),
    );
  });

  it('sends one request per period below one a second', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.05, max: 0.99, noNaN: true }), STEPS, (rate, steps) => {
        expect(
          mostWithin(1_000 / rate, simulate(new RateWindow(rate), steps.slice(0, 20))),
        ).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('lets a burst through at once and keeps the pace after it', () => {
    const sent = simulate(
      new RateWindow(3),
      Array.from({ length: 7 }, () => ({ pauseMs: 0, latencyMs: 0 })),
    );

    expect(sent.map((at) => at - 1_000_000)).toEqual([0, 0, 0, 1_005, 1_005, 1_005, 2_010]);
  });

  it('tells when the requests behind the next one may go', () => {
    const window = new RateWindow(2);

    expect([0, 1, 2, 3, 4].map((ahead) => window.readyAt(0, ahead))).toEqual([0, 0, 1_005, 1_005, 2_010]);
  });

  it('takes a request that never arrived for none', () => {
    const window = new RateWindow(1);
    window.take();
    window.cancel(new Passage());

    expect(window.readyAt(0)).toBe(0);
  });
});
