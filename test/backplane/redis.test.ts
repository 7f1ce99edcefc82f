import { afterAll, beforeAll, describe, vi } from 'vitest';
import { BEAT_MS } from '../../src/backplane/redis/node.ts';
import { RedisBackplane } from '../../src/backplane/redis/redis-backplane.ts';
import type { Backplane } from '../../src/export/backplane.ts';
import { openRedis, type Redis, type RedisAddress } from '../../src/redis/connection.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { createManualClock, type ManualClock } from '../support/manual-clock.ts';
import { findRedis, type RedisServer, startRedis } from '../support/redis.ts';
import { describeBackplane } from './suite/index.ts';

const program = findRedis();
const SOON = { timeout: 20_000, interval: 20 };

/** One server's settings, how it becomes whole, and how a gateway finds it. */
const KINDS = [
  {
    name: 'Redis',
    settings: [],
    prepare: async () => undefined,
    toAddress: ({ url }: RedisServer): RedisAddress => ({ url }),
  },
  {
    name: 'Redis Cluster',
    settings: ['--cluster-enabled', 'yes'],
    async prepare({ command }: RedisServer) {
      await command('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
      await vi.waitUntil(
        async () => String(await command('CLUSTER', 'INFO')).includes('cluster_state:ok'),
        SOON,
      );
    },
    toAddress: ({ port }: RedisServer): RedisAddress => ({ cluster: [`127.0.0.1:${port}`], tls: false }),
  },
] as const;

describe.skipIf(program === null).each(KINDS)(
  'with a server of its own,',
  ({ name, settings, prepare, toAddress }) => {
    let server: RedisServer;
    let redis: Redis;

    beforeAll(async () => {
      server = await startRedis(program ?? '', settings);
      await prepare(server);
      redis = openRedis(toAddress(server), systemClock);
      await vi.waitUntil(
        () =>
          redis.command('wb:{all}:meta', ['EXISTS', 'wb:{all}:meta']).then(
            () => true,
            () => false,
          ),
        SOON,
      );
    });

    afterAll(async () => {
      redis.close();
      await server.close();
    });

    describeBackplane(name, async () => {
      await server.command('FLUSHALL');
      /** It stands still but for what is let pass. */
      let now = Date.now();
      const alive = new Map<Backplane, { readonly backplane: RedisBackplane; readonly clock: ManualClock }>();

      /** Every node that lives beats, whatever its last beat has to do. */
      async function pass(ms: number): Promise<void> {
        for (let left = ms; left > 0; left -= 1_000) {
          const step = Math.min(left, 1_000);
          now += step;
          for (const { backplane, clock } of alive.values()) {
            // The first beat begins by itself, and may be under way.
            await vi.waitUntil(() => backplane.counters.beats > 0, { timeout: 10_000, interval: 0 });
            const { beats } = backplane.counters;
            // Its own clock goes by one beat, so that none is under way when time goes on.
            await clock.advance(BEAT_MS);
            await vi.waitUntil(() => backplane.counters.beats > beats, { timeout: 10_000, interval: 0 });
          }
        }
      }

      return {
        async connect() {
          const clock = createManualClock();
          const backplane = new RedisBackplane({ redis, clock, storeNow: () => now });
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
  },
);
