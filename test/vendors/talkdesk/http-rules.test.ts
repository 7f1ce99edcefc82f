import { describe, expect, it } from 'vitest';
import type { AccountResponse } from '../../../src/http/types.ts';
import { TALKDESK_HTTP_RULES } from '../../../src/vendors/talkdesk/client.ts';
import { startFakeVendor } from '../../support/fake-vendor.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { createKey, openAccount, readFixture } from './support.ts';

const CREDENTIAL = {
  type: 'client-credentials',
  tokenUrl: 'https://acme.talkdeskid.com/oauth/token',
  clientId: 'client',
  clientSecret: 'se:cret+/',
} as const;

function respond(status: number): AccountResponse {
  return { status, headers: {}, text: '', json: undefined, receivedAt: 0 };
}

describe('the token request', () => {
  it('proves the client with Basic and asks for all that the client was granted', () => {
    const { headers, body } = TALKDESK_HTTP_RULES.tokenRequest?.(CREDENTIAL) ?? {};

    expect(headers).toEqual({
      authorization: `Basic ${Buffer.from('client:se:cret+/').toString('base64')}`,
    });
    expect(body).toBe('grant_type=client_credentials');
  });

  it('asks for the configured scope instead', () => {
    const credential = { ...CREDENTIAL, scope: 'data-reports:read data-reports:write' };

    const body = TALKDESK_HTTP_RULES.tokenRequest?.(credential).body;

    expect(new URLSearchParams(body).get('scope')).toBe('data-reports:read data-reports:write');
  });
});

describe('an answer that says the token has expired', () => {
  const token = { value: 't', issuedAt: 1_000, expiresAt: 601_000 };

  it.each([
    [401, 1_000, true],
    [403, 301_001, true],
    [403, 301_000, false],
    [400, 600_000, false],
    [404, 600_000, false],
  ])('is %i at %i ms: %s', (status, now, isExpired) => {
    expect(TALKDESK_HTTP_RULES.isTokenExpired(respond(status), token, now)).toBe(isExpired);
  });
});

describe('Talkdesk’s tokens on the wire', () => {
  async function startVendor() {
    const vendor = await startFakeVendor(({ url }) =>
      url === '/oauth/token' ? { body: readFixture('token') } : { body: readFixture('processing') },
    );
    const credential = { ...CREDENTIAL, tokenUrl: `${vendor.url}/oauth/token` };
    return { vendor, credential };
  }

  it('are asked for once by many reads, and renewed a minute before they end', async () => {
    const { vendor, credential } = await startVendor();
    await using _ = vendor;
    const clock = createManualClock();
    const account = openAccount(vendor.url, { credential, tools: { clock } });
    const countTokens = () => vendor.requests.filter(({ url }) => url === '/oauth/token').length;

    await Promise.all([1, 2, 3].map(() => account.readMany([createKey()])));
    expect(countTokens()).toBe(1);
    await clock.advance(538_000);
    await account.readMany([createKey()]);
    expect(countTokens()).toBe(1);
    await clock.advance(2_000);
    await account.readMany([createKey()]);

    expect(countTokens()).toBe(2);
    expect(vendor.requests.at(-1)?.headers.authorization).toBe('Bearer eyJ0eXAiOiJKV1QifQ.fixture');
    await account.close();
  });

  it('are renewed once after a 403 in their second half, and not in their first', async () => {
    const { vendor, credential } = await startVendor();
    await using _ = vendor;
    const clock = createManualClock();
    const account = openAccount(vendor.url, { credential, tools: { clock } });
    await account.readMany([createKey()]);
    vendor.answer(({ url }) =>
      url === '/oauth/token'
        ? { body: readFixture('token') }
        : { status: 403, body: readFixture('error-403') },
    );

    const [young] = await account.readMany([createKey()]);
    const afterYoung = vendor.requests.length;
    await clock.advance(400_000);
    const [old] = await account.readMany([createKey()]);

    expect([young, old]).toMatchObject([
      { code: 'VENDOR_FORBIDDEN', vendorCode: '403' },
      { code: 'VENDOR_FORBIDDEN', vendorCode: '403' },
    ]);
    expect(afterYoung).toBe(3);
    expect(vendor.requests.slice(afterYoung).map(({ url }) => url.replace(/\/jobs.*/, ''))).toEqual([
      '/data/reports/calls',
      '/oauth/token',
      '/data/reports/calls',
    ]);
    await account.close();
  });
});
