import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toLocator } from '../graphql/support.ts';
import { readSum } from '../operating/support.ts';
import {
  type ConformanceGateway,
  EXECUTORS,
  type Executor,
  endings,
  normalise,
  type Question,
  startConformanceGateway,
  type Told,
  TRANSPORTS,
} from './conformance-support.ts';

/** What one operation has to be answered, wherever it is asked and however it is run. */
interface Case extends Question {
  readonly what: string;
  /** Fits `{ data, errors }`. */
  readonly told: object;
  /** Over HTTP: with `application/json`, GET and streams, then with `application/graphql-response+json`. Default 200 in both. */
  readonly statuses?: readonly [number, number];
  /** The gateway has a bug while it is asked. */
  readonly isBroken?: boolean;
}

const RUNNING = toLocator('hi-energy', 2);
const DONE = toLocator('hi-energy', 1);
const UNKNOWN = toLocator('hi-energy', { exportId: '4404' });
const HERE = 'locator: { hiEnergy: { exportId: "4002" } }';
const NOT_RUN = [200, 400] as const;
const WITH_LOCATOR = 'query ($locator: ExportLocator!) { export(locator: $locator) { status } }';

const error = (code: string, more: object = {}) =>
  expect.objectContaining({
    message: expect.any(String),
    extensions: expect.objectContaining({
      code,
      retryable: expect.any(Boolean),
      requestId: expect.any(String),
    }),
    ...more,
  });
const nest = (depth: number): string =>
  depth === 0 ? 'id' : `... on HiEnergyExport { parent { ${nest(depth - 1)} } }`;

const CASES: readonly Case[] = [
  // ---------------------------------------------------------------- success
  { what: 'a field', query: '{ __typename }', told: { data: { __typename: 'Query' } } },
  {
    what: 'aliases',
    query: `{ a: export(${HERE}) { b: status c: status status } d: __typename }`,
    told: { data: { a: { b: 'RUNNING', c: 'RUNNING', status: 'RUNNING' }, d: 'Query' } },
  },
  {
    what: 'fragments, named and inline, one inside the other',
    query: `{ export(${HERE}) { ...A ... on HiEnergyExport { reportType ... { rawStatus } } } }
      fragment A on Export { ...B status } fragment B on Export { __typename account { ...C } } fragment C on Account { key }`,
    told: {
      data: {
        export: {
          __typename: 'HiEnergyExport',
          account: { key: 'hi' },
          status: 'RUNNING',
          rawStatus: 'processing',
        },
      },
    },
  },
  ...[true, false].map(
    (is): Case => ({
      what: `@skip and @include with ${is}`,
      query: `query ($is: Boolean!) { export(${HERE}) { a: status @include(if: $is) b: status @skip(if: $is)
        ... @include(if: $is) { c: status } ...D @skip(if: $is) e: status @include(if: $is) @skip(if: $is) } }
        fragment D on Export { d: status }`,
      variables: { is },
      told: { data: { export: is ? { a: 'RUNNING', c: 'RUNNING' } : { b: 'RUNNING', d: 'RUNNING' } } },
    }),
  ),
  {
    what: 'a field that is in one fragment only, both conditional',
    query: `query ($yes: Boolean = true, $no: Boolean = false) { export(${HERE}) { ... @include(if: $no) { vendor { key } }
      ... @include(if: $yes) { vendor { name } } vendor { __typename } } }`,
    told: { data: { export: { vendor: { name: 'Hi Energy', __typename: 'Vendor' } } } },
  },
  {
    what: 'introspection',
    query: '{ __schema { queryType { name } } __type(name: "Vendor") { kind interfaces { name } } }',
    told: {
      data: {
        __schema: { queryType: { name: 'Query' } },
        __type: { kind: 'OBJECT', interfaces: [{ name: 'Node' }] },
      },
    },
  },
  {
    what: 'interfaces over several vendors',
    query: `query ($locators: [ExportLocator!]!) { exports(locators: $locators) { __typename status ... on TalkdeskExport { jobId: id }
      ... on Node { __typename } } }`,
    variables: {
      locators: [toLocator('talkdesk', 1), DONE, toLocator('power-bi', 1), toLocator('web-admit', 1)],
    },
    told: {
      data: {
        exports: [
          { __typename: 'TalkdeskExport', status: 'RUNNING', jobId: expect.any(String) },
          { __typename: 'HiEnergyExport', status: 'SUCCEEDED' },
          { __typename: 'PowerBiExport', status: 'RUNNING' },
          { __typename: 'WebAdmitExport', status: 'RUNNING' },
        ],
      },
    },
  },
  {
    what: 'a list with an error in one entry',
    query: 'query ($locators: [ExportLocator!]!) { exports(locators: $locators) { status } }',
    variables: { locators: [RUNNING, UNKNOWN, DONE] },
    told: {
      data: { exports: [{ status: 'RUNNING' }, null, { status: 'SUCCEEDED' }] },
      errors: [error('EXPORT_NOT_FOUND', { path: ['exports', 1], locations: [expect.any(Object)] })],
    },
  },
  {
    what: 'an error inside a field that may be null',
    query:
      'query ($locator: ExportLocator!) { export(locator: $locator) { status ... on HiEnergyExport { parent { status } } } }',
    variables: { locator: DONE },
    told: {
      data: { export: { status: 'SUCCEEDED', parent: null } },
      errors: [error('EXPORT_NOT_FOUND', { path: ['export', 'parent'] })],
    },
  },
  {
    what: 'variables with defaults, given, left out and null',
    query: `query ($a: ExportLocator! = { hiEnergy: { exportId: "4002" } }, $b: Int = 0, $c: Int)
      { export(locator: $a, maxAgeMs: $b) { status } other: export(locator: $a, maxAgeMs: $c) { status } }`,
    variables: { b: 5 },
    told: { data: { export: { status: 'RUNNING' }, other: { status: 'RUNNING' } } },
  },
  {
    what: 'names that every object has',
    query: `{ constructor: __typename toString: export(${HERE}) { hasOwnProperty: status valueOf: status then: status } }`,
    told: {
      data: {
        constructor: 'Query',
        // biome-ignore lint/suspicious/noThenProperty: a caller may name it so
        toString: { hasOwnProperty: 'RUNNING', valueOf: 'RUNNING', then: 'RUNNING' },
      },
    },
  },
  {
    what: 'the name __proto__',
    query: '{ __proto__: __typename a: __typename }',
    told: { data: { a: 'Query' } },
  },
  {
    what: 'one of two operations',
    query: 'query A { __typename } query B { b: __typename }',
    operationName: 'B',
    told: { data: { b: 'Query' } },
  },
  {
    what: 'variables that nothing declares',
    query: '{ __typename }',
    variables: { x: 1 },
    told: { data: { __typename: 'Query' } },
  },
  {
    what: 'an id of nothing',
    query: '{ node(id: "nonsense") { id } }',
    told: { data: { node: null }, errors: [error('BAD_USER_INPUT')] },
  },
  // ---------------------------------------------------------------- @oneOf, wrong in every way
  ...(
    [
      ['none', {}],
      ['two', { ...DONE, ...toLocator('talkdesk', 1) }],
      ['null', { hiEnergy: null }],
      ['one and null', { ...DONE, talkdesk: null }],
      ['an unknown one', { nobody: {} }],
      ['a text', 'x'],
      ['a list', [DONE, DONE]],
      ['a missing field', { hiEnergy: {} }],
      ['an object for a text', { hiEnergy: { exportId: {} } }],
      ['null itself', null],
    ] as const
  ).map(
    ([what, locator]): Case => ({
      what: `a locator of ${what} in a variable`,
      query: WITH_LOCATOR,
      variables: { locator },
      // An unknown field is two mistakes: it is not there, and one that is there is missing.
      told: { errors: expect.arrayContaining([error('BAD_USER_INPUT')]) },
      statuses: NOT_RUN,
    }),
  ),
  {
    what: 'a variable that is missing',
    query: WITH_LOCATOR,
    told: { errors: [error('BAD_USER_INPUT')] },
    statuses: NOT_RUN,
  },
  ...['{}', '{ hiEnergy: { exportId: "1" }, id: "x" }', '{ hiEnergy: null }'].map(
    (locator): Case => ({
      what: `a locator ${locator} in the text`,
      query: `{ export(locator: ${locator}) { status } }`,
      told: { errors: [error('GRAPHQL_VALIDATION_FAILED')] },
      statuses: NOT_RUN,
    }),
  ),
  {
    what: 'a nullable variable where one of several has to be given',
    query: 'query ($id: String) { export(locator: { id: $id }) { status } }',
    told: { errors: [error('GRAPHQL_VALIDATION_FAILED')] },
    statuses: NOT_RUN,
  },
  {
    what: 'an enum value that is none',
    query: 'query ($s: [ExportStatus!]) { recentExports(filter: { status: $s }) { edges { cursor } } }',
    variables: { s: ['NEVER'] },
    told: { errors: expect.any(Array) },
    statuses: NOT_RUN,
  },
  // ---------------------------------------------------------------- refusals
  { what: 'no GraphQL', query: '{', told: { errors: [error('GRAPHQL_PARSE_FAILED')] }, statuses: NOT_RUN },
  {
    what: 'an unknown field',
    query: '{ nothing }',
    told: { errors: [error('GRAPHQL_VALIDATION_FAILED')] },
    statuses: NOT_RUN,
  },
  {
    what: 'an unknown operation',
    query: 'query A { __typename }',
    operationName: 'B',
    told: { errors: [error('OPERATION_RESOLUTION_FAILURE')] },
    statuses: NOT_RUN,
  },
  {
    what: 'an operation that is not named among two',
    query: 'query A { __typename } query B { __typename }',
    told: { errors: [error('OPERATION_RESOLUTION_FAILURE')] },
    statuses: NOT_RUN,
  },
  {
    what: 'too many tokens',
    query: `{ ${'__typename '.repeat(1_001)} }`,
    told: { errors: [error('GRAPHQL_PARSE_FAILED')] },
    statuses: NOT_RUN,
  },
  {
    what: 'too great a depth',
    query: `{ export(${HERE}) { ${nest(20)} } }`,
    told: { errors: [error('BAD_USER_INPUT')] },
    statuses: NOT_RUN,
  },
  {
    what: 'too many aliases',
    query: `{ ${Array.from({ length: 31 }, (_, n) => `a${n}: __typename`).join(' ')} }`,
    told: { errors: [error('BAD_USER_INPUT')] },
    statuses: NOT_RUN,
  },
  {
    what: 'too many directives',
    query: `{ ${Array.from({ length: 60 }, () => '... @include(if: true) { __typename }').join(' ')} }`,
    told: { errors: [error('BAD_USER_INPUT')] },
    statuses: NOT_RUN,
  },
  {
    what: 'too many locators',
    query: 'query ($locators: [ExportLocator!]!) { exports(locators: $locators) { status } }',
    variables: { locators: Array.from({ length: 101 }, () => DONE) },
    told: { errors: [error('BAD_USER_INPUT', { path: ['exports'] })] },
  },
  {
    what: 'a hash without its text',
    query: '',
    extensions: { persistedQuery: { version: 1, sha256Hash: 'ab'.repeat(32) } },
    told: { errors: [error('PERSISTED_QUERY_NOT_SUPPORTED', { message: 'PersistedQueryNotSupported' })] },
    statuses: NOT_RUN,
  },
  {
    what: 'a whole number that JSON cannot carry',
    query: 'query ($n: Int) { recentExports(first: $n) { edges { cursor } } }',
    variables: { n: 2 ** 60 },
    told: { errors: [error('BAD_USER_INPUT')] },
    statuses: NOT_RUN,
  },
  // ---------------------------------------------------------------- a bug
  {
    what: 'a bug of ours',
    query: 'query ($locators: [ExportLocator!]!) { exports(locators: $locators) { status createdAt } }',
    variables: { locators: [DONE] },
    isBroken: true,
    told: { errors: [error('INTERNAL_SERVER_ERROR', { message: 'Unexpected error.' })] },
  },
];

const gateways = new Map<Executor, ConformanceGateway>();
const references = new Map<string, Promise<Told>>();
beforeAll(async () => {
  for (const executor of EXECUTORS) gateways.set(executor, await startConformanceGateway(executor));
});
afterAll(async () => {
  for (const gateway of gateways.values()) await gateway[Symbol.asyncDispose]();
});

function gatewayOf(executor: Executor): ConformanceGateway {
  return gateways.get(executor) as ConformanceGateway;
}

async function ask(executor: Executor, transport: (typeof TRANSPORTS)[number], test: Case): Promise<Told> {
  const { what: _what, told: _told, statuses: _statuses, isBroken = false, ...question } = test;
  const gateway = gatewayOf(executor);
  try {
    return await transport.ask(gateway.url, question, () => {
      gateway.bug.isThere = isBroken;
    });
  } finally {
    gateway.bug.isThere = false;
  }
}

/** The answer to compare with: interpreted, as plain JSON. Asked once. */
function referenceOf(test: Case): Promise<Told> {
  const known =
    references.get(test.what) ?? ask('interpreted', TRANSPORTS[0] as (typeof TRANSPORTS)[number], test);
  references.set(test.what, known);
  return known;
}

describe.each(EXECUTORS)('an operation that is %s', (executor) => {
  describe.each(TRANSPORTS)('over $name', (transport) => {
    it.each(CASES)('answers $what', async (test) => {
      const reference = await referenceOf(test);
      const gateway = gatewayOf(executor);
      const before = endings(gateway).length;

      const answer = await ask(executor, transport, test);

      const read = JSON.parse(answer.text) as {
        readonly errors?: readonly { extensions: { requestId: string } }[];
      };
      expect(read).toMatchObject(test.told);
      expect(normalise(answer.text)).toBe(normalise(reference.text));
      const [plain, graphql] = test.statuses ?? [200, 200];
      if (answer.status !== null && !test.isBroken)
        expect(answer.status).toBe(transport.name.includes('graphql-response') ? graphql : plain);

      // One line, under the id that the caller was told.
      await expect.poll(() => endings(gateway).length).toBeGreaterThan(before);
      const lines = endings(gateway).slice(-1);
      expect(endings(gateway)).toHaveLength(before + 1);
      const ids = new Set((read.errors ?? []).map(({ extensions }) => extensions.requestId));
      if (answer.requestId !== null) ids.add(answer.requestId);
      for (const id of ids) expect(lines[0]?.requestId).toBe(id);
      expect(ids.size).toBeLessThanOrEqual(1);
      expect(lines[0]).toMatchObject({ transport: transport.label, outcome: read.errors ? 'errors' : 'ok' });
      expect(answer.text).not.toMatch(/secret|10\.0\.0\.7|RangeError|node_modules|\.ts\b/);
    });
  });

  it('is counted once, whatever it came over', async () => {
    const gateway = gatewayOf(executor);

    const counted = await readSum(gateway.url, 'waybill_operations_total');

    expect(counted).toBe(endings(gateway).length);
    expect(counted).toBeGreaterThanOrEqual(CASES.length * TRANSPORTS.length);
  });
});

describe.each(EXECUTORS)('what is refused before an operation is read, %s', (executor) => {
  it('is refused alike over every transport: more operations than a minute may have', async () => {
    await using gateway = await startConformanceGateway(executor, { limits: { operationsPerMinute: 1 } });
    await gateway.query('{ __typename }');

    for (const transport of TRANSPORTS) {
      const { status, text } = await transport.ask(gateway.url, { query: '{ __typename }' });

      expect(JSON.parse(text)).toEqual({
        errors: [
          {
            message: expect.any(String),
            extensions: {
              code: 'RATE_LIMITED',
              retryable: true,
              retryAfterMs: expect.any(Number),
              requestId: expect.any(String),
            },
          },
        ],
      });
      expect([429, null]).toContain(status);
    }
  });

  it('shows no schema in production, over no transport', async () => {
    await using gateway = await startConformanceGateway(executor, {
      server: { mode: 'production', publicUrl: 'https://waybill.example' },
      access: { mode: 'keys', keys: [{ name: 'a', key: 'key-of-conformance', tenant: 'default' }] },
    });

    const { errors } = await gateway.query('{ __schema { queryType { name } } }', undefined, {
      headers: { authorization: 'Bearer key-of-conformance' },
    });

    expect(errors).toContainEqual(error('GRAPHQL_VALIDATION_FAILED'));
    expect(JSON.stringify(errors)).not.toContain('Query"');
  });
});
