import { describe, expect, it } from 'vitest';
import { CODED_VENDOR_IDS } from '../../src/export/vendor-id.ts';
import { type Issuer, startIssuer } from '../support/issuer.ts';
import { Peer } from './subscriptions/peer.ts';
import { expectQuiet } from './subscriptions/quiet.ts';
import {
  EXPORT_QUERY,
  EXPORTS_QUERY,
  type FakedGateway,
  startFakedGateway,
  toAccount,
  toLocator,
} from './support.ts';

expectQuiet();

const access = {
  mode: 'keys',
  keys: [
    { name: 'ui', key: 'key-of-ui', tenant: 'acme' },
    { name: 'batch', key: 'key-of-batch', tenant: 'acme' },
    { name: 'globex', key: 'key-of-globex', tenant: 'globex' },
  ],
};

/** A gateway whose callers are told apart, with one account at each vendor for the tenant acme. */
function startLimited(limits: object, section: object = access): Promise<FakedGateway> {
  return startFakedGateway({
    config: { access: section, limits },
    accounts: (urls) => CODED_VENDOR_IDS.map((vendor) => toAccount(vendor, urls[vendor], { tenant: 'acme' })),
  });
}

const as = (name: string) => ({ headers: { authorization: `Bearer key-of-${name}` } });
const hi = (n: number) => toLocator('hi-energy', n);
const NEEDS_NO_VENDOR = '{ vendors { key } }';

/** Asks for one event of a subscription over SSE, as text. */
async function askSse(gateway: FakedGateway, query: string, variables: object = {}): Promise<Response> {
  return fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...as('ui').headers },
    body: JSON.stringify({ query, variables }),
  });
}

const connect = (gateway: FakedGateway) =>
  Peer.connect(gateway.url, { init: { authorization: 'Bearer key-of-ui' } });

describe('operations of one caller in a minute', () => {
  it('over the limit are answered with 429, and cost no vendor call', async () => {
    await using gateway = await startLimited({ operationsPerMinute: 2 });
    await gateway.query(EXPORT_QUERY, { locator: hi(1) }, as('ui'));
    await gateway.query(EXPORT_QUERY, { locator: hi(1) }, as('ui'));
    const calls = gateway.calls();

    const { status, headers, data, errors } = await gateway.query(EXPORT_QUERY, { locator: hi(1) }, as('ui'));

    const retryAfterMs = Number(errors[0]?.extensions?.retryAfterMs);
    expect([status, data]).toEqual([429, undefined]);
    expect(errors).toEqual([
      {
        message: expect.stringMatching(
          /^At most 2 operations a minute are answered to one caller: ask again in \d+ s\.$/,
        ),
        extensions: {
          code: 'RATE_LIMITED',
          retryable: true,
          retryAfterMs: expect.any(Number),
          requestId: headers.get('x-request-id'),
        },
      },
    ]);
    expect(retryAfterMs).toBeGreaterThan(0);
    expect(retryAfterMs).toBeLessThanOrEqual(60_000);
    expect(headers.get('retry-after')).toBe(String(Math.ceil(retryAfterMs / 1_000)));
    expect(gateway.calls()).toBe(calls);
  });

  it('are counted together over HTTP, SSE and websockets, and refused on each alike', async () => {
    await using gateway = await startLimited({ operationsPerMinute: 3 });
    await using peer = await connect(gateway);

    const answered = [
      (await gateway.query(NEEDS_NO_VENDOR, {}, as('ui'))).status,
      (await askSse(gateway, NEEDS_NO_VENDOR)).status,
      (await peer.ask('1', NEEDS_NO_VENDOR)).type,
    ];
    const overHttp = await gateway.query(NEEDS_NO_VENDOR, {}, as('ui'));
    const overGet = await fetch(`${gateway.url}/graphql?query={vendors{key}}`, as('ui'));
    const overSse = await askSse(gateway, NEEDS_NO_VENDOR);
    const overSocket = await peer.ask('2', NEEDS_NO_VENDOR);

    expect(answered).toEqual([200, 200, 'next']);
    expect([overHttp.status, overGet.status, overSse.status]).toEqual([429, 429, 429]);
    expect(Number(overSse.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await overSse.text()).toContain('"code":"RATE_LIMITED"');
    expect(overSocket).toEqual({
      id: '2',
      type: 'error',
      payload: [
        {
          message: expect.stringContaining('At most 3 operations a minute'),
          extensions: {
            code: 'RATE_LIMITED',
            retryable: true,
            retryAfterMs: expect.any(Number),
            requestId: expect.any(String),
          },
        },
      ],
    });
  });

  it('leave the socket alive on which one is refused, and what runs on it', async () => {
    await using gateway = await startLimited({ operationsPerMinute: 1 });
    await using peer = await connect(gateway);
    const snapshot = peer.next(({ type }) => type === 'next');
    peer.send({
      type: 'subscribe',
      id: 'live',
      payload: {
        query:
          'subscription ($locators: [ExportLocator!]!) { exportEvents(locators: $locators) { __typename } }',
        variables: { locators: [hi(1)] },
      },
    });
    await snapshot;

    const refused = await peer.ask('1', NEEDS_NO_VENDOR);
    const alive = peer.next(({ type }) => type === 'pong');
    peer.send({ type: 'ping' });

    expect(refused.type).toBe('error');
    expect((await alive).type).toBe('pong');
    expect(peer.messages.filter(({ id }) => id === 'live')).toHaveLength(1);
  });

  it('count also where they are refused as wrong', async () => {
    await using gateway = await startLimited({ operationsPerMinute: 4 });
    await using peer = await connect(gateway);

    await gateway.query('{ nonsense }', {}, as('ui'));
    await gateway.query('{', {}, as('ui'));
    await peer.ask('1', '{ nonsense }');
    await peer.ask('2', '{');

    expect((await gateway.query(NEEDS_NO_VENDOR, {}, as('ui'))).status).toBe(429);
  });

  it('are counted for each caller by itself', async () => {
    await using gateway = await startLimited({ operationsPerMinute: 1 });
    await gateway.query(NEEDS_NO_VENDOR, {}, as('ui'));

    expect((await gateway.query(NEEDS_NO_VENDOR, {}, as('batch'))).status).toBe(200);
    expect((await gateway.query(NEEDS_NO_VENDOR, {}, as('globex'))).status).toBe(200);
    expect((await gateway.query(NEEDS_NO_VENDOR, {}, as('ui'))).status).toBe(429);
  });

  it('are counted for a subject of a token within its tenant, whichever token it shows', async () => {
    await using issuer = await startIssuer();
    await using gateway = await startLimited({ operationsPerMinute: 1 }, issuer.access);
    const statusOf = async (tenant: string, subject: string) =>
      (await gateway.query(NEEDS_NO_VENDOR, {}, await bearer(issuer, tenant, subject))).status;

    expect(await statusOf('acme', 'anna')).toBe(200);
    expect(await statusOf('globex', 'anna')).toBe(200);
    expect(await statusOf('acme', 'bert')).toBe(200);
    expect(await statusOf('acme', 'anna')).toBe(429);
  });

  it('of everybody together are limited in mode open, where the file says so', async () => {
    await using gateway = await startFakedGateway({ config: { limits: { operationsPerMinute: 1 } } });

    expect((await gateway.query(NEEDS_NO_VENDOR)).status).toBe(200);
    expect((await gateway.query(NEEDS_NO_VENDOR)).status).toBe(429);
  });

  it('that are refused are told to the operator', async () => {
    await using gateway = await startLimited({ operationsPerMinute: 2, locatorsPerMinute: 1 });
    await gateway.query(EXPORTS_QUERY, { locators: [hi(1), hi(2)] }, as('ui'));
    await gateway.query(NEEDS_NO_VENDOR, {}, as('ui'));
    await gateway.query(NEEDS_NO_VENDOR, {}, as('ui'));
    await gateway.query(NEEDS_NO_VENDOR, {}, as('ui'));

    const metrics = await (await fetch(`${gateway.url}/metrics`)).text();

    expect(metrics.match(/^waybill_rate_limited_total.*$/gm)?.sort()).toEqual([
      'waybill_rate_limited_total{kind="locators"} 1',
      'waybill_rate_limited_total{kind="operations"} 2',
    ]);
  });
});

const TWO = { locators: [hi(1), hi(2)] };
const EVENTS =
  'subscription ($locators: [ExportLocator!]!) { exportEvents(locators: $locators) { exportId } }';

describe('exports that one caller asks vendors for in a minute', () => {
  it.each<readonly [what: string, query: string, variables: object, cost: number]>([
    ['export', EXPORT_QUERY, { locator: hi(1) }, 1],
    ['exports', EXPORTS_QUERY, TWO, 2],
    ['exports that name one twice', EXPORTS_QUERY, { locators: [hi(1), hi(1)] }, 1],
    [
      'several fields that name the same',
      'query ($l: ExportLocator!) { a: export(locator: $l) { id } b: export(locator: $l, maxAgeMs: 5) { id } exports(locators: [$l]) { id } }',
      { l: hi(1) },
      1,
    ],
    ['recentExports, for each account that has a list', '{ recentExports { nodes { id } } }', {}, 3],
    [
      'recentExports of one account',
      '{ recentExports(filter: { accounts: ["hi", "bi"] }) { nodes { id } } }',
      {},
      1,
    ],
  ])('are those of %s', async (_what, query, variables, cost) => {
    await using gateway = await startLimited({ locatorsPerMinute: cost });

    const first = await gateway.query(query, variables, as('ui'));
    const calls = gateway.calls();
    const second = await gateway.query(query, variables, as('ui'));

    expect(first.errors).toEqual([]);
    expect(second.errors.map(({ extensions }) => extensions?.code)).toContain('RATE_LIMITED');
    expect(gateway.calls()).toBe(calls);
  });

  it('are those of node and nodes, but for accounts', async () => {
    await using gateway = await startLimited({ locatorsPerMinute: 4 });
    const { data } = await gateway.query(
      `query ($l: ExportLocator!) { export(locator: $l) { id } accounts { id } }`,
      { l: hi(1) },
      as('ui'),
    );
    const ids = [data.export.id, ...data.accounts.map(({ id }: { id: string }) => id)];
    const nodes = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }';
    const node = 'query ($id: ID!) { node(id: $id) { id } }';

    const answers = [
      await gateway.query(nodes, { ids }, as('ui')),
      await gateway.query(node, { id: ids[0] }, as('ui')),
      await gateway.query(nodes, { ids: ids.slice(0, 1) }, as('ui')),
      await gateway.query(nodes, { ids }, as('ui')),
      await gateway.query(node, { id: ids[0] }, as('ui')),
    ];

    expect(
      answers.map(({ errors }) => errors.map(({ path, extensions }) => [path, extensions?.code])),
    ).toEqual([[], [], [], [[['nodes', 0], 'RATE_LIMITED']], [[['node'], 'RATE_LIMITED']]]);
    expect(answers[3]?.data.nodes.slice(1)).toEqual(ids.slice(1).map((id: string) => ({ id })));
    expect(gateway.calls()).toBe(4);
  });

  it('are those of exportEvents when it begins, over SSE and websockets alike', async () => {
    await using gateway = await startLimited({ locatorsPerMinute: 2 });
    await using peer = await connect(gateway);
    const snapshot = peer.next(({ type }) => type === 'next');
    peer.send({ type: 'subscribe', id: 'live', payload: { query: EVENTS, variables: TWO } });
    await snapshot;

    const overSocket = await peer.ask('2', EVENTS, { locators: [hi(3)] });
    const overSse = await (await askSse(gateway, EVENTS, { locators: [hi(3)] })).text();

    expect(overSocket).toMatchObject({
      type: 'next',
      payload: {
        errors: [
          {
            path: ['exportEvents'],
            extensions: { code: 'RATE_LIMITED', retryable: true, retryAfterMs: expect.any(Number) },
          },
        ],
      },
    });
    expect(overSse).toContain('"code":"RATE_LIMITED"');
    expect(gateway.paths('hi-energy').filter((path) => path.includes('4003'))).toEqual([]);
  });

  it('are given to a field as a whole or not at all, and what another field got stays', async () => {
    await using gateway = await startLimited({ locatorsPerMinute: 5 });
    const locators = (...numbers: number[]) => numbers.map(hi);

    const { status, data, errors } = await gateway.query(
      `query ($a: [ExportLocator!]!, $b: [ExportLocator!]!) {
        a: exports(locators: $a) { status }
        b: exports(locators: $b) { status }
      }`,
      { a: locators(1, 2, 3), b: locators(3, 4, 5, 6) },
      as('ui'),
    );
    const afterwards = await gateway.query(EXPORTS_QUERY, { locators: locators(7, 8) }, as('ui'));

    expect(status).toBe(200);
    expect(data).toEqual({
      a: [{ status: 'RUNNING' }, { status: 'RUNNING' }, { status: 'RUNNING' }],
      b: [null, null, null, null],
    });
    expect(errors.map(({ path, extensions }) => [path, extensions?.code])).toEqual(
      [0, 1, 2, 3].map((index) => [['b', index], 'RATE_LIMITED']),
    );
    expect(afterwards.errors).toEqual([]);
    const asked = gateway.paths('hi-energy').flatMap((path) => /\/(40\d\d)$/.exec(path)?.[1] ?? []);
    expect(asked.sort()).toEqual(['4001', '4002', '4003', '4007', '4008']);
  });

  it('are not those that no vendor is asked for', async () => {
    await using gateway = await startLimited({ locatorsPerMinute: 1 });
    const unknown = { hiEnergy: { account: 'nobodys', exportId: '1' } };
    const bad = { hiEnergy: { exportId: 'no number' } };

    const refused = await gateway.query(EXPORTS_QUERY, { locators: [unknown, bad, unknown] }, as('ui'));
    await askSse(gateway, EVENTS, { locators: [unknown] }).then((response) => response.text());
    const { errors } = await gateway.query(EXPORT_QUERY, { locator: hi(1) }, as('ui'));

    expect(refused.errors.map(({ extensions }) => extensions?.code)).toEqual([
      'EXPORT_NOT_FOUND',
      'BAD_USER_INPUT',
      'EXPORT_NOT_FOUND',
    ]);
    expect(errors).toEqual([]);
  });

  it('are never answered where one field asks for more than a minute allows, and it is said', async () => {
    await using gateway = await startLimited({ locatorsPerMinute: 1 });

    const { errors } = await gateway.query(EXPORTS_QUERY, TWO, as('ui'));

    expect(errors[0]).toMatchObject({
      message: 'This field names 2 exports, and at most 1 a minute are read for one caller: name fewer.',
      extensions: { code: 'RATE_LIMITED', retryable: false },
    });
    expect(errors[0]?.extensions).not.toHaveProperty('retryAfterMs');
    expect(gateway.calls()).toBe(0);
  });
});

async function bearer(issuer: Issuer, tenant: string, subject: string) {
  const token = await issuer.sign({ tenant, subject, expiresAt: Date.now() + 3_600_000 });
  return { headers: { authorization: `Bearer ${token}` } };
}
