import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { openRedis, type Redis } from '../../src/redis/connection.ts';
import { systemClock } from '../../src/runtime/clock.ts';

/** A real Redis of its own, in a directory that goes with it. */
export interface RedisServer {
  readonly port: number;
  readonly url: string;
  /** For what a test does to it by hand. */
  readonly redis: Redis;
  /** Sends one command, and waits as long as it takes. */
  command(...args: string[]): Promise<unknown>;
  /** Ends it as `kill -9` does: it has saved nothing. */
  kill(): Promise<void>;
  /** Sends it a signal, such as SIGSTOP and SIGCONT. */
  signal(signal: NodeJS.Signals): void;
  /** On the same port, empty. */
  start(): Promise<void>;
  /** Ends it and removes its directory. */
  close(): Promise<void>;
}

/** It does not start where its clock is another one than the system's. */
const WITHOUT_FAKETIME = { ...process.env, LD_PRELOAD: undefined, FAKETIME: undefined };

/** Where the program is; null where it is not installed, which is told on standard error. */
export function findRedis(name = 'redis-server'): string | null {
  const folders = ['/usr/bin', ...(process.env.PATH ?? '').split(delimiter)];
  const found = folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
  if (found !== undefined) return found;
  process.stderr.write(
    '\n*** Redis is not installed: tests that need it are SKIPPED (apt-get install redis-server). ***\n\n',
  );
  return null;
}

export async function startRedis(
  program: string,
  settings: readonly string[] = [],
  file: readonly string[] = [],
): Promise<RedisServer> {
  const home = mkdtempSync(join(tmpdir(), 'waybill-redis-'));
  const port = await findFreePort();
  const url = `redis://127.0.0.1:${port}`;
  const redis = openRedis({ url }, systemClock);
  let server: ChildProcess;

  async function start(): Promise<void> {
    const fixed = [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--dir',
      home,
      '--save',
      '',
      '--appendonly',
      'no',
    ];
    server = spawn(program, [...file, ...fixed, ...settings], { stdio: 'ignore', env: WITHOUT_FAKETIME });
    await until(() => redis.command('', ['PING']));
  }
  async function kill(): Promise<void> {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    server.kill('SIGKILL');
    await ended;
  }
  await start();
  return {
    ...{ port, url, redis, start, kill },
    command: (...args) => redis.command('', args, 30_000),
    signal: (signal) => server.kill(signal),
    async close() {
      await kill();
      redis.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** A Sentinel that watches one primary under the name `waybill`, and has another promoted within some seconds. */
export async function startSentinel(program: string, primary: RedisServer): Promise<RedisServer> {
  const home = mkdtempSync(join(tmpdir(), 'waybill-sentinel-'));
  const file = join(home, 'sentinel.conf');
  const of = (setting: string, value: number) => `sentinel ${setting} waybill ${value}`;
  const lines = [
    `sentinel monitor waybill 127.0.0.1 ${primary.port} 1`,
    ...[of('down-after-milliseconds', 500), of('failover-timeout', 3_000)],
  ];
  writeFileSync(file, lines.join('\n'));
  const sentinel = await startRedis(program, [], [file, '--sentinel']);
  return {
    ...sentinel,
    async close() {
      await sentinel.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Tries until it succeeds, for ten seconds. */
async function until(attempt: () => Promise<unknown>): Promise<void> {
  const giveUpAt = Date.now() + 10_000;
  for (;;) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (Date.now() > giveUpAt) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

async function findFreePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
