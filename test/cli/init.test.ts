import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { Ajv } from 'ajv';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { toJsonSchema } from '../../src/config/json-schema.ts';
import { loadConfig } from '../../src/config/load.ts';
import { CODED_VENDOR_IDS } from '../../src/export/vendor-id.ts';
import { runCli } from './support.ts';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'waybill-init-'));
});
afterEach(() => rmSync(cwd, { recursive: true }));

const read = (name = 'waybill.yaml') => readFileSync(join(cwd, name), 'utf8');

/** The variables that are listed, each with a value. */
function variablesIn(stdout: string): Record<string, string> {
  const names = [...stdout.matchAll(/^ {5}([A-Z_]+) {2}/gm)].map(([, name = '']) => name);
  return Object.fromEntries(
    names.map((name) => [name, `value-of-${name.toLowerCase().replaceAll('_', '-')}`]),
  );
}

/** Every choice of at least one vendor. */
const CHOICES = Array.from({ length: 2 ** CODED_VENDOR_IDS.length - 1 }, (_, index) =>
  CODED_VENDOR_IDS.filter((_id, bit) => ((index + 1) & (2 ** bit)) !== 0),
);

const validate = new Ajv({ keywords: ['errorMessage'], strictTypes: false, strictRequired: false }).compile(
  toJsonSchema(),
);

describe('waybill init', () => {
  it.each(CHOICES.flatMap((vendors) => [[vendors, 'open'] as const, [vendors, 'keys'] as const]))(
    'writes for %j with access %s what check and an editor take, once the variables are set',
    async (vendors, mode) => {
      const words = vendors.flatMap((vendor) => ['--vendor', vendor]);

      const { exitCode, stdout, stderr } = await runCli(['init', ...words, '--access', mode], { cwd });

      expect([exitCode, stderr]).toEqual([0, '']);
      const env = variablesIn(stdout);
      const file = join(cwd, 'waybill.yaml');
      const loaded = loadConfig({ file, env });
      expect('problems' in loaded ? loaded.problems : []).toEqual([]);
      expect('config' in loaded && loaded.config.accounts.map(({ vendor }) => vendor)).toEqual(vendors);
      expect('config' in loaded && loaded.config.access.mode).toBe(mode);
      validate(parse(read()));
      expect(validate.errors).toBeNull();
      const unset = loadConfig({ file, env: {} });
      const missing =
        'problems' in unset
          ? unset.problems.map((line) => /found \$\{(\w+)\}, which is not set/.exec(line)?.[1])
          : [];
      expect(missing.sort()).toEqual(Object.keys(env).sort());
    },
  );

  it('says what to do next', async () => {
    const { stdout } = await runCli(
      ['init', '--vendor', 'hi-energy,web-admit', '--file', 'my gateway.yaml'],
      { cwd },
    );

    expect(stdout).toBe(`Wrote my gateway.yaml: Hi Energy, WebAdMIT; access mode open.

1. Set these variables where the gateway runs:
     HI_ENERGY_API_KEY  the API key of the account at Hi Energy
     WEB_ADMIT_API_KEY  the API key of the user's account in WebAdMIT

2. Look whether all is well, and whether the vendors take the credentials:
     waybill check --config 'my gateway.yaml' --live

3. Run it:
     waybill serve --config 'my gateway.yaml'
`);
    const env = variablesIn(stdout);
    expect(await runCli(['check', '--config', join(cwd, 'my gateway.yaml')], { env })).toMatchObject({
      exitCode: 0,
    });
  });

  it('does what its page shows', async () => {
    const page = readFileSync(new URL('../../docs/command-line.md', import.meta.url), 'utf8');

    const { stdout } = await runCli(['init', '--vendor', 'hi-energy'], { cwd });

    expect(page).toContain(`$ npx waybill init --vendor hi-energy\n${stdout}`);
  });

  it('never writes over anything', async () => {
    writeFileSync(join(cwd, 'waybill.yaml'), 'mine');
    symlinkSync(join(cwd, 'nowhere'), join(cwd, 'link.yaml'));
    const line = (name: string) =>
      `waybill: ${name} is there already: nothing was written. --file names another one.\n`;

    const words = ['init', '--vendor', 'hi-energy'];
    expect(await runCli(words, { cwd })).toMatchObject({
      exitCode: 2,
      stdout: '',
      stderr: line('waybill.yaml'),
    });
    expect(await runCli([...words, '--file', 'link.yaml'], { cwd })).toMatchObject({
      exitCode: 2,
      stderr: line('link.yaml'),
    });
    expect(await runCli([...words, '--file', 'none/waybill.yaml'], { cwd })).toMatchObject({
      exitCode: 2,
      stderr: 'waybill: none/waybill.yaml: its folder is not there. Nothing was written.\n',
    });
    expect(read()).toBe('mine');
  });

  it('asks for vendors by options where nobody can be asked, and says which one was meant', async () => {
    expect(await runCli(['init'], { cwd })).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining(
        'waybill: Which vendors? Give one or more of --vendor power-bi, --vendor hi-energy, --vendor talkdesk, --vendor web-admit',
      ),
    });
    const { exitCode, stderr } = await runCli(['init', '--vendor', 'powerbi'], { cwd });
    expect([exitCode, stderr]).toEqual([
      2,
      expect.stringMatching(
        /^waybill: powerbi is no vendor: --vendor is one of power-bi, .*\. Did you mean power-bi\?\n$/,
      ),
    ]);
    expect(() => read()).toThrow('ENOENT');
  });

  it('names the JSON Schema for editors: that of the installed package, or of a running gateway', async () => {
    const firstLine = async (name: string) => {
      await runCli(['init', '--vendor', 'hi-energy', '--file', name], { cwd });
      return read(name).split('\n')[0];
    };
    mkdirSync(join(cwd, 'deploy'));
    expect(await firstLine('a.yaml')).toBe(
      '# yaml-language-server: $schema=http://127.0.0.1:4000/config.schema.json',
    );

    mkdirSync(join(cwd, 'node_modules/waybill'), { recursive: true });
    writeFileSync(join(cwd, 'node_modules/waybill/waybill.schema.json'), '{}');
    expect(await firstLine('b.yaml')).toBe(
      '# yaml-language-server: $schema=./node_modules/waybill/waybill.schema.json',
    );
    expect(await firstLine('deploy/c.yaml')).toBe(
      '# yaml-language-server: $schema=../node_modules/waybill/waybill.schema.json',
    );
  });
});

const DOWN = '\u001b[B';

describe('waybill init on a terminal', () => {
  const terminal = { columns: 100, rows: 40 };
  /** A terminal on which these keys are pressed, each group when its question has come. */
  function keyboard(answers: readonly { readonly question: string; readonly keys: readonly string[] }[]) {
    const stdin = Object.assign(new PassThrough(), { isTTY: true as const, setRawMode: () => undefined });
    const waiting = [...answers];
    let shown = '';
    return {
      stdin,
      onOutput(text: string) {
        shown += text;
        const [next] = waiting;
        if (next === undefined || !shown.includes(next.question)) return;
        waiting.shift();
        shown = '';
        setImmediate(() => {
          for (const key of next.keys) stdin.write(key);
        });
      },
    };
  }

  it('asks which vendors and who may ask', async () => {
    const keys = keyboard([
      { question: 'Which vendors', keys: [DOWN, ' ', DOWN, DOWN, ' ', '\r'] },
      { question: 'Who may ask', keys: [DOWN, '\r'] },
    ]);

    const { exitCode, stdout } = await runCli(['init'], { cwd, terminal, ...keys });

    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Wrote waybill\.yaml: Hi Energy, WebAdMIT; access mode keys\.\n/);
    expect(parse(read()).accounts.map(({ vendor }: { vendor: string }) => vendor)).toEqual([
      'hi-energy',
      'web-admit',
    ]);
  });

  it('writes nothing where the person goes away', async () => {
    const keys = keyboard([{ question: 'Which vendors', keys: ['\u0003'] }]);

    expect((await runCli(['init'], { cwd, terminal, ...keys })).exitCode).toBe(130);
    expect(() => read()).toThrow('ENOENT');
  });

  it('asks nothing where the file is there already', async () => {
    writeFileSync(join(cwd, 'waybill.yaml'), 'mine');

    const { exitCode, stderr } = await runCli(['init'], { cwd, terminal, ...keyboard([]) });

    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('is there already')]);
  });
});
