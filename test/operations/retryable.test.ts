import { readFile } from 'node:fs/promises';
import { GraphQLError } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RateLimitedError } from '../../src/access/rate-limits.ts';
import {
  InputError,
  StartError,
  StoreUnavailableError,
  TrackingError,
  VendorError,
  type VendorErrorCode,
} from '../../src/export/errors.ts';
import { createErrorMask, type FormattedError } from '../../src/operations/errors.ts';
import { UntrustedOperationError } from '../../src/operations/trusted-documents.ts';
import { StreamClosedError } from '../../src/watch/stream-closed-error.ts';
import { Peer } from '../graphql/subscriptions/peer.ts';
import { EVERYTHING_RUNS, type FakedGateway, startFakedGateway, toLocator } from '../graphql/support.ts';
import { createTestTools } from '../support/tools.ts';
import { type Question, TRANSPORTS } from './conformance-support.ts';

/**
 * Whether asking again may help, for every code that `docs/errors.md` lists. Clients go by the field alone, and have no such table.
 *
 * `depends`: on the facts, as the page says.
 */
const RETRYABLE: Readonly<Record<string, boolean | 'depends'>> = {
  ACCESS_UNAVAILABLE: true,
  BAD_REQUEST: false,
  BAD_USER_INPUT: false,
  EXPORT_NOT_FOUND: false,
  FORBIDDEN: false,
  GRAPHQL_PARSE_FAILED: false,
  GRAPHQL_VALIDATION_FAILED: false,
  IDEMPOTENCY_KEY_REUSED: false,
  INTERNAL_SERVER_ERROR: false,
  NOT_ACCEPTABLE: false,
  OPERATION_NOT_TRUSTED: false,
  OPERATION_RESOLUTION_FAILURE: false,
  PERSISTED_QUERY_NOT_SUPPORTED: false,
  RATE_LIMITED: 'depends',
  SERVER_DRAINING: true,
  SLOW_CONSUMER: true,
  START_OUTCOME_UNKNOWN: 'depends',
  STORE_UNAVAILABLE: true,
  SUBSCRIPTION_LIMIT: false,
  SUBSCRIPTION_TOKEN_EXPIRED: true,
  TRACKING_LIMIT: false,
  UNAUTHENTICATED: false,
  UNSUPPORTED_BY_VENDOR: false,
  VENDOR_BAD_RESPONSE: true,
  VENDOR_FORBIDDEN: false,
  VENDOR_RATE_LIMITED: true,
  VENDOR_REJECTED: false,
  VENDOR_TIMEOUT: true,
  VENDOR_UNAUTHENTICATED: false,
  VENDOR_UNAVAILABLE: true,
};

const seen = new Map<string, Set<boolean>>();

/** Every error says so, in accordance with the table. */
function check(errors: unknown): readonly string[] {
  expect(errors).toBeInstanceOf(Array);
  return (errors as readonly FormattedError[]).map(({ extensions: { code, retryable } }) => {
    expect([code, typeof retryable]).toEqual([code, 'boolean']);
    if (RETRYABLE[code] !== 'depends') expect([code, retryable]).toEqual([code, RETRYABLE[code]]);
    seen.set(code, (seen.get(code) ?? new Set()).add(retryable));
    return code;
  });
}

const KEY = 'ops-key-0123456789';
const KEYS = { access: { mode: 'keys', keys: [{ name: 'ops', key: KEY, tenant: 'default' }] } };

describe('an error of the gateway says whether asking again may help', () => {
  const AT = { vendor: 'hi-energy', account: 'hi', message: 'x' } as const;
  const VENDOR_CODES: readonly VendorErrorCode[] = [
    'EXPORT_NOT_FOUND',
    'VENDOR_UNAUTHENTICATED',
    'VENDOR_FORBIDDEN',
    'VENDOR_RATE_LIMITED',
    'VENDOR_TIMEOUT',
    'VENDOR_UNAVAILABLE',
    'VENDOR_BAD_RESPONSE',
    'UNSUPPORTED_BY_VENDOR',
  ];
  const THROWN: readonly (readonly [string, Error])[] = [
    ...VENDOR_CODES.map((code) => [code, new VendorError({ ...AT, code })] as const),
    ['VENDOR_REJECTED', new StartError({ ...AT, code: 'VENDOR_REJECTED' })],
    ['START_OUTCOME_UNKNOWN', new StartError({ ...AT, code: 'START_OUTCOME_UNKNOWN' })],
    ['START_OUTCOME_UNKNOWN', new StartError({ ...AT, code: 'START_OUTCOME_UNKNOWN', isRetryable: true })],
    ['IDEMPOTENCY_KEY_REUSED', new TrackingError('IDEMPOTENCY_KEY_REUSED', 'x')],
    ['TRACKING_LIMIT', new TrackingError('TRACKING_LIMIT', 'x')],
    ['STORE_UNAVAILABLE', new StoreUnavailableError()],
    ['BAD_USER_INPUT', new InputError('x', 'locator')],
    ['OPERATION_NOT_TRUSTED', new UntrustedOperationError()],
    ['RATE_LIMITED', new RateLimitedError('x', 1_000)],
    ['RATE_LIMITED', new RateLimitedError('x')],
    ['SLOW_CONSUMER', new StreamClosedError('SLOW_CONSUMER', 'x', null)],
    ['SERVER_DRAINING', new StreamClosedError('SERVER_DRAINING', 'x', 'cursor')],
    ['SUBSCRIPTION_TOKEN_EXPIRED', new StreamClosedError('SUBSCRIPTION_TOKEN_EXPIRED', 'x', 'cursor')],
    ['UNAUTHENTICATED', new StreamClosedError('UNAUTHENTICATED', 'x', null)],
    ['INTERNAL_SERVER_ERROR', new TypeError('a mistake')],
    ['INTERNAL_SERVER_ERROR', new DOMException('given up', 'AbortError')],
    ['BAD_USER_INPUT', new GraphQLError('Variable "$x" got invalid value.')],
    ['GRAPHQL_PARSE_FAILED', new GraphQLError('Syntax Error: Unexpected <EOF>.')],
  ];

  it.each(THROWN)('where %s was thrown: %j', (code, error) => {
    const mask = createErrorMask(createTestTools());

    expect(check([mask(error, 'request-1'), mask(error, null)])).toEqual([code, code]);
  });
});

describe('an operation that goes wrong', () => {
  let gateway: FakedGateway;
  beforeAll(async () => {
    gateway = await startFakedGateway({
      tools: { random: { next: () => 0 } },
      vendors: {
        'power-bi': () => ({ status: 429, headers: { 'retry-after': '60' }, body: {} }),
        'hi-energy': (request) =>
          request.url.endsWith('/4404') ? { status: 404, body: {} } : EVERYTHING_RUNS['hi-energy'](request),
        talkdesk: () => ({ status: 401, body: {} }),
        'web-admit': () => ({ status: 503, body: {} }),
      },
    });
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  const CASES: readonly (Question & { readonly codes: readonly string[] })[] = [
    { query: '{', codes: ['GRAPHQL_PARSE_FAILED'] },
    { query: '{ nothing }', codes: ['GRAPHQL_VALIDATION_FAILED'] },
    { query: 'query A { __typename }', operationName: 'B', codes: ['OPERATION_RESOLUTION_FAILURE'] },
    { query: '{ recentExports(first: 0) { nodes { id } } }', codes: ['BAD_USER_INPUT'] },
    { query: 'query ($a: Int!) { recentExports(first: $a) { nodes { id } } }', codes: ['BAD_USER_INPUT'] },
    {
      query: 'query ($locators: [ExportLocator!]!) { exports(locators: $locators) { id } }',
      variables: {
        locators: [
          toLocator('hi-energy', { exportId: '4404' }),
          toLocator('power-bi', 1),
          toLocator('talkdesk', 1),
          toLocator('web-admit', 1),
          toLocator('hi-energy', { exportId: 'none' }),
        ],
      },
      codes: [
        'BAD_USER_INPUT',
        'EXPORT_NOT_FOUND',
        'VENDOR_RATE_LIMITED',
        'VENDOR_UNAUTHENTICATED',
        'VENDOR_UNAVAILABLE',
      ],
    },
  ];

  describe.each(TRANSPORTS)('over $name', ({ ask }) => {
    it.each(CASES)('says for $codes whether asking again may help', async ({ codes, ...question }) => {
      const { text } = await ask(gateway.url, question);

      expect([...check(JSON.parse(text).errors)].sort()).toEqual(codes);
    });
  });

  it('says so of one too many on a socket', async () => {
    await using limited = await startFakedGateway({ config: { limits: { subscriptionsPerSocket: 1 } } });
    await using peer = await Peer.connect(limited.url);
    const query = `subscription ($locators: [ExportLocator!]!) { exportEvents(locators: $locators) { __typename } }`;
    const variables = { locators: [toLocator('hi-energy', 1)] };
    const refused = peer.next(({ type }) => type === 'error');

    for (const id of ['1', '2']) peer.send({ type: 'subscribe', id, payload: { query, variables } });

    expect(check((await refused).payload)).toEqual(['SUBSCRIPTION_LIMIT']);
  });
});

describe('a request that is refused before it is an operation', () => {
  let gateway: FakedGateway;
  let away: FakedGateway;
  beforeAll(async () => {
    gateway = await startFakedGateway({ config: KEYS });
    // Nobody listens there: tokens cannot be checked.
    const jwt = {
      jwksUrl: 'http://127.0.0.1:1/jwks',
      issuer: 'https://id.example/',
      audience: 'waybill',
      tenantClaim: 't',
    };
    away = await startFakedGateway({ config: { access: { mode: 'jwt', jwt } } });
  });
  afterAll(async () => {
    await gateway[Symbol.asyncDispose]();
    await away[Symbol.asyncDispose]();
  });

  const JSON_TYPE = { 'content-type': 'application/json' };
  const ALLOWED = { ...JSON_TYPE, authorization: `Bearer ${KEY}` };
  const body = '{"query":"{ __typename }"}';
  const TOKEN = [{ alg: 'ES256', kid: 'k' }, { iss: 'https://id.example/' }, {}]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const CASES: readonly (readonly [number, string, RequestInit & { readonly headers: object }])[] = [
    [401, 'UNAUTHENTICATED', { method: 'POST', headers: JSON_TYPE, body }],
    [403, 'FORBIDDEN', { method: 'POST', headers: { ...ALLOWED, origin: 'https://evil.example' }, body }],
    [405, 'BAD_REQUEST', { method: 'PUT', headers: ALLOWED, body }],
    [413, 'BAD_USER_INPUT', { method: 'POST', headers: ALLOWED, body: 'x'.repeat(300_000) }],
    [415, 'BAD_USER_INPUT', { method: 'POST', headers: { ...ALLOWED, 'content-type': 'text/plain' }, body }],
  ];
  const ACCEPTS = [
    'application/json',
    'application/graphql-response+json',
    'text/event-stream',
    'multipart/mixed;subscriptionSpec=1.0',
    'text/html;q=0.1, */*',
  ];

  async function codesOf(url: string, request: RequestInit, status: number): Promise<readonly string[]> {
    const response = await fetch(`${url}/graphql`, request);
    expect(response.status).toBe(status);
    // An event or a part, where that was asked for: it holds the same.
    const [json = ''] = /\{"errors":.*\]\}/.exec(await response.text()) ?? [];
    return check(JSON.parse(json).errors);
  }

  describe.each(ACCEPTS)('for one that accepts %s', (accept) => {
    it.each(CASES)('says with %i %s whether asking again may help', async (status, code, request) => {
      const asked = { ...request, headers: { ...request.headers, accept } };

      expect(await codesOf(gateway.url, asked, status)).toEqual([code]);
    });

    it('says so where tokens cannot be checked', async () => {
      const headers = { ...JSON_TYPE, accept, authorization: `Bearer ${TOKEN}` };

      expect(await codesOf(away.url, { method: 'POST', headers, body }, 503)).toEqual(['ACCESS_UNAVAILABLE']);
    });
  });

  it.each(['{', '[]', '{}'])('says so of the body %s', async (nonsense) => {
    const request = { method: 'POST', headers: ALLOWED, body: nonsense };

    expect(await codesOf(gateway.url, request, 400)).toEqual(['BAD_REQUEST']);
  });

  it('says so of what is accepted by nobody here, and of a hash without its text', async () => {
    const persisted = '{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"00"}}}';
    const picture = { ...ALLOWED, accept: 'image/png' };

    expect(await codesOf(gateway.url, { method: 'POST', headers: picture, body }, 406)).toEqual([
      'NOT_ACCEPTABLE',
    ]);
    expect(await codesOf(gateway.url, { method: 'POST', headers: ALLOWED, body: persisted }, 200)).toEqual([
      'PERSISTED_QUERY_NOT_SUPPORTED',
    ]);
  });
});

describe('the page on errors', () => {
  it('lists the codes that were seen here, and no other', async () => {
    const page = await readFile(new URL('../../docs/errors.md', import.meta.url), 'utf8');
    const listed = [...page.matchAll(/^\| `([A-Z_]+)`/gm)].map(([, code]) => code);

    // This one is told in an event, and is no error's.
    expect([...listed].sort()).toEqual([...Object.keys(RETRYABLE), 'WATCH_STORE_UNAVAILABLE'].sort());
    expect([...seen.keys()].sort()).toEqual(Object.keys(RETRYABLE));
    for (const [code, answers] of seen)
      if (RETRYABLE[code] === 'depends') expect([code, answers.size]).toEqual([code, 2]);
  });
});
