import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getIntrospectionQuery, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { CODED_VENDOR_IDS } from '../../src/export/vendor-id.ts';
import {
  EVERYTHING_RUNS,
  type FakedGateway,
  type FakedGatewayOptions,
  lastSegment,
  startFakedGateway,
  toAccount,
  toLocator,
} from '../graphql/support.ts';
import { EXECUTORS } from '../operations/conformance-support.ts';

/** As the gateways of Hive and Apollo ask: the interface's fields once for each type. */
const ENTITIES = /* GraphQL */ `
  query ($representations: [_Any!]!) {
    _entities(representations: $representations) {
      __typename
      ... on Export { id status }
      ... on HiEnergyExport { exportId }
      ... on Account { key }
      ... on Vendor { name }
    }
  }
`;

const SDL = 'query SubgraphIntrospectQuery { _service { sdl } }';

const encode = (...parts: readonly string[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');
const hiEnergyId = (n: number) => encode('export', 'hi-energy', 'hi', String(4_000 + n));

/** Hi Energy's export 4404 is unknown, its list holds 1 to 40; every other one runs. */
function startSubgraph({ config = {}, ...options }: FakedGatewayOptions = {}): Promise<FakedGateway> {
  return startFakedGateway({
    vendors: {
      'hi-energy': (request) => {
        if (lastSegment(request.url) === '4404')
          return { status: 404, body: { error: { code: 'not_found', message: 'gone' } } };
        if (!request.url.includes('?')) return EVERYTHING_RUNS['hi-energy'](request);
        const exports = Array.from({ length: 40 }, (_, index) => ({ id: 4_001 + index }));
        return {
          body: { exports: exports.map((each) => ({ ...each, report_type: 'deals', status: 'pending' })) },
        };
      },
    },
    ...options,
    config: { ...config, server: { federation: true, ...config.server } },
  });
}

function askFor(gateway: FakedGateway, representations: readonly unknown[], init?: RequestInit) {
  return gateway.query(ENTITIES, { representations }, init);
}

describe('without server.federation', () => {
  it('nothing of a subgraph is there', async () => {
    await using gateway = await startFakedGateway();

    const { data } = await gateway.query(getIntrospectionQuery());
    const asked = await gateway.query(SDL);

    expect(JSON.stringify(data)).toContain('recentExports');
    expect(JSON.stringify(data)).not.toMatch(/"_Service"|"_Any"|"_Entity"|"_entities"|"_service"/);
    expect(asked.errors[0]?.extensions?.code).toBe('GRAPHQL_VALIDATION_FAILED');
  });
});

describe('_service', () => {
  it.each(['development', 'production'])('tells the schema to a composer in mode %s', async (mode) => {
    await using gateway = await startSubgraph({ config: { server: { mode } } });

    const { data, errors } = await gateway.query(SDL);

    const { sdl } = data._service;
    expect(errors).toEqual([]);
    expect(() => parse(sdl)).not.toThrow();
    expect(sdl).toMatch(/^extend schema\s+@link\(url: "https:\/\/specs\.apollo\.dev\/federation\/v2\.3"/);
    for (const type of ['PowerBi', 'HiEnergy', 'Talkdesk', 'WebAdmit'])
      expect(sdl).toContain(`type ${type}Export implements Export & Node @key(fields: "id") {`);
    expect(sdl).toContain('interface Export implements Node @key(fields: "id") {');
    expect(sdl).toContain('type Account implements Node @key(fields: "id") {');
    expect(sdl).not.toMatch(/oneOf|_service|_entities|_Any/);
  });

  it('is for those who may ask anything', async () => {
    const keys = [{ name: 'router', key: 'key-of-the-router', tenant: 'default' }];
    await using gateway = await startSubgraph({ config: { access: { mode: 'keys', keys } } });

    const without = await gateway.query(SDL);
    const withKey = await gateway.query(SDL, {}, { headers: { authorization: 'Bearer key-of-the-router' } });

    expect(without.status).toBe(401);
    expect(withKey.data._service.sdl).toContain('@key');
  });
});

describe.each(EXECUTORS)('_entities, %s', (executor) => {
  it('finds each by its id, in order; what is unknown, or of another type, is null', async () => {
    await using gateway = await startSubgraph({ executor });

    // Eight times: from then on it runs compiled, where it may.
    for (let run = 0; run < 9; run += 1) {
      const { data, errors } = await askFor(gateway, [
        { __typename: 'Export', id: hiEnergyId(1) },
        { __typename: 'Account', id: encode('account', 'desk') },
        { __typename: 'HiEnergyExport', id: hiEnergyId(404) },
        { __typename: 'TalkdeskExport', id: hiEnergyId(2) },
        { __typename: 'TalkdeskExport', id: encode('export', 'talkdesk', 'desk', 'calls', 'job-1') },
        { __typename: 'Vendor', id: encode('vendor', 'talkdesk') },
        { __typename: 'Vendor', id: encode('account', 'desk') },
        { __typename: 'Export', id: encode('export', 'hi-energy', 'nobody', '4001') },
      ]);

      expect(errors).toEqual([]);
      expect(data._entities).toEqual([
        { __typename: 'HiEnergyExport', id: hiEnergyId(1), exportId: '4001', status: expect.any(String) },
        { __typename: 'Account', key: 'desk' },
        null,
        null,
        { __typename: 'TalkdeskExport', id: expect.any(String), status: 'RUNNING' },
        { __typename: 'Vendor', name: 'Talkdesk' },
        null,
        null,
      ]);
    }
    expect(gateway.paths('hi-energy').filter((path) => path.includes('4002'))).toEqual([]);
  });

  it.each([
    ['a text', 'Export'],
    ['null for an id', { __typename: 'Export', id: null }],
    ['no type', { id: hiEnergyId(1) }],
    ['an id of its own', { __typename: 'Export', id: '../1' }],
  ])('refuses %s alone, at its own place', async (_what, wrong) => {
    await using gateway = await startSubgraph({ executor });

    const { data, errors } = await askFor(gateway, [{ __typename: 'Export', id: hiEnergyId(1) }, wrong]);

    expect(data._entities).toEqual([expect.objectContaining({ __typename: 'HiEnergyExport' }), null]);
    expect(errors).toHaveLength(1);
    expect(errors[0]?.path).toEqual(['_entities', 1]);
    expect(errors[0]?.extensions?.code).toBe('BAD_USER_INPUT');
  });

  it('reads forty of one account by one list call, beside those that other fields name', async () => {
    await using gateway = await startSubgraph({ executor });
    const representations = Array.from({ length: 39 }, (_, n) => ({
      __typename: 'Export',
      id: hiEnergyId(n + 1),
    }));

    const { data, errors } = await gateway.query(
      `query ($representations: [_Any!]!, $locator: ExportLocator!) {
        _entities(representations: $representations) { ... on Export { status } }
        export(locator: $locator) { status }
      }`,
      { representations, locator: toLocator('hi-energy', 40) },
    );

    expect(errors).toEqual([]);
    expect(data._entities).toHaveLength(39);
    expect(gateway.paths('hi-energy')).toHaveLength(1);
  });
});

describe('what holds for locators holds for entities', () => {
  it('their number is bounded', async () => {
    await using gateway = await startSubgraph({ config: { limits: { locators: 3 } } });
    const four = [1, 2, 3, 4].map((n) => ({ __typename: 'Export', id: hiEnergyId(n) }));

    const { errors } = await askFor(gateway, four);

    expect(errors[0]?.message).toBe(
      'representations holds 4, at most 3 are allowed: ask in several operations.',
    );
    expect(gateway.calls()).toBe(0);
  });

  it('they count for what an operation may name', async () => {
    await using gateway = await startSubgraph({
      config: { limits: { locators: 3, locatorsPerOperation: 3 } },
    });
    const pair = (n: number) =>
      `[${[n, n + 1].map((id) => `{ __typename: "Export", id: "${hiEnergyId(id)}" }`)}]`;

    const { errors } = await gateway.query(
      `{ a: _entities(representations: ${pair(1)}) { __typename } b: _entities(representations: ${pair(3)}) { __typename } }`,
    );

    expect(errors[0]?.message).toMatch(/names more than 3 exports/);
  });

  it('their depth and their tokens are those of any document', async () => {
    await using gateway = await startSubgraph({ config: { limits: { depth: 2 } } });

    const { errors } = await gateway.query(
      '{ _entities(representations: []) { ... on Export { vendor { key } } } }',
    );

    expect(errors[0]?.message).toMatch(/has depth 3; at most 2 is allowed/);
  });

  it("another tenant's do not exist, and its vendor is not asked", async () => {
    const keys = ['acme', 'other'].map((tenant) => ({
      name: tenant,
      key: `key-of-${tenant}-caller`,
      tenant,
    }));
    await using gateway = await startSubgraph({
      config: { access: { mode: 'keys', keys } },
      accounts: (urls) =>
        CODED_VENDOR_IDS.map((vendor) => toAccount(vendor, urls[vendor], { tenant: 'acme' })),
    });
    const asked = [
      { __typename: 'Export', id: hiEnergyId(1) },
      { __typename: 'Account', id: encode('account', 'hi') },
    ];
    const as = (tenant: string) => ({ headers: { authorization: `Bearer key-of-${tenant}-caller` } });

    const other = await askFor(gateway, asked, as('other'));
    const callsOfOther = gateway.calls();
    const own = await askFor(gateway, asked, as('acme'));

    expect(other.data._entities).toEqual([null, null]);
    expect(callsOfOther).toBe(0);
    expect(own.data._entities).toEqual([
      expect.objectContaining({ __typename: 'HiEnergyExport' }),
      { __typename: 'Account', key: 'hi' },
    ]);
  });

  it('are read with the token that the caller brings, and are not there without one', async () => {
    await using gateway = await startSubgraph({
      accounts: (urls) => [toAccount('hi-energy', urls['hi-energy'], { credential: { type: 'caller' } })],
    });
    const asked = [{ __typename: 'Export', id: hiEnergyId(1) }];

    const without = await askFor(gateway, asked);
    const withToken = await askFor(gateway, asked, {
      headers: { 'x-waybill-token-hi': 'brought-by-caller' },
    });

    expect(without.data._entities).toEqual([null]);
    expect(withToken.data._entities[0]).toMatchObject({ id: hiEnergyId(1) });
    expect(gateway.fakes['hi-energy'].requests).toHaveLength(1);
    expect(Object.values(gateway.fakes['hi-energy'].requests[0]?.headers ?? {}).join()).toContain(
      'brought-by-caller',
    );
  });
});

describe('with trusted documents', () => {
  it('a subgraph answers only what stands in the manifest, where entities may stand too', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'waybill-federation-'));
    const trustedDocuments = join(folder, 'documents.json');
    writeFileSync(trustedDocuments, JSON.stringify({ entities: ENTITIES }));
    try {
      await using gateway = await startSubgraph({ config: { server: { trustedDocuments } } });

      const listed = await askFor(gateway, [{ __typename: 'Export', id: hiEnergyId(1) }]);
      const composer = await gateway.query(SDL);

      expect(listed.data._entities[0]).toMatchObject({ id: hiEnergyId(1) });
      expect(composer.errors[0]?.extensions?.code).toBe('OPERATION_NOT_TRUSTED');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
