import type { CodedVendorId } from '../../src/export/vendor-id.ts';

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
} as const satisfies Record<string, CodedVendorId>;
export type AccountName = keyof typeof ACCOUNTS;
export const ACCOUNT_NAMES = Object.keys(ACCOUNTS) as readonly AccountName[];

export interface Caller {
  readonly index: number;
  readonly tenant: number;
  /** Callers of one group bring the very same vendor token. */
  readonly group: string;
}

/** Both callers of the first two tenants bring one and the same token; everybody else has a token of its own. */
export const CALLERS: readonly Caller[] = Array.from({ length: CALLER_COUNT }, (_, index) => {
  const tenant = Math.floor(index / 2);
  return { index, tenant, group: tenant < 2 ? 'all' : `c${index}` };
});

/** An account that is one tenant's and then another's, each of whom has a credential of its own for it; never the untroubled tenant's. */
export const MOVING_ACCOUNT = 'moving';

export function toAccountKey(tenant: number, account: AccountName): string {
  return `t${tenant}-${account}`;
}

/** Whether each caller brings the vendor's token itself. */
export function isOwn(account: AccountName): boolean {
  return account.startsWith('own-');
}

/** As whom the moving account is used by this tenant. */
export function toMovingOwner(tenant: number): string {
  return `t${tenant}moving`;
}

/** A caller's key of the gateway. */
export function toCallerKey(index: number, version: number): string {
  return `key-of-caller-${index}-v${version}-7f3a9c51`;
}

export function toOwnToken(group: string, version: number): string {
  return `own-token-${group}-v${version}-c41d77`;
}

/** What a vendor calls whoever a credential belongs to: it stands in every canary. */
export function toOwnerName(tenant: number, account: AccountName, group = '', version = 0): string {
  const place = `t${tenant}${account.replace('-', '')}`;
  return isOwn(account) ? `${place}${group}v${version}` : place;
}

/** The key of a tenant's webhook endpoint. */
export function toHookKey(tenant: number): string {
  return `t${tenant}-hook`;
}

/** What a tenant's webhooks are signed with. */
export function toHookSecret(tenant: number): string {
  return `whsec_${Buffer.from(`webhook secret of the tenant no ${tenant}`.padEnd(40, '!')).toString('base64')}`;
}

/** The secret of an account whose credential stands in the configuration. */
export function toSecret(owner: string, version = 1): string {
  return `secret-of-${owner}-v${version}-55e0`;
}
