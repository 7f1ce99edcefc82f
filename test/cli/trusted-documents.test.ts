import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toCommandLineLocator } from '../../simulator/examples.ts';
import { BUILT_MAIN } from '../support/built-program.ts';
import { startSimulatedGateway } from '../support/simulated-gateway.ts';
import { PATIENCE_MS, runCli } from './support.ts';

let folder: string;
let manifest: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waybill-cli-trusted-'));
  manifest = join(folder, 'manifest.json');
  await writeFile(manifest, '{ "only": "{ vendors { key } }" }');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a gateway that answers trusted documents only', { timeout: PATIENCE_MS }, () => {
  it('is watched, and downloaded from, as any other', async () => {
    await using gateway = await startSimulatedGateway({
      speed: 20,
      config: { server: { mode: 'production', trustedDocuments: manifest } },
    });
    const job = gateway.simulators.seeds['hi-energy'].find(
      ({ ends, title }) => ends === 'completed' && title !== 'Advertisers of last quarter',
    );
    if (job === undefined) throw new Error('A job that succeeds is needed.');
    const words = ['--url', gateway.url, toCommandLineLocator('hi-energy', job)];

    const watched = await runCli(['watch', ...words]);
    const downloaded = await runCli(['download', ...words, '--output', folder]);

    expect([watched.exitCode, downloaded.exitCode]).toEqual([0, 0]);
    expect(watched.stdout).toContain('SUCCEEDED');
    expect((await readdir(folder)).some((name) => name.endsWith('.xlsx') || name.endsWith('.csv'))).toBe(
      true,
    );
  });
});

/** Starts a gateway from a file and waits for its end. */
async function serve(
  config: string,
): Promise<{ readonly exitCode: number | null; readonly stdout: string; readonly stderr: string }> {
  const file = join(folder, 'waybill.yaml');
  await writeFile(file, config);
  const child = spawn(process.execPath, [BUILT_MAIN, 'serve', '--config', file], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (chunk) => {
      texts[name] += chunk;
      // It should not listen; where it does, it must not stay.
      if (texts.stdout.includes('listening')) child.kill();
    });
  }
  return new Promise((resolve) => child.once('close', (exitCode) => resolve({ exitCode, ...texts })));
}

/** What stands behind a place in the file, which has to be this one. */
const toPlaceless = (place: string) => (line: string) => line.split(place)[1] ?? `another place: ${line}`;

describe('waybill serve', { timeout: PATIENCE_MS }, () => {
  it('does not start with a manifest whose documents it would refuse, and names each', async () => {
    await writeFile(
      join(folder, 'bad.json'),
      JSON.stringify({
        good: '{ vendors { key } }',
        unreadable: '{ vendors { key }',
        'wrong field': '{ vendors { kee } }',
        deep: '{ vendors { capabilities { canList } } }',
        fragment: 'fragment F on Query { vendors { key } }',
        'introspection\nquery': '{ __schema { queryType { name } } }',
      }),
    );

    const { exitCode, stdout, stderr } = await serve(
      'server: { mode: production, port: 0, trustedDocuments: bad.json }\nlimits: { depth: 2 }\naccounts: []\n',
    );

    const allowed = "allowed: documents of this gateway's schema, within its limits";
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
    expect(stderr.trimEnd().split('\n').map(toPlaceless('waybill.yaml:1:38: '))).toEqual([
      `server.trustedDocuments: found document "unreadable": "Syntax Error: Expected Name, found <EOF>.", ${allowed}`,
      `server.trustedDocuments: found document "wrong field": "Cannot query field \\"kee\\" on type \\"Vendor\\". Did you mean \\"key\\"?", ${allowed}`,
      `server.trustedDocuments: found document "deep": "This operation has depth 3; at most 2 is allowed. Ask in several operations.", ${allowed}`,
      `server.trustedDocuments: found document "fragment": "It holds no operation.", ${allowed}`,
      expect.stringMatching(
        /^server\.trustedDocuments: found document "introspection\\nquery": "GraphQL introspection has been disabled.*", allowed: .*$/,
      ),
    ]);
  });

  it('does not start where the manifest is not there', async () => {
    const { exitCode, stderr } = await serve(
      'server: { port: 0, trustedDocuments: none.json }\naccounts: []\n',
    );

    expect(exitCode).toBe(2);
    expect(toPlaceless('waybill.yaml:1:20: ')(stderr)).toMatch(
      /^server\.trustedDocuments: found "none\.json", no such file, allowed: a JSON file .*\n$/,
    );
  });
});
