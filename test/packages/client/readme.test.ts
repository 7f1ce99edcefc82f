import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { startFakeVendor } from '../../support/fake-vendor.ts';
import { startSimulatedGateway } from '../../support/simulated-gateway.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const README = await readFile(join(ROOT, 'packages/client/README.md'), 'utf8');
const BLOCKS = [...README.matchAll(/^```js\n(.*?)^```$/gms)].map(([, text = '']) => text);

/** The one example that holds these words. */
function example(words: string): string {
  const [found, ...more] = BLOCKS.filter((text) => text.includes(words));
  if (found === undefined || more.length > 0) throw new Error(`Not one example holds "${words}".`);
  return found;
}

/** What an example prints, run as it stands in a process of its own. */
async function run(program: string, url = 'http://127.0.0.1:1') {
  const folder = mkdtempSync(join(ROOT, 'node_modules/.client-readme-'));
  try {
    const source = (file: string) => join(ROOT, 'packages/client/src', file);
    await build({
      stdin: {
        contents: `import { WebSocket as Socket } from 'ws'; globalThis.WebSocket ??= Socket;\n${program.replaceAll('http://127.0.0.1:4000', url)}`,
        resolveDir: ROOT,
        loader: 'js',
      },
      alias: {
        '@waybill/client/testing': source('testing.ts'),
        '@waybill/client/documents': source('documents.ts'),
        '@waybill/client': source('index.ts'),
      },
      external: ['ws'],
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'esm',
      outfile: join(folder, 'program.mjs'),
    });
    const child = spawn(process.execPath, ['program.mjs'], {
      cwd: folder,
      env: { ...process.env, NODE_OPTIONS: '' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (bytes: Buffer) => {
      output += bytes.toString();
    });
    const timer = setTimeout(() => child.kill(), 30_000);
    const [code] = (await once(child, 'close')) as [number | null];
    clearTimeout(timer);
    const read = (file: string) => readFileSync(join(folder, file), 'utf8');
    return {
      code,
      lines: output.trimEnd().split('\n'),
      written: code === 0 && program.includes('writeFileSync') ? read('persisted-documents.json') : '',
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('the README of @waybill/client', { timeout: 60_000 }, () => {
  it('has no example that no test runs', () => {
    expect(BLOCKS).toHaveLength(8);
  });

  it('waits for an export, and has its file', async () => {
    await using gateway = await startSimulatedGateway({ speed: 40 });

    const { code, lines } = await run(example('client.done('), gateway.url);

    expect(code).toBe(0);
    expect(lines.length).toBeGreaterThan(2);
    expect(lines[0]).toMatch(/^QUEUED 0|^RUNNING /);
    expect(lines.at(-1)).toMatch(/^SUCCEEDED \S+\.\w+$/);
  });

  it('keeps a list', async () => {
    await using gateway = await startSimulatedGateway({ speed: 40 });

    const { code, lines } = await run(example('set.subscribe('), gateway.url);

    expect(code).toBe(0);
    expect(lines.at(-1)).toBe('hi-energy succeeded, talkdesk succeeded 0');
  });

  it('reads and writes locators', async () => {
    const { lines } = await run(example('formatLocator'));

    expect(README).toContain(`\n\`\`\`\n${lines.join('\n')}\n\`\`\`\n`);
  });

  it('tells events', async () => {
    await using gateway = await startSimulatedGateway({ speed: 40 });

    const { code, lines } = await run(example('client.watch('), gateway.url);

    expect(code).toBe(0);
    expect(lines.at(-1)).toBe('RUNNING SUCCEEDED 100');
  });

  it('starts an export', async () => {
    await using gateway = await startSimulatedGateway();

    const { code, lines } = await run(example('client.start('), gateway.url);

    expect(code).toBe(0);
    expect(lines).toEqual(['true Deals for Ann']);
  });

  it('gets tokens', async () => {
    await using gateway = await startSimulatedGateway();
    await using issuer = await startFakeVendor(() => ({ body: 'key' }));
    const text = example('app.example.com').replace('https://app.example.com', issuer.url);

    const { code, lines } = await run(`${text}\nconsole.log((await client.accounts()).length);`, gateway.url);

    expect(code).toBe(0);
    expect(lines).toEqual(['4']);
    expect(issuer.requests.map(({ url }) => url)).toEqual(['/token?why=connect']);
  });

  it('tests without a network', async () => {
    const { code, lines } = await run(example('fakeWaybill('));

    expect(code).toBe(0);
    expect(lines).toEqual(["[ 'RUNNING 40', 'FAILED null' ]"]);
  });

  it('writes the manifest', async () => {
    const { code, written } = await run(example('@waybill/client/documents'));

    expect(code).toBe(0);
    expect(Object.keys(JSON.parse(written))).toHaveLength(10);
  });

  it('names files that are there', async () => {
    for (const [, path = ''] of README.matchAll(/\]\((\.\.[^)#]+)/g))
      await readFile(join(ROOT, 'packages/client', path));
  });
});
