import { describe, expect, it } from 'vitest';
import { LogLimiter } from '../../src/telemetry/log-limiter.ts';
import { createManualClock } from '../support/manual-clock.ts';

describe('the budget of lines that anybody can cause', () => {
  it('writes a hundred in ten seconds, and then says how many it left out', async () => {
    const clock = createManualClock();
    const budget = new LogLimiter(clock);

    const first = Array.from({ length: 130 }, () => budget.take('acme'));
    await clock.advance(10_000);

    expect(first.filter((leftOut) => leftOut === 0)).toHaveLength(100);
    expect(first.slice(100)).toEqual(Array(30).fill(null));
    expect([budget.take('acme'), budget.take('acme')]).toEqual([30, 0]);
  });

  it('leaves every other tenant its own hundred', () => {
    const budget = new LogLimiter(createManualClock());
    for (let count = 0; count < 1_000; count += 1) budget.take('acme');

    expect([budget.take('acme'), budget.take('globex'), budget.take('')]).toEqual([null, 0, 0]);
  });
});
