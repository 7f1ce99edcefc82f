import { describe, expect, it } from 'vitest';
import { AccountDirectory } from '../../src/accounts/directory.ts';
import { toAccountId } from '../../src/export/locator.ts';
import { createFakeAccount, toKey, VENDOR } from '../export/support.ts';

const ADMIT = createFakeAccount({ key: 'admit' });
const SECOND = createFakeAccount({ key: 'second' });
const OTHER_VENDOR = createFakeAccount({ key: 'desk', vendor: 'talkdesk' });

function locate(ids: object, account?: string | null) {
  return { vendor: 'web-admit', account, ids: { ...ids }, where: 'locator.webAdmit' } as const;
}

describe('the directory of accounts', () => {
  const directory = new AccountDirectory([VENDOR], [ADMIT, OTHER_VENDOR]);

  it('finds the only account of a vendor where none is named', () => {
    expect(directory.resolve(locate({ run: '1' }))).toEqual({ account: ADMIT, key: toKey('1') });
    expect(directory.resolve(locate({ run: '1' }, null)).account).toBe(ADMIT);
  });

  it('finds the account that is named, and the one in a global id', () => {
    const both = new AccountDirectory([VENDOR], [ADMIT, SECOND]);

    expect(both.resolve(locate({ run: '1' }, 'second')).account).toBe(SECOND);
    expect(both.resolve({ id: toKey('1', '7', 'second').id })).toEqual({
      account: SECOND,
      key: toKey('1', undefined, 'second'),
    });
  });

  it('refuses to guess between several, and names them', () => {
    const both = new AccountDirectory([VENDOR], [ADMIT, SECOND]);

    expect(() => both.resolve(locate({ run: '1' }))).toThrow(
      expect.objectContaining({
        code: 'BAD_USER_INPUT',
        field: 'locator.webAdmit.account',
        message: expect.stringContaining('name one of admit, second'),
      }),
    );
  });

  it('says where there is none at all', () => {
    const none = new AccountDirectory([VENDOR], [OTHER_VENDOR]);

    expect(() => none.resolve(locate({ run: '1' }))).toThrow(
      expect.objectContaining({ code: 'BAD_USER_INPUT', field: 'locator.webAdmit.account' }),
    );
  });

  it.each(['nobody', 'desk', '', 'constructor'])('does not find the account %j', (account) => {
    expect(() => directory.resolve(locate({ run: '1' }, account))).toThrow(
      expect.objectContaining({ code: 'EXPORT_NOT_FOUND', vendor: 'web-admit', isRetryable: false }),
    );
  });

  it('stands in for an unknown account with another one for each tenant, which has no identity of a known one', () => {
    const [one, other] = ['acme', 'globex'].map(
      (tenant) =>
        new AccountDirectory([VENDOR], [ADMIT], tenant).resolveLeniently(locate({ run: '1' }, 'nobody'))
          .account,
    );

    expect(one).toMatchObject({ tenant: 'acme', identity: 'acme/unknown web-admit' });
    expect(other).toMatchObject({ tenant: 'globex', identity: 'globex/unknown web-admit' });
  });

  it('checks ids before it looks for the account', () => {
    expect(() => directory.resolve(locate({ run: '..' }, 'nobody'))).toThrow(
      expect.objectContaining({ code: 'BAD_USER_INPUT', field: 'locator.webAdmit.run' }),
    );
  });

  it('takes no account for an export', () => {
    expect(() => directory.resolve({ id: toAccountId('admit') })).toThrow(
      expect.objectContaining({ code: 'BAD_USER_INPUT', field: 'locator.id' }),
    );
  });

  it('refuses a vendor that this gateway does not speak to', () => {
    expect(() => directory.resolve({ ...locate({ run: '1' }), vendor: 'talkdesk' })).toThrow(
      expect.objectContaining({ code: 'BAD_USER_INPUT' }),
    );
  });

  it('knows its accounts by their keys', () => {
    expect(directory.account('desk')).toBe(OTHER_VENDOR);
    expect(directory.account('second')).toBeUndefined();
  });
});
