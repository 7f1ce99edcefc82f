import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Config } from '../../../src/config/config.ts';
import { type Gateway, startGateway } from '../../../src/gateway.ts';
import { configOf } from '../../config/support.ts';
import { findAtRest } from '../../isolation/at-rest.ts';
import { type FakeVendor, startFakeVendor } from '../../support/fake-vendor.ts';
import { createTestTools } from '../../support/tools.ts';
import { acme, template } from './support.ts';

const DECLARATION = acme({
  errors: { unavailable: [] },
  credentials: {
    'refresh-token': {
      ...{
        tokenUrl: template('https://id.acme.example/token'),
        scope: null,
        client: 'body',
        request: 'form',
      },
      ...{ send: { header: 'Authorization', prefix: 'Bearer ' }, rotates: true },
    },
  },
});

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-rotating-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function toConfig(vendor: FakeVendor): Config {
  const config = configOf(
    [
      'server: { port: 0 }',
      'files: { linkSecret: "link-secret-of-at-least-32-bytes!" }',
      `store: { kind: sqlite, path: ${join(folder, 'store.db')} }`,
      'accounts:',
      '  - { key: acme, vendor: power-bi, credential: { type: bearer, token: t } }',
    ].join('\n'),
  );
  const [account] = config.accounts;
  if (account === undefined) throw new Error('There is no account.');
  const credential = {
    ...({ type: 'refresh-token', tokenUrl: `${vendor.url}/token`, clientId: 'app' } as const),
    ...{ clientSecret: 'secret-of-the-app', refreshToken: 'refresh-configured-0' },
  };
  return {
    ...config,
    declaredVendors: [DECLARATION],
    accounts: [
      { ...account, vendor: 'acme-reports', baseUrl: vendor.url, credential, settings: { region: 'eu' } },
    ],
  };
}

async function readStatus({ url }: Gateway): Promise<unknown> {
  const query = '{ export(locator: { acmeReports: { account: "acme", jobId: "j1" } }) { status } }';
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  return answer.json();
}

it('A gateway keeps a refresh token that its vendor replaces, sealed, and goes on with it after a restart', async () => {
  const used: string[] = [];
  let good = '';
  await using vendor = await startFakeVendor(({ url, body, headers }) => {
    if (url !== '/token')
      return headers.authorization === `Bearer ${good}`
        ? { body: { data: { id: 'j1', state: 'working' } } }
        : { status: 401 };
    used.push(new URLSearchParams(body).get('refresh_token') ?? '');
    good = `access-given-${used.length}`;
    return {
      body: { access_token: good, refresh_token: `refresh-replaced-${used.length}`, expires_in: 600 },
    };
  });
  const tools = createTestTools();
  const ask = async () => {
    await using gateway = await startGateway({ config: toConfig(vendor), tools });
    return await readStatus(gateway);
  };
  const running = { data: { export: { status: 'RUNNING' } } };

  expect(await ask()).toEqual(running);
  expect(await ask()).toEqual(running);
  expect(used).toHaveLength(1);
  good = 'none';
  expect(await ask()).toEqual(running);

  expect(used).toEqual(['refresh-configured-0', 'refresh-replaced-1']);
  const canaries = new Map([
    ['token', ['refresh-configured-0', 'refresh-replaced-1', 'refresh-replaced-2', 'access-given-']],
  ]);
  expect(findAtRest(join(folder, 'store.db'), canaries)).toEqual([]);
});
