import { afterAll, beforeAll, describe, vi } from 'vitest';
import { RedisBackplane } from '../../src/backplane/redis/redis-backplane.ts';
import type { Backplane } from '../../src/export/backplane.ts';
import { createManualClock, type ManualClock } from '../support/manual-clock.ts';
import { findRedis, type RedisServer, startRedis } from '../support/redis.ts';
import { describeBackplane } from './suite/index.ts';

const program = findRedis();

describe.skipIf(program === null)('with a Redis of its own,', () => {
  let server: RedisServer;

  beforeAll(async () => {
    server = await startRedis(program ?? '');
  });

  afterAll(() => server.close());

  describeBackplane('Redis', async () => {
    await server.command('FLUSHALL');
    let aheadMs = 0;
    const alive = new Map<Backplane, { readonly backplane: RedisBackplane; readonly clock: ManualClock }>();

    /** Every node that lives beats, whatever its last beat has to do. */
    async function pass(ms: number): Promise<void> {
      for (let left = ms; left > 0; left -= 1_000) {
        const step = Math.min(left, 1_000);
        aheadMs += step;
        for (const { backplane, clock } of alive.values()) {
          const { beats } = backplane.counters;
          await clock.advance(step);
          await vi.waitUntil(() => backplane.counters.beats > beats, { timeout: 10_000, interval: 0 });
        }
      }
    }

    return {
      async connect() {
        const clock = createManualClock();
        const backplane = new RedisBackplane({ redis: server.redis, clock, clockAheadMs: () => aheadMs });
        alive.set(backplane, { backplane, clock });
        return backplane;
      },
      pass,
      async settle() {
        for (const { backplane } of alive.values())
          await vi.waitUntil(() => backplane.hasHeardAll(), { timeout: 10_000, interval: 2 });
      },
      async kill(backplane) {
        alive.delete(backplane);
        await pass(3_000);
      },
      async close() {
        for (const { backplane } of alive.values()) await backplane.close();
      },
    };
  });
});
