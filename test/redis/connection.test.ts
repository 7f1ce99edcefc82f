import { describe, expect, it } from 'vitest';
import { openRedis } from '../../src/redis/connection.ts';
import type { Clock } from '../../src/runtime/clock.ts';
import { findRedis, startRedis } from '../support/redis.ts';

const program = findRedis();

/** A clock whose timers go off when a test says so, and then as late as it says. */
function createLateClock() {
  let now = 0;
  const timers: { at: number; callback: (() => void) | null }[] = [];
  const clock: Clock = {
    now: () => now,
    setTimer(delayMs, callback) {
      const timer = { at: now + delayMs, callback: callback as (() => void) | null };
      timers.push(timer);
      return () => {
        timer.callback = null;
      };
    },
  };
  return {
    clock,
    /** The process does nothing until then, and then first runs its timers. */
    pass(ms: number) {
      now += ms;
      for (const timer of timers.splice(0).filter(({ at }) => at <= now)) timer.callback?.();
    },
  };
}

describe.skipIf(program === null)('a call to Redis', () => {
  async function open() {
    const server = await startRedis(program ?? '');
    const late = createLateClock();
    const redis = openRedis({ url: server.url }, late.clock);
    const isOpen = () =>
      redis.command('', ['PING']).then(
        () => true,
        () => false,
      );
    while (!(await isOpen())) await new Promise((resolve) => setImmediate(resolve));
    return {
      ...{ redis, late },
      async [Symbol.asyncDispose]() {
        redis.close();
        await server.close();
      },
    };
  }

  it('takes an answer that came in time, though the process was too busy to read it', async () => {
    await using opened = await open();

    const answer = opened.redis.command('', ['PING']);
    opened.late.pass(700);

    expect(String(await answer)).toBe('PONG');
  });

  it.each([500, 519])('fails without an answer after %i ms', async (ms) => {
    await using opened = await open();

    const answer = opened.redis.command('', ['PING']);
    opened.late.pass(ms);

    await expect(answer).rejects.toThrow('Redis cannot be reached.');
  });

  it('fails in the end, however busy the process is', async () => {
    await using opened = await open();

    const answer = opened.redis.command('', ['PING']);
    opened.late.pass(30_000);
    opened.late.pass(500);

    await expect(answer).rejects.toThrow('Redis cannot be reached.');
  });
});
