import { ACCOUNTS, type AccountName, MOVING_ACCOUNT } from './cast.ts';

export const REPORT_ID = 'bbbbbbbb-0000-4000-8000-000000000002';
export const REPORT_TYPE = 'calls';
export const EXPORT_TEMPLATE = '86466';
export const IDENTITY = '77';

/** One export as a client names it. */
export interface Named {
  /** Its account's key. */
  readonly account: string;
  readonly id: string;
  readonly locator: object;
}

/** The export of this number at an account of a tenant: its global id, and its locator by the vendor's own ids. */
export function nameExport(tenant: number, account: AccountName, number: number): Named {
  const vendor = ACCOUNTS[account];
  const key = `t${tenant}-${account}`;
  const { field, ids } = LOCATORS[vendor](number);
  // The identity helps to read a run, and is no part of its name.
  const values = Object.entries(ids).map(([name, value]) => (name === 'userIdentityId' ? null : value));
  const id = Buffer.from(JSON.stringify(['export', vendor, key, ...values])).toString('base64url');
  const given = Object.fromEntries(Object.entries(ids).filter(([, value]) => value !== null));
  return { account: key, id, locator: { [field]: { account: key, ...given } } };
}

/** The ids in the order in which they stand in a global id. */
const LOCATORS = {
  'power-bi': (number) => ({
    field: 'powerBi',
    ids: { groupId: null, reportId: REPORT_ID, exportId: `exp-${number}` },
  }),
  'hi-energy': (number) => ({ field: 'hiEnergy', ids: { exportId: String(number) } }),
  talkdesk: (number) => ({ field: 'talkdesk', ids: { reportType: REPORT_TYPE, jobId: `job-${number}` } }),
  'web-admit': (number) => ({
    field: 'webAdmit',
    ids: { userIdentityId: IDENTITY, exportId: EXPORT_TEMPLATE, exportFileId: String(number) },
  }),
} as const satisfies Record<
  string,
  (number: number) => { field: string; ids: Record<string, string | null> }
>;

/** An export of the account that is sometimes one tenant's and sometimes another's. */
export function nameMoving(number: number): Named {
  const exportId = String(number);
  const id = Buffer.from(JSON.stringify(['export', 'hi-energy', MOVING_ACCOUNT, exportId])).toString(
    'base64url',
  );
  return { account: MOVING_ACCOUNT, id, locator: { hiEnergy: { account: MOVING_ACCOUNT, exportId } } };
}

/** The global id of an account. */
export function nameAccount(key: string): string {
  return Buffer.from(JSON.stringify(['account', key])).toString('base64url');
}
