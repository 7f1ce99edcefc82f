import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FAKE_LOCATOR, startFakeGateway, toSnapshot } from './fake-gateway.ts';

const WAYBILL = fileURLToPath(new URL('../../bin/waybill.js', import.meta.url));
const BUILD = fileURLToPath(new URL('../../scripts/build.js', import.meta.url));
const BUILT = new URL('../../dist/src/', import.meta.url);

let folder: string;
beforeAll(async () => {
  expect(spawnSync(process.execPath, [BUILD]).status).toBe(0);
  folder = await mkdtemp(join(tmpdir(), 'waybill-process-'));
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command as a shell would. @param onOutput - called with all of standard output so far */
function runWaybill(
  words: readonly string[],
  onOutput?: (stdout: string, interrupt: () => void) => void,
): Promise<Ended> {
  const child = spawn(process.execPath, [WAYBILL, ...words], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
    onOutput?.(stdout, () => child.kill('SIGINT'));
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
}

/** The files of the build that are read before a gateway listens, and what is in them: `src/gateway.ts`, `node_modules/…`. */
async function readFilesOfServe() {
  const files = new Set<string>();
  const sources: string[] = [];
  const read = async (file: URL): Promise<void> => {
    if (files.has(file.href)) return;
    files.add(file.href);
    const { sources: parts } = JSON.parse(await readFile(new URL(`${file.href}.map`), 'utf8'));
    sources.push(...(parts as string[]).map((part) => part.replace(/^(\.\.\/)+/, '')));
    const text = await readFile(file, 'utf8');
    for (const [, imported = ''] of text.matchAll(/\b(?:from|import)"(\.[^"]+\.js)"/g))
      await read(new URL(imported, file));
  };
  const serve = (await readdir(new URL('chunks/', BUILT))).find((name) => /^serve-\w+\.js$/.test(name));
  for (const file of ['main.js', `chunks/${serve}`]) await read(new URL(file, BUILT));
  return { files: [...files], sources };
}

describe('the build', () => {
  it('lets a gateway start from few files, without what only some requests need', async () => {
    const { files, sources } = await readFilesOfServe();

    // A chunk for each set of commands that share a module: a file more costs some tenths of a millisecond, a thousand cost a second.
    expect(files.length).toBeLessThan(23);
    expect(sources).toContain('src/gateway.ts');
    expect(sources).toContain('node_modules/graphql/error/GraphQLError.mjs');
    expect(sources).toContain('node_modules/undici/lib/dispatcher/pool.js');
    const LATER =
      /^(simulator\/|node_modules\/(graphql-yoga|graphql-jit|jose|@modelcontextprotocol|undici\/index|graphql\/.*\.js$))/;
    expect(sources.filter((source) => LATER.test(source))).toEqual([]);
  });

  it('does not let a gateway load what Node has of fetch', () => {
    const noted = `process.on('exit', () => console.log(process.moduleLoadList.filter((name) => /deps\\/undici|http2/.test(name))))`;
    const { stdout } = spawnSync(
      process.execPath,
      ['--import', `data:text/javascript,${encodeURIComponent(noted)}`, WAYBILL, 'serve', '--config', 'none'],
      { cwd: folder, encoding: 'utf8' },
    );

    expect(stdout).toBe('[]\n');
  });

  it('says whose code is in it', async () => {
    const notes = await readFile(new URL('THIRD-PARTY-LICENSES.txt', BUILT), 'utf8');

    for (const name of ['undici', 'graphql', 'graphql-yoga', 'zod', '@opentelemetry/api'])
      expect(notes).toMatch(new RegExp(`^${name} \\d\\S* \\(.+\\)$`, 'm'));
  });
});

/** A port of this machine that somebody else has. */
async function occupyPort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { port, [Symbol.asyncDispose]: async () => void server.close() };
}

describe('a busy port', { timeout: 60_000 }, () => {
  const CONFIG = `accounts: [{ key: hi, vendor: hi-energy, credential: { type: api-key, apiKey: not-a-true-key } }]`;

  it.each(['demo', 'simulate'])(
    'ends %s with one line that names it and says what to do',
    async (command) => {
      await using busy = await occupyPort();

      expect(await runWaybill([command, '--port', String(busy.port)])).toEqual({
        exitCode: 1,
        stdout: '',
        stderr: `waybill: Port ${busy.port} of 127.0.0.1 is already in use: choose another one with --port, or any free one with --port 0.\n`,
      });
    },
  );

  it.each([
    ['port: PORT', 'choose another server.port or server.host'],
    ['port: 0, metricsPort: PORT', 'choose another server.metricsPort'],
    // The one for metrics is open by then.
    ['port: PORT, metricsPort: 0', 'choose another server.port or server.host'],
  ])('ends serve with %s', async (server, advice) => {
    await using busy = await occupyPort();
    const settings = server.replace('PORT', String(busy.port));
    await writeFile(
      join(folder, 'busy.yaml'),
      `server: { ${settings}, logLevel: error }\nstore: { kind: sqlite, path: ${join(folder, 'busy.db')} }\n${CONFIG}`,
    );

    expect(await runWaybill(['serve', '--config', 'busy.yaml'])).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: `waybill: Port ${busy.port} of 127.0.0.1 is already in use: ${advice}.\n`,
    });
  });

  it('is told apart from an address of another machine', async () => {
    const { exitCode, stderr } = await runWaybill(['demo', '--port', '0', '--host', '192.0.2.1']);

    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: 'waybill: 192.0.2.1 is no address of this machine: name one of its own.\n',
    });
  });
});

describe('the built demo', { timeout: 60_000 }, () => {
  it('is seen from outside a container with --host 0.0.0.0', async () => {
    let answer: Promise<readonly number[]> | undefined;
    const ended = await runWaybill(['demo', '--port', '0', '--host', '0.0.0.0'], (stdout, interrupt) => {
      const port = /^waybill listening on http:\/\/0\.0\.0\.0:(\d+)$/m.exec(stdout)?.[1];
      if (port === undefined || answer !== undefined) return;
      answer = readPageAndFile(`http://127.0.0.1:${port}`);
      void answer.finally(interrupt);
    });

    // No file is only pointed to: the simulators cannot be reached from there.
    expect(await answer).toEqual([200, 200]);
    expect(ended).toMatchObject({ exitCode: 0, stderr: '' });
  });
});

/** The statuses of the board and of a finished file, without following a redirect. */
async function readPageAndFile(url: string): Promise<readonly number[]> {
  const page = await fetch(`${url}/`);
  const query =
    '{ recentExports(first: 50, filter: { vendors: ["hi-energy"] }) { nodes { files { url } } } }';
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  const { data } = (await response.json()) as {
    data: { recentExports: { nodes: { files: { url: string }[] | null }[] } };
  };
  const [file] = data.recentExports.nodes.flatMap(({ files }) => files ?? []);
  const { status } = await fetch(`${url}${new URL(file?.url ?? '').pathname}`, { redirect: 'manual' });
  return [page.status, status];
}

describe('the built command', { timeout: 60_000 }, () => {
  it('watches', async () => {
    await using gateway = await startFakeGateway();

    expect(await runWaybill(['watch', '--url', gateway.url, FAKE_LOCATOR])).toEqual({
      exitCode: 0,
      stdout: '2026-11-22T10:15:00.000Z  hi-energy  SUCCEEDED  Sales overview\n',
      stderr: '',
    });
  });

  it('ends with 130 on Ctrl-C, though the gateway goes on', async () => {
    await using gateway = await startFakeGateway({
      onSubscribe: (subscription) => subscription.next(toSnapshot({ status: 'RUNNING', outcome: null })),
    });

    const ended = await runWaybill(['watch', '--url', gateway.url, FAKE_LOCATOR], (stdout, interrupt) => {
      if (stdout.includes('RUNNING')) interrupt();
    });

    expect(ended).toMatchObject({ exitCode: 130, stderr: '' });
  });

  it('downloads', async () => {
    await using gateway = await startFakeGateway({
      onFile: (_request, response) => response.end('a,b\n1,2\n'),
    });

    const ended = await runWaybill(['download', '--url', gateway.url, FAKE_LOCATOR]);

    expect(ended).toMatchObject({ exitCode: 0, stdout: `${join(folder, 'sales.csv')}\n` });
    expect(await readFile(join(folder, 'sales.csv'), 'utf8')).toBe('a,b\n1,2\n');
  });

  it('waits between its tries, and does not end before the last one', async () => {
    const { exitCode, stderr } = await runWaybill(['watch', '--url', 'http://127.0.0.1:1', FAKE_LOCATOR]);

    expect(exitCode).toBe(3);
    expect(stderr.trimEnd().split('\n')).toHaveLength(4);
  });

  it('says what is wrong without a stack', async () => {
    const { exitCode, stderr } = await runWaybill(['serve', '--config', 'no-such-file.yaml']);

    expect(exitCode).toBe(2);
    expect(stderr).not.toMatch(/^ {4}at /m);
  });

  it('serves nothing of a wrong configuration, and says what check says, place by place', async () => {
    await writeFile(
      join(folder, 'wrong.yaml'),
      'server:\n  mode: prod\nfiles: { linkTtlMs: 15m }\naccounts: []\n',
    );
    await writeFile(
      join(folder, 'store.yaml'),
      'accounts: []\nstore:\n  kind: sqlite\n  path: none/waybill.db\n',
    );

    const served = await runWaybill(['serve', '--config', 'wrong.yaml']);

    expect(served.exitCode).toBe(2);
    expect(served.stderr).toMatch(
      /^wrong\.yaml:2:3: server\.mode: found "prod".*\nwrong\.yaml:3:10: files\.linkTtlMs: .*\n$/,
    );
    expect(await runWaybill(['check', '--config', 'wrong.yaml'])).toEqual(served);
    expect((await runWaybill(['serve', '--config', 'store.yaml'])).stderr).toMatch(
      /^(\{.*\}\n)*store\.yaml:2:1: The store cannot be opened: .*its directory does not exist/,
    );
  });
});
