import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findRedis, type RedisServer, startRedis } from '../support/redis.ts';
import { openGateways } from './redis-cluster.ts';
import { until } from './station.ts';
import { describeLimits } from './suite.ts';

const program = findRedis();

describe.skipIf(program === null)('with a Redis of their own,', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis(program ?? '');
  });
  afterAll(() => server.close());

  describeLimits('three gateways together in Redis', async () => {
    const gateways = openGateways(server, 3);
    await until(() => gateways.areConnected());
    return { ...gateways, count: 3, close: async () => gateways.close() };
  });

  const LIMITS = { requestsPerSecond: 10, maxConcurrent: 8, timeoutMs: 2_000 };
  async function open(count: number) {
    const gateways = openGateways(server, count);
    await until(() => gateways.areConnected());
    return { ...gateways, [Symbol.dispose]: gateways.close };
  }

  it('cost at most two round trips for each call, waiting or not', async () => {
    using gateways = await open(3);
    const free = gateways.open(0, 'acme/free/x', { ...LIMITS, requestsPerSecond: 1_000 });
    for (let count = 0; count < 20; count += 1) {
      await free.call();
      await gateways.settle();
    }
    expect(gateways.roundTrips()).toBe(40);

    const stations = [0, 1, 2].map((node) => gateways.open(node, 'acme/busy/x', LIMITS));
    await Promise.all(stations.flatMap((station) => Array.from({ length: 12 }, () => station.call(20))));

    expect(gateways.roundTrips() - 40).toBeLessThanOrEqual(2 * 36);
  });

  it('ask once for all that come at once', async () => {
    using gateways = await open(1);
    const { enter } = gateways.open(0, 'acme/crowd/x', {
      ...LIMITS,
      requestsPerSecond: 100,
      maxConcurrent: 50,
    });

    const slots = await Promise.all(Array.from({ length: 50 }, () => enter()));

    expect(gateways.roundTrips()).toBe(1);
    for (const slot of slots) slot.leave();
  });

  it('give back in time what a gateway held that died', async () => {
    using gateways = await open(2);
    const limits = { ...LIMITS, requestsPerSecond: 3 };
    const dead = gateways.open(0, 'acme/dead/x', limits);
    const alive = gateways.open(1, 'acme/dead/x', limits);
    await Promise.all([dead.enter(), dead.enter(), dead.enter()]);
    const waiting = alive.enter();

    await gateways.skip(limits.timeoutMs + 5_000);

    await expect(waiting).resolves.toBeDefined();
  });

  it('refuse what would come too late, as soon as that is known', async () => {
    using gateways = await open(2);
    const limits = { ...LIMITS, requestsPerSecond: 0.1 };
    await gateways.open(0, 'acme/late/x', limits).call();
    await gateways.settle();

    const refusal = gateways.open(1, 'acme/late/x', limits).enter({ withinMs: 5_000 });

    await expect(refusal).rejects.toMatchObject({ code: 'VENDOR_RATE_LIMITED' });
    await expect(refusal).rejects.toSatisfy(
      ({ retryAfterMs }) => retryAfterMs > 5_000 && retryAfterMs < 11_000,
    );
  });

  it('leave nothing in Redis that does not go by itself', async () => {
    using gateways = await open(2);
    const stations = [0, 1].map((node) => gateways.open(node, 'acme/keys/x', LIMITS));
    await stations[0]?.answer(500);
    await stations[1]?.answer(429, { 'retry-after': '1' });
    await gateways.settle();

    const keys = (await server.command('KEYS', 'wb:*')) as readonly Buffer[];

    expect(keys.map(String).filter((key) => key.includes('acme/keys/x')).length).toBeGreaterThanOrEqual(2);
    for (const key of keys) expect(await server.command('PTTL', String(key))).toBeGreaterThan(0);
  });
});
