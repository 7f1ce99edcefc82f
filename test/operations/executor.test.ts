import { makeExecutableSchema } from '@graphql-tools/schema';
import type { GraphQLError } from 'graphql';
import { describe, expect, it } from 'vitest';
import { CODED_VENDOR_IDS } from '../../src/export/vendor-id.ts';
import type { GatewayContext } from '../../src/graphql/context.ts';
import { createSchema } from '../../src/graphql/schema.ts';
import { Compiler } from '../../src/operations/compiler.ts';
import { Documents, type Operation } from '../../src/operations/documents.ts';
import { createErrorMask } from '../../src/operations/errors.ts';
import { Executor, type ExecutorKind } from '../../src/operations/executor.ts';
import { schemaNames } from '../../src/vendor-file/names.ts';
import { createTestTools } from '../support/tools.ts';

type Schema = ReturnType<typeof createSchema>;

const LIMITS = { tokens: 1_000, depth: 10, aliases: 30, directives: 20 };

function read(schema: Schema, text: string): Operation {
  const maskError = createErrorMask(createTestTools());
  const document = new Documents({ schema, limits: LIMITS, mode: 'development', maskError }).read(text);
  expect(document.errors).toBeNull();
  return document.find(null) as Operation;
}

async function run(kind: ExecutorKind, schema: Schema, text: string) {
  const operation = read(schema, text);
  const result = await new Executor(schema, kind).execute(operation, {}, {} as GatewayContext, {}, {});
  return { result: JSON.parse(JSON.stringify(result)), isCompiled: Boolean(operation.compiled), raw: result };
}

describe.each(['interpreted', 'compiled'] as const)('a bug of ours, %s', (kind) => {
  const schema = makeExecutableSchema({
    typeDefs: 'scalar Odd type Query { shown: Odd, needed: Part } type Part { here: Int, missing: Int! }',
    resolvers: {
      Odd: {
        serialize: () => {
          throw new RangeError('broken at /srv/secret/odd.ts:1');
        },
      },
      Query: { shown: () => 1, needed: async () => ({ here: 1, missing: null }) },
    },
  });

  it.each([
    ['a field that cannot be shown', '{ shown }', ['shown']],
    ['null where there must be a value', '{ needed { here missing } }', ['needed', 'missing']],
  ])('is told by its place alone: %s', async (_name, text, path) => {
    const { raw } = await run(kind, schema, text);
    const tools = createTestTools();
    const [error] = raw.errors ?? [];

    expect(createErrorMask(tools)(error, 'id')).toEqual({
      message: 'Unexpected error.',
      locations: [expect.anything()],
      path,
      extensions: { code: 'INTERNAL_SERVER_ERROR', retryable: false, requestId: 'id' },
    });
  });
});

describe.each(['interpreted', 'compiled'] as const)(
  'a list whose entries settle in any order, %s',
  (kind) => {
    const settleAfter = (turns: number, settle: () => unknown): Promise<unknown> =>
      turns === 0
        ? Promise.resolve().then(settle)
        : Promise.resolve().then(() => settleAfter(turns - 1, settle));
    const fail = (n: number) => () => {
      throw new Error(`no ${n}`);
    };
    const schema = makeExecutableSchema({
      typeDefs: 'type Query { list: [Entry], late: [Entry]!, strict: [Entry!] } type Entry { n: Int }',
      resolvers: {
        Query: {
          list: () => [
            settleAfter(20, () => ({ n: 0 })),
            settleAfter(0, fail(1)),
            settleAfter(10, fail(2)),
            { n: 3 },
            settleAfter(1, fail(4)),
          ],
          late: async () => [settleAfter(5, () => ({ n: 0 })), settleAfter(0, fail(1))],
          strict: () => [settleAfter(5, () => ({ n: 0 })), settleAfter(0, fail(1))],
        },
      },
    });

    it('has each entry in its place, and null for those that failed', async () => {
      const { result, raw, isCompiled } = await run(kind, schema, '{ list { n } late { n } }');

      expect(isCompiled).toBe(kind === 'compiled');
      expect(result.data).toEqual({
        list: [{ n: 0 }, null, null, { n: 3 }, null],
        late: [{ n: 0 }, null],
      });
      const errors = raw.errors as readonly GraphQLError[];
      expect(errors.map(({ message, path }) => [message, path])).toEqual(
        expect.arrayContaining([
          ['no 1', ['list', 1]],
          ['no 2', ['list', 2]],
          ['no 4', ['list', 4]],
          ['no 1', ['late', 1]],
        ]),
      );
      for (const error of errors) expect(error.originalError).toBeInstanceOf(Error);
    });

    it('is null where its entries may not be', async () => {
      const { result } = await run(kind, schema, '{ strict { n } }');

      expect(result).toMatchObject({
        data: { strict: null },
        errors: [{ message: 'no 1', path: ['strict', 1] }],
      });
    });
  },
);

const EVERYTHING = `id name status rawStatus isTerminal outcome createdAt startedAt updatedAt finishedAt
  vendor { id key name capabilities { canList reportsProgress reportsTimes } }
  account { id key vendor { id key name capabilities { canList reportsProgress reportsTimes } } }
  failure { code message } progress { percent } observation { observedAt }`;

/** Few characters that stand for very many selections: fragments inside aliases, interfaces inside interfaces. */
const COSTLY = {
  'one fragment behind 30 aliases': `{ ${Array.from({ length: 30 }, (_, n) => `a${n}: node(id: "x") { ...N }`).join(' ')} }
    fragment N on Node { id ... on Export { ${EVERYTHING} } ... on Account { id key } ... on Vendor { id key } }`,
  'a chain of parents behind every field': `query { ${Array.from(
    { length: 30 },
    (_, n) => `a${n}: node(id: "x") { ...F }`,
  ).join(' ')} recentExports { edges { node { ...F } } } }
    fragment F on Export { ...A ... on HiEnergyExport { parent { ...A ... on HiEnergyExport { parent { ...A } } } } }
    fragment A on Export { ${EVERYTHING} }`,
};

describe('the order of fields that stand twice in one place', () => {
  const schema = makeExecutableSchema({
    typeDefs: 'type Query { a: Int b: Int inner: Query! }',
    resolvers: { Query: { a: () => 1, b: () => 2, inner: () => ({}) } },
  });

  it.each([
    ['{ a @skip(if: true) b a }', ['b', 'a']],
    ['{ ... @skip(if: true) { a } b a }', ['b', 'a']],
    ['{ ...F @include(if: false) b a } fragment F on Query { a }', ['b', 'a']],
    ['{ a b a @skip(if: true) }', ['a', 'b']],
    ['{ a b a }', ['a', 'b']],
  ])('is GraphQL’s: %s', async (text, order) => {
    for (const kind of ['interpreted', 'compiled'] as const)
      expect(Object.keys((await run(kind, schema, text)).result.data)).toEqual(order);
  });

  it('is GraphQL’s inside of two that are put together', async () => {
    for (const kind of ['interpreted', 'compiled'] as const) {
      const { result } = await run(kind, schema, '{ inner { a @skip(if: true) } inner { b a } }');
      expect(Object.keys(result.data.inner)).toEqual(['b', 'a']);
    }
  });

  it('does not keep other conditions from being compiled', async () => {
    const text = '{ a @skip(if: false) inner { a @include(if: true) b } }';
    expect((await run('compiled', schema, text)).isCompiled).toBe(true);
  });
});

describe('an export of a type that nothing was compiled for', () => {
  const schema = makeExecutableSchema({
    typeDefs: `interface Export { id: ID! } type A implements Export { id: ID! a: Int } type B implements Export { id: ID! b: Int }
      type Query { all: [Export!]! } type Mutation { start: Export! }`,
    resolvers: {
      Export: { __resolveType: ({ type }: { readonly type: string }) => type },
      Query: { all: (root: { readonly all: readonly object[] }) => root.all },
      Mutation: { start: (root: { starts: number }) => ({ type: 'B', id: `b${++root.starts}`, b: 2 }) },
    },
  });
  const A = { type: 'A', id: 'a', a: 1 };
  const B = { type: 'B', id: 'b', b: 2 };
  const context = () => ({}) as GatewayContext;

  it('is answered all the same, and compiled for from then on', async () => {
    const executor = new Executor(schema, 'compiled', ['A']);
    const operation = read(schema, '{ all { __typename id ... on A { a } ... on B { b } } }');
    const runs: unknown[] = [];
    const compiled: unknown[] = [];
    for (const all of [[A], [A, B], [B, A]]) {
      runs.push(JSON.parse(JSON.stringify(await executor.execute(operation, { all }, context(), {}, {}))));
      compiled.push(Boolean(operation.compiled));
    }

    const [a, b] = [
      { __typename: 'A', id: 'a', a: 1 },
      { __typename: 'B', id: 'b', b: 2 },
    ];
    expect(runs).toEqual([{ data: { all: [a] } }, { data: { all: [a, b] } }, { data: { all: [b, a] } }]);
    expect(compiled).toEqual([true, false, true]);
  });

  it('is started once', async () => {
    const executor = new Executor(schema, 'compiled', ['A']);
    const root = { starts: 0 };

    const result = await executor.execute(
      read(schema, 'mutation { start { __typename id } }'),
      root,
      context(),
      {},
      {},
    );

    expect(JSON.parse(JSON.stringify(result))).toEqual({ data: { start: { __typename: 'B', id: 'b1' } } });
    expect(root.starts).toBe(1);
  });
});

describe('what is compiled', () => {
  const schema = createSchema();
  /** As at a gateway with accounts at the four coded vendors. */
  const expected = CODED_VENDOR_IDS.map((vendor) => schemaNames(vendor).exportType);
  const compile = (text: string) => {
    const operation = read(schema, text);
    return new Compiler(schema, expected).compile(operation) !== null;
  };

  it('is an ordinary question for everything about exports', () => {
    const text = `query { exports(locators: []) { ${EVERYTHING} ... on HiEnergyExport { reportType parent { id status } } } }`;

    expect(compile(text)).toBe(true);
  });

  it.each(Object.entries(COSTLY))('is not %s: that would hold up everybody else', (_what, text) => {
    expect(compile(text)).toBe(false);
  });
});
