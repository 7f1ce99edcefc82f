import type { VendorId } from '../../src/export/vendor-id.ts';

/** Five tenants with two callers each, before the same vendors, with the same vendor ids. */
export const TENANT_COUNT = 5;
export const CALLER_COUNT = 2 * TENANT_COUNT;

/** Nothing ever goes wrong at this tenant's accounts: whatever trouble it is told of is somebody else's. */
export const UNTROUBLED_TENANT = 4;
/** From here on no vendor ever asks a tenant to wait. */
export const FIRST_UNTHROTTLED_TENANT = 3;

/** What an account is called behind its tenant's prefix, and at which vendor it is. */
export const ACCOUNTS = {
  bi: 'power-bi',
  hi: 'hi-energy',
  desk: 'talkdesk',
  admit: 'web-admit',
  'own-bi': 'power-bi',
  'own-hi': 'hi-energy',
} as const satisfies Record<string, VendorId>;
export type AccountName = keyof typeof ACCOUNTS;
export const ACCOUNT_NAMES = Object.keys(ACCOUNTS) as readonly AccountName[];

export interface Caller {
  readonly index: number;
  readonly tenant: number;
  /** Its key of the gateway. */
  readonly key: string;
  /** Callers of one group bring the very same vendor token. */
  readonly group: string;
}

/** Both callers of the first two tenants bring one and the same token; everybody else has a token of its own. */
export const CALLERS: readonly Caller[] = Array.from({ length: CALLER_COUNT }, (_, index) => {
  const tenant = Math.floor(index / 2);
  return { index, tenant, key: `key-of-caller-${index}-7f3a9c51`, group: tenant < 2 ? 'all' : `c${index}` };
});

export function toAccountKey(tenant: number, account: AccountName): string {
  return `t${tenant}-${account}`;
}

/** Whether each caller brings the vendor's token itself. */
export function isOwn(account: AccountName): boolean {
  return account.startsWith('own-');
}

export function toOwnToken(group: string, version: number): string {
  return `own-token-${group}-v${version}-c41d77`;
}

/** What a vendor calls whoever a credential belongs to: it stands in every canary. */
export function toOwnerName(tenant: number, account: AccountName, group = '', version = 0): string {
  const place = `t${tenant}${account.replace('-', '')}`;
  return isOwn(account) ? `${place}${group}v${version}` : place;
}

/** The gateway's configuration, as an operator would write it. */
export function toConfigText(vendorUrl: string): string {
  const accounts = CALLERS.filter(({ index }) => index % 2 === 0).flatMap(({ tenant }) =>
    ACCOUNT_NAMES.map((account) => toAccountConfig(tenant, account, vendorUrl)),
  );
  return JSON.stringify({
    server: { host: '127.0.0.1', port: 0, mode: 'production' },
    access: {
      mode: 'keys',
      keys: CALLERS.map(({ index, key, tenant }) => ({
        name: `caller-${index}`,
        key,
        tenant: `tenant${tenant}`,
      })),
    },
    // A fast machine asks more in a minute than people do.
    limits: { operationsPerMinute: 1_000_000_000, locatorsPerMinute: 1_000_000_000 },
    files: { linkSecret: 'an isolation link secret of 32 bytes or more', linkTtlMs: 60_000 },
    accounts,
  });
}

const BASE_PATHS = {
  'power-bi': '/v1.0/myorg',
  'hi-energy': '/api/v1',
  talkdesk: '',
  'web-admit': '',
} as const satisfies Record<VendorId, string>;

function toAccountConfig(tenant: number, account: AccountName, vendorUrl: string): object {
  const vendor = ACCOUNTS[account];
  // Fixed credentials share one base URL: nothing but the credential tells the vendor who asks. Callers' own tokens
  // may be equal across tenants, so that there the path has to tell.
  const area = isOwn(account) ? `/own${tenant}` : '';
  return {
    key: toAccountKey(tenant, account),
    vendor,
    tenant: `tenant${tenant}`,
    baseUrl: `${vendorUrl}${area}${BASE_PATHS[vendor]}`,
    credential: toCredential(tenant, account, vendorUrl),
    limits: { requestsPerSecond: 10_000, maxConcurrent: 100, timeoutMs: 10_000 },
    polling: { minMs: 5_000, maxMs: 30_000 },
    ...(vendor === 'power-bi' ? {} : { files: tenant % 2 === 0 ? 'redirect' : 'stream' }),
    ...(vendor === 'talkdesk' ? { reportTypes: ['calls'] } : {}),
  };
}

function toCredential(tenant: number, account: AccountName, vendorUrl: string): object {
  if (isOwn(account)) return { type: 'caller' };
  const owner = toOwnerName(tenant, account);
  if (account === 'bi' || account === 'desk') {
    const tokenUrl = `${vendorUrl}/token/${owner}`;
    return {
      type: 'client-credentials',
      tokenUrl,
      clientId: `client-${owner}`,
      clientSecret: toSecret(owner),
    };
  }
  return { type: 'api-key', apiKey: toSecret(owner) };
}

/** The secret of an account whose credential stands in the configuration. */
export function toSecret(owner: string): string {
  return `secret-of-${owner}-55e0`;
}
