import { ACCOUNTS, type AccountName, MOVING_ACCOUNT, toAccountKey } from './cast.ts';
import { EXPORT_TEMPLATE, IDENTITY, REPORT_ID, REPORT_TYPE } from './ids.ts';

/** An order as a client gives it, to one account. */
export interface Order {
  /** Its account's key. */
  readonly account: string;
  readonly input: object;
}

/** In a free-form field of the order: the vendor refuses it with words of its own. */
export const REFUSE_WORD = 'refuse this order';

/**
 * The n-th of several orders to an account of a tenant. It says whose it is, so that the vendor finds out one that comes with somebody
 * else's credential.
 */
export function toOrder(tenant: number, name: AccountName | typeof MOVING_ACCOUNT, n: number): Order {
  const isMoving = name === MOVING_ACCOUNT;
  const account = isMoving ? MOVING_ACCOUNT : toAccountKey(tenant, name);
  const vendor = isMoving ? 'hi-energy' : ACCOUNTS[name];
  const free = { orderedBy: toOrderMark(tenant), n, ...(n === 3 ? { word: REFUSE_WORD } : {}) };
  const inputs = {
    'power-bi': {
      powerBi: { account, reportId: REPORT_ID, format: 'PDF', reportConfiguration: { settings: free } },
    },
    'hi-energy': { hiEnergy: { account, reportType: 'deals_excel', searchParams: free } },
    talkdesk: {
      talkdesk: {
        account,
        reportType: REPORT_TYPE,
        from: '2026-11-01T00:00:00Z',
        to: `2026-11-0${2 + n}T00:00:00Z`,
        parameters: free,
      },
    },
    'web-admit': { webAdmit: { account, userIdentityId: IDENTITY, exportId: EXPORT_TEMPLATE } },
  };
  return { account, input: inputs[vendor] };
}

function toOrderMark(tenant: number): string {
  return `order-of-tenant${tenant}`;
}

/** Whose order a body holds; undefined where it does not say. */
export function tenantOfOrder(body: string): number | undefined {
  const [, tenant] = /order-of-tenant(\d)/.exec(body) ?? [];
  return tenant === undefined ? undefined : Number(tenant);
}
