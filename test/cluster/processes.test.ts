import { describe, expect, it } from 'vitest';
import { BUILT_MAIN } from '../support/built-program.ts';
import { findRedis, startRedis } from '../support/redis.ts';
import { type Balancer, startBalancer } from './processes/balancer.ts';
import { Cluster, until } from './processes/cluster.ts';
import { type Layout, toWatched } from './processes/layout.ts';
import { Subscribers } from './processes/subscribers.ts';

const SUBSCRIBERS = 60;
const LAYOUT: Layout = {
  ...{ tenants: 2, listAccounts: 2, perList: 10, plainAccounts: 4, perPlain: 4 },
  ...{ requestsPerSecond: 10, intervalMs: 1_000 },
};

/** Gateways behind a balancer, and subscribers that have been told their first states. */
async function open(gateways: number, redisPort: number | null, balancer: Balancer) {
  const onPorts = (ports: readonly number[]) => balancer.set(ports);
  const cluster = await Cluster.start({
    layout: LAYOUT,
    gateways,
    redisPort,
    program: BUILT_MAIN,
    changeMs: 1_500,
    onPorts,
  });
  const subscribers = new Subscribers(balancer.port);
  for (let index = 0; index < SUBSCRIBERS; index += 1) subscribers.add(toWatched(LAYOUT, index, 2));
  await until('all are told first states', () => subscribers.tally.begun === SUBSCRIBERS, 30_000);
  return { cluster, subscribers };
}

/** So many changes have been told since. */
async function untilMore(subscribers: Subscribers, events: number): Promise<void> {
  const from = subscribers.tally.events;
  await until('changes are told', () => subscribers.tally.events >= from + events, 30_000);
}

async function finish(cluster: Cluster, subscribers: Subscribers): Promise<void> {
  cluster.vendor.finish();
  await until('all are told the ends', () => subscribers.tally.completed === SUBSCRIBERS, 30_000);
  subscribers.close();
}

describe('one gateway in a process, killed', () => {
  it('comes back with all subscribers, who are told that something may be missing', async () => {
    await using balancer = await startBalancer();
    const { cluster, subscribers } = await open(1, null, balancer);
    await using _cluster = cluster;

    await cluster.end(0, 'SIGKILL');
    await cluster.start(0);
    await until('all are back', () => subscribers.tally.live === SUBSCRIBERS, 30_000);
    await until('all are told states', () => subscribers.tally.gaps === 2 * SUBSCRIBERS, 30_000);
    await finish(cluster, subscribers);

    expect(subscribers.tally).toMatchObject({ repeated: 0, backward: 0, firstStatesAgain: 0, errors: {} });
  });
});

const redisProgram = findRedis();

describe.skipIf(redisProgram === null)('three gateways in processes on one Redis', () => {
  it('are killed in turn, and no subscriber loses a change or is told one twice', async () => {
    const redis = await startRedis(redisProgram ?? '');
    try {
      await using balancer = await startBalancer();
      const { cluster, subscribers } = await open(3, redis.port, balancer);
      await using _cluster = cluster;

      for (const place of [0, 1, 2]) {
        await cluster.end(place, 'SIGKILL');
        await until('all are back', () => subscribers.tally.live === SUBSCRIBERS, 30_000);
        await untilMore(subscribers, SUBSCRIBERS);
        await cluster.start(place);
      }
      await finish(cluster, subscribers);

      expect(subscribers.countLost(subscribers.told())).toBe(0);
      expect(subscribers.tally).toMatchObject({
        ...{ repeated: 0, backward: 0, gaps: 0, firstStatesAgain: 0, failed: 0 },
        ...{ interrupted: {}, errors: {} },
      });
    } finally {
      await redis.close();
    }
  }, 120_000);
});
