import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { ENDED, linesOf } from '../operating/support.ts';
import { startTestGateway } from '../support/gateway.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const OPERATIONS = await readFile(join(ROOT, 'docs/operations.md'), 'utf8');
const PROXY = await readFile(join(ROOT, 'docs/behind-a-proxy.md'), 'utf8');

/** The first block of this language. */
function block(text: string, language: string): string {
  const found = new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 's').exec(text)?.[1];
  if (found === undefined) throw new Error(`There is no block of ${language}.`);
  return found;
}

describe('docs/operations.md', () => {
  it('has every metric of the gateway in its table, and no other', async () => {
    await using gateway = await startTestGateway();
    const text = await (await fetch(`${gateway.url}/metrics`)).text();

    const served = [...text.matchAll(/^# TYPE (waybill_\w+) /gm)].map(([, name]) => name);
    const documented = [...OPERATIONS.matchAll(/^\| `(waybill_\w+)` \|/gm)].map(([, name]) => name);
    expect(documented.sort()).toEqual(served.sort());
  });

  it('shows a log line with the fields that it has', async () => {
    await using gateway = await startTestGateway();
    await gateway.query('query WhereAreMyExports { nothing }');
    await expect.poll(() => linesOf(gateway, ENDED)).toHaveLength(1);

    const { level, time, msg, ...shown } = JSON.parse(block(OPERATIONS, 'json')) as Record<string, unknown>;
    expect([level, msg]).toEqual(['info', ENDED]);
    expect(new Date(String(time)).toISOString()).toBe(time);
    expect(Object.keys(shown)).toEqual(Object.keys(linesOf(gateway, ENDED)[0] ?? {}));
  });

  it('shows how spans are recorded, as it works', { timeout: 60_000 }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'waybill-otel-'));
    try {
      // Prints what it would send: no collector listens here.
      const program = block(OPERATIONS, 'js').replace(
        /import \{ OTLPTraceExporter \} from '[^']+';/,
        "import { ConsoleSpanExporter as OTLPTraceExporter } from '@opentelemetry/sdk-trace-node';",
      );
      expect(program).toContain('ConsoleSpanExporter');
      await writeFile(join(folder, 'otel.mjs'), program);
      await writeFile(join(folder, 'waybill.yaml'), 'server: { port: 0 }\naccounts: []\n');
      await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));

      expect(await traceOneQuery(folder)).toMatch(/name: 'query Traced'/);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

/** `node --import ./otel.mjs … serve`, one query, SIGTERM: what the exporter printed. */
async function traceOneQuery(folder: string): Promise<string> {
  const command = ['--import', 'tsx', '--import', './otel.mjs', join(ROOT, 'src/main.ts')];
  const child = spawn(process.execPath, [...command, 'serve', '--config', 'waybill.yaml'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  let printed = '';
  let listening: (url: string) => void = () => undefined;
  const url = new Promise<string>((resolve) => {
    listening = resolve;
  });
  child.stdout.on('data', (chunk) => {
    printed += chunk;
    const address = /waybill listening on (\S+)/.exec(printed)?.[1];
    if (address !== undefined) listening(address);
  });
  const answer = await fetch(`${await url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: 'query Traced { __typename }' }),
  });
  expect(answer.status).toBe(200);
  await expect.poll(() => printed, { timeout: 10_000 }).toContain('query Traced');
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
  return printed;
}

describe('docs/behind-a-proxy.md', () => {
  it('shows a configuration that loads', () => {
    const loaded = loadConfig({ text: block(PROXY, 'yaml'), env: { OPS_UI_KEY: 'a-key' } });

    expect(loaded).not.toHaveProperty('problems');
  });

  it.each(['nginx', 'Caddy'])(
    'shows how %s replaces what a client says of its address, and holds no event back',
    (name) => {
      const text = PROXY.split(`## ${name}`)[1]?.split('```')[1] ?? '';

      expect(text).toMatch(/X-Forwarded-For (\$remote_addr|\{remote_host\})/);
      expect(text).toMatch(/proxy_buffering off|flush_interval -1/);
      expect(text).toContain('/metrics');
    },
  );
});
