import { getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';

interface Mistake {
  readonly what: string;
  readonly query: string;
  readonly variables?: object;
}

/** Mistakes to which GraphQL would say what was meant, in the document and in its variables. */
const MISTAKES: readonly Mistake[] = [
  { what: 'a field', query: '{ vendor { key } }' },
  { what: 'a field of a type', query: '{ vendors { nam } }' },
  { what: 'several mistakes at once', query: '{ vendors { nam kei } accout { key } }' },
  { what: 'an argument', query: '{ recentExports(frist: 1) { nodes { id } } }' },
  {
    what: 'a type',
    query: 'query ($filter: ExportFiltr) { recentExports(filter: $filter) { nodes { id } } }',
  },
  { what: 'a type of a fragment', query: '{ recentExports { nodes { ... on TalkdeskExprt { jobId } } } }' },
  { what: 'a field of another type', query: '{ recentExports { nodes { jobId } } }' },
  { what: 'a directive', query: '{ vendors @skp(if: true) { key } }' },
  { what: 'an enum value', query: '{ recentExports(filter: { statuses: [QUEUD] }) { nodes { id } } }' },
  { what: 'a field of an input', query: '{ export(locator: { talkdsk: { jobId: "1" } }) { id } }' },
  {
    what: 'an enum value in a variable',
    query: 'query ($f: ExportFilter) { recentExports(filter: $f) { nodes { id } } }',
    variables: { f: { statuses: ['QUEUD'] } },
  },
  {
    what: 'a field in a variable',
    query: 'query ($l: ExportLocator!) { export(locator: $l) { id } }',
    variables: { l: { talkdsk: { jobId: '1' } } },
  },
];

describe('in production mode', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startTestGateway({ config: { server: { mode: 'production' } } });
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  it.each(MISTAKES)('$what that is wrong is not corrected', async ({ query, variables }) => {
    const { errors } = await gateway.query(query, variables);

    expect(errors.length).toBeGreaterThan(0);
    expect(JSON.stringify(errors)).not.toContain('Did you mean');
  });

  it.each([
    ['all of it', getIntrospectionQuery()],
    ['one type', '{ __type(name: "Query") { name } }'],
    ['the schema beside a good field', '{ vendors { key } __schema { queryType { name } } }'],
    ['the schema inside a fragment', '{ ...F } fragment F on Query { __schema { queryType { name } } }'],
  ])('the schema is not told: %s', async (_what, query) => {
    const { data, errors } = await gateway.query(query);

    expect(data ?? null).toBeNull();
    expect(errors[0]?.message).toContain('introspection');
  });

  it('the names of types in an answer are still told', async () => {
    const { data, errors } = await gateway.query('{ __typename vendors { __typename } }');

    expect(errors).toEqual([]);
    expect(data.__typename).toBe('Query');
  });

  it('GraphiQL is not there', async () => {
    const page = await fetch(`${gateway.url}/graphql`, { headers: { accept: 'text/html' } });
    const part = await fetch(`${gateway.url}/graphql/graphiql/graphiql.js`);

    expect(await page.text()).not.toContain('<script');
    expect(page.status).toBeGreaterThanOrEqual(400);
    expect(part.status).toBe(404);
  });
});

describe('in development mode', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startTestGateway();
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  // GraphQL has no suggestion for a directive.
  it.each(MISTAKES.filter(({ what }) => what !== 'a directive'))(
    '$what that is wrong is corrected',
    async ({ query, variables }) => {
      const { errors } = await gateway.query(query, variables);

      expect(JSON.stringify(errors)).toContain('Did you mean');
    },
  );

  it('the schema is told, within the limits', async () => {
    const { data, errors } = await gateway.query(getIntrospectionQuery({ descriptions: true, oneOf: true }));

    expect(errors).toEqual([]);
    expect(data.__schema.queryType.name).toBe('Query');
  });
});
