import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';

/** A real Postgres of its own, in a directory that goes with it. */
export interface PostgresServer {
  readonly port: number;
  /** Of a database that is made empty by this call. */
  createDatabase(): Promise<string>;
  /** Of one that need not exist. */
  toUrl(database: string, port?: number): string;
  /** Ends the server as a failing machine would. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Ends it and removes its directory. */
  close(): Promise<void>;
}

/** Holds a character that has to be escaped in a URL, and must stand in no log. */
export const POSTGRES_PASSWORD = 'pg-secret/7Qw';

const ROOT_UID = 0;
/** Whom the server runs as. */
interface Owner {
  readonly uid?: number;
  readonly gid?: number;
}

/** Postgres refuses to run as root. */
const NOBODY = { uid: 65_534, gid: 65_534 } as const satisfies Owner;

/** Where Postgres's own programs are; null where it is not installed, which is told on standard error. */
export function findPostgres(): string | null {
  const found = [...toDebianFolders(), ...(process.env.PATH ?? '').split(delimiter)].find(
    (folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')),
  );
  if (found !== undefined) return found;
  process.stderr.write(
    '\n*** Postgres is not installed: tests that need it are SKIPPED (apt-get install postgresql). ***\n\n',
  );
  return null;
}

/** Debian leaves them off the PATH; the newest version first. */
function toDebianFolders(): readonly string[] {
  const root = '/usr/lib/postgresql';
  if (!existsSync(root)) return [];
  const versions = readdirSync(root).sort((a, b) => Number(b) - Number(a));
  return versions.map((version) => join(root, version, 'bin'));
}

export async function startPostgres(programs: string): Promise<PostgresServer> {
  const home = mkdtempSync(join(tmpdir(), 'waybill-postgres-'));
  const isRoot = process.getuid?.() === ROOT_UID;
  const owner: Owner = isRoot ? NOBODY : {};
  if (isRoot) chownSync(home, NOBODY.uid, NOBODY.gid);
  const data = join(home, 'data');
  initialise(programs, home, data, owner);
  const port = await findFreePort();
  let server: ChildProcess | null = null;
  let databases = 0;
  const toUrl = (database: string, at = port) =>
    `postgres://waybill:${encodeURIComponent(POSTGRES_PASSWORD)}@127.0.0.1:${at}/${database}`;

  async function start(): Promise<void> {
    server = await run(programs, data, port, owner);
  }
  async function stop(): Promise<void> {
    if (server === null || server.exitCode !== null) return;
    const ended = once(server, 'exit');
    server.kill('SIGQUIT');
    await ended;
    server = null;
  }
  await start();
  return {
    port,
    toUrl,
    start,
    stop,
    async createDatabase() {
      databases += 1;
      const name = `store_${databases}`;
      await runStatement(toUrl('postgres'), `create database ${name}`);
      return toUrl(name);
    },
    async close() {
      await stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

function initialise(programs: string, home: string, data: string, owner: Owner): void {
  const passwordFile = join(home, 'password');
  writeFileSync(passwordFile, POSTGRES_PASSWORD);
  const made = spawnSync(
    join(programs, 'initdb'),
    [
      ...['-D', data, '-U', 'waybill', '--pwfile', passwordFile, '-A', 'scram-sha-256'],
      ...['-E', 'UTF8', '--locale', 'C.UTF-8', '--no-sync', '--no-instructions'],
    ],
    { ...owner, encoding: 'utf8', cwd: home },
  );
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`);
}

async function run(programs: string, data: string, port: number, owner: Owner): Promise<ChildProcess> {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    fsync: 'off',
    full_page_writes: 'off',
    shared_buffers: '16MB',
    max_connections: '60',
  };
  const server = spawn(
    join(programs, 'postgres'),
    [
      ...['-D', data, '-p', String(port)],
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    { ...owner, cwd: data, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const lines: string[] = [];
  const reader = createInterface({ input: server.stderr });
  for await (const line of reader) {
    lines.push(line);
    if (line.includes('ready to accept connections')) break;
  }
  server.stderr.resume();
  if (server.exitCode !== null) throw new Error(`Postgres did not start: ${lines.join('\n')}`);
  return server;
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Runs one statement on a connection of its own. */
export async function runStatement(url: string, text: string): Promise<readonly Record<string, unknown>[]> {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

/** Copies a database with the programs that an operator would use. */
export function dumpAndRestore(programs: string, from: string, to: string): void {
  const dump = execFileSync(join(programs, 'pg_dump'), ['--format=custom', `--dbname=${from}`]);
  execFileSync(join(programs, 'pg_restore'), ['--clean', '--if-exists', `--dbname=${to}`], { input: dump });
}
