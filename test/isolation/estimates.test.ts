import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FakeVendor, startFakeVendor } from '../support/fake-vendor.ts';
import { readTestConfig, startTestGateway, type TestGatewayOptions } from '../support/gateway.ts';

const KEYS = { acme: 'key-of-the-caller-of-acme', other: 'key-of-the-caller-of-another' } as const;
type Tenant = keyof typeof KEYS;

const LOOK = '{ recentExports(first: 20) { nodes { status estimate { basedOn } } } }';

let vendor: FakeVendor;
let folder = '';

/** Every credential is shown the same: five exports that have ended, and one of their kind that runs. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-estimates-'));
  const ended = [1, 2, 3, 4, 5].map((minutes) => ({
    id: 4_000 + minutes,
    report_type: 'deals_excel',
    status: 'completed',
    created_at: '2026-05-18T08:00:00Z',
    completed_at: `2026-05-18T08:0${minutes}:00Z`,
  }));
  const running = {
    id: 4_100,
    report_type: 'deals_excel',
    status: 'processing',
    created_at: '2026-05-18T09:00:00Z',
  };
  vendor = await startFakeVendor(({ url }) => {
    if (url.includes('?')) return { body: { exports: [running] } };
    return { body: { export: ended.find(({ id }) => url.endsWith(`/${id}`)) ?? running } };
  });
});
afterAll(async () => {
  await vendor[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

/** One account, which is this tenant's. */
function optionsFor(tenant: Tenant, more: Readonly<Record<string, object>> = {}): TestGatewayOptions {
  const keys = Object.entries(KEYS).map(([name, key]) => ({ name, key, tenant: name }));
  return {
    config: { access: { mode: 'keys', keys }, ...more },
    accounts: [
      {
        key: 'hi',
        vendor: 'hi-energy',
        tenant,
        baseUrl: `${vendor.url}/api/v1`,
        credential: { type: 'api-key', apiKey: `api-key-of-${tenant}` },
      },
    ],
  };
}

const as = (tenant: Tenant) => ({ headers: { authorization: `Bearer ${KEYS[tenant]}` } });

type Ask = Awaited<ReturnType<typeof startTestGateway>>['query'];

/** Tracks all that have ended, so that it is known how long they took. */
async function learn(query: Ask, tenant: Tenant): Promise<void> {
  for (const id of [1, 2, 3, 4, 5]) {
    const mutation = `mutation { trackExport(locator: { hiEnergy: { exportId: "${4_000 + id}" } }) { export { status } } }`;
    const { data } = await query(mutation, {}, as(tenant));
    expect(data.trackExport.export.status).toBe('SUCCEEDED');
  }
}

/** What the running export's estimate is based on. */
async function look(query: Ask, tenant: Tenant): Promise<number | null> {
  const { data } = await query(LOOK, {}, as(tenant));
  const nodes: readonly { status: string; estimate: { basedOn: number } | null }[] = data.recentExports.nodes;
  return nodes.find(({ status }) => status === 'RUNNING')?.estimate?.basedOn ?? null;
}

describe('An estimate', () => {
  it('comes of exports that had ended before they were tracked, too', async () => {
    await using gateway = await startTestGateway(optionsFor('acme'));

    const before = await look(gateway.query, 'acme');
    await learn(gateway.query, 'acme');

    expect([before, await look(gateway.query, 'acme')]).toEqual([null, 5]);
  });

  it('tells nobody how long the exports of an account took while it was another tenant’s', async () => {
    await using gateway = await startTestGateway(optionsFor('acme'));
    await learn(gateway.query, 'acme');

    gateway.gateway.reload(readTestConfig(optionsFor('other')));
    const ofTheOther = await look(gateway.query, 'other');
    gateway.gateway.reload(readTestConfig(optionsFor('acme')));

    expect([ofTheOther, await look(gateway.query, 'acme')]).toEqual([null, 5]);
  });

  it('does not after a restart either, and is there again for whose it is', async () => {
    const store = { kind: 'sqlite', path: join(folder, 'store.db') };
    await using first = await startTestGateway(optionsFor('acme', { store }));
    await learn(first.query, 'acme');
    await first.gateway.drain();
    await using second = await startTestGateway(optionsFor('other', { store }));
    const ofTheOther = await look(second.query, 'other');
    await second.gateway.drain();
    await using third = await startTestGateway(optionsFor('acme', { store }));

    await expect.poll(() => look(third.query, 'acme')).toBe(5);
    expect(ofTheOther).toBeNull();
  });

  it('tells a caller nothing of what another caller’s token has shown', async () => {
    const { config, accounts = [] } = optionsFor('acme');
    const keys = [KEYS.acme, KEYS.other].map((key, index) => ({
      name: `caller-${index}`,
      key,
      tenant: 'acme',
    }));
    await using gateway = await startTestGateway({
      config: { ...config, access: { mode: 'keys', keys } },
      accounts: accounts.map((account) => ({ ...account, credential: { type: 'caller' } })),
    });
    vendor.answer(({ headers }) => ({
      body: {
        exports: [
          { id: 4_100, report_type: 'deals_excel', status: 'processing', created_at: '2026-05-18T09:00:00Z' },
          ...(headers.authorization === 'Bearer token-of-one' ? [1, 2, 3, 4, 5] : []).map((minutes) => ({
            id: 4_000 + minutes,
            report_type: 'deals_excel',
            status: 'completed',
            created_at: '2026-05-18T08:00:00Z',
            completed_at: `2026-05-18T08:0${minutes}:00Z`,
          })),
        ],
      },
    }));
    const lookWith = async (key: string, token: string) => {
      const headers = { authorization: `Bearer ${key}`, 'x-waybill-token-hi': token };
      const { data } = await gateway.query(LOOK, {}, { headers });
      const nodes: readonly { status: string; estimate: { basedOn: number } | null }[] =
        data.recentExports.nodes;
      return nodes.find(({ status }) => status === 'RUNNING')?.estimate?.basedOn ?? null;
    };

    const ofOne = await lookWith(KEYS.acme, 'token-of-one');
    const ofAnother = await lookWith(KEYS.other, 'token-of-another');

    expect([ofOne, ofAnother]).toEqual([5, null]);
  });
});
