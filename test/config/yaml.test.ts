import { describe, expect, it } from 'vitest';
import { problemsOf } from './support.ts';

const TOO_MUCH =
  '(top level): found an alias without an anchor before it, or aliases that repeat too much, allowed: at most 100 repetitions';

const TOO_DEEP = '(top level): found more than 50 levels, allowed: at most 50 levels';

describe('a file that is no good YAML', () => {
  it.each([
    ['a: 1\na: 2', 'line 2, column 1: found a key that the mapping has already, allowed: YAML 1.2'],
    [
      'a:\n  b: "x',
      'line 2, column 8: found a missing quote, bracket, comma, colon or space, allowed: YAML 1.2',
    ],
    ['a:\n\tb: 1', 'line 2, column 1: found a tab as indentation, allowed: YAML 1.2'],
    ['a: !!binary aGk=', 'line 1, column 4: found a tag that is not taken here, allowed: YAML 1.2'],
    ['a: !mine x', 'line 1, column 4: found a tag that is not taken here, allowed: YAML 1.2'],
    ['? [a]\n: b', 'line 1, column 3: found a key that is no plain text, allowed: YAML 1.2'],
    ['a: 1\n---\nb: 2', 'line 2, column 1: found a second document, allowed: YAML 1.2'],
    ['a: *nobody', TOO_MUCH],
  ])('is refused by line and column: %j', (text, line) => {
    expect(problemsOf(text)).toEqual([line]);
  });

  it('never quotes the file', () => {
    expect(problemsOf('apiKey: "canary-secret\n  x: [canary-secret').join('\n')).not.toContain('canary');
    expect(problemsOf('a: *canary').join('\n')).not.toContain('canary');
    expect(problemsOf('a: !canary x').join('\n')).not.toContain('canary');
  });

  it('is refused before aliases fill the memory', () => {
    const level = (name: string, below: string) => `${name}: &${name} [${`*${below},`.repeat(9)}]\n`;
    const bomb = `a: &a [x]\n${level('b', 'a')}${level('c', 'b')}${level('d', 'c')}${level('e', 'd')}`;

    expect(problemsOf(bomb)).toEqual([TOO_MUCH]);
  });

  it('may repeat a part by an alias, but not within itself', () => {
    const shared = 'limits: &limits { timeoutMs: 500 }';
    const account = 'vendor: web-admit, credential: { type: caller }';

    expect(
      problemsOf(`accounts: [{ key: a, ${account}, ${shared} }, { key: b, ${account}, limits: *limits }]`),
    ).toEqual([]);
    expect(problemsOf('accounts: &all [*all]')).toEqual([
      'accounts[0]: found an alias of what it stands in, allowed: an alias of something else',
    ]);
  });

  it.each(['[', '{a: ', '- ', '"a": ', '? '])(
    'is refused where 50,000 levels of %j would end the stack',
    (opening) => {
      expect(problemsOf(opening.repeat(50_000))).toEqual([TOO_DEEP]);
    },
  );

  it('is refused where aliases of aliases make it deep', () => {
    const chain = Array.from(
      { length: 6 },
      (_, index) => `a${index + 1}: &a${index + 1} ${'['.repeat(9)}*a${index}${']'.repeat(9)}\n`,
    );

    expect(problemsOf(`a0: &a0 [x]\n${chain.join('')}`)).toContain(TOO_DEEP);
  });

  it('is refused at once where it is full of aliases', () => {
    expect(problemsOf(`a: &a x\nb: [${'*a,'.repeat(200_000)}]`)).toEqual([TOO_MUCH]);
  });
});

describe('a reference without quotes inside brackets', () => {
  const found = (name: string) =>
    `found \${${name}} without quotes inside brackets, allowed: "\${${name}}": put it in quotes`;

  it.each([
    [
      `{ key: hi, vendor: hi-energy, credential: { type: api-key, apiKey: \${HI_KEY} } }`,
      ['HI_KEY'],
      ['credential.apiKey'],
    ],
    [
      `{ key: hi, vendor: hi-energy, credential: { type: api-key, apiKey: \${HI_KEY:-a, b} } }`,
      ['HI_KEY'],
      ['credential.apiKey'],
    ],
    [
      `{ key: "\${A}", vendor: \${B}, baseUrl: https://\${C}/x, credential: {} }`,
      ['B', 'C'],
      ['vendor', 'baseUrl'],
    ],
  ])('is one problem with one remedy: %s', (account, names, keys) => {
    const lines = names.map((name, index) => `accounts[0].${keys[index]}: ${found(name)}`);

    expect(problemsOf(`accounts: [${account}]`, { A: 'a' })).toEqual(lines);
    expect(problemsOf(`accounts:\n  - ${account}`, { A: 'a' })).toEqual(lines);
  });

  it('is told with all else that is wrong with the file', () => {
    expect(problemsOf(`server: { port: -1, host: \${HOST} }\naccounts: [\${ACCOUNT}]`)).toEqual([
      'server.port: found -1, allowed: a whole number from 0 to 65535',
      `server.host: ${found('HOST')}`,
      `accounts[0]: ${found('ACCOUNT')}`,
    ]);
    expect(problemsOf(`server: { host: \${HOST} }\nserver: {}`)).toEqual([
      `line 1, column 17: ${found('HOST')}`,
      'line 2, column 1: found a key that the mapping has already, allowed: YAML 1.2',
    ]);
  });

  it.each([`{ apiKey: \${canary-secret} }`, `{ apiKey: \${} }`, '[$, {canary: 1]', `{ \${HI_KEY}: 1 }`])(
    'is not guessed at where it is none: %s',
    (text) => {
      const lines = problemsOf(text);

      expect(lines.length).toBeGreaterThan(0);
      expect(lines.join('\n')).not.toMatch(/canary/);
    },
  );

  it('needs no quotes outside of brackets', () => {
    const text = `accounts:\n- key: \${A}\n  vendor: web-admit\n  credential: { type: caller }`;

    expect(problemsOf(text, { A: 'a' })).toEqual([]);
  });
});
