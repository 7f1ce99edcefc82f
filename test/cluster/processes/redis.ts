import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

/** A Redis of its own, which forgets all when it ends. */
export interface RedisServer {
  readonly port: number;
  /** Sends a command by redis-cli. @returns what that prints */
  command(...args: string[]): Promise<string>;
  kill(): Promise<void>;
  /** On the same port, empty. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Where the program is; null where it is not installed, which is told on standard error. */
export function findRedis(): string | null {
  const folders = ['/usr/bin', ...(process.env.PATH ?? '').split(delimiter)];
  const found = folders.map((folder) => join(folder, 'redis-server')).find((path) => existsSync(path));
  if (found !== undefined) return found;
  process.stderr.write(
    '\n*** Redis is not installed: tests that need it are SKIPPED (apt-get install redis-server). ***\n\n',
  );
  return null;
}

export async function startRedis(program: string, settings: readonly string[] = []): Promise<RedisServer> {
  const home = mkdtempSync(join(tmpdir(), 'waybill-redis-'));
  const port = await findFreePort();
  const own = [
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
  let server: ChildProcess;

  const command = async (...args: string[]): Promise<string> => {
    const cli = join(program, '../redis-cli');
    const { stdout } = await promisify(execFile)(cli, ['-p', String(port), ...args], {
      maxBuffer: 64_000_000,
    });
    return stdout.trim();
  };
  async function start(): Promise<void> {
    server = spawn(program, [...own, ...settings], { stdio: 'ignore' });
    const giveUpAt = performance.now() + 10_000;
    while ((await command('PING').catch(() => '')) !== 'PONG') {
      if (performance.now() > giveUpAt) throw new Error('Redis did not start.');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  async function kill(): Promise<void> {
    if (server.exitCode !== null || server.signalCode !== null) return;
    server.kill('SIGKILL');
    await once(server, 'exit');
  }
  await start();
  return {
    ...{ port, command, kill, start },
    async close() {
      await kill();
      rmSync(home, { recursive: true, force: true });
    },
  };
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
