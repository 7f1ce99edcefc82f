import { describe, expect, it } from 'vitest';
import type { ExportSnapshot } from '../../../src/export/export.ts';
import type { FakeAnswer, ReceivedRequest } from '../../support/fake-vendor.ts';
import { openShipped, toLines } from './shipped.ts';

const RUNNING = '7964079784242';
const DONE = '8052023623986';
const GID = 'gid://shopify/BulkOperation/';
const PATH = '/admin/api/2026-10/graphql.json';
const choices = {
  id: 'shopify',
  basePath: '/admin/api/2026-10',
  settings: { shop: 'acme', version: '2026-10' },
  ids: { operationId: RUNNING },
} as const;
const { definition, fixture, toKey, ...shopify } = openShipped({
  ...choices,
  credential: () => ({ type: 'api-key', apiKey: 'shpat-1' }),
});
const byClient = openShipped({
  ...choices,
  credential: (tokenUrl) => ({ type: 'client-credentials', tokenUrl, clientId: 'me', clientSecret: 'hush' }),
});
const late = openShipped({
  ...choices,
  credential: () => ({ type: 'api-key', apiKey: 'shpat-1' }),
  now: Date.UTC(2026, 4, 25, 9, 4, 12),
});
const answer = (name: string, status = 200): FakeAnswer => ({ status, body: fixture(name) });
/** A recorded answer as if it were about the operation that is asked about. */
const ours = (name: string, changes: object = {}): FakeAnswer => {
  const { data, ...envelope } = fixture(name) as { data: { node: object } };
  return { body: { ...envelope, data: { node: { ...data.node, id: `${GID}${RUNNING}`, ...changes } } } };
};
const bodyOf = (request: { readonly body: string } | undefined) => JSON.parse(request?.body ?? 'null');

describe('Shopify, reading an operation', () => {
  it.each([
    ['created', { status: 'QUEUED' }],
    ['running', { status: 'RUNNING', progress: null, details: { objectCount: 5033, rootObjectCount: 1456 } }],
    ['canceling', { status: 'CANCELING', files: null }],
    ['completed', { status: 'SUCCEEDED', outcome: 'COMPLETE', finishedAt: Date.UTC(2026, 4, 18, 9, 4, 11) }],
    ['completed-empty', { status: 'SUCCEEDED', outcome: 'EMPTY', files: [] }],
    ['completed-without-link', { status: 'SUCCEEDED', outcome: 'COMPLETE', files: [] }],
    ['canceled', { status: 'CANCELED', finishedAt: null, files: [] }],
    ['canceled-with-link', { status: 'CANCELED', files: [] }],
    ['expired', { status: 'EXPIRED', files: [] }],
    [
      'failed',
      {
        status: 'FAILED',
        failure: { code: 'INTERNAL_SERVER_ERROR', isRetryable: true },
        files: [{ name: `${RUNNING}-partial.jsonl` }],
      },
    ],
    [
      'failed-without-data',
      { status: 'FAILED', failure: { code: 'ACCESS_DENIED', isRetryable: false }, files: [] },
    ],
  ])('reads %s', async (name, expected) => {
    expect((await shopify.read(ours(name))).result).toMatchObject(expected);
  });

  it('sends one document with the id as a variable, and the token in its own header', async () => {
    const { requests } = await shopify.read(answer('running'));

    expect(toLines(requests)).toEqual([`POST ${PATH}`]);
    expect(requests[0]?.headers).toMatchObject({
      'x-shopify-access-token': 'shpat-1',
      'content-type': expect.stringContaining('application/json'),
    });
    expect(requests[0]?.headers.authorization).toBeUndefined();
    const { query, variables } = bodyOf(requests[0]);
    expect(variables).toEqual({ id: `${GID}${RUNNING}` });
    expect(query).toMatch(/^query\(\$id: ID!\) \{ node\(id: \$id\) \{ \.\.\. on BulkOperation \{ id status /);
    expect(query).not.toMatch(/\bquery url|\{ query|query \}/);
  });

  it('asks for a token by form, and sends it in the same header', async () => {
    const { requests, tokenRequests } = await byClient.read(answer('running'));

    expect(requests[0]?.headers).toMatchObject({ 'x-shopify-access-token': 'granted' });
    expect(Object.fromEntries(new URLSearchParams(tokenRequests[0]?.body))).toEqual({
      grant_type: 'client_credentials',
      client_id: 'me',
      client_secret: 'hush',
    });
  });

  it.each([
    ['error-access-denied', 200, { code: 'VENDOR_FORBIDDEN', vendorCode: 'ACCESS_DENIED' }],
    ['error-shop-inactive', 200, { code: 'VENDOR_UNAVAILABLE' }],
    ['error-internal', 200, { code: 'VENDOR_UNAVAILABLE' }],
    ['error-invalid-variable', 200, { code: 'VENDOR_BAD_RESPONSE', vendorCode: 'INVALID_VARIABLE' }],
    ['error-not-found', 200, { code: 'EXPORT_NOT_FOUND' }],
    ['unknown-id', 200, { code: 'EXPORT_NOT_FOUND' }],
    ['import', 200, { code: 'EXPORT_NOT_FOUND' }],
    ['completed', 200, { code: 'VENDOR_BAD_RESPONSE' }], // another operation's answer
    ['error-401', 401, { code: 'VENDOR_UNAUTHENTICATED' }],
    ['error-401', 402, { code: 'VENDOR_FORBIDDEN' }],
    ['error-401', 403, { code: 'VENDOR_FORBIDDEN' }],
    ['error-401', 404, { code: 'EXPORT_NOT_FOUND' }],
    ['error-401', 423, { code: 'VENDOR_UNAVAILABLE' }],
    ['error-401', 430, { code: 'VENDOR_RATE_LIMITED', retryAfterMs: 60_000 }],
  ])('says of %s with HTTP %i what it is', async (name, status, expected) => {
    expect((await shopify.read(answer(name, status))).result).toMatchObject(expected);
  });

  it.each([200, 429])('waits a second where its bucket is empty, with HTTP %i', async (status) => {
    expect(await shopify.waitMs(answer('error-throttled', status))).toBe(1_000);
  });

  it('asks for many in one call, in their order, and for an unknown one singly', async () => {
    const unknown = '5';

    const { result, requests } = await shopify.play(
      ({ body }: ReceivedRequest) => answer(body.includes('$ids') ? 'nodes' : 'unknown-id'),
      (account) => account.readMany([DONE, unknown, RUNNING].map((operationId) => toKey({ operationId }))),
    );

    expect(result).toMatchObject([
      { status: 'SUCCEEDED' },
      { code: 'EXPORT_NOT_FOUND' },
      { status: 'RUNNING' },
    ]);
    expect(requests).toHaveLength(2);
    expect([...bodyOf(requests[0]).variables.ids].sort()).toEqual(
      [DONE, unknown, RUNNING].map((id) => `${GID}${id}`).sort(),
    );
    expect(bodyOf(requests[1]).variables).toEqual({ id: `${GID}${unknown}` });
  });

  it('lists the newest queries from page to page, asking for as many as are wanted', async () => {
    const { result, requests } = await shopify.play(
      ({ body }: ReceivedRequest) =>
        answer(JSON.parse(body).variables.after === undefined ? 'list' : 'list-last'),
      (account) => account.listRecent(20),
    );

    expect((result as readonly ExportSnapshot[]).map(({ status }) => status)).toEqual([
      'RUNNING',
      'SUCCEEDED',
      'EXPIRED',
    ]);
    expect(requests).toHaveLength(2);
    const [first, second] = requests.map(bodyOf);
    expect(first.query).toMatch(/^query\(\$first: Int!, \$after: String\) \{ bulkOperations\(/);
    expect(first.query).toContain(
      '(first: $first, after: $after, sortKey: CREATED_AT, query: "operation_type:QUERY")',
    );
    expect(first.variables).toEqual({ first: 20 });
    expect(second).toEqual({
      query: first.query,
      variables: { first: 20, after: 'eyJsYXN0X2lkIjo4MDUyMDIzNjIzOTg2fQ==' },
    });
  });

  it.each([`${GID}1`, '0', '01', '1234567890123456789012', ''])(
    'takes %j for no operation',
    (operationId) => {
      expect(() => toKey({ operationId })).toThrow();
    },
  );
});

describe('Shopify, starting an operation', () => {
  const query = '{ products { edges { node { id } } } }';

  it('sends the query as a variable', async () => {
    const { result, requests } = await shopify.start({ query }, answer('started'));

    expect(result).toMatchObject({ ids: { operationId: RUNNING }, snapshot: { status: 'QUEUED' } });
    expect(toLines(requests)).toEqual([`POST ${PATH}`]);
    expect(bodyOf(requests[0]).variables).toEqual({ query });
    expect(bodyOf(requests[0]).query).toMatch(
      /^mutation\(\$query: String!\) \{ bulkOperationRunQuery\(query: \$query\)/,
    );
  });

  it.each([
    ['start-refused', { code: 'VENDOR_REJECTED', vendorCode: 'OPERATION_IN_PROGRESS' }],
    [
      'start-refused-query',
      { code: 'VENDOR_REJECTED', vendorMessage: 'Bulk queries must contain at least one connection.' },
    ],
    ['error-throttled', { code: 'VENDOR_RATE_LIMITED' }],
    ['error-access-denied', { code: 'VENDOR_FORBIDDEN' }],
  ])("takes nobody else's operation for its own at %s", async (name, expected) => {
    expect((await shopify.start({ query }, answer(name))).result).toMatchObject(expected);
  });

  it.each([{}, { query: 5 }])('refuses %j', (order) => {
    expect(() => definition.parseOrder(order, 'input.order')).toThrow(/^input\.order\./);
  });
});

describe('Shopify, cancelling an operation', () => {
  const cancel = (name: string) =>
    shopify.play(answer(name), (account) => Promise.resolve(account.cancel?.(toKey())));

  it('sends one mutation with the id as a variable', async () => {
    const { result, requests } = await cancel('cancel');

    expect(result).toBeUndefined();
    expect(requests).toHaveLength(1);
    expect(bodyOf(requests[0]).query).toContain('bulkOperationCancel');
    expect(bodyOf(requests[0]).variables).toEqual({ id: `${GID}${RUNNING}` });
  });

  it('is told with HTTP 200 that it was refused: its state is looked at then', async () => {
    expect((await cancel('cancel-refused')).result).toMatchObject({ code: 'VENDOR_FORBIDDEN' });
  });
});

describe("Shopify, an operation's file", () => {
  it('is JSON Lines behind a link that works for a week', async () => {
    expect((await shopify.locate(ours('completed'))).result).toEqual({
      type: 'link',
      url: (fixture('completed') as { data: { node: { url: string } } }).data.node.url,
      expiresAt: Date.UTC(2026, 4, 25, 9, 4, 11),
      file: {
        name: `acme-bulk-${DONE}.jsonl`, // as the link says
        mediaType: 'application/jsonl',
        availableUntil: Date.UTC(2026, 4, 25, 9, 4, 11),
      },
    });
  });

  it('is what had been read where the operation failed', async () => {
    expect((await shopify.locate(ours('failed'))).result).toMatchObject({
      type: 'link',
      file: { name: `${RUNNING}-partial.jsonl` },
    });
  });

  it.each([
    ['running', { type: 'unfinished' }],
    ['completed-empty', { type: 'gone' }],
    ['canceled-with-link', { type: 'gone' }],
    ['expired', { type: 'gone' }],
  ])('is not to be had at %s', async (name, expected) => {
    expect((await shopify.locate(ours(name))).result).toEqual(expected);
  });

  it('is gone after a week', async () => {
    expect((await late.locate(ours('completed'))).result).toEqual({ type: 'gone' });
  });
});
