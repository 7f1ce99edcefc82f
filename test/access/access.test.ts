import { createClient } from 'graphql-ws';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { type FakeVendor, startFakeVendor } from '../support/fake-vendor.ts';
import { startTestGateway } from '../support/gateway.ts';

const READ = '{ export(locator: { hiEnergy: { exportId: "1" } }) { name status } }';
const RUNNING = {
  export: { id: 1, report_type: 'deals_excel', display_name: 'Deals', status: 'processing' },
};

function accounts(vendor: FakeVendor) {
  const account = (key: string, tenant: string) => ({
    key,
    vendor: 'hi-energy',
    tenant,
    baseUrl: `${vendor.url}/${key}`,
    credential: { type: 'api-key', apiKey: `${key}-secret` },
  });
  return [account('acme-hi', 'acme'), account('globex-hi', 'globex')];
}

const KEYS = {
  mode: 'keys',
  keys: [
    { name: 'acme-ui', key: 'acme-key-0123456789', tenant: 'acme' },
    { name: 'globex-ui', key: 'globex-key-0123456789', tenant: 'globex' },
  ],
};

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

describe('access mode keys', () => {
  it('shows each caller the accounts of its own tenant and nothing else', async () => {
    await using vendor = await startFakeVendor(() => ({ body: RUNNING }));
    await using gateway = await startTestGateway({ accounts: accounts(vendor), config: { access: KEYS } });

    const acme = await gateway.query('{ accounts { id key } }', {}, bearer('acme-key-0123456789'));
    const globex = await gateway.query('{ accounts { id key } }', {}, bearer('globex-key-0123456789'));

    expect(acme.data.accounts).toEqual([expect.objectContaining({ key: 'acme-hi' })]);
    expect(globex.data.accounts).toEqual([expect.objectContaining({ key: 'globex-hi' })]);
  });

  it("hides another tenant's account, export and node, without asking the vendor", async () => {
    await using vendor = await startFakeVendor(() => ({ body: RUNNING }));
    await using gateway = await startTestGateway({ accounts: accounts(vendor), config: { access: KEYS } });
    const own = await gateway.query(
      '{ accounts { id } export(locator: { hiEnergy: { exportId: "1" } }) { id } }',
      {},
      bearer('acme-key-0123456789'),
    );
    const before = vendor.requests.length;

    const foreign = await gateway.query(
      `query ($export: ID!, $account: ID!) {
        byId: export(locator: { id: $export }) { status }
        byKey: export(locator: { hiEnergy: { account: "acme-hi", exportId: "1" } }) { status }
        node(id: $export) { id }
        account: node(id: $account) { id }
      }`,
      { export: own.data.export.id, account: own.data.accounts[0].id },
      bearer('globex-key-0123456789'),
    );

    expect(foreign.data).toEqual({ byId: null, byKey: null, node: null, account: null });
    expect(foreign.errors.map((error) => error.extensions?.code)).toEqual([
      'EXPORT_NOT_FOUND',
      'EXPORT_NOT_FOUND',
    ]);
    expect(vendor.requests).toHaveLength(before);
  });

  it.each([
    ['no key', {}],
    ['a wrong key', bearer('acme-key-0123456788')],
    ['a key that begins right', bearer('acme-key')],
    ['another scheme', { headers: { authorization: 'Basic acme-key-0123456789' } }],
    ['a very long key', bearer('x'.repeat(9_000))],
  ])('answers 401 with UNAUTHENTICATED to %s, and asks no vendor', async (_title, init) => {
    await using vendor = await startFakeVendor(() => ({ body: RUNNING }));
    await using gateway = await startTestGateway({ accounts: accounts(vendor), config: { access: KEYS } });

    const answer = await gateway.query(READ, {}, init);

    expect(answer.status).toBe(401);
    expect(answer.errors[0]?.extensions?.code).toBe('UNAUTHENTICATED');
    expect(vendor.requests).toHaveLength(0);
  });

  it('closes a websocket whose connection_init has no good key with 4403', async () => {
    await using vendor = await startFakeVendor(() => ({ body: RUNNING }));
    await using gateway = await startTestGateway({ accounts: accounts(vendor), config: { access: KEYS } });

    const closed = (payload: object) =>
      new Promise<number>((resolve) => {
        const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
        socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload })));
        socket.on('close', (code) => resolve(code));
      });

    expect(await closed({})).toBe(4403);
    expect(await closed({ authorization: 'Bearer wrong' })).toBe(4403);
  });

  it('knows the caller of a websocket by its connection_init', async () => {
    await using vendor = await startFakeVendor(() => ({ body: RUNNING }));
    await using gateway = await startTestGateway({ accounts: accounts(vendor), config: { access: KEYS } });
    const client = createClient({
      url: `${gateway.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: 'Bearer globex-key-0123456789' },
    });

    const answers = client.iterate({ query: '{ accounts { key } }' });
    const { value } = await answers.next();
    await client.dispose();

    expect(value.data).toEqual({ accounts: [{ key: 'globex-hi' }] });
  });
});

describe('access mode jwt', () => {
  it('takes a token of the issuer for this audience, and no other', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    const stranger = await generateKeyPair('ES256');
    const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256' };
    await using issuer = await startFakeVendor(() => ({ body: { keys: [jwk] } }));
    await using vendor = await startFakeVendor(() => ({ body: RUNNING }));
    const jwt = {
      jwksUrl: `${issuer.url}/jwks`,
      issuer: 'https://id.example.com/',
      audience: 'waybill',
      tenantClaim: 'org',
    };
    await using gateway = await startTestGateway({
      accounts: accounts(vendor),
      config: { access: { mode: 'jwt', jwt } },
    });
    const token = (claims: object, options: { key?: CryptoKey; audience?: string; expires?: string } = {}) =>
      new SignJWT({ org: 'acme', ...claims })
        .setProtectedHeader({ alg: 'ES256', kid: 'one' })
        .setIssuer('https://id.example.com/')
        .setAudience(options.audience ?? 'waybill')
        .setExpirationTime(options.expires ?? '1h')
        .sign(options.key ?? privateKey);
    const ask = async (signed: Promise<string>) =>
      gateway.query('{ accounts { key } }', {}, bearer(await signed));

    expect((await ask(token({}))).data).toEqual({ accounts: [{ key: 'acme-hi' }] });
    expect((await ask(token({ org: 'globex' }))).data).toEqual({ accounts: [{ key: 'globex-hi' }] });
    expect((await ask(token({}, { key: stranger.privateKey }))).status).toBe(401);
    expect((await ask(token({}, { audience: 'somebody-else' }))).status).toBe(401);
    expect((await ask(token({}, { expires: '-1h' }))).status).toBe(401);
    expect((await ask(token({ org: undefined }))).status).toBe(401);
    expect((await ask(token({ org: 7 }))).status).toBe(401);
  });
});

describe("accounts of callers' own tokens", () => {
  it('uses the token that the caller brought, and shows no such account to a caller without one', async () => {
    await using vendor = await startFakeVendor(() => ({ body: RUNNING }));
    const account = {
      key: 'own',
      vendor: 'hi-energy',
      baseUrl: vendor.url,
      credential: { type: 'caller' },
    };
    await using gateway = await startTestGateway({ accounts: [account] });

    const without = await gateway.query('{ accounts { key } }');
    const first = await gateway.query(READ, {}, { headers: { 'x-waybill-token-own': 'token-of-anna' } });
    const second = await gateway.query(READ, {}, { headers: { 'x-waybill-token-own': 'token-of-bert' } });

    expect(without.data.accounts).toEqual([]);
    expect([first.data.export.status, second.data.export.status]).toEqual(['RUNNING', 'RUNNING']);
    expect(vendor.requests.map((request) => request.headers.authorization)).toEqual([
      'Bearer token-of-anna',
      'Bearer token-of-bert',
    ]);
  });
});
