import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { effectScope, type ShallowRef } from 'vue';
import { readBlocks } from '../../scripts/docs/markdown.ts';
import { createScaledClock } from '../../simulator/scaled-clock.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { toHiAccount } from '../graphql/subscriptions/live-gateway.ts';
import { startProxy } from '../support/cuttable-proxy.ts';
import { startFakeVendor } from '../support/fake-vendor.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { startSimulatedGateway } from '../support/simulated-gateway.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const CLIENTS = read('docs/guides/graphql-clients.md');
const RECIPES = readBlocks(read('docs/guides/front-ends.md'));

/** The page's program under a heading; of the wrapper, the first on the page. */
function program(heading?: string): string {
  const section = heading === undefined ? CLIENTS : CLIENTS.split(`\n## ${heading}\n`)[1];
  const found = readBlocks(section ?? '').find(({ language }) => language === 'js');
  if (found === undefined) throw new Error(`There is no program under ${heading}.`);
  return found.text;
}

/** A recipe that holds these words. */
function recipe(words: string): string {
  const found = RECIPES.filter(({ text }) => text.includes(words));
  if (found.length !== 1) throw new Error(`${found.length} recipes hold "${words}".`);
  return found[0]?.text ?? '';
}

/** A folder in which packages are found; removed at the end. */
function makeFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(ROOT, 'node_modules/.guides-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

/** The lines that one of the page's programs prints until its stream is complete. */
async function follow(
  heading: string,
  url: string,
  onLine: (line: string) => void,
): Promise<readonly string[]> {
  using folder = makeFolder();
  const toGateway = (text: string) => text.replaceAll('127.0.0.1:4000', new URL(url).host);
  writeFileSync(
    join(folder.path, 'resuming-client.js'),
    `import { WebSocket as Socket } from 'ws'; globalThis.WebSocket ??= Socket;\n${program()}`,
  );
  writeFileSync(join(folder.path, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder.path, 'program.js'), toGateway(program(heading)));
  const child = spawn(process.execPath, ['program.js'], {
    cwd: folder.path,
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = new Promise((resolve) => child.once('close', resolve));
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    onLine(line);
    // urql tells the last result again where the stream is complete, and a socket stays open for a while.
    if (line.includes('SUCCEEDED')) child.kill();
  }
  await closed;
  return lines;
}

describe.concurrent('the page on GraphQL clients', { timeout: 60_000 }, () => {
  it.each(['graphql-ws', 'Apollo Client', 'urql'])(
    'shows %s as it resumes where a connection was cut: nothing is missing, nothing comes twice',
    async (heading) => {
      await using gateway = await startSimulatedGateway({
        tools: { clock: createScaledClock(systemClock, 6) },
      });
      const proxy = await startProxy(Number(new URL(gateway.url).port));
      let isCut = false;

      const lines = await follow(heading, `http://127.0.0.1:${proxy.port}`, (line) => {
        if (isCut || !line.startsWith('ExportProgressed')) return;
        isCut = true;
        proxy.cut();
        proxy.heal();
      });

      await proxy.close();
      expect(isCut).toBe(true);
      expect(lines.filter((line) => line.startsWith('ExportSnapshot'))).toEqual(['ExportSnapshot QUEUED']);
      expect(lines.filter((line) => line === 'ExportStatusChanged RUNNING')).toHaveLength(1);
      expect(lines).toContain('ExportStatusChanged SUCCEEDED');
    },
  );

  it.each(['graphql-ws', 'Apollo Client', 'urql'])(
    'shows %s as it goes on through a drain',
    async (heading) => {
      let status = 'processing';
      await using vendor = await startFakeVendor(({ url }) => {
        const shown = { id: 4216, report_type: 'deals_excel', status };
        return { body: url.includes('?') ? { exports: [shown] } : { export: shown } };
      });
      const start = (port: number) =>
        startTestGateway({ accounts: [toHiAccount(vendor.url)], config: { server: { port } } });
      await using first = await start(0);
      let restarted: Promise<TestGateway> | undefined;

      const lines = await follow(heading, first.url, (line) => {
        if (!line.includes('RUNNING') || restarted !== undefined) return;
        restarted = first.gateway.drain().then(() => {
          status = 'completed';
          return start(Number(new URL(first.url).port));
        });
      });

      await using _second = (await restarted) as TestGateway;
      expect(lines[0]).toBe('ExportSnapshot RUNNING');
      expect(
        lines.filter((line) => !/^(Export\w+ (RUNNING|SUCCEEDED)|All of them have ended\.)$/.test(line)),
      ).toEqual([]);
      expect(lines.some((line) => line.includes('SUCCEEDED'))).toBe(true);
    },
  );
});

/** A recipe as a module of this process, against this gateway. */
async function load<Module>(text: string, url: string): Promise<Module> {
  using folder = makeFolder();
  const file = join(folder.path, 'recipe.mjs');
  await build({
    stdin: { contents: text.replaceAll('http://127.0.0.1:4000', url), resolveDir: ROOT, loader: 'ts' },
    alias: {
      '@waybill/client/testing': join(ROOT, 'packages/client/src/testing.ts'),
      '@waybill/client': join(ROOT, 'packages/client/src/index.ts'),
    },
    external: ['vue', 'node:*'],
    bundle: true,
    format: 'esm',
    outfile: file,
  });
  return (await import(/* @vite-ignore */ pathToFileURL(file).href)) as Module;
}

describe('the recipes for front ends', { timeout: 30_000 }, () => {
  it('show a list in Vue that changes by itself, and lets go of everything', async () => {
    await using gateway = await startSimulatedGateway({ speed: 20 });
    const { useTracked } = await load<{
      useTracked(): ShallowRef<readonly { status: string; label: string }[]>;
    }>(recipe('onScopeDispose('), gateway.url);
    const scope = effectScope();
    const exports = scope.run(useTracked);

    await gateway.query(
      'mutation { startExport(input: { label: "Of Monday", order: { hiEnergy: { reportType: "deals_excel" } } }) { isExisting } }',
    );

    await expect
      .poll(() => exports?.value.map(({ label, status }) => `${label} ${status}`), { timeout: 20_000 })
      .toEqual(['Of Monday SUCCEEDED']);
    scope.stop();
  });

  it('show a test that passes', async () => {
    await load(recipe('fakeWaybill('), 'http://127.0.0.1:1');
  });
});
