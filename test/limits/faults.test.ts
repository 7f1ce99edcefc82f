import { describe, expect, it } from 'vitest';
import { startProxy } from '../support/cuttable-proxy.ts';
import { createSeededRandom } from '../support/manual-clock.ts';
import { findRedis, type RedisServer, startRedis } from '../support/redis.ts';
import { openGateways, type RedisGateways } from './redis-cluster.ts';
import { mostWithin, until } from './station.ts';

const program = findRedis();
const RATE = 12;
const LIMITS = { requestsPerSecond: RATE, maxConcurrent: 4, timeoutMs: 2_000 };

/** One gateway's request at the vendor. */
interface Arrival {
  readonly node: number;
  readonly at: number;
}

/** Three gateways that ask for more than the limit, all the time. */
function startLoad(gateways: RedisGateways) {
  const arrivals: Arrival[] = [];
  let isOver = false;
  const callers = [0, 1, 2].flatMap((node) => {
    const station = gateways.open(node, 'acme/hi/x', LIMITS);
    const random = createSeededRandom(node);
    return Array.from({ length: 4 }, async () => {
      while (!isOver) arrivals.push({ node, at: await station.call(random.next() * 150) });
    });
  });
  return {
    /** How many have arrived since, from this gateway or all of them. */
    count: (since: number, node?: number) =>
      arrivals.filter((arrival) => arrival.at >= since && (node ?? arrival.node) === arrival.node).length,
    /** Lets everybody come to an end. @returns the most that arrived in any second */
    async end(): Promise<number> {
      isOver = true;
      await Promise.all(callers);
      return mostWithin(
        1_000,
        arrivals.map(({ at }) => at),
      );
    },
  };
}

describe.skipIf(program === null).concurrent('with three gateways at work, the limit holds', () => {
  async function open(portOf?: (server: RedisServer) => Promise<(node: number) => number>) {
    const server = await startRedis(program ?? '');
    const gateways = openGateways(server, 3, await portOf?.(server));
    await until(() => gateways.areConnected());
    return {
      ...{ server, gateways },
      async [Symbol.asyncDispose]() {
        gateways.close();
        await server.close();
      },
    };
  }

  it('when Redis is killed and comes back empty; in between each goes on with its part', async () => {
    await using cluster = await open();
    const load = startLoad(cluster.gateways);
    await until(() => load.count(0) > RATE);

    await cluster.server.kill();
    const killedAt = Date.now();
    // Each of them, and more than what was under way.
    await until(() => [0, 1, 2].every((node) => load.count(killedAt + 1_000, node) >= RATE / 3));
    await cluster.server.start();
    const backAt = Date.now();
    await until(() => load.count(backAt) > 3 * RATE);

    expect(await load.end()).toBeLessThanOrEqual(RATE);
  });

  it('when Redis forgets everything', async () => {
    await using cluster = await open();
    const load = startLoad(cluster.gateways);
    for (let round = 1; round <= 3; round += 1) {
      await until(() => load.count(0) > round * RATE);
      await cluster.server.command('FLUSHALL');
    }
    const flushedAt = Date.now();
    await until(() => load.count(flushedAt) > 2 * RATE);

    expect(await load.end()).toBeLessThanOrEqual(RATE);
  });

  it('when Redis takes everything and says nothing', async () => {
    let proxy: Awaited<ReturnType<typeof startProxy>> | undefined;
    await using cluster = await open(async ({ port }) => {
      const opened = await startProxy(port);
      proxy = opened;
      return () => opened.port;
    });
    const load = startLoad(cluster.gateways);
    await until(() => load.count(0) > RATE);

    proxy?.hang();
    const hungAt = Date.now();
    await until(() => [0, 1, 2].every((node) => load.count(hungAt + 1_000, node) >= RATE / 3));
    proxy?.heal();
    const healedAt = Date.now();
    await until(() => load.count(healedAt) > 3 * RATE);

    expect(await load.end()).toBeLessThanOrEqual(RATE);
    await proxy?.close();
  });

  it('when one of them is cut off, goes on with its part, and comes back', async () => {
    let proxy: Awaited<ReturnType<typeof startProxy>> | undefined;
    await using cluster = await open(async ({ port }) => {
      const opened = await startProxy(port);
      proxy = opened;
      return (node) => (node === 2 ? opened.port : port);
    });
    const { gateways } = cluster;
    const load = startLoad(gateways);
    await until(() => load.count(0) > RATE);

    proxy?.cut();
    const cutAt = Date.now();
    // The others take it for dead after two seconds, and go on.
    await until(() => load.count(cutAt + 2_000) > 0);
    for (const node of [0, 1]) gateways.believe(node, 2);
    await until(() => load.count(cutAt + 1_000, 2) >= (2 * RATE) / 3);
    proxy?.heal();
    const healedAt = Date.now();
    await until(() => load.count(healedAt) > RATE);
    for (const node of [0, 1]) gateways.believe(node, 3);
    await until(() => load.count(healedAt) > 4 * RATE);

    expect(await load.end()).toBeLessThanOrEqual(RATE);
    await proxy?.close();
  });
});
