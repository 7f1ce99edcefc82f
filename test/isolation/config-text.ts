import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import { WEBHOOK_EVENT_TYPES } from '../../src/export/store.ts';
import type { CodedVendorId } from '../../src/export/vendor-id.ts';
import type { StoreConfig } from '../../src/store/open.ts';
import {
  ACCOUNT_NAMES,
  ACCOUNTS,
  type AccountName,
  CALLERS,
  isOwn,
  MOVING_ACCOUNT,
  TENANT_COUNT,
  toAccountKey,
  toHookKey,
  toHookSecret,
  toMovingOwner,
  toOwnerName,
} from './cast.ts';

/** Few, so that tenants come up to it now and then. */
const MAX_OPEN = 60;

/** Signs file links and callback links; the store must never hold it. */
export const LINK_SECRET = 'an isolation "link/secret" of 32 bytes or more';

/** What an operator may change while the gateway runs. */
export interface Plan {
  readonly vendorUrl: string;
  /** Where webhooks are received. */
  readonly hooksUrl: string;
  readonly store: StoreConfig;
  /** The tenant that has the moving account at the moment. */
  readonly holder: number;
  /** A caller's key of the gateway, by its index. */
  keyOf(caller: number): string;
  /** The secret of an account, by its owner. */
  secretOf(owner: string): string;
}

export function readConfig(plan: Plan): Config {
  const loaded = loadConfig({ text: toConfigText(plan), env: {} });
  if ('config' in loaded) return loaded.config;
  throw new Error(loaded.problems.join('\n'));
}

/** The gateway's configuration, as an operator would write it. */
function toConfigText(plan: Plan): string {
  const accounts = CALLERS.filter(({ index }) => index % 2 === 0).flatMap(({ tenant }) =>
    ACCOUNT_NAMES.map((account) => toAccountConfig(tenant, account, plan)),
  );
  const moving = toAccountConfig(plan.holder, 'hi', plan);
  return JSON.stringify({
    server: { host: '127.0.0.1', port: 0, mode: 'production' },
    access: {
      mode: 'keys',
      keys: CALLERS.map(({ index, tenant }) => ({
        name: `caller-${index}`,
        key: plan.keyOf(index),
        tenant: `tenant${tenant}`,
      })),
    },
    // A fast machine asks more in a minute than people do.
    limits: { operationsPerMinute: 1_000_000_000, locatorsPerMinute: 1_000_000_000 },
    files: { linkSecret: LINK_SECRET, linkTtlMs: 60_000 },
    store: plan.store,
    tracking: { maxOpen: MAX_OPEN },
    webhooks: Array.from({ length: TENANT_COUNT }, (_, tenant) => toHookConfig(tenant, plan)),
    accounts: [
      ...accounts,
      {
        ...moving,
        key: MOVING_ACCOUNT,
        // What it has open is found for whoever has it at the moment.
        ...{ track: 'all', discoverMs: 20_000 },
        credential: { type: 'api-key', apiKey: plan.secretOf(toMovingOwner(plan.holder)) },
      },
    ],
  });
}

const BASE_PATHS = {
  'power-bi': '/v1.0/myorg',
  'hi-energy': '/api/v1',
  talkdesk: '',
  'web-admit': '',
} as const satisfies Record<CodedVendorId, string>;

function toHookConfig(tenant: number, { hooksUrl }: Plan): object {
  return {
    key: toHookKey(tenant),
    tenant: `tenant${tenant}`,
    url: `${hooksUrl}/hooks/${tenant}`,
    secret: toHookSecret(tenant),
    events: WEBHOOK_EVENT_TYPES,
    allowPrivate: true,
  };
}

function toAccountConfig(tenant: number, account: AccountName, plan: Plan): object {
  const vendor = ACCOUNTS[account];
  // Fixed credentials share one base URL: nothing but the credential tells the vendor who asks. Callers' own tokens
  // may be equal across tenants, so that there the path has to tell.
  const area = isOwn(account) ? `/own${tenant}` : '';
  return {
    key: toAccountKey(tenant, account),
    vendor,
    tenant: `tenant${tenant}`,
    baseUrl: `${plan.vendorUrl}${area}${BASE_PATHS[vendor]}`,
    credential: toCredential(tenant, account, plan),
    limits: { requestsPerSecond: 10_000, maxConcurrent: 100, timeoutMs: 10_000 },
    polling: { minMs: 5_000, maxMs: 30_000 },
    ...(vendor === 'power-bi' ? {} : { files: tenant % 2 === 0 ? 'redirect' : 'stream' }),
    ...(vendor === 'talkdesk' ? { reportTypes: ['calls'] } : {}),
    ...(vendor === 'web-admit' ? { callbacks: true } : {}),
    ...(account === 'hi' && tenant % 2 === 0 ? { track: 'all', discoverMs: 30_000 } : {}),
  };
}

function toCredential(tenant: number, account: AccountName, { vendorUrl, secretOf }: Plan): object {
  if (isOwn(account)) return { type: 'caller' };
  const owner = toOwnerName(tenant, account);
  if (account === 'bi' || account === 'desk') {
    const tokenUrl = `${vendorUrl}/token/${owner}`;
    return {
      type: 'client-credentials',
      tokenUrl,
      clientId: `client-${owner}`,
      clientSecret: secretOf(owner),
    };
  }
  return { type: 'api-key', apiKey: secretOf(owner) };
}
