import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CircuitBreaker } from '../../src/http/circuit-breaker.ts';
import { createManualClock } from '../support/manual-clock.ts';

function open(breaker: CircuitBreaker): void {
  for (let count = 0; count < 5; count += 1) breaker.enter().fail();
}

describe('CircuitBreaker', () => {
  it('opens after five failures in a row, for ten seconds', () => {
    const breaker = new CircuitBreaker(createManualClock());
    for (let count = 0; count < 4; count += 1) breaker.enter().fail();
    expect(breaker.refusalMs()).toBeUndefined();

    breaker.enter().fail();

    expect(breaker.refusalMs()).toBe(10_000);
    expect(breaker.isClosed).toBe(false);
  });

  it('forgets failures at the first success', () => {
    const breaker = new CircuitBreaker(createManualClock());
    for (let count = 0; count < 20; count += 1) {
      for (let failures = 0; failures < 4; failures += 1) breaker.enter().fail();
      breaker.enter().succeed();
    }

    expect(breaker.isClosed).toBe(true);
  });

  it('lets one call through afterwards, and closes when that one succeeds', async () => {
    const clock = createManualClock();
    const breaker = new CircuitBreaker(clock);
    open(breaker);
    await clock.advance(10_000);

    expect(breaker.refusalMs()).toBeUndefined();
    const probe = breaker.enter();
    expect(breaker.refusalMs()).toBe(1_000);
    expect(breaker.isClosed).toBe(false);
    probe.succeed();

    expect(breaker.refusalMs()).toBeUndefined();
    expect(breaker.isClosed).toBe(true);
  });

  it('doubles its wait up to a minute while the one call keeps failing', async () => {
    const clock = createManualClock();
    const breaker = new CircuitBreaker(clock);
    open(breaker);
    const waits: (number | undefined)[] = [];
    for (let count = 0; count < 5; count += 1) {
      await clock.advance(breaker.refusalMs() ?? 0);
      breaker.enter().fail();
      waits.push(breaker.refusalMs());
    }

    expect(waits).toEqual([20_000, 40_000, 60_000, 60_000, 60_000]);
  });

  it('begins at ten seconds again after it has closed', async () => {
    const clock = createManualClock();
    const breaker = new CircuitBreaker(clock);
    open(breaker);
    await clock.advance(10_000);
    breaker.enter().fail();
    await clock.advance(20_000);
    breaker.enter().succeed();

    open(breaker);

    expect(breaker.refusalMs()).toBe(10_000);
  });

  it('lets the next call try where the one call was given up', async () => {
    const clock = createManualClock();
    const breaker = new CircuitBreaker(clock);
    open(breaker);
    await clock.advance(10_000);

    breaker.enter().leave();

    expect(breaker.refusalMs()).toBeUndefined();
  });

  it('learns nothing from calls that began before it opened', async () => {
    const clock = createManualClock();
    const breaker = new CircuitBreaker(clock);
    const [early, late] = [breaker.enter(), breaker.enter()];
    open(breaker);

    early.succeed();
    late.fail();

    expect(breaker.refusalMs()).toBe(10_000);
  });

  it('is never opened by calls of which every fifth succeeds', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('fail', 'leave', 'succeed'), { maxLength: 200 }), (ends) => {
        const breaker = new CircuitBreaker(createManualClock());
        ends.forEach((end, index) => {
          breaker.enter()[index % 5 === 4 ? 'succeed' : end]();
        });
        expect(breaker.isClosed).toBe(true);
      }),
    );
  });
});
