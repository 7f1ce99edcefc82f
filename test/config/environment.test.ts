import { describe, expect, it } from 'vitest';
import { substituteEnvironment } from '../../src/config/environment.ts';
import { configOf, problemsOf, withAccount } from './support.ts';

const NOT_SET = `which is not set, allowed: a variable that is set, or one with a default: \${NAME:-default}`;

/** What a text becomes. */
function substituted(text: string, env: Readonly<Record<string, string | undefined>>): unknown {
  return substituteEnvironment({ text }, env).tree;
}

describe('the environment in a configuration', () => {
  it.each([
    [`\${A}`, 'one'],
    [`<\${A}\${B_2}>`, '<onetwo>'],
    [`\${NONE:-}`, ''],
    [`\${NONE:-a:-b $}`, 'a:-b $'],
    [`\${EMPTY}`, ''],
    [`\${EMPTY:-fallback}`, 'fallback'],
    [`\${A:-fallback}`, 'one'],
    [`$\${A}`, `\${A}`],
    [`$$\${A}`, `$\${A}`],
    ['$A $ {A} $5', '$A $ {A} $5'],
    [`\${REFERENCE}`, `\${A}`],
    [`\${PATTERN}`, '$& $1 $$'],
  ])('turns %j into %j', (text, expected) => {
    const env = { A: 'one', B_2: 'two', EMPTY: '', REFERENCE: `\${A}`, PATTERN: '$& $1 $$' };

    expect(substituted(text, env)).toEqual({ text: expected });
  });

  it.each([
    [`\${NOBODY}`, [`\${NOBODY}`]],
    [`\${NOBODY}-\${NOONE}`, [`\${NOBODY}`, `\${NOONE}`]],
    [`\${constructor}`, [`\${constructor}`]],
  ])('makes a problem of each variable in %j that is not set', (text, references) => {
    expect(problemsOf(withAccount(`server: { host: ${JSON.stringify(text)} }`))).toEqual(
      references.map((reference) => `server.host: found ${reference}, ${NOT_SET}`),
    );
  });

  it.each([`\${}`, `\${1A}`, `\${A`, `\${A-B}`, `\${canary secret}`])('has no reference %j', (text) => {
    expect(problemsOf(withAccount(`server: { host: ${JSON.stringify(text)} }`))).toEqual([
      `server.host: found a "\${" that begins no variable, allowed: \${NAME}, \${NAME:-default}, or $\${ for the sign itself`,
    ]);
  });

  it('has no variable as a default', () => {
    expect(problemsOf(withAccount(`server: { host: "\${A:-\${B:-c}}" }`))).toHaveLength(1);
  });

  it('cannot change what the file says around it', () => {
    const env = { KEY: 'x", tenant: evil }\nserver: { port: 1 }\n#' };

    const problems = problemsOf(
      `accounts: [{ key: "\${KEY}", vendor: web-admit, credential: { type: caller } }]`,
      env,
    );

    expect(problems).toEqual([
      `accounts[0].key: found a string from \${KEY}, allowed: 1 to 40 lower-case letters, digits or "-"`,
    ]);
  });

  it('leaves the keys of the file alone', () => {
    const tree = Object.fromEntries([[`\${A}`, 1]]);

    expect(substituteEnvironment(tree, { A: 'b' }).tree).toEqual(tree);
  });

  it('may name a number where the whole text is one variable', () => {
    const config = configOf(
      withAccount(`server: { port: "\${PORT}" }`, `limits: { requestsPerSecond: "\${RATE:-0.5}" }`),
      { PORT: '8080' },
    );

    expect(config.server.port).toBe(8080);
    expect(config.accounts[0]?.limits.requestsPerSecond).toBe(0.5);
  });

  it.each(['80x', '0x50', '8 0', '', '1e3', '99999'])('is no port where it says %j', (value) => {
    expect(problemsOf(withAccount(`server: { port: "\${PORT}" }`), { PORT: value })).toEqual([
      expect.stringMatching(
        /^server\.port: found (a string|a number|an empty string) from \$\{PORT\}, allowed: a whole number from 0 to 65535$/,
      ),
    ]);
  });

  it('is no number where something else stands in the text', () => {
    expect(problemsOf(withAccount(`server: { port: "8\${PORT}" }`), { PORT: '080' })).toEqual([
      `server.port: found a string from \${PORT}, allowed: a whole number from 0 to 65535`,
    ]);
  });

  it('stays a text where a text is asked for', () => {
    const text = `accounts: [{ key: "\${KEY}", vendor: web-admit, credential: { type: api-key, apiKey: "\${KEY}" } }]`;

    expect(configOf(text, { KEY: '12345' }).accounts[0]).toMatchObject({
      key: '12345',
      credential: { apiKey: '12345' },
    });
  });

  it('may also name a vendor, a mode and a credential type', () => {
    const text = `access: { mode: "\${MODE}" }\naccounts: [{ key: a, vendor: "\${VENDOR}", credential: { type: "\${TYPE}" } }]`;

    expect(configOf(text, { MODE: 'open', VENDOR: 'web-admit', TYPE: 'caller' }).accounts[0]?.vendor).toBe(
      'web-admit',
    );
  });

  it('that is not set is named once, and no rule draws conclusions from it', () => {
    const text = `server: { host: "\${HOST}", port: "\${PORT}" }\naccess: { mode: "\${MODE}" }\naccounts: []`;

    expect(problemsOf(text)).toEqual([
      `server.host: found \${HOST}, ${NOT_SET}`,
      `server.port: found \${PORT}, ${NOT_SET}`,
      `access.mode: found \${MODE}, ${NOT_SET}`,
    ]);
  });
});
