import { describe, expect, it } from 'vitest';
import { ANONYMOUS, type Caller } from '../../src/access/caller.ts';
import {
  type AccountPlan,
  type AccountPoolOptions,
  createAccountPool,
  toIdentitySecret,
} from '../../src/accounts/pool.ts';
import type { ExportKey } from '../../src/export/export.ts';
import { startFakeVendor } from '../support/fake-vendor.ts';
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

function openPool(plans: readonly AccountPlan[] = PLANS, options: AccountPoolOptions = {}) {
  const pool = createAccountPool(plans, createTestTools(), options);
  return {
    directoryFor: (caller: Caller) => pool.directoryFor(caller),
    byIdentity: (identity: string) => pool.byIdentity(identity),
    all: () => pool.all(),
    replace: (plans: readonly AccountPlan[]) => pool.replace(plans),
    onWatched: (identity: string, isWatched: boolean) => pool.onWatched(identity, isWatched),
    [Symbol.asyncDispose]: () => pool.close(),
  };
}

function withTokens(vendorTokens: Caller['vendorTokens'], tenant = 'default'): Caller {
  return { tenant, name: 'somebody', expiresAt: null, vendorTokens };
}

/** A vendor that never answers, so that whoever asks it is under way. */
const startSilentVendor = () => startFakeVendor(() => 'hang');
const KEY: ExportKey = {
  id: 'x',
  vendor: 'talkdesk',
  account: 'desk',
  ids: { reportType: 'calls', jobId: 'a' },
};

describe('the account pool', () => {
  it("shows a caller the accounts of its tenant and no other's", async () => {
    await using pool = openPool();

    expect(pool.directoryFor(ANONYMOUS).accounts.map(({ key }) => key)).toEqual(['hi']);
    expect(pool.directoryFor(withTokens({}, 'acme')).accounts.map(({ key }) => key)).toEqual(['bi']);
    expect(pool.directoryFor(withTokens({}, 'nobody')).accounts).toEqual([]);
  });

  it('makes one directory for all callers of a tenant, until the configuration changes', async () => {
    await using pool = openPool();
    const directory = pool.directoryFor(ANONYMOUS);
    const others = pool.directoryFor(withTokens({}, 'acme'));

    expect(pool.directoryFor(withTokens({}))).toBe(directory);
    expect(pool.directoryFor(withTokens({ unknown: 'token' }))).toBe(directory);
    expect(pool.directoryFor(withTokens({ desk: 'token' }))).not.toBe(directory);
    expect(pool.directoryFor(withTokens({}, 'acme'))).toBe(others);
    expect(others).not.toBe(directory);
    pool.replace(PLANS.filter(({ key }) => key !== 'hi'));

    expect(pool.directoryFor(ANONYMOUS).accounts).toEqual([]);
  });

  it("looks at no other tenant's accounts for a caller", async () => {
    let looks = 0;
    const [, , bi] = PLANS as readonly [AccountPlan, AccountPlan, AccountPlan];
    const watched = {
      ...bi,
      get tenant() {
        looks += 1;
        return 'acme';
      },
    };
    await using pool = openPool([...PLANS.slice(0, 2), watched]);
    looks = 0;

    pool.directoryFor(ANONYMOUS);
    pool.directoryFor(withTokens({ desk: 'token' }));
    pool.directoryFor(withTokens({}, 'nobody'));

    expect(looks).toBe(0);
  });

  it('keeps the order of the configuration, with callers’ accounts in their places', async () => {
    await using pool = openPool([...PLANS].reverse());

    const { accounts } = pool.directoryFor(withTokens({ desk: 'token' }));

    expect(accounts.map(({ key }) => key)).toEqual(['desk', 'hi']);
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

  it('names them the same in every process that has the same secret, and otherwise with another one', async () => {
    const withSecret = (linkSecret: string) =>
      openPool(PLANS, { identitySecret: toIdentitySecret(linkSecret) });
    await using pool = withSecret('link-secret-of-this-cluster-31415');
    await using other = withSecret('link-secret-of-this-cluster-31415');
    await using stranger = withSecret('link-secret-of-another-cluster-92');
    const identityIn = ({ directoryFor }: typeof pool, token = 'sesame') =>
      directoryFor(withTokens({ desk: token })).account('desk')?.identity;

    expect(identityIn(pool)).toBe(identityIn(other));
    expect(identityIn(pool)).not.toBe(identityIn(stranger));
    expect(identityIn(pool)).not.toBe(identityIn(other, 'parsley'));
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

  it('are others where the settings of a vendor file are: the same ids may be other exports there', async () => {
    const identityWith = async (settings: Readonly<Record<string, string>>) => {
      await using pool = openPool(PLANS.map((plan) => ({ ...plan, settings })));
      return pool.directoryFor(ANONYMOUS).account('hi')?.identity;
    };

    const [shop, same, other, none] = await Promise.all([
      identityWith({ shop: 'one', region: 'eu' }),
      identityWith({ region: 'eu', shop: 'one' }),
      identityWith({ shop: 'two', region: 'eu' }),
      identityWith({}),
    ]);

    expect(shop).toBe(same);
    expect(new Set([shop, other, none])).toHaveProperty('size', 3);
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

  it('closes no account that a watch reads through, and again bounds it when none does any more', async () => {
    await using pool = openPool();
    const open = (n: number) => pool.directoryFor(withTokens({ desk: `token-${n}` })).account('desk');
    const identity = open(0)?.identity ?? '';
    pool.onWatched(identity, true);

    for (let n = 1; n <= 1_001; n += 1) open(n);
    expect(pool.byIdentity(identity)).toBeDefined();
    expect(pool.all()).toHaveLength(1_003);
    pool.onWatched(identity, false);
    for (let n = 2_000; n < 3_000; n += 1) open(n);

    expect(pool.byIdentity(identity)).toBeUndefined();
    expect(pool.all()).toHaveLength(1_002);
  });

  it('closes no account that is being read through, and again bounds it when the read has ended', async () => {
    await using vendor = await startSilentVendor();
    const plans = PLANS.map((plan) => ({ ...plan, baseUrl: vendor.url }));
    await using pool = openPool(plans);
    const open = (n: number) => pool.directoryFor(withTokens({ desk: `token-${n}` })).account('desk');
    const account = open(0);
    const leaving = new AbortController();
    const read = account?.readMany([KEY], { signal: leaving.signal });

    for (let n = 1; n <= 1_001; n += 1) open(n);
    expect(pool.byIdentity(account?.identity ?? '')).toBe(account);
    leaving.abort();
    await expect(read).rejects.toThrow();
    for (let n = 2_000; n < 3_000; n += 1) open(n);

    expect(pool.byIdentity(account?.identity ?? '')).toBeUndefined();
  });

  it('takes an account back that was at rest when somebody who held on to it reads through it', async () => {
    await using vendor = await startFakeVendor(() => ({ status: 404, body: {} }));
    await using pool = openPool(PLANS.map((plan) => ({ ...plan, baseUrl: vendor.url })));
    const open = (n: number) => pool.directoryFor(withTokens({ desk: `token-${n}` })).account('desk');
    const account = open(0);
    for (let n = 1; n <= 1_000; n += 1) open(n);
    expect(pool.byIdentity(account?.identity ?? '')).toBeUndefined();

    await account?.readMany([KEY]);

    expect(vendor.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer token-0']);
    expect(pool.byIdentity(account?.identity ?? '')).toBe(account);
    expect(open(0)).toBe(account);
  });

  it('lists every open account of every tenant', async () => {
    await using pool = openPool();
    pool.directoryFor(withTokens({ desk: 'token-1' }));

    expect(pool.all().map(({ key }) => key)).toEqual(['hi', 'bi', 'desk']);
  });
});

/** The plans with one of them changed. */
function withPlan(key: string, changes: object): readonly AccountPlan[] {
  return PLANS.map((plan) => (plan.key === key ? { ...plan, ...changes } : plan));
}

describe('an account pool with new plans', () => {
  const hiIn = (pool: ReturnType<typeof openPool>) => pool.directoryFor(ANONYMOUS).account('hi');

  it('changes nothing where the plans are the same, in whatever order', async () => {
    await using pool = openPool();
    const before = hiIn(pool);
    const desk = pool.directoryFor(withTokens({ desk: 'token-1' })).account('desk');

    const changes = pool.replace(structuredClone(PLANS).toReversed());

    expect(changes).toEqual({ removed: [], renewed: [] });
    expect(hiIn(pool)).toBe(before);
    expect(pool.directoryFor(withTokens({ desk: 'token-1' })).account('desk')).toBe(desk);
  });

  it.each([
    ['another key', { credential: { type: 'api-key', apiKey: 'key-2' } }, true],
    ['another kind of secret', { credential: { type: 'bearer', token: 'token-2' } }, true],
    ['other limits', { limits: { requestsPerSecond: 1, maxConcurrent: 1, timeoutMs: 5_000 } }, false],
    ['other pacing', { pacing: { minMs: 9_000, maxMs: 9_000, stallAfterMs: 1_000 } }, false],
  ])('goes on with the same account where it has %s', async (_title, changes, isRenewed) => {
    await using pool = openPool();
    const before = hiIn(pool);

    const { removed, renewed } = pool.replace(withPlan('hi', changes));

    expect(hiIn(pool)).toBe(before);
    expect(removed).toEqual([]);
    expect(renewed).toEqual(isRenewed ? [before] : []);
  });

  it.each([
    ['is at another address', { baseUrl: 'http://127.0.0.1:8' }],
    ['is at another vendor', { vendor: 'talkdesk', credential: { type: 'bearer', token: 'token-1' } }],
    ['belongs to another tenant', { tenant: 'acme' }],
    ['takes the tokens of its callers now', { credential: { type: 'caller' } }],
  ])('takes another account for one that %s, with an identity of its own', async (_title, changes) => {
    await using pool = openPool();
    const before = hiIn(pool);

    const { removed } = pool.replace(withPlan('hi', changes));

    expect(removed).toEqual([before]);
    expect(pool.byIdentity(before?.identity ?? '')).toBeUndefined();
    expect(await before?.readMany([KEY])).toEqual([expect.objectContaining({ code: 'EXPORT_NOT_FOUND' })]);
    const tokens = { hi: 'token-3' };
    for (const tenant of ['default', 'acme']) {
      const now = pool.directoryFor(withTokens(tokens, tenant)).account('hi');
      expect(now?.identity).not.toBe(before?.identity);
    }
  });

  it('tells applications and directories of one token server apart, but not their secrets', async () => {
    const plan = (changes: object): readonly AccountPlan[] => [
      {
        ...COMMON,
        key: 'hi',
        vendor: 'power-bi',
        tenant: 'default',
        credential: {
          type: 'client-credentials',
          tokenUrl: 'https://id.example.com/one/token',
          clientId: 'client',
          clientSecret: 'secret-1',
          ...changes,
        },
      },
    ];
    await using pool = openPool(plan({}));
    const account = hiIn(pool);

    expect(pool.replace(plan({ clientSecret: 'secret-2' }))).toEqual({ removed: [], renewed: [account] });
    expect(pool.replace(plan({ tokenUrl: 'https://id.example.com/two/token' })).removed).toEqual([account]);
    const next = hiIn(pool);
    expect(pool.replace(plan({ tokenUrl: 'https://id.example.com/two/token', clientId: 'other' }))).toEqual({
      removed: [next],
      renewed: [],
    });
  });

  it('takes away the accounts of callers together with their plan, also those that are at rest', async () => {
    await using vendor = await startSilentVendor();
    await using pool = openPool(withPlan('desk', { baseUrl: vendor.url }));
    const open = (n: number) => pool.directoryFor(withTokens({ desk: `token-${n}` })).account('desk');
    const [resting, known] = [open(0), open(1)];
    for (let n = 2; n <= 1_000; n += 1) open(n);
    expect(pool.byIdentity(resting?.identity ?? '')).toBeUndefined();

    const { removed } = pool.replace(PLANS.filter(({ key }) => key !== 'desk'));

    expect(removed).toHaveLength(1_000);
    expect(open(1)).toBeUndefined();
    for (const account of [resting, known]) {
      expect(await account?.readMany([KEY])).toEqual([expect.objectContaining({ code: 'EXPORT_NOT_FOUND' })]);
    }
    expect(vendor.requests).toHaveLength(0);
  });

  it.each([
    [
      'is at another address',
      (pool: ReturnType<typeof openPool>) => {
        pool.replace(withPlan('desk', { baseUrl: 'http://127.0.0.1:8' }));
      },
    ],
    ['is closed', (pool: ReturnType<typeof openPool>) => pool[Symbol.asyncDispose]()],
  ])('opens none that was at rest when it %s', async (_title, change) => {
    await using vendor = await startSilentVendor();
    await using pool = openPool(withPlan('desk', { baseUrl: vendor.url }));
    const open = (n: number) => pool.directoryFor(withTokens({ desk: `token-${n}` })).account('desk');
    const account = open(0);
    for (let n = 1; n <= 1_000; n += 1) open(n);

    await change(pool);

    expect(await account?.readMany([KEY])).toEqual([expect.objectContaining({ code: 'EXPORT_NOT_FOUND' })]);
    expect(vendor.requests).toHaveLength(0);
  });

  it('reads with the limits of the newest plan through accounts of callers, too', async () => {
    await using pool = openPool();
    const pacing = { minMs: 9_000, maxMs: 9_000, stallAfterMs: 1_000 };
    const open = () => pool.directoryFor(withTokens({ desk: 'token-1' })).account('desk');
    const before = open();

    expect(pool.replace(withPlan('desk', { pacing }))).toEqual({ removed: [], renewed: [] });

    expect(open()).toBe(before);
    expect(before?.pacing).toEqual(pacing);
  });

  it('stays as it is where one of them cannot be opened', async () => {
    await using pool = openPool();
    const before = pool.all();

    expect(() =>
      pool.replace([...withPlan('bi', { baseUrl: 'no address' }), ...withPlan('hi', { key: 'hi2' })]),
    ).toThrow();

    expect(pool.all()).toEqual(before);
    expect(hiIn(pool)?.health().state).toBe('HEALTHY');
  });
});
