import { spawn, spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createScaledClock } from '../../simulator/scaled-clock.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { toHiAccount } from '../graphql/subscriptions/live-gateway.ts';
import { startFakeVendor } from '../support/fake-vendor.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { startIssuer } from '../support/issuer.ts';
import { type SimulatedGateway, startSimulatedGateway } from '../support/simulated-gateway.ts';

const page = await readFile(new URL('../../docs/subscriptions.md', import.meta.url), 'utf8');
const snippets = readSnippets();
const hasCurl = spawnSync('curl', ['--version']).status === 0;

/** Jobs of the demo that take half a minute take four seconds. */
const SPEED = 8;

describe.concurrent('the page on subscriptions', { timeout: 40_000 }, () => {
  it('has one program under each heading', () => {
    expect([...snippets.keys()]).toEqual([
      'graphql-ws',
      'curl',
      'Apollo Client',
      'urql',
      'After a broken connection',
      'When an access token expires',
    ]);
  });

  it('shows graphql-ws as it works', async () => {
    await using gateway = await startDemo();

    const lines = await runModule('graphql-ws', gateway.url);

    expect(lines[0]).toBe('ExportSnapshot QUEUED 0');
    expect(lines).toContainEqual(expect.stringMatching(/^ExportProgressed RUNNING \d+$/));
    expect(lines.at(-1)).toBe('ExportStatusChanged SUCCEEDED 100');
  });

  it.skipIf(!hasCurl)('shows curl as it works', async () => {
    await using gateway = await startDemo();

    const lines = await run('bash', ['-euo', 'pipefail', '-c', toScript('curl', gateway.url)]);

    expect(lines.slice(0, 3)).toEqual([
      expect.stringMatching(/^id: [\w.-]+$/),
      'event: next',
      'data: {"data":{"exportEvents":{"__typename":"ExportSnapshot","export":{"status":"QUEUED"}}}}',
    ]);
    expect(lines).toContain(
      'data: {"data":{"exportEvents":{"__typename":"ExportStatusChanged","export":{"status":"SUCCEEDED"}}}}',
    );
    expect(lines.slice(-2)).toEqual(['event: complete', 'data:']);
  });

  it('shows Apollo Client as it works', async () => {
    await using gateway = await startDemo();

    const lines = await runModule('Apollo Client', gateway.url);

    expect(withoutRepeats(lines)).toEqual(['QUEUED', 'RUNNING', 'SUCCEEDED', 'All of them have ended.']);
  });

  it('shows urql as it works', async () => {
    await using gateway = await startDemo();

    const lines = await runModule('urql', gateway.url);

    expect(withoutRepeats(lines)).toEqual(['QUEUED', 'RUNNING', 'SUCCEEDED']);
  });

  it('shows a reconnection that loses nothing and repeats nothing', async () => {
    await using gateway = await startDemo();
    await using road = await startBrokenRoad(gateway.url);

    const lines = await runModule('After a broken connection', road.url);

    const percents = lines.flatMap((line) => / RUNNING (\d+)$/.exec(line)?.[1] ?? []).map(Number);
    expect(lines.filter((line) => line === 'connecting again')).toHaveLength(1);
    expect(lines.filter((line) => line.startsWith('ExportSnapshot'))).toHaveLength(1);
    expect(lines.filter((line) => line.startsWith('ExportStatusChanged RUNNING'))).toHaveLength(1);
    expect(percents).toEqual([...new Set(percents)].sort((one, other) => one - other));
    expect(lines.at(-1)).toBe('ExportStatusChanged SUCCEEDED 100');
  });
  it.each([
    ['graphql-ws', '4216'],
    ['Apollo Client', '4211'],
    ['urql', '4211'],
  ])('shows %s as it lives through a restart of the gateway', async (heading, exportId) => {
    let status = 'processing';
    await using vendor = await startFakeVendor(({ url }) => {
      const shown = { id: Number(exportId), report_type: 'deals_excel', status };
      return { body: url.includes('?') ? { exports: [shown] } : { export: shown } };
    });
    const start = (port: number) =>
      startTestGateway({
        accounts: [toHiAccount(vendor.url)],
        config: { server: { port }, files: { linkSecret: 'a secret that stays the same for ever' } },
      });
    await using first = await start(0);
    let restarted: Promise<TestGateway> | undefined;

    const lines = await runModule(heading, first.url, undefined, (line) => {
      if (!line.includes('RUNNING') || restarted !== undefined) return;
      restarted = first.gateway.drain().then(async () => {
        status = 'completed';
        return start(Number(new URL(first.url).port));
      });
    });

    await using _second = (await restarted) as TestGateway;
    expect(lines.filter((line) => line.includes('RUNNING'))).toHaveLength(1);
    // urql tells the last result again when the stream is complete.
    expect(withoutRepeats(lines).filter((line) => line.includes('SUCCEEDED'))).toHaveLength(1);
  });

  it('shows a renewal that keeps the stream', async () => {
    await using issuer = await startIssuer();
    const clock = createScaledClock(systemClock, SPEED);
    await using gateway = await startSimulatedGateway({
      tools: { clock },
      config: { access: issuer.access },
    });
    await using tokens = await startFakeVendor(async () => ({
      body: await issuer.sign({ tenant: 'default', expiresAt: clock.now() + 20_000 }),
    }));

    const lines = await runModule('When an access token expires', gateway.url, (program) =>
      program.replace('https://app.example.com/token', tokens.url),
    );

    expect(lines.filter((line) => line === 'renewed').length).toBeGreaterThanOrEqual(1);
    expect(lines.filter((line) => line.startsWith('ExportSnapshot'))).toHaveLength(1);
    expect(lines.at(-1)).toBe('ExportStatusChanged SUCCEEDED');
  });
});

function startDemo(): Promise<SimulatedGateway> {
  return startSimulatedGateway({ tools: { clock: createScaledClock(systemClock, SPEED) } });
}

/** The page's programs by the heading they stand below. */
function readSnippets(): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  let heading = '';
  for (const [, title, program] of page.matchAll(/^#+ (.+)$|^```(?:js|sh)\n([\s\S]*?)^```/gm)) {
    if (program === undefined) heading = title ?? '';
    else found.set(heading, program);
  }
  return found;
}

/** A program that speaks to this gateway instead of the demo. */
function toScript(heading: string, url: string): string {
  const script = snippets.get(heading);
  if (script === undefined) throw new Error(`The page has no program under "${heading}".`);
  return script.replaceAll('127.0.0.1:4000', new URL(url).host);
}

/** Runs a program as a browser would find the world: with a WebSocket, which Node has from version 22 on. */
function runModule(
  heading: string,
  url: string,
  change = (program: string) => program,
  onLine?: (line: string) => void,
): Promise<readonly string[]> {
  const prelude = "import { WebSocket as Socket } from 'ws'; globalThis.WebSocket ??= Socket;\n";
  const program = prelude + change(toScript(heading, url));
  return run(process.execPath, ['--input-type=module', '--eval', program], onLine);
}

/** The lines that a program prints, blank ones and comments left out; it must end well, and complain of nothing. */
function run(
  command: string,
  parameters: readonly string[],
  onLine: (line: string) => void = () => undefined,
): Promise<readonly string[]> {
  const child = spawn(command, parameters, { env: { ...process.env, NODE_OPTIONS: '' } });
  let printed = '';
  let complaints = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
    for (const line of text.split('\n')) if (line !== '') onLine(line);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      const lines = printed.split('\n').map((line) => line.trim());
      if (code === 0) resolve(lines.filter((line) => line !== '' && !line.startsWith(':')));
      else reject(new Error(`It ended with ${code} after\n${printed}\n${complaints}`));
    });
  });
}

function withoutRepeats(lines: readonly string[]): readonly string[] {
  return lines.filter((line, index) => line !== lines[index - 1]);
}

interface BrokenRoad extends AsyncDisposable {
  readonly url: string;
}

/** A way to the gateway that breaks the first connection as soon as it has told of progress. */
async function startBrokenRoad(url: string): Promise<BrokenRoad> {
  let isBroken = false;
  const { hostname, port } = new URL(url);
  const server: Server = createServer((near) => {
    const far = connect(Number(port), hostname);
    near.pipe(far);
    far.on('data', (bytes) => {
      near.write(bytes);
      if (isBroken || !bytes.includes('ExportProgressed')) return;
      isBroken = true;
      near.resetAndDestroy();
      far.resetAndDestroy();
    });
    for (const side of [near, far]) {
      side.on('error', () => undefined);
      side.on('close', () => [near, far].forEach((other) => void other.destroy()));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
