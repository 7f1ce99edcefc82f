import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { AccountPlan } from '../../src/accounts/plan.ts';
import { PooledAccount, RETIRED_GRACE_MS } from '../../src/accounts/pooled-account.ts';
import { VendorError, type VendorErrorCode } from '../../src/export/errors.ts';
import type { FileAccess, Reading, VendorAccount } from '../../src/export/ports.ts';
import { createManualClock, settle } from '../support/manual-clock.ts';
import { createFakeAccount, toError, toKey, toSnapshot } from '../watch/fake-account.ts';

const PLAN: AccountPlan = {
  key: 'desk',
  vendor: 'talkdesk',
  tenant: 'acme',
  baseUrl: 'http://127.0.0.1:9',
  limits: { requestsPerSecond: 10, maxConcurrent: 4, timeoutMs: 1_000 },
  pacing: { minMs: 1_000, maxMs: 60_000, stallAfterMs: 600_000 },
  fileOrigins: [],
  credential: { type: 'bearer', token: 'token-1' },
};
const RENEWED: AccountPlan = { ...PLAN, credential: { type: 'bearer', token: 'token-2' } };

/** What stands behind a pooled account: it answers when the test says so, and knows when it was closed. */
function createBacking(clock: { now(): number }, overrides: Partial<VendorAccount> = {}) {
  const state = { closed: 0, asked: 0 };
  const waiting: ((reading: Reading) => void)[] = [];
  const account: VendorAccount = {
    ...createFakeAccount({ now: clock.now }),
    readMany: (keys) => {
      state.asked += 1;
      return Promise.all(keys.map(() => new Promise<Reading>((resolve) => waiting.push(resolve))));
    },
    health: () => ({ state: 'HEALTHY', throttledUntil: null, lastError: null }),
    close: async () => {
      state.closed += 1;
    },
    ...overrides,
  };
  const answer = (reading: Reading): void => waiting.shift()?.(reading);
  return { account, state, answer, snapshot: () => answer(toSnapshot('a', 'RUNNING', clock.now())) };
}

function setUp() {
  const clock = createManualClock();
  const first = createBacking(clock);
  const second = createBacking(clock);
  const usage: boolean[] = [];
  const account = new PooledAccount({
    plan: PLAN,
    identity: 'acme/desk/1',
    clock,
    open: () => first.account,
    onUsage: (_account, isInUse) => void usage.push(isInUse),
  });
  return { clock, first, second, account, usage };
}

const KEYS = [toKey('a')];
const codeOf = (reading: Reading | undefined): VendorErrorCode | undefined =>
  reading instanceof VendorError ? reading.code : undefined;

describe('a pooled account that is replaced', () => {
  it('lets a read under way finish there, asks the new one from then on, and closes the old one after it', async () => {
    const { account, first, second } = setUp();
    const before = account.readMany(KEYS);
    account.replace(RENEWED, false, second.account);
    const after = account.readMany(KEYS);

    second.snapshot();
    await after;
    expect(first.state).toEqual({ closed: 0, asked: 1 });
    first.snapshot();

    expect(codeOf((await before)[0])).toBeUndefined();
    expect(first.state).toEqual({ closed: 1, asked: 1 });
    expect(second.state).toEqual({ closed: 0, asked: 1 });
  });

  it('closes the old one at once where nothing runs through it', async () => {
    const { account, first, second } = setUp();
    const read = account.readMany(KEYS);
    first.snapshot();
    await read;

    account.replace(RENEWED, false, second.account);

    expect(first.state.closed).toBe(1);
  });

  it('closes the old one after a grace, whatever still runs through it', async () => {
    const { account, clock, first, second } = setUp();
    void account.readMany(KEYS);
    account.replace(RENEWED, false, second.account);

    await clock.advance(RETIRED_GRACE_MS - 1);
    expect(first.state.closed).toBe(0);
    await clock.advance(1);

    expect(first.state.closed).toBe(1);
    expect(clock.pending).toBe(0);
  });

  it.each<VendorErrorCode>(['VENDOR_UNAUTHENTICATED', 'VENDOR_FORBIDDEN'])(
    'asks the new one where the old one was told %s meanwhile, for that export alone',
    async (code) => {
      const { account, clock, first, second } = setUp();
      const read = account.readMany([toKey('a'), toKey('b')]);
      account.replace(RENEWED, false, second.account);

      first.answer(toError(code));
      first.answer(toSnapshot('b', 'QUEUED', clock.now()));
      await settle();
      second.snapshot();

      expect((await read).map(codeOf)).toEqual([undefined, undefined]);
      expect([first.state.asked, second.state.asked]).toEqual([1, 1]);
    },
  );

  it('takes every other answer of the old one as it is', async () => {
    const { account, first, second } = setUp();
    const read = account.readMany(KEYS);
    account.replace(RENEWED, false, second.account);

    first.answer(toError('VENDOR_TIMEOUT'));

    expect((await read).map(codeOf)).toEqual(['VENDOR_TIMEOUT']);
    expect(second.state.asked).toBe(0);
  });

  it('keeps the pacing of its newest plan', () => {
    const { account, second } = setUp();
    const pacing = { ...PLAN.pacing, minMs: 7_000 };

    account.replace({ ...PLAN, pacing }, true, second.account);

    expect(account.pacing).toEqual(pacing);
  });

  it('goes on waiting as the vendor has asked, where the credential is the same', async () => {
    const { account, clock, second } = setUp();
    const throttledUntil = clock.now() + 30_000;
    const throttled = createBacking(clock, {
      health: () => ({ state: 'THROTTLED', throttledUntil, lastError: null }),
    });
    account.replace(PLAN, true, throttled.account);

    account.replace({ ...PLAN, fileOrigins: ['files.example.com'] }, true, second.account);

    expect(account.health()).toMatchObject({ state: 'THROTTLED', throttledUntil });
    const [reading] = await account.readMany(KEYS);
    expect(reading).toMatchObject({ code: 'VENDOR_RATE_LIMITED', retryAfterMs: 30_000 });
    await expect(account.listRecent(1)).rejects.toMatchObject({ code: 'VENDOR_RATE_LIMITED' });
    expect(second.state.asked).toBe(0);
    await clock.advance(30_000);
    expect(account.health().state).toBe('HEALTHY');
    void account.readMany(KEYS);
    expect(second.state.asked).toBe(1);
  });

  it('does not wait for what another credential was asked', () => {
    const { account, clock, second } = setUp();
    const throttledUntil = clock.now() + 30_000;
    const throttled = createBacking(clock, {
      health: () => ({ state: 'THROTTLED', throttledUntil, lastError: null }),
    });
    account.replace(PLAN, true, throttled.account);

    account.replace(RENEWED, false, second.account);
    void account.readMany(KEYS);

    expect(account.health().state).toBe('HEALTHY');
    expect(second.state.asked).toBe(1);
  });
});

describe('a pooled account that is asked for one export', () => {
  it('takes the way for one where there is one, in use as long as it runs', async () => {
    const { account, clock, usage } = setUp();
    const one = createBacking(clock, { readOne: async () => toSnapshot('a', 'RUNNING', clock.now()) });
    account.replace(PLAN, true, one.account);

    const reading = account.readOne(toKey('a'));
    expect(account.isInUse).toBe(true);

    expect(codeOf(await reading)).toBeUndefined();
    expect([one.state.asked, account.isInUse]).toEqual([0, false]);
    expect(usage).toEqual([true, false]);
  });

  it('asks for a batch of one where there is none', async () => {
    const { account, first } = setUp();

    const reading = account.readOne(toKey('a'));
    first.snapshot();

    expect(codeOf(await reading)).toBeUndefined();
    expect(first.state.asked).toBe(1);
  });

  it('asks the new one where the old one was refused meanwhile', async () => {
    const { account, clock, second } = setUp();
    let refuse = (): void => undefined;
    const refused = new Promise<Reading>((resolve) => {
      refuse = () => resolve(toError('VENDOR_UNAUTHENTICATED'));
    });
    account.replace(PLAN, true, createBacking(clock, { readOne: () => refused }).account);

    const reading = account.readOne(toKey('a'));
    account.replace(RENEWED, false, second.account);
    refuse();
    await settle();
    second.snapshot();

    expect(codeOf(await reading)).toBeUndefined();
    expect(second.state.asked).toBe(1);
  });

  it('waits as a replaced one was asked to', async () => {
    const { account, clock } = setUp();
    const throttledUntil = clock.now() + 30_000;
    const throttled = createBacking(clock, {
      health: () => ({ state: 'THROTTLED', throttledUntil, lastError: null }),
    });
    const next = createBacking(clock, { readOne: async () => toSnapshot('a', 'RUNNING', clock.now()) });
    account.replace(PLAN, true, throttled.account);
    account.replace(PLAN, true, next.account);

    expect(await account.readOne(toKey('a'))).toMatchObject({ retryAfterMs: 30_000 });
    await clock.advance(30_000);

    expect(codeOf(await account.readOne(toKey('a')))).toBeUndefined();
  });

  it('says whether a list call pays as what stands behind it does', () => {
    const { account, clock } = setUp();
    const before = account.listPays(2);

    account.replace(PLAN, true, createBacking(clock, { listPays: (count) => count > 5 }).account);

    expect([before, account.listPays(2), account.listPays(6)]).toEqual([true, false, true]);
  });
});

describe('a pooled account whose files flow', () => {
  const toStream = (body: Readable): FileAccess => ({
    type: 'stream',
    file: { name: 'a.csv', mediaType: 'text/csv', availableUntil: null },
    open: async () => ({ status: 200, headers: {}, body }),
  });
  const OPEN = { method: 'GET', headers: {} } as const;

  it('is in use, and not closed when replaced, until the file has ended', async () => {
    const { account, clock, second, usage } = setUp();
    const body = new Readable({ read: () => undefined });
    const first = createBacking(clock, { locateFile: async () => toStream(body) });
    account.replace(PLAN, true, first.account);
    const access = await account.locateFile(toKey('a'), 0);
    if (access.type === 'stream') await access.open(OPEN);

    account.replace(RENEWED, false, second.account);
    expect([account.isInUse, first.state.closed]).toEqual([true, 0]);
    body.destroy();
    await settle();

    expect([account.isInUse, first.state.closed]).toEqual([false, 1]);
    expect(usage).toEqual([true, false, true, false]);
  });

  it('looks for the file anew where it was found before, and opened after the account was replaced', async () => {
    const { account, clock } = setUp();
    const text = async (access: FileAccess): Promise<string> => {
      const file = access.type === 'stream' ? await access.open(OPEN) : null;
      return file === null ? '' : (await file.body.toArray()).join('');
    };
    const first = createBacking(clock, { locateFile: async () => toStream(Readable.from(['old'])) });
    const second = createBacking(clock, { locateFile: async () => toStream(Readable.from(['new'])) });
    account.replace(PLAN, true, first.account);
    const access = await account.locateFile(toKey('a'), 0);

    account.replace(RENEWED, false, second.account);

    expect(await text(access)).toBe('new');
    expect([account.isInUse, first.state.closed, second.state.closed]).toEqual([false, 1, 0]);
  });
});

describe('a pooled account that is taken away', () => {
  it('is closed at once, and knows no export any more, what was under way included', async () => {
    const { account, first } = setUp();
    const read = account.readMany(KEYS);

    account.remove();
    expect(first.state.closed).toBe(1);
    first.snapshot();

    expect((await read).map(codeOf)).toEqual(['EXPORT_NOT_FOUND']);
    expect((await account.readMany(KEYS)).map(codeOf)).toEqual(['EXPORT_NOT_FOUND']);
    await expect(account.listRecent(1)).rejects.toMatchObject({ code: 'EXPORT_NOT_FOUND' });
    await expect(account.locateFile(toKey('a'), 0)).rejects.toMatchObject({ code: 'EXPORT_NOT_FOUND' });
    expect(first.state.asked).toBe(1);
  });

  it('closes what was replaced before too', () => {
    const { account, first, second } = setUp();
    void account.readMany(KEYS);
    account.replace(RENEWED, false, second.account);

    account.remove();

    expect([first.state.closed, second.state.closed]).toEqual([1, 1]);
  });
});

describe('a pooled account at rest', () => {
  it('is opened again by whoever still holds it', async () => {
    const { account, first, usage } = setUp();
    const read = account.readMany(KEYS);
    first.snapshot();
    await read;

    account.rest();
    expect(first.state.closed).toBe(1);
    const again = account.readMany(KEYS);
    first.snapshot();

    expect((await again).map(codeOf)).toEqual([undefined]);
    expect(usage).toEqual([true, false, true, false]);
  });
});
