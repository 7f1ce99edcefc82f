import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NOTHING_SHARED } from '../../src/backplane/counters.ts';
import { RedisBackplane } from '../../src/backplane/redis/redis-backplane.ts';
import { type Gateway, type GatewayOptions, startGateway } from '../../src/gateway.ts';
import { openRedis } from '../../src/redis/connection.ts';
import { type Clock, systemClock } from '../../src/runtime/clock.ts';
import type { SharedState } from '../../src/shared-state.ts';
import { startBalancer } from '../cluster/processes/balancer.ts';
import { findPostgres, type PostgresServer, startPostgres } from '../support/postgres.ts';
import { findRedis, type RedisServer, startRedis } from '../support/redis.ts';
import { runSchedule } from './schedule.ts';

const STEPS = Number(process.env.ISOLATION_STEPS ?? 1_000);
const GATEWAYS = 3;

const redisServer = findRedis();
const postgres = findPostgres();

describe.skipIf(redisServer === null || postgres === null)(
  'Three gateways on one Redis and one Postgres',
  () => {
    let redis: RedisServer;
    let database: PostgresServer;

    beforeAll(async () => {
      redis = await startRedis(redisServer ?? '');
      database = await startPostgres(postgres ?? '');
    });

    afterAll(async () => {
      await redis.close();
      await database.close();
    });

    it('show nobody anything of somebody else, whatever fails, whoever of them is asked', async () => {
      const entries: (() => number)[] = [];
      const { ledger } = await runSchedule({
        seed: 3,
        steps: STEPS,
        store: { kind: 'postgres', url: await database.createDatabase() },
        startGateway: (options) => startSeveral(options, redis.url, entries),
      });

      expect(ledger.violations).toEqual([]);
      expect(ledger.counts.steps).toBe(STEPS);
      expect(new Set([...ledger.ownersSeen].map((owner) => owner.slice(0, 2)))).toHaveLength(5);
      const { operations, events, downloads, refusedLinks, foreignAsked, faults } = ledger.counts;
      expect(Math.min(operations, events, downloads, refusedLinks, foreignAsked, faults)).toBeGreaterThan(0);
      // Each of them was told what another had found.
      for (const count of entries) expect(count()).toBeGreaterThan(0);
    }, 300_000);
  },
);

/** Several behind one address, as a schedule takes them for one. */
async function startSeveral(
  options: GatewayOptions,
  url: string,
  entries: (() => number)[],
): Promise<Gateway> {
  const gateways: Gateway[] = [];
  const balancer = await startBalancer();
  const publicUrl = `http://127.0.0.1:${balancer.port}`;
  const server = { ...options.config.server, publicUrl };
  for (let count = 0; count < GATEWAYS; count += 1) {
    const { shared, backplane } = openShared(url, options.tools.clock);
    entries.push(() => backplane.counters.entries);
    gateways.push(await startGateway({ ...options, config: { ...options.config, server }, shared }));
  }
  balancer.set(gateways.map((gateway) => Number(new URL(gateway.url).port)));
  const drain = async () => {
    await Promise.all(gateways.map((gateway) => gateway.drain()));
    await balancer[Symbol.asyncDispose]();
  };
  return {
    url: publicUrl,
    reload: (config) => {
      for (const gateway of gateways) gateway.reload({ ...config, server });
    },
    drain,
    [Symbol.asyncDispose]: drain,
  };
}

/** As configured, but that Redis counts time as the schedule does. */
function openShared(
  url: string,
  clock: Clock,
): { readonly shared: SharedState; readonly backplane: RedisBackplane } {
  const redis = openRedis({ url }, systemClock);
  const backplane = new RedisBackplane({ redis, clock, storeNow: clock.now });
  const shared: SharedState = {
    ...{ backplane, clock },
    state: () => 'ready',
    counters: () => NOTHING_SHARED,
    replace: () => undefined,
    async close() {
      await backplane.close();
      redis.close();
    },
  };
  return { shared, backplane };
}
