import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACME } from '../vendor-file/acme.ts';
import { runCli } from './support.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-vendor-check-'));
  writeFileSync(join(folder, 'good.yaml'), ACME);
  writeFileSync(
    join(folder, 'bad.yaml'),
    ACME.replace('jobs/{jobId}"', 'jobs/{jobID}"').replace('minMs', 'minMS'),
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

async function check(...words: readonly string[]) {
  const named = words.map((word) => (word.startsWith('-') ? word : join(folder, word)));
  const { exitCode, stdout, stderr } = await runCli(['vendor', 'check', ...named]);
  const shorten = (text: string) => text.replaceAll(`${folder}/`, '');
  return { exitCode, stdout: shorten(stdout), stderr: shorten(stderr) };
}

describe('waybill vendor check', () => {
  it('says what a good file comes to', async () => {
    expect(await check('good.yaml')).toEqual({
      exitCode: 0,
      stdout: `good.yaml is good: Acme Reports, acme-reports:[PROJECT_ID/]JOB_ID
  credentials: api-key, client-credentials, caller
  can: read, list, start, cancel, files by link, files by stream, callback
  status words: 5
  settings: region
`,
      stderr: '',
    });
  });

  it('says every mistake of every file with its line', async () => {
    const { exitCode, stdout, stderr } = await check('good.yaml', 'bad.yaml', 'none.yaml');

    expect(exitCode).toBe(2);
    expect(stdout).toContain('good.yaml is good');
    expect(stderr.split('\n')).toEqual([
      expect.stringMatching(
        /^bad\.yaml:14: status\.request\.path: found \{jobID\}, allowed: .*; did you mean "jobId"\?$/,
      ),
      expect.stringMatching(
        /^bad\.yaml:\d+: pacing\.minMS: found an unknown key, allowed: .*; did you mean "minMs"\?$/,
      ),
      '"none.yaml": found no such file, allowed: a readable YAML file in UTF-8',
      '',
    ]);
  });

  it('says the same as JSON', async () => {
    const { exitCode, stdout, stderr } = await check('--json', 'good.yaml', 'bad.yaml');
    const objects = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));

    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: '' });
    expect(objects).toMatchObject([
      { type: 'vendor', file: 'good.yaml', id: 'acme-reports', words: 5, settings: ['region'] },
      { type: 'problem', file: 'bad.yaml', line: 14, key: 'status.request.path', found: '{jobID}' },
      { type: 'problem', file: 'bad.yaml', key: 'pacing.minMS' },
    ]);
  });
});
