import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { toFaultExample, toStartExamples } from '../../simulator/examples.ts';
import { describeSimulators, runSimulate } from '../../simulator/run.ts';
import { startSimulators } from '../../simulator/server.ts';

const hasCurl =
  spawnSync('curl', ['--version']).status === 0 && spawnSync('bash', ['--version']).status === 0;

/** Runs commands as a reader would paste them; any curl that is answered with 400 or above fails the script. */
async function runInShell(
  script: string,
): Promise<{ readonly output: string; readonly files: readonly string[] }> {
  const home = await mkdtemp(join(tmpdir(), 'waybill-docs-'));
  try {
    await writeFile(join(home, '.curlrc'), 'fail\nsilent\nshow-error\nnoproxy = "*"\n');
    const work = await mkdtemp(join(home, 'work-'));
    const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], {
      cwd: work,
      env: { ...process.env, CURL_HOME: home },
    });
    const files = await readdir(work);
    for (const file of files) expect((await stat(join(work, file))).size).toBeGreaterThan(0);
    return { output: stdout, files };
  } finally {
    await rm(home, { recursive: true });
  }
}

const page = await readFile(new URL('../../docs/simulator.md', import.meta.url), 'utf8');
const blocks = readBlocks();

describe.skipIf(!hasCurl)('the page on the simulators', () => {
  it('has commands for every vendor, for faults and for counts', () => {
    expect(blocks.map(({ title }) => title)).toEqual([
      'The vendor simulators',
      'Power BI',
      'Hi Energy',
      'Talkdesk',
      'WebAdMIT',
      'Ordering a fault',
      'Losing an answer',
      'Counting orders',
      'Counting calls',
    ]);
  });

  it.each(blocks)('shows commands that work: $title', async ({ script }) => {
    await using simulators = await startSimulators();

    const { files } = await runInShell(script.replaceAll('http://127.0.0.1:4100', simulators.url));

    const wanted = [...script.matchAll(/-o (\S+)/g)].map(([, name]) => name);
    expect([...files].sort()).toEqual(wanted.sort());
  });
});

describe.skipIf(!hasCurl)('what the command line prints', () => {
  it('has a start that works at each vendor, and a fault that is taken', async () => {
    await using simulators = await runSimulate({ port: 0, speed: 1 });
    const printed = describeSimulators(simulators);

    for (const [vendor, script] of Object.entries(toStartExamples(simulators.url))) {
      expect(printed).toContain(script);
      await runInShell(script);
      expect(simulators.calls.read()[vendor as 'talkdesk'].start).toBe(1);
    }
    expect(printed).toContain(toFaultExample(simulators.url));
    await runInShell(toFaultExample(simulators.url));
    expect(simulators.faults.list()).toHaveLength(1);
  });
});

describe('what the command line prints', () => {
  it('names every address, credential and speed', async () => {
    await using simulators = await runSimulate({ port: 0, speed: 20 });

    const printed = describeSimulators(simulators);

    for (const address of [...Object.values(simulators.baseUrls), ...Object.values(simulators.tokenUrls)])
      expect(printed).toContain(address);
    for (const credential of [
      'demo-power-bi-client / demo-power-bi-secret',
      'demo-hi-energy-key',
      'demo-talkdesk-client / demo-talkdesk-secret',
      'demo-web-admit-key',
    ])
      expect(printed).toContain(credential);
    expect(printed).toContain('20 times as fast as the real time');
  });
});

/** The page's commands under the heading they stand below, those of one heading as one script. */
function readBlocks(): readonly { readonly title: string; readonly script: string }[] {
  const scripts = new Map<string, string>();
  let heading = '';
  for (const [, title, script] of page.matchAll(/^#+ (.+)$|```sh\n([\s\S]*?)```/gm)) {
    if (script === undefined) heading = title ?? '';
    else scripts.set(heading, `${scripts.get(heading) ?? ''}${script}`);
  }
  return [...scripts].map(([title, script]) => ({ title, script }));
}
