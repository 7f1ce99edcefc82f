import { describe, expect, it } from 'vitest';
import { accountSchema } from '../../src/config/schema/account.ts';
import { toVendorRows } from '../../src/config/vendor-defaults.ts';
import { readShipped } from '../vendors/declared/shipped.ts';

/** What an account of a vendor in a file comes to; null where it is refused. */
function settingsOf(vendor: string, settings?: object): unknown {
  const schema = accountSchema(toVendorRows([readShipped(vendor)]));
  const credential = { type: 'api-key', apiKey: 'key-1' };
  const parsed = schema.safeParse({ vendor, key: 'a', credential, ...(settings && { settings }) });
  return parsed.success ? (parsed.data as { readonly settings?: unknown }).settings : null;
}

describe('settings of a vendor in a file', () => {
  it.each([
    ['stripe', undefined, { apiVersion: '2026-08-26.dahlia' }],
    [
      'stripe',
      { connectedAccount: 'acct_1' },
      { apiVersion: '2026-08-26.dahlia', connectedAccount: 'acct_1' },
    ],
    ['stripe', { connectedAccount: 'me' }, null],
    ['stripe', { connectedAccount: '' }, null],
    ['sendgrid', undefined, {}],
    ['sendgrid', { onBehalfOf: 'account-id AC1' }, { onBehalfOf: 'account-id AC1' }],
    ['sendgrid', { onBehalfOf: 'two words' }, null],
    ['sendgrid', { another: 'one' }, null],
  ])('of %s: %j is %j', (vendor, given, expected) => {
    expect(settingsOf(vendor, given)).toEqual(expected);
  });
});
