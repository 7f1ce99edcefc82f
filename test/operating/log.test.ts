import { spawn } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLog } from '../../src/telemetry/log.ts';
import { createSecrets } from '../../src/telemetry/secrets.ts';
import { BUNDLED_CWD, bundleProgram } from '../support/bundled.ts';

function record(level?: 'debug' | 'info' | 'warn' | 'error') {
  const lines: string[] = [];
  const secrets = createSecrets();
  return { log: createLog(secrets, level, (line) => void lines.push(line)), lines, secrets };
}

describe('a log line', () => {
  it('says its level in a word and its time as an instant', () => {
    const { log, lines } = record();
    log.warn({ account: 'hi' }, 'Something is wrong.');

    const { time, ...line } = JSON.parse(lines[0] ?? '') as { time: string };
    expect(line).toEqual({ level: 'warn', account: 'hi', msg: 'Something is wrong.' });
    expect(new Date(time).toISOString()).toBe(time);
  });

  it('is one line of printable characters, and holds what was said, whatever that was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (name, value) => {
        const { log, lines } = record();
        log.info({ name, deep: { [value]: value } }, value);

        const [line = ''] = lines;
        expect(lines).toHaveLength(1);
        expect(line.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
        expect(line.endsWith('}\n')).toBe(true);
        expect(JSON.parse(line)).toMatchObject({ name: name.toWellFormed(), msg: value.toWellFormed() });
      }),
    );
  });

  it.each([
    'a\nb',
    'a\r\n{"level":"error"}',
    'a\u2028b',
    'a\u2029b',
    'a\u0085b',
    '\u001b[31mred',
    'a\u202eb',
    'a\u{e0041}b',
  ])('is one line with %j in it', (name) => {
    const { log, lines } = record();
    log.info({ name }, 'An operation has ended.');

    expect(lines[0]?.slice(0, -1)).toMatch(/^[ -~]+$/);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ name });
  });

  it('masks a secret wherever it stands', () => {
    const { log, lines, secrets } = record();
    secrets.add('a-known-secret');
    log.error({ where: { deep: ['x a-known-secret y'] }, 'a-known-secret': 1 }, 'It is a-known-secret.');

    expect(lines[0]).not.toContain('a-known-secret');
  });

  it.each([
    ['debug', 4],
    ['info', 3],
    ['warn', 2],
    ['error', 1],
  ] as const)('is written from the level %s on: %i of four', (level, count) => {
    const { log, lines } = record(level);
    for (const write of [log.debug, log.info, log.warn, log.error]) write({}, 'One of four.');

    expect(lines).toHaveLength(count);
  });
});

/** Logs far more than a pipe and the bound hold, then says on standard output that it lives. */
const FLOOD = `
import { createLog } from './src/telemetry/log.ts';
import { createSecrets } from './src/telemetry/secrets.ts';
const log = createLog(createSecrets());
const filler = 'x'.repeat(1_000);
for (let round = 0; round < 20_000; round += 1) log.info({ filler }, 'Flood.');
setTimeout(() => { console.log('alive'); process.exitCode = 0; process.exit(); }, 1_500);
`;
/** Ends while the pipe has only just become full. */
const SUDDEN_END = FLOOD.replace('1_500', '200');
const CRASH = `
import { createLog } from './src/telemetry/log.ts';
import { createSecrets } from './src/telemetry/secrets.ts';
import { logCrashes } from './src/cli/crash.ts';
const log = createLog(createSecrets());
logCrashes(log);
setTimeout(() => { throw new Error('unforeseen'); });
`;
/** The last of a thousand lines, written in one go with those before it. */
const CRASH_IN_A_FLOOD = CRASH.replace(
  'setTimeout(() => {',
  "setTimeout(() => { for (let n = 0; n < 1_000; n += 1) log.info({ n }, 'Flood.');",
);

function run(program: string, readsErrors: boolean) {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', bundleProgram(program)], {
    cwd: BUNDLED_CWD,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  if (readsErrors)
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
  const event = readsErrors ? 'close' : 'exit';
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    child.once(event, (code: number | null) => resolve({ code, stdout, stderr }));
  });
}

describe('standard error', { timeout: 60_000 }, () => {
  it('that nobody reads stops nothing, neither the process nor its end', async () => {
    expect(await run(FLOOD, false)).toMatchObject({ code: 0, stdout: 'alive\n' });
  });

  it('that has only just become full does not keep the process from its end', async () => {
    expect(await run(SUDDEN_END, false)).toMatchObject({ code: 0, stdout: 'alive\n' });
  });

  it('has every line of a process that an error ends right behind them', async () => {
    const { code, stderr } = await run(CRASH_IN_A_FLOOD, true);
    const lines = stderr.trimEnd().split('\n');

    expect(code).toBe(1);
    expect(lines).toHaveLength(1_001);
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ error: expect.stringContaining('unforeseen') });
  });

  it('has the last line of a process that an error ends', async () => {
    const { code, stderr } = await run(CRASH, true);

    expect(code).toBe(1);
    expect(JSON.parse(stderr)).toMatchObject({
      level: 'error',
      error: expect.stringContaining('unforeseen'),
    });
  });
});
