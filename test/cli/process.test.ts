import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
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

/** The text of each file of the build that is read before a gateway listens. */
async function readFilesOfServe(): Promise<readonly string[]> {
  const texts = new Map<string, string>();
  const read = async (file: string): Promise<void> => {
    if (texts.has(file)) return;
    const text = await readFile(new URL(file, BUILT), 'utf8');
    texts.set(file, text);
    for (const [, imported = ''] of text.matchAll(/^(?:import|export)\b[^;]*?"(\.[^"]+)";$/gm))
      await read(new URL(imported, new URL(file, BUILT)).href);
  };
  const serve = (await readdir(new URL('chunks/', BUILT))).find((name) => /^serve-\w+\.js$/.test(name));
  for (const file of ['main.js', `chunks/${serve}`]) await read(new URL(file, BUILT).href);
  return [...texts.values()];
}

describe('the build', () => {
  it('lets a gateway start from few files, without what only some requests need', async () => {
    const texts = await readFilesOfServe();
    const sources = texts.flatMap((text) => text.match(/^\/\/ (?:src|simulator|node_modules)\/.+$/gm) ?? []);

    expect(texts.length).toBeLessThan(20);
    expect(sources).toContain('// src/gateway.ts');
    expect(sources).toContain('// node_modules/graphql/error/GraphQLError.mjs');
    const NOT_YET =
      /^\/\/ (simulator\/|node_modules\/(graphql-yoga|graphql-jit|jose|undici\/index|graphql\/.*\.js$))/;
    expect(sources.filter((source) => NOT_YET.test(source))).toEqual([]);
  });

  it('says whose code is in it', async () => {
    const notes = await readFile(new URL('THIRD-PARTY-LICENSES.txt', BUILT), 'utf8');

    for (const name of ['undici', 'graphql', 'graphql-yoga', 'zod', '@opentelemetry/api'])
      expect(notes).toMatch(new RegExp(`^${name} \\d\\S* \\(.+\\)$`, 'm'));
  });
});

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
});
