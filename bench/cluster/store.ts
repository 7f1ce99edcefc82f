import { connect } from 'node:net';
import { createInterface } from 'node:readline';
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
  // Exports that stand still: each has one first state in the log.
  const changeMs = 3_600_000;
  await using scene = await openScene({ ...settings, layout, subscribers, perSubscriber, changeMs });
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
  print('  scripts by their first key, a second', await watchScripts(redis.port));
  print('  keys, bytes of each', await readKinds(redis));
}

/** Commands that clients sent, by name, since the start; those within scripts are not round trips, and are left out. */
async function readCalls(redis: RedisServer): Promise<ReadonlyMap<string, number>> {
  const text = String(await redis.command('INFO', 'commandstats'));
  const calls = [...text.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)];
  const sent = /^(evalsha|eval|fcall|xread|xrange|publish|subscribe|ping|script|multi|exec|hello)/;
  return new Map(
    calls.filter(([, name = '']) => sent.test(name)).map(([, name = '', count]) => [name, Number(count)]),
  );
}

async function readMemory(redis: RedisServer): Promise<number> {
  const text = String(await redis.command('INFO', 'memory'));
  const [, used] = /^used_memory_dataset:(\d+)/m.exec(text) ?? [];
  return Number(used);
}

/** What keys are like, how many there are of each kind, and what one takes. */
async function readKinds(redis: RedisServer): Promise<string> {
  const kinds = new Map<string, { count: number; bytes: number }>();
  for (const name of (await redis.command('KEYS', '*')) as readonly Buffer[]) {
    const kind = toKind(String(name));
    const sum = kinds.get(kind) ?? { count: 0, bytes: 0 };
    sum.count += 1;
    sum.bytes += Number(await redis.command('MEMORY', 'USAGE', String(name)));
    kinds.set(kind, sum);
  }
  return [...kinds]
    .map(([kind, { count, bytes }]) => `${kind} ${count} of ${(bytes / count).toFixed(0)}`)
    .join(', ');
}

const WATCHED_MS = 3_000;

/** Listens to what clients ask; what scripts ask in turn is no round trip. */
async function watchScripts(port: number): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  const kinds = new Map<string, number>();
  socket.write('MONITOR\r\n');
  createInterface(socket).on('line', (line) => {
    const [, key] = /^\+[0-9.]+ \[\d+ [0-9.]+:\d+\] "EVAL(?:SHA)?" "[^"]*" "1" "([^"]*)"/i.exec(line) ?? [];
    if (key !== undefined) kinds.set(toKind(key), (kinds.get(toKind(key)) ?? 0) + 1);
  });
  await pause(WATCHED_MS);
  socket.destroy();
  return [...kinds].map(([kind, count]) => `${kind} ${((count / WATCHED_MS) * 1_000).toFixed(0)}`).join(', ');
}

/** `x` for `wb:{07}:x:acme/…`. */
function toKind(key: string): string {
  return key.replace(/^wb:(?:\{[^}]*\}:)?/, '').replace(/:.*$/, '');
}
