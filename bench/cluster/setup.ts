import { Cluster, until } from '../../test/cluster/processes/cluster.ts';
import type { Layout } from '../../test/cluster/processes/layout.ts';
import type { SubscriberTally } from '../../test/cluster/processes/subscribers.ts';
import { findRedis, type RedisServer, startRedis } from '../../test/support/redis.ts';
import { Clients } from './clients.ts';

export { until };

export interface BenchSettings {
  readonly program: string;
  readonly gateways: number;
  readonly subscribers: number;
  /** Else one gateway has all in its memory. */
  readonly hasRedis: boolean;
  readonly only: string;
  /** Of each measurement. */
  readonly seconds: number;
}

export const LAYOUT: Layout = {
  tenants: 4,
  listAccounts: 8,
  perList: 100,
  plainAccounts: 8,
  perPlain: 10,
  requestsPerSecond: 10,
  intervalMs: 2_000,
};

export interface Scene extends AsyncDisposable {
  readonly cluster: Cluster;
  readonly clients: Clients;
  readonly redis: RedisServer | null;
}

export interface SceneSettings extends BenchSettings {
  readonly layout?: Layout;
  readonly changeMs?: number;
  readonly perSubscriber?: number;
}

/** Redis, vendors, gateways and subscribers that have all been told their first states. */
export async function openScene(settings: SceneSettings): Promise<Scene> {
  const { program, gateways, subscribers, hasRedis, layout = LAYOUT, changeMs = 20_000 } = settings;
  const server = hasRedis ? findRedis() : null;
  if (hasRedis && server === null) throw new Error('There is no redis-server here.');
  const redis = server === null ? null : await startRedis(server);
  const clients = await Clients.start(subscribers, layout, settings.perSubscriber);
  const cluster = await Cluster.start({
    ...{ layout, gateways, program, changeMs, redisPort: redis?.port ?? null },
    onPorts: (ports) => clients.ports(ports),
  });
  const scene: Scene = {
    cluster,
    clients,
    redis,
    async [Symbol.asyncDispose]() {
      clients[Symbol.dispose]();
      await cluster[Symbol.asyncDispose]();
      await redis?.close();
    },
  };
  try {
    await clients.open();
    await untilTally(
      clients,
      'all are told their first states',
      180_000,
      ({ begun }) => begun === subscribers,
    );
  } catch (error) {
    print('logged by the gateways', cluster.gateways.flatMap((one) => one?.lines.slice(-5) ?? []).join('\n'));
    print('subscribers', JSON.stringify(await clients.tally()));
    await scene[Symbol.asyncDispose]();
    throw error;
  }
  return scene;
}

/** @returns how long it took, milliseconds */
export async function untilTally(
  clients: Clients,
  what: string,
  timeoutMs: number,
  isSo: (tally: SubscriberTally) => boolean,
): Promise<number> {
  const from = performance.now();
  while (!isSo(await clients.tally())) {
    if (performance.now() - from > timeoutMs) throw new Error(`Given up: ${what}.`);
    await pause(100);
  }
  return performance.now() - from;
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

export function print(name: string, value: string): void {
  process.stdout.write(`${name.padEnd(60)} ${value}\n`);
}
