import { buildSchema, parse, validate } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { limitOperations } from '../../src/operations/limits.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { startFakedGateway } from './support.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway[Symbol.asyncDispose]());

const SCHEMA = buildSchema('type Query { a: Query b: Query x: Int }');

/** What the rule says about a document, with the limits low. */
function measure(query: string): readonly string[] {
  const rule = limitOperations({ depth: 4, aliases: 3, directives: 2 });
  return validate(SCHEMA, parse(query), [rule]).map(({ message }) => message.replace(/; at most.*/, ''));
}

describe('the size of an operation', () => {
  it.each([
    ['{ a { a { a { x } } } }', []],
    ['{ a { a { a { a { x } } } } }', ['This operation has depth 5']],
    ['{ x ...F } fragment F on Query { a { a { a { a { x } } } } }', ['This operation has depth 5']],
    ['{ a { ... on Query { a { ... { a { a { x } } } } } } }', ['This operation has depth 5']],
    ['{ a: x b: x c: x }', []],
    ['{ a: x b: x c: x d: x }', ['This operation has aliases 4']],
    ['{ p: a { ...F } q: a { ...F } } fragment F on Query { r: x }', ['This operation has aliases 4']],
    ['{ a { x @skip(if: true) b { x @skip(if: true) } } }', []],
    [
      '{ ...F @skip(if: true) x @skip(if: true) a { ... @skip(if: true) { x } } } fragment F on Query { x }',
      ['This operation has directives 3'],
    ],
    ['query @skip(if: true) { x @skip(if: true) @skip(if: true) }', ['This operation has directives 3']],
    ['{ x } query Second { a { a { a { a { x } } } } }', ['This operation has depth 5']],
    ['{ __schema { types { fields { type { ofType { ofType { name } } } } } } }', []],
    ['{ ...F } fragment F on Query { a { ...F } }', []],
    ['{ ...Missing }', []],
  ])('is counted with fragments laid out: %s', (query, expected) => {
    expect(measure(query)).toEqual(expected);
  });

  it('is measured in linear time, however often fragments are spread inside fragments', () => {
    const depth = 200;
    const fragments = Array.from(
      { length: depth },
      (_, n) => `fragment F${n} on Query { p: a { ...F${n + 1} } q: a { ...F${n + 1} } }`,
    );
    const query = `{ ...F0 } ${fragments.join(' ')} fragment F${depth} on Query { x }`;
    const document = parse(query);
    const startedAt = performance.now();

    const errors = validate(SCHEMA, document, [limitOperations({ depth: 10, aliases: 30, directives: 20 })]);

    expect(errors.map(({ message }) => message.split(';', 1)[0])).toEqual([
      'This operation has depth 201',
      expect.stringMatching(/^This operation has aliases 3\.\d+e\+60$/),
    ]);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });
});

describe('the limits of the gateway', () => {
  it('allow 10 levels and refuse 11', async () => {
    const nested = (levels: number) => `{ ${chain(levels)} }`;
    const allowed = await gateway.query(nested(10));
    const refused = await gateway.query(nested(11));

    expect(allowed.errors.map(({ extensions }) => extensions?.code)).toEqual(['BAD_USER_INPUT']);
    expect(allowed.errors[0]?.message).toContain('is not a global id');
    expect(refused.errors).toMatchObject([
      { message: expect.stringContaining('depth 11; at most 10'), extensions: { code: 'BAD_USER_INPUT' } },
    ]);
  });

  it('allow 30 aliases and refuse 31', async () => {
    const aliases = (count: number) =>
      `{ ${Array.from({ length: count }, (_, n) => `a${n}: vendors { key }`).join(' ')} }`;

    expect((await gateway.query(aliases(30))).errors).toEqual([]);
    expect((await gateway.query(aliases(31))).errors).toMatchObject([
      { message: expect.stringContaining('aliases 31; at most 30'), extensions: { code: 'BAD_USER_INPUT' } },
    ]);
  });

  it('allow 20 directives and refuse 21', async () => {
    const directives = (count: number) =>
      `{ ${Array.from({ length: count }, () => '... @include(if: true) { vendors { key } }').join(' ')} }`;

    expect((await gateway.query(directives(20))).errors).toEqual([]);
    expect((await gateway.query(directives(21))).errors).toMatchObject([
      {
        message: expect.stringContaining('directives 21; at most 20'),
        extensions: { code: 'BAD_USER_INPUT' },
      },
    ]);
  });

  it('allow 1,000 tokens and refuse more before the rest is read', async () => {
    // Twelve tokens stand around the ids.
    const tokens = (count: number) => `{ nodes(ids: [${'"x" '.repeat(count - 12)}]) { id } }`;

    expect((await gateway.query(tokens(1_000))).errors[0]?.message).toContain('ids holds 988');
    expect((await gateway.query(tokens(1_001))).errors).toMatchObject([
      { message: 'Syntax Error: Document contains more that 1000 tokens. Parsing aborted.' },
    ]);
  });

  it('are those of the configuration', async () => {
    await using own = await startTestGateway({
      config: { limits: { depth: 2, aliases: 1, directives: 1, tokens: 40, locators: 2 } },
    });

    expect((await own.query('{ vendors { capabilities { canList } } }')).errors[0]?.message).toContain(
      'depth 3',
    );
    expect((await own.query('{ a: vendors { key } b: vendors { key } }')).errors[0]?.message).toContain(
      'aliases 2',
    );
    expect((await own.query(`{ ${'vendors { key } '.repeat(20)} }`)).errors[0]?.message).toContain(
      '40 tokens',
    );
    expect((await own.query('{ nodes(ids: ["a", "b", "c"]) { id } }')).errors[0]?.message).toContain(
      'at most 2',
    );
  });

  it('stop a document of spread fragments at once, with no vendor call', async () => {
    await using own = await startFakedGateway();
    const fragments = Array.from(
      { length: 45 },
      (_, n) => `fragment F${n} on Export { p: account { key } ...F${n + 1} ...F${n + 1} }`,
    );
    const query = `{ exports(locators: [{ hiEnergy: { exportId: 1 } }]) { ...F0 } } ${fragments.join(' ')} fragment F45 on Export { id }`;
    const startedAt = performance.now();

    const { data, errors } = await own.query(query);

    expect(data ?? null).toBeNull();
    expect(errors[0]?.message).toContain('aliases');
    expect(performance.now() - startedAt).toBeLessThan(3_000);
    expect(own.calls()).toBe(0);
  });
});

/** A query of so many fields inside fields. */
function chain(levels: number): string {
  const inner = 'parent { '.repeat(levels - 2);
  return `node(id: "x") { ... on HiEnergyExport { ${inner}id ${'} '.repeat(levels - 2)}} }`;
}
