import { describe, expect, it } from 'vitest';
import { ANONYMOUS, type Caller } from '../../src/export/caller.ts';
import { type AccountPlan, createAccountPool } from '../../src/vendors/account-pool.ts';
import { createTestTools } from '../support/tools.ts';

const COMMON = {
  baseUrl: 'http://127.0.0.1:9',
  limits: { requestsPerSecond: 10, maxConcurrent: 4, timeoutMs: 1_000 },
  pacing: { minMs: 1_000, maxMs: 60_000, stallAfterMs: 600_000 },
  fileOrigins: [],
};

const PLANS: readonly AccountPlan[] = [
  {
    ...COMMON,
    key: 'hi',
    vendor: 'hi-energy',
    tenant: 'default',
    credential: { type: 'api-key', apiKey: 'key-1' },
  },
  { ...COMMON, key: 'desk', vendor: 'talkdesk', tenant: 'default', credential: { type: 'caller' } },
  {
    ...COMMON,
    key: 'bi',
    vendor: 'power-bi',
    tenant: 'acme',
    credential: { type: 'bearer', token: 'token-1' },
  },
  { ...COMMON, key: 'bi-caller', vendor: 'power-bi', tenant: 'acme', credential: { type: 'caller' } },
];

function openPool() {
  const pool = createAccountPool(PLANS, createTestTools());
  return {
    directoryFor: (caller: Caller) => pool.directoryFor(caller),
    byIdentity: (identity: string) => pool.byIdentity(identity),
    all: () => pool.all(),
    [Symbol.asyncDispose]: () => pool.close(),
  };
}

function withTokens(vendorTokens: Caller['vendorTokens'], tenant = 'default'): Caller {
  return { tenant, name: 'somebody', expiresAt: null, vendorTokens };
}

describe('the account pool', () => {
  it("shows a caller the accounts of its tenant and no other's", async () => {
    await using pool = openPool();

    expect(pool.directoryFor(ANONYMOUS).accounts.map(({ key }) => key)).toEqual(['hi']);
    expect(pool.directoryFor(withTokens({}, 'acme')).accounts.map(({ key }) => key)).toEqual(['bi']);
    expect(pool.directoryFor(withTokens({}, 'nobody')).accounts).toEqual([]);
  });

  it('takes no token for an account of another tenant', async () => {
    await using pool = openPool();

    const { accounts } = pool.directoryFor(withTokens({ 'bi-caller': 'token', bi: 'token' }));

    expect(accounts.map(({ key }) => key)).toEqual(['hi']);
  });

  it('takes no token for an account that has a credential of its own', async () => {
    await using pool = openPool();
    const [configured] = pool.directoryFor(ANONYMOUS).accounts;

    const [account] = pool.directoryFor(withTokens({ hi: 'another-key' })).accounts;

    expect(account).toBe(configured);
  });

  it('opens an account for each token, and the same one for the same token', async () => {
    await using pool = openPool();
    const open = (token: string) => pool.directoryFor(withTokens({ desk: token })).account('desk');

    const [first, again, second] = [open('token-1'), open('token-1'), open('token-2')];

    expect(first).toBeDefined();
    expect(again).toBe(first);
    expect(second).not.toBe(first);
    expect(second?.identity).not.toBe(first?.identity);
  });

  it('names identities without a word of the token, and finds accounts by them', async () => {
    await using pool = openPool();
    const account = pool.directoryFor(withTokens({ desk: 'sesame' })).account('desk');

    expect(account?.identity).toMatch(/^default\/desk\/[\w-]{43}$/);
    expect(pool.byIdentity(account?.identity ?? '')).toBe(account);
    const configured = pool.directoryFor(ANONYMOUS).account('hi')?.identity ?? '';
    expect(configured).toMatch(/^default\/hi\/[\w-]{12}$/);
    expect(pool.byIdentity(configured)?.key).toBe('hi');
    expect(pool.byIdentity(configured.replace('default', 'acme'))).toBeUndefined();
    expect(pool.byIdentity('default/desk')).toBeUndefined();
  });

  it('names them anew in every process, so that they say nothing about the token', async () => {
    await using pool = openPool();
    await using other = openPool();
    const identityIn = ({ directoryFor }: typeof pool) =>
      directoryFor(withTokens({ desk: 'sesame' })).account('desk')?.identity;

    expect(identityIn(pool)).not.toBe(identityIn(other));
  });

  it.each(['', 'two words', 'line\r\nbreak', 'nul\0', 'caf\u00e9', '\ud800'])(
    'leaves an account out where the token is %j, which no header can carry',
    async (token) => {
      await using pool = openPool();

      const { accounts } = pool.directoryFor(withTokens({ desk: token }));

      expect(accounts.map(({ key }) => key)).toEqual(['hi']);
    },
  );

  it.each(['__proto__', 'constructor', 'toString'])('takes no %s for a token', async (name) => {
    await using pool = openPool();

    expect(pool.directoryFor(withTokens({ [name]: 'token' })).account('desk')).toBeUndefined();
  });

  it('names an account with a credential of its own alike in every process, since file links hold the name', async () => {
    await using pool = openPool();
    await using other = openPool();
    const identityIn = ({ directoryFor }: typeof pool) => directoryFor(ANONYMOUS).account('hi')?.identity;

    expect(identityIn(pool)).toBe(identityIn(other));
  });

  it('keeps a thousand tokens at most and closes the account that was unused for the longest', async () => {
    await using pool = openPool();
    const open = (n: number) => pool.directoryFor(withTokens({ desk: `token-${n}` })).account('desk');
    const first = open(0);
    const second = open(1);

    for (let n = 2; n < 1_000; n += 1) open(n);
    open(0); // used again, so the second is now the oldest
    open(1_000);

    expect(pool.byIdentity(first?.identity ?? '')).toBe(first);
    expect(pool.byIdentity(second?.identity ?? '')).toBeUndefined();
    expect(pool.all()).toHaveLength(1_002);
  });

  it('lists every open account of every tenant', async () => {
    await using pool = openPool();
    pool.directoryFor(withTokens({ desk: 'token-1' }));

    expect(pool.all().map(({ key }) => key)).toEqual(['hi', 'bi', 'desk']);
  });
});
