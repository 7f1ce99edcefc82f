import { countExports } from '../../test/cluster/processes/layout.ts';
import type { SubscriberTally } from '../../test/cluster/processes/subscribers.ts';
import { findRedis, type RedisServer, startRedis } from '../../test/support/redis.ts';
import { type BenchSettings, LAYOUT, openScene, pause, print, type Scene, untilTally } from './setup.ts';

interface Fault {
  readonly name: string;
  /** How long it lasts; at its end it is mended. */
  readonly lastsMs: number;
  /** @returns mends it */
  begin(scene: FaultScene): Promise<() => Promise<unknown>>;
}

interface FaultScene extends Pick<Scene, 'cluster' | 'clients'> {
  readonly redis: RedisServer;
  /** Calls back when the measurement is over. */
  closeLater(close: () => Promise<void>): void;
}

const nothing = async () => undefined;

/** What may happen to a cluster and its Redis. */
const FAULTS: readonly Fault[] = [
  {
    name: 'kill -9 of a gateway',
    lastsMs: 8_000,
    async begin({ cluster }) {
      await cluster.end(0, 'SIGKILL');
      return () => cluster.start(0);
    },
  },
  {
    name: 'SIGSTOP of a gateway for 10 s',
    lastsMs: 10_000,
    async begin({ cluster }) {
      const gateway = cluster.gateways[0];
      gateway?.signal('SIGSTOP');
      return async () => gateway?.signal('SIGCONT');
    },
  },
  {
    name: 'FLUSHALL',
    lastsMs: 0,
    async begin({ redis }) {
      await redis.command('FLUSHALL');
      return nothing;
    },
  },
  {
    name: 'failover: the primary is killed, its replica promoted',
    lastsMs: 2_000,
    async begin(scene) {
      const { cluster, redis } = scene;
      const server = findRedis();
      if (server === null) return nothing;
      const replica = await startRedis(server, ['--replicaof', '127.0.0.1', String(redis.port)]);
      const isSynced = async () =>
        /master_link_status:up/.test(String(await replica.command('INFO', 'replication')));
      for (let tries = 0; tries < 100 && !(await isSynced()); tries += 1) await pause(100);
      await redis.kill();
      return async () => {
        await replica.command('REPLICAOF', 'NO', 'ONE');
        for (const proxy of cluster.proxies) proxy.aim(replica.port);
        scene.closeLater(() => replica.close());
      };
    },
  },
  {
    name: 'Redis killed, empty after 8 s',
    lastsMs: 8_000,
    async begin({ redis }) {
      await redis.kill();
      return () => redis.start();
    },
  },
  {
    name: 'half-open for 3 s: shorter than what is told',
    lastsMs: 3_000,
    async begin({ cluster }) {
      await cluster.setProxies('hung');
      return () => cluster.setProxies('open');
    },
  },
  {
    name: 'half-open for 12 s',
    lastsMs: 12_000,
    async begin({ cluster }) {
      await cluster.setProxies('hung');
      return () => cluster.setProxies('open');
    },
  },
  {
    name: 'connections refused for 12 s',
    lastsMs: 12_000,
    async begin({ cluster }) {
      await cluster.setProxies('refused');
      return () => cluster.setProxies('open');
    },
  },
  {
    name: 'each way takes 200 ms for 10 s',
    lastsMs: 10_000,
    async begin({ cluster }) {
      await cluster.setProxies({ delayMs: 200 });
      return () => cluster.setProxies('open');
    },
  },
  {
    name: 'out of memory for 12 s',
    lastsMs: 12_000,
    async begin({ redis }) {
      await redis.command('CONFIG', 'SET', 'maxmemory', '1mb');
      return () => redis.command('CONFIG', 'SET', 'maxmemory', '0');
    },
  },
  {
    name: 'READONLY for 12 s',
    lastsMs: 12_000,
    async begin({ redis }) {
      // A replica of a server that is not there keeps what it has.
      await redis.command('CONFIG', 'SET', 'replica-serve-stale-data', 'yes');
      await redis.command('REPLICAOF', '127.0.0.1', '1');
      return () => redis.command('REPLICAOF', 'NO', 'ONE');
    },
  },
  {
    name: 'one gateway cut off for 12 s',
    lastsMs: 12_000,
    async begin({ cluster }) {
      await cluster.proxies[0]?.set('hung');
      return async () => cluster.proxies[0]?.set('open');
    },
  },
];

/** What subscribers see and vendors are asked while something is wrong, and how soon a gateway goes then. */
export async function measureFaults(settings: BenchSettings): Promise<void> {
  if (!settings.hasRedis) return print('faults', 'need Redis');
  const subscribers = Math.min(settings.subscribers, 300);
  for (const fault of FAULTS.filter(({ name }) => name.includes(settings.only))) {
    await using scene = await openScene({ ...settings, subscribers, perSubscriber: 4 });
    const { redis } = scene;
    if (redis === null) return;
    print(fault.name, '');
    const toClose: (() => Promise<void>)[] = [];
    const closeLater = (close: () => Promise<void>) => void toClose.push(close);
    try {
      await measure(fault, { ...scene, redis, closeLater }, subscribers);
    } catch (error) {
      print('  FAILED', error instanceof Error ? error.message : String(error));
      print('  subscribers', JSON.stringify(await scene.clients.tally()));
    }
    for (const close of toClose) await close();
    const logged = scene.cluster.gateways.map((gateway) => gateway?.lines.at(-1) ?? '').filter(Boolean);
    if (logged.length > 0) print('  logged last', `\n    ${logged.join('\n    ')}`);
  }
}

async function measure(fault: Fault, scene: FaultScene, subscribers: number): Promise<void> {
  const { cluster, clients } = scene;
  const { intervalMs } = LAYOUT;
  await pause(2 * intervalMs);
  cluster.vendor.mark();
  await pause(4 * intervalMs);
  const usual = cluster.vendor.counts();
  const before = await clients.tally();

  cluster.vendor.mark();
  const mend = await fault.begin(scene);
  await pause(fault.lastsMs);
  const during = cluster.vendor.counts();
  const told = await clients.tally();

  cluster.vendor.mark();
  await mend();
  // As long as it takes to come back, and then a few intervals.
  await pause(10_000);
  await untilTally(clients, 'all are back', 60_000, ({ live }) => live === subscribers);
  const after = cluster.vendor.counts();
  const back = await clients.tally();

  // A gateway is told to go while Redis cannot be reached: it goes within 15 s.
  await cluster.setProxies('hung');
  const drain = await cluster.end(cluster.gateways.length - 1, 'SIGTERM');
  await cluster.setProxies('open');

  cluster.vendor.finish();
  await untilTally(
    clients,
    'all are told the ends',
    90_000,
    ({ completed }) => completed === subscribers,
  ).catch(() => 0);
  const end = await clients.tally();
  const perInterval = (counts: typeof usual) =>
    (((counts.listCalls + counts.plainCalls) / counts.sinceMs) * intervalMs).toFixed(0);
  const exports = countExports(LAYOUT);
  print(
    `  vendor calls per interval (${exports} exports): before, during, after`,
    `${perInterval(usual)}, ${fault.lastsMs === 0 ? '-' : perInterval(during)}, ${perInterval(after)}`,
  );
  print(
    '  most in one interval: before, during, after',
    [usual, during, after].map((one) => one.mostInOneInterval).join(', '),
  );
  print('  most of one account in a second', String(Math.max(during.mostInOneSecond, after.mostInOneSecond)));
  print('  extra polls, most of one export', toExtra(during, after));
  print(
    '  longest gap between two polls',
    `${(Math.max(during.longestGapMs, after.longestGapMs) / 1_000).toFixed(1)} s`,
  );
  print('  told of interruptions during and after, resumed', toInterruptions(before, told, back));
  print('  connections that ended', JSON.stringify(subtract(back.closes, before.closes)));
  print('  errors', JSON.stringify(end.errors));
  print(
    '  lost, told twice, back, first states again, marked gaps',
    [await clients.countLost(), ...[end.repeated, end.backward, end.firstStatesAgain, end.gaps]].join(', '),
  );
  print('  told all ends', `${end.completed} of ${subscribers}`);
  print(
    '  drain with Redis half-open',
    `exit ${drain.exitCode} after ${(drain.tookMs / 1_000).toFixed(1)} s`,
  );
}

function toExtra(
  ...counts: readonly { readonly earlyPolls: number; readonly mostEarlyPolls: number }[]
): string {
  const sum = counts.reduce((total, { earlyPolls }) => total + earlyPolls, 0);
  return `${sum}, ${Math.max(...counts.map(({ mostEarlyPolls }) => mostEarlyPolls))}`;
}

function toInterruptions(before: SubscriberTally, during: SubscriberTally, after: SubscriberTally): string {
  const between = JSON.stringify(subtract(during.interrupted, before.interrupted));
  const later = JSON.stringify(subtract(after.interrupted, during.interrupted));
  return `${between}, ${later}, ${after.resumed - before.resumed}`;
}

function subtract(
  counts: Readonly<Record<string, number>>,
  from: Readonly<Record<string, number>>,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(counts).flatMap(([name, count]) => {
      const more = count - (from[name] ?? 0);
      return more === 0 ? [] : [[name, more]];
    }),
  );
}
