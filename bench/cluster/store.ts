import { countExports, type Layout } from '../../test/cluster/processes/layout.ts';
import type { RedisServer } from '../../test/support/redis.ts';
import { type BenchSettings, LAYOUT, openScene, pause, print } from './setup.ts';

/** What a watched export takes in Redis, and what a poll and a vendor call cost there. */
export async function measureStore(settings: BenchSettings): Promise<void> {
  if (!settings.hasRedis) return print('store', 'needs Redis');
  // The rate shall not hold up what is counted.
  const free = { ...LAYOUT, requestsPerSecond: 1_000 };
  await measure(settings, 'lists of 100', { ...free, listAccounts: 40, plainAccounts: 0 });
  await measure(settings, 'single exports', { ...free, listAccounts: 0, plainAccounts: 40 });
}

async function measure(settings: BenchSettings, name: string, layout: Layout): Promise<void> {
  const exports = countExports(layout);
  const perSubscriber = layout.plainAccounts > 0 ? layout.perPlain : layout.perList;
  const subscribers = exports / perSubscriber;
  await using scene = await openScene({ ...settings, layout, subscribers, perSubscriber });
  const { cluster, redis } = scene;
  if (redis === null) return;
  await pause(5_000);
  cluster.vendor.mark();
  const before = await readCalls(redis);
  await pause(settings.seconds * 1_000);
  const after = await readCalls(redis);
  const { listCalls, plainCalls, sinceMs } = cluster.vendor.counts();
  const memory = await readMemory(redis);

  const polls = (exports * sinceMs) / layout.intervalMs;
  const vendorCalls = listCalls + plainCalls;
  print(
    `store, ${name}: watched exports, bytes of Redis each`,
    `${exports}, ${(memory / exports).toFixed(0)}`,
  );
  print('  vendor calls, exports each', `${vendorCalls}, ${(polls / vendorCalls).toFixed(1)}`);
  const commands = [...after].map(
    ([command, calls]) => [command, calls - (before.get(command) ?? 0)] as const,
  );
  const sum = commands.reduce((total, [, calls]) => total + calls, 0);
  print(
    '  commands per vendor call, per poll',
    `${(sum / vendorCalls).toFixed(2)}, ${(sum / polls).toFixed(3)}`,
  );
  const told = commands.filter(([, calls]) => calls > 0).sort(([, one], [, other]) => other - one);
  print('  of which', told.map(([command, calls]) => `${command} ${calls}`).join(', '));
  print('  keys', await readKinds(redis));
}

/** Commands that clients sent, by name, since the start; those within scripts are not round trips, and are left out. */
async function readCalls(redis: RedisServer): Promise<ReadonlyMap<string, number>> {
  const text = String(await redis.command('INFO', 'commandstats'));
  const calls = [...text.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)];
  const sent = /^(evalsha|eval|fcall|xread|xrange|publish|subscribe|ping|time|script|multi|exec|hello)/;
  return new Map(
    calls.filter(([, name = '']) => sent.test(name)).map(([, name = '', count]) => [name, Number(count)]),
  );
}

async function readMemory(redis: RedisServer): Promise<number> {
  const text = String(await redis.command('INFO', 'memory'));
  const [, used] = /^used_memory_dataset:(\d+)/m.exec(text) ?? [];
  return Number(used);
}

/** What keys are like, and how many there are of each kind. */
async function readKinds(redis: RedisServer): Promise<string> {
  const kinds = new Map<string, number>();
  for (const name of (await redis.command('KEYS', '*')) as readonly Buffer[]) {
    const key = String(name);
    const kind = key.replace(/^wb:(?:\{\d+\}:)?/, '').replace(/:.*$/, '');
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  return [...kinds].map(([kind, count]) => `${kind} ${count}`).join(', ');
}
