import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSimulators } from '../../simulator/server.ts';
import { loadConfig } from '../../src/config/load.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
const PACKAGE = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const MAIN = [join(ROOT, 'node_modules/tsx/dist/cli.mjs'), join(ROOT, 'src/main.ts')];

const hasShell = ['curl', 'bash'].every((tool) => spawnSync(tool, ['--version']).status === 0);

/** The README's blocks of one language, in order. */
function blocks(language: string): readonly string[] {
  return [...README.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
    ([, text = '']) => text,
  );
}

/** The block of a language that holds these words. */
function block(language: string, words: string): string {
  const found = blocks(language).filter((text) => text.includes(words));
  if (found.length !== 1) throw new Error(`${found.length} blocks of ${language} hold "${words}".`);
  return found[0] ?? '';
}

/** Runs commands as a reader would paste them; a curl that is answered with 400 or above fails. */
async function paste(script: string): Promise<string> {
  const command = `curl() { command curl --noproxy '*' --fail "$@"; }\n${script}`;
  const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', command]);
  return stdout;
}

let demo: ChildProcess;
let printed = '';
let url = '';

beforeAll(async () => {
  demo = spawn(process.execPath, [...MAIN, 'demo'], {
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const text of demo.stdout ?? []) {
    printed += text;
    if (printed.includes('Ctrl-C ends it all.')) break;
  }
  url = /^waybill listening on (\S+)$/m.exec(printed)?.[1] ?? '';
}, 120_000);

afterAll(async () => {
  const closed = once(demo, 'close');
  demo.kill('SIGTERM');
  await closed;
});

describe('the demo in the README', () => {
  it('prints what the README shows', () => {
    const withoutPorts = (text: string) => text.replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT');

    expect(withoutPorts(printed)).toContain(withoutPorts(block('text', 'waybill listening')).trimEnd());
  });

  it('answers the question over four vendors as the README shows', async () => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: block('graphql', 'exports(locators') }),
    });

    const withoutDates = (text: string) => JSON.parse(text.replace(/\d{4}-\d\d-\d\d/g, 'DATE'));
    expect(withoutDates(await response.text())).toEqual(withoutDates(block('json', '"exports"')));
  });

  it.skipIf(!hasShell)('streams what the README shows, and ends', { timeout: 120_000 }, async () => {
    const script = block('sh', 'exportEvents(locators').replaceAll('http://127.0.0.1:4000', url);

    const events = (await paste(script)).replace(/^:\n\n|^id: .+\n/gm, '');

    expect(events.trim()).toBe(block('text', 'event: next').trim());
  });

  it.skipIf(!hasShell)('tells in one event what has ended, as the README says', async () => {
    const script = block('sh', 'exportEvents(locators').replaceAll('http://127.0.0.1:4000', url);

    const events = await paste(script);

    expect(events.match(/^event: next$/gm)).toHaveLength(1);
    expect(events).toContain('"status":"FAILED"');
    expect(README).toContain('the same command tells its end in one event');
  });

  it('starts an export as the README shows, once however often it is asked', async () => {
    const ask = async () => {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: block('graphql', 'startExport') }),
      });
      return (await response.json()) as { data: { startExport: { isExisting: boolean; export: object } } };
    };

    const { data: first } = await ask();
    const { data: again } = await ask();

    expect(first.startExport).toMatchObject({
      isExisting: false,
      export: { tracking: { label: 'Deals, for Ann' } },
    });
    expect(again.startExport).toMatchObject({ isExisting: true });
  });

  it.skipIf(!hasShell)('streams every tracked export', async () => {
    const script = block('sh', 'trackedExportEvents').replaceAll('http://127.0.0.1:4000', url);

    // The stream does not end by itself: its first two events have to do.
    const events = await paste(`(${script.trim()}) | grep --max-count=2 ^data: || true`);

    expect(events.split('\n').filter((line) => line !== '')).toEqual([
      expect.stringMatching(/^data: .*"trackedExportEvents"/),
      expect.stringMatching(/^data: .*"trackedExportEvents"/),
    ]);
  });

  it('is watched and downloaded from by the commands of the README', { timeout: 120_000 }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'waybill-readme-'));
    const env = { ...process.env, WAYBILL_URL: url };
    try {
      for (const line of block('sh', 'npx waybill').trim().split('\n')) {
        expect(line).toMatch(/^npx waybill /);
        // An exit code that is not 0 rejects.
        await promisify(execFile)(process.execPath, [...MAIN, ...line.split(' ').slice(2)], {
          cwd: folder,
          env,
        });
      }
      expect(readdirSync(folder)).toEqual(['advertisers.csv']);
      expect(statSync(join(folder, 'advertisers.csv')).size).toBeGreaterThan(100);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it.each(['/', '/health', '/ready', '/metrics', '/graphql'])('serves %s', async (path) => {
    expect(README).toContain(`\`${path}\``);

    expect((await fetch(url + path, { headers: { accept: 'text/html' } })).status).toBe(200);
  });
});

describe('the rest of the README', () => {
  it('shows a configuration that loads', () => {
    const env = { HI_KEY: 'a-key', ADMIT_KEY: 'another-key' };

    expect(loadConfig({ text: block('yaml', 'accounts:'), env })).not.toHaveProperty('problems');
  });

  it.skipIf(!hasShell)('shows how an export is started and a fault ordered', async () => {
    await using simulators = await startSimulators();
    const run = (words: string) =>
      paste(block('sh', words).replaceAll('http://127.0.0.1:4100', simulators.url));

    await run('report_type');
    await run('throttle');

    expect(simulators.calls.read()['hi-energy'].start).toBe(1);
    expect(simulators.faults.list()).toMatchObject([{ vendor: 'talkdesk', kind: 'throttle' }]);
  });

  it('names npm scripts that exist', () => {
    const names = [...README.matchAll(/\bnpm (?:run ([\w:]+)|(test|start)\b)/g)].map(
      (match) => match[1] ?? match[2],
    );

    expect(names).toContain('demo');
    for (const name of names) expect(PACKAGE.scripts).toHaveProperty([name ?? '']);
  });

  it('names the oldest Node that package.json allows', () => {
    const [, oldest] = /Node (\d+\.\d+) is the oldest/.exec(README) ?? [];

    expect(PACKAGE.engines.node).toBe(`>=${oldest}`);
  });
});

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...pagesBelow('docs'),
  ...pagesBelow('src/vendors'),
];

describe.each(pages)('%s', (page) => {
  it('links to nothing that is not there', () => {
    const text = readFileSync(join(ROOT, page), 'utf8').replace(/^```[\s\S]*?^```$/gm, '');
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
    const relative = links.filter((link) => !/^[a-z]+:/.test(link));

    const dead = relative.filter((link) => {
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? join(ROOT, page) : join(ROOT, dirname(page), file);
      return !existsSync(target) || (anchor !== undefined && !anchorsOf(target).includes(anchor));
    });

    expect(dead).toEqual([]);
  });
});

it('lists every page of docs/ in its index', () => {
  const index = readFileSync(join(ROOT, 'docs/README.md'), 'utf8');
  const missing = pagesBelow('docs').filter(
    (page) => page !== 'docs/README.md' && !index.includes(`(${page.slice(5)})`),
  );

  expect(missing).toEqual([]);
});

function pagesBelow(folder: string): readonly string[] {
  const names = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name}`)
    .sort();
}

/** The anchors that GitHub gives a page's headings. */
function anchorsOf(file: string): readonly string[] {
  const headings = [...readFileSync(file, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => title);
  return headings.map((title) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
