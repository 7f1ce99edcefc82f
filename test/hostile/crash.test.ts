import { spawn } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { BUNDLED_CWD, bundleProgram } from '../support/bundled.ts';
import { expectOneEventPerLine } from './recorded-log.ts';

const SECRET = 'a-secret/of+the "process"';

/** Ways in which a process may end, or write past its log, with a secret in its words. `secret` is in scope. */
const WORDS: readonly (readonly [title: string, program: string, exitCode: number])[] = [
  ['in the message of an error', 'throw new Error("GET /x?key=" + secret)', 1],
  [
    'in the stack of an error',
    'const error = new Error("x"); error.stack = "Error: x\\n    at " + secret; throw error',
    1,
  ],
  ['in the cause of a cause', 'throw new Error("x", { cause: new Error("y", { cause: { secret } }) })', 1],
  [
    'deep inside an object that hangs on an error',
    'throw Object.assign(new Error("x"), { request: { headers: [{ authorization: "Bearer " + secret }] } })',
    1,
  ],
  ['in one of several errors', 'throw new AggregateError([new Error("x"), new TypeError(secret)], "y")', 1],
  ['in an object that is no error', 'throw { options: { secret } }', 1],
  ['in a text', 'throw secret', 1],
  ['in a rejection', 'Promise.reject(new Error(secret))', 1],
  ['in a rejection of a Map', 'Promise.reject(new Map([[secret, new Set([secret])]]))', 1],
  ['percent-encoded', 'throw new Error(encodeURIComponent(secret))', 1],
  ['in base64 behind a name', 'throw new Error(Buffer.from("user:" + secret).toString("base64"))', 1],
  ['in JSON', 'throw new Error(JSON.stringify({ body: JSON.stringify({ secret }) }))', 1],
  [
    'beside something that cannot be shown',
    'throw Object.assign(new Error(secret), { get x() { throw new Error(secret); } })',
    1,
  ],
  ['in a warning', 'process.emitWarning(secret, { detail: secret })', 0],
  [
    'on the console',
    'console.error("%s", secret, { secret }); console.warn(new Error(secret)); console.trace(secret)',
    0,
  ],
];

const PREPARE = bundleProgram(`
import { createLog } from './src/telemetry/log.ts';
import { createSecrets } from './src/telemetry/secrets.ts';
import { logCrashes, logStrayOutput } from './src/cli/crash.ts';
const secret = ${JSON.stringify(SECRET)};
const secrets = createSecrets();
secrets.add(secret);
const log = createLog(secrets);
logCrashes(log);
logStrayOutput(log);
`);

interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(program: string): Promise<Ended> {
  const words = ['--input-type=module', '--eval', `${PREPARE}setTimeout(() => { ${program} });`];
  const child = spawn(process.execPath, words, {
    cwd: BUNDLED_CWD,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (chunk) => {
      output[name] += chunk;
    });
  }
  return new Promise((resolve) => child.once('close', (exitCode) => resolve({ exitCode, ...output })));
}

describe('a secret in the last words of a process', { timeout: 60_000 }, () => {
  it.each(WORDS)('%s is masked, on one line each', async (_title, program, code) => {
    const { exitCode, stdout, stderr } = await run(program);

    expect({ exitCode, stdout }).toEqual({ exitCode: code, stdout: '' });
    const lines = stderr.split(/(?<=\n)/);
    expectOneEventPerLine(lines);
    expect(stderr).toContain('[secret]');
    const told = [
      SECRET,
      encodeURIComponent(SECRET),
      'a-secret',
      Buffer.from('secret/of').toString('base64').slice(2, 10),
    ];
    expect(told.filter((text) => stderr.includes(text))).toEqual([]);
  });

  it('is not there where even the log fails, and the process ends all the same', async () => {
    const { exitCode, stderr } = await run(
      'secrets.mask = () => { throw new Error(secret); }; throw new Error(secret)',
    );

    expect(exitCode).toBe(1);
    expect(stderr).not.toContain('a-secret');
    expectOneLine(stderr);
  });
});

/** The very last words are written without the log, which knows the time. */
function expectOneLine(stderr: string): void {
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(JSON.parse(stderr)).toMatchObject({
    level: 'error',
    msg: expect.stringContaining('could not be told'),
  });
}
