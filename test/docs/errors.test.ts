import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildSchema, type GraphQLEnumType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string): string => readFileSync(`${root}${path}`, 'utf8');
const page = read('docs/errors.md');

/** Where our own code gives a client a code. */
const GIVEN =
  /(?:code: |code = |CODE = |toRefusal\(\s*|new TrackingError\(\s*|new StreamClosedError\(\s*|respondGraphQLError\([^']*)'([A-Z][A-Z_]+)'/g;

const KEY = 'key-of-a-page-about-errors';

describe('docs/errors.md', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    const access = { mode: 'keys', keys: [{ name: 'reader', key: KEY, tenant: 'default' }] };
    const credential = { type: 'api-key', apiKey: 'key-of-a-vendor-that-nobody-asks' };
    gateway = await startTestGateway({
      accounts: [{ key: 'hi', vendor: 'hi-energy', baseUrl: 'http://127.0.0.1:9', credential }],
      config: { access, limits: { locatorsPerMinute: 2 } },
    });
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  it('has a row for each code about a vendor that the schema has', () => {
    const codes = buildSchema(read('docs/schema.graphql')).getType('VendorErrorCode') as GraphQLEnumType;

    const names = codes.getValues().map(({ name }) => name);

    expect(codesIn(section('About a vendor')).sort()).toEqual(names.sort());
  });

  it('has a row for each code that starting and tracking have of their own', () => {
    expect(codesIn(section('About a start')).sort()).toEqual([
      'IDEMPOTENCY_KEY_REUSED',
      'START_OUTCOME_UNKNOWN',
      'STORE_UNAVAILABLE',
      'TRACKING_LIMIT',
      'VENDOR_REJECTED',
    ]);
  });

  it('has a row for each code that our own code gives', () => {
    const files = [
      ...['access', 'export', 'graphql', 'http', 'operations', 'tracking', 'transports', 'vendors'],
      ...['watch', 'web'],
    ]
      .flatMap((room) =>
        readdirSync(`${root}src/${room}`, { recursive: true }).map((name) => `src/${room}/${name}`),
      )
      .filter((name) => name.endsWith('.ts'));
    const given = files.flatMap((file) => [...read(file).matchAll(GIVEN)].map(([, code]) => code));

    expect(new Set(given).size).toBeGreaterThan(12);
    expect([...new Set(given)].filter((code) => !codesIn(page).includes(code ?? ''))).toEqual([]);
  });

  it.each<[code: string, body: object, headers?: Record<string, string>]>([
    ['GRAPHQL_PARSE_FAILED', { query: '{' }],
    ['GRAPHQL_VALIDATION_FAILED', { query: '{ nothing }' }],
    ['OPERATION_RESOLUTION_FAILURE', { query: '{ __typename }', operationName: 'Another' }],
    ['BAD_USER_INPUT', { query: '{ export(locator: { hiEnergy: { exportId: "../7" } }) { name } }' }],
    ['GRAPHQL_PARSE_FAILED', { query: `{ ${'__typename '.repeat(1_001)} }` }],
    [
      'BAD_USER_INPUT',
      { query: `{ ${Array.from({ length: 31 }, (_, index) => `a${index}: __typename`).join(' ')} }` },
    ],
    ['BAD_USER_INPUT', { query: 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }' }],
    ['BAD_USER_INPUT', { query: ' '.repeat(300_000) }],
    ['BAD_REQUEST', {}],
    ['RATE_LIMITED', { query: `{ exports(locators: [${['1', '2', '3'].map(toLocator)}]) { name } }` }],
    ['UNAUTHENTICATED', { query: '{ __typename }' }, { authorization: 'Bearer another' }],
    ['FORBIDDEN', { query: '{ __typename }' }, { origin: 'https://evil.example' }],
  ])('tells the statuses that %s comes with over HTTP', async (code, body, headers = {}) => {
    for (const accept of ['application/json', 'application/graphql-response+json']) {
      const {
        status,
        headers: answered,
        errors,
      } = await gateway.query('', undefined, {
        body: JSON.stringify(body),
        headers: { authorization: `Bearer ${KEY}`, accept, ...headers },
      });

      const requestId = answered.get('x-request-id');
      expect(errors[0]?.extensions).toMatchObject({ code, requestId });
      expect(statusesOf(code)).toContain(String(status));
    }
  });

  it.each(['BAD_USER_INPUT', 'BAD_REQUEST'])('tells every other status of %s', async (code) => {
    const init = {
      BAD_USER_INPUT: { body: '{}', headers: { 'content-type': 'text/plain' } },
      BAD_REQUEST: { method: 'PUT' },
    }[code];

    const { status, headers, errors } = await gateway.query('{ __typename }', undefined, {
      ...init,
      headers: { authorization: `Bearer ${KEY}`, ...init?.headers },
    });

    expect(errors[0]?.extensions).toMatchObject({ code, requestId: headers.get('x-request-id') });
    expect(statusesOf(code)).toContain(String(status));
  });
});

function toLocator(exportId: string): string {
  return `{ hiEnergy: { exportId: "${exportId}" } }`;
}

/** What stands under a heading. */
function section(title: string): string {
  return page.split(/^## /m).find((text) => text.startsWith(title)) ?? '';
}

/** The codes that tables have rows for. */
function codesIn(text: string): string[] {
  return [...text.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, code]) => code ?? '');
}

/** The HTTP statuses that the page tells for a code. */
function statusesOf(code: string): string[] {
  const row = page.split('\n').find((line) => line.startsWith(`| \`${code}\``)) ?? '';
  return row.split('|')[2]?.match(/\d{3}/g) ?? [];
}
