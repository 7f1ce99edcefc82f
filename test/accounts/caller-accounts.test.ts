import { describe, expect, it } from 'vitest';
import { CallerAccounts, MAX_IDLE_ACCOUNTS } from '../../src/accounts/caller-accounts.ts';
import { PooledAccount } from '../../src/accounts/pooled-account.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { createFakeAccount, toKey } from '../watch/fake-account.ts';

/** Accounts of callers over fake ones that know when they were closed. */
function setUp() {
  const clock = createManualClock();
  const accounts = new CallerAccounts();
  const closed: string[] = [];
  const obtain = (identity: string): PooledAccount =>
    accounts.obtain(
      identity,
      () =>
        new PooledAccount({
          plan: {
            key: 'desk',
            vendor: 'talkdesk',
            tenant: 'acme',
            baseUrl: 'http://127.0.0.1:9',
            limits: { requestsPerSecond: 10, maxConcurrent: 4, timeoutMs: 1_000 },
            pacing: { minMs: 1_000, maxMs: 60_000, stallAfterMs: 600_000 },
            fileOrigins: [],
            credential: { type: 'caller' },
          },
          identity,
          clock,
          open: () => ({
            ...createFakeAccount({ now: clock.now, identity }),
            close: async () => void closed.push(identity),
          }),
          onUsage: (account) => accounts.onUsage(account),
        }),
    );
  /** More than are kept, none of them used. */
  const flood = (): void => {
    for (let n = 0; n < MAX_IDLE_ACCOUNTS; n += 1) obtain(`flood ${n} ${closed.length}`);
  };
  return { accounts, closed, obtain, flood };
}

describe('the accounts of callers', () => {
  it('lose their connections when they are one too many', async () => {
    const { closed, obtain, flood } = setUp();
    await obtain('a').readMany([toKey('1')]);

    flood();

    expect(closed).toEqual(['a']);
  });

  it('come back when somebody reads through one that was at rest, and are bounded again after it', async () => {
    const { accounts, closed, obtain, flood } = setUp();
    const account = obtain('a');
    flood();
    expect(accounts.find('a')).toBeUndefined();

    await account.readMany([toKey('1')]);
    expect(accounts.find('a')).toBe(account);
    flood();

    expect(accounts.find('a')).toBeUndefined();
    expect(closed).toEqual(['a']);
  });

  it('keep no connection of one at rest whose place another has taken', async () => {
    const { accounts, closed, obtain, flood } = setUp();
    const first = obtain('a');
    flood();
    const second = obtain('a');

    await first.readMany([toKey('1')]);

    expect(accounts.find('a')).toBe(second);
    expect(closed).toEqual(['a']);
  });

  it('are never closed while a watch reads through them, however often they are used besides', async () => {
    const { accounts, closed, obtain, flood } = setUp();
    const account = obtain('a');
    accounts.onWatched('a', true);

    flood();
    await account.readMany([toKey('1')]);
    flood();
    expect(accounts.find('a')).toBe(account);
    accounts.onWatched('a', false);
    flood();

    expect(accounts.find('a')).toBeUndefined();
    expect(closed).toEqual(['a']);
  });
});
