import { describe, expect, it } from 'vitest';
import type { AccountPlan } from '../../src/accounts/plan.ts';
import { PooledAccount } from '../../src/accounts/pooled-account.ts';
import { createUnknownAccount } from '../../src/accounts/unknown-account.ts';
import { StartError, type VendorErrorCode } from '../../src/export/errors.ts';
import type { StartedSearch, VendorAccount } from '../../src/export/ports.ts';
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
const ORDER = { reportType: 'calls' };
const SEARCH: StartedSearch = { order: ORDER, sentAt: 0, mark: null };
const STARTED = { snapshot: toSnapshot('a', 'QUEUED', 0), isExisting: false };

/** What stands behind a pooled account: each of its calls waits for the test, and is written down. */
function createBacking(overrides: Partial<VendorAccount> = {}) {
  const asked: string[] = [];
  const state = { closed: 0 };
  let settleLast: { resolve(value: never): void; reject(error: unknown): void } | undefined;
  const wait = (name: string) => (): Promise<never> => {
    asked.push(name);
    return new Promise<never>((resolve, reject) => {
      settleLast = { resolve, reject };
    });
  };
  const account: VendorAccount = {
    ...createFakeAccount({ now: () => 0 }),
    start: wait('start'),
    markStart: wait('markStart'),
    findStarted: wait('findStarted'),
    cancel: wait('cancel'),
    health: () => ({ state: 'HEALTHY', throttledUntil: null, lastError: null }),
    close: async () => {
      state.closed += 1;
    },
    ...overrides,
  };
  return {
    account,
    asked,
    state,
    answer: (value: unknown) => settleLast?.resolve(value as never),
    fail: (error: unknown) => settleLast?.reject(error),
  };
}

function setUp(backing = createBacking()) {
  const clock = createManualClock();
  const usage: boolean[] = [];
  const account = new PooledAccount({
    plan: PLAN,
    identity: 'acme/desk/1',
    clock,
    open: () => backing.account,
    onUsage: (_account, isInUse) => void usage.push(isInUse),
  });
  return { clock, account, backing, usage };
}

/** Each call that changes something. */
const CALLS = {
  start: (account: VendorAccount): Promise<unknown> | undefined => account.start?.(ORDER),
  cancel: (account: VendorAccount): Promise<unknown> | undefined => account.cancel?.(toKey('a')),
};
const NAMES = ['start', 'cancel'] as const;
const failureOf = (promise: Promise<unknown> | undefined) =>
  Promise.resolve(promise).then(
    (value) => ({ code: `succeeded with ${String(value)}` }),
    (error: unknown) => error,
  );

describe('a pooled account that starts and stops exports', () => {
  it('passes each call on once, and is in use as long as it runs', async () => {
    const { account, backing, usage } = setUp();

    const start = account.start?.(ORDER);
    expect([backing.asked, account.isInUse]).toEqual([['start'], true]);
    backing.answer(STARTED);

    expect(await start).toBe(STARTED);
    expect([account.isInUse, usage]).toEqual([false, [true, false]]);
  });

  it('has exactly the calls that its vendor has', () => {
    const none = createBacking({
      start: undefined,
      markStart: undefined,
      findStarted: undefined,
      cancel: undefined,
    });

    for (const [backing, expected] of [
      [none, []],
      [createBacking(), ['start', 'markStart', 'findStarted', 'cancel']],
      [createBacking({ cancel: undefined, markStart: undefined }), ['start', 'findStarted']],
    ] as const) {
      const { account } = setUp(backing);
      const calls = (['start', 'markStart', 'findStarted', 'cancel'] as const).filter(
        (name) => account[name] !== undefined,
      );
      expect(calls).toEqual(expected);
    }
  });

  describe.each(NAMES)('%s', (name) => {
    const call = CALLS[name];

    it.each<VendorErrorCode>(['VENDOR_UNAUTHENTICATED', 'VENDOR_FORBIDDEN', 'VENDOR_UNAVAILABLE'])(
      'is not asked for again where the account was replaced and the old one was told %s',
      async (code) => {
        const { account, backing } = setUp();
        const next = createBacking();
        const pending = failureOf(call(account));
        account.replace(PLAN, false, next.account);

        backing.fail(toError(code));

        expect(await pending).toMatchObject({ code });
        expect([backing.asked, next.asked]).toEqual([[name], []]);
      },
    );

    it('is not asked for again where the account was taken away', async () => {
      const { account, backing } = setUp();
      const lost = new StartError({
        code: 'START_OUTCOME_UNKNOWN',
        message: 'Lost.',
        vendor: 'talkdesk',
        account: 'desk',
      });
      const pending = failureOf(call(account));
      account.remove();
      backing.fail(lost);

      expect(await pending).toBe(lost);
      expect(await failureOf(call(account))).toMatchObject({ code: 'EXPORT_NOT_FOUND' });
      expect(backing.asked).toEqual([name]);
    });

    it('goes through the account in place of a replaced one', async () => {
      const { account, backing } = setUp();
      const next = createBacking();
      account.replace(PLAN, false, next.account);

      void call(account);

      expect([backing.asked, next.asked]).toEqual([[], [name]]);
    });

    it('keeps a replaced account open until it has ended', async () => {
      const { account, backing } = setUp();
      const pending = call(account);
      account.replace(PLAN, false, createBacking().account);
      expect(backing.state.closed).toBe(0);

      backing.answer(undefined);
      await pending;
      await settle();

      expect(backing.state.closed).toBe(1);
    });

    it('is refused, and not sent, while its vendor has asked the account to wait', async () => {
      const { account, clock } = setUp(
        createBacking({
          health: () => ({ state: 'THROTTLED', throttledUntil: clock.now() + 30_000, lastError: null }),
        }),
      );
      const next = createBacking();
      void account.start;
      account.replace(PLAN, true, next.account);

      expect(await failureOf(call(account))).toMatchObject({
        code: 'VENDOR_RATE_LIMITED',
        retryAfterMs: 30_000,
      });
      expect(next.asked).toEqual([]);
      await clock.advance(30_000);
      void call(account);
      expect(next.asked).toEqual([name]);
    });
  });

  it('looks for a lost start through the new account where the old one was refused', async () => {
    const { account, backing } = setUp();
    const next = createBacking();
    const pending = account.findStarted?.(SEARCH);
    account.replace(PLAN, false, next.account);

    backing.fail(toError('VENDOR_UNAUTHENTICATED'));
    await settle();
    next.answer([STARTED.snapshot]);

    expect(await pending).toEqual([STARTED.snapshot]);
  });

  it.each([
    ['the list cannot be had', false],
    ['its vendor has asked the account to wait', true],
  ])('notes nothing before an order where %s, and does not fail', async (_when, isHeld) => {
    const { account, backing, clock } = setUp(
      createBacking({
        health: () => ({
          state: 'THROTTLED',
          throttledUntil: isHeld ? clock.now() + 1_000 : null,
          lastError: null,
        }),
        markStart: () => Promise.reject(toError('VENDOR_TIMEOUT')),
      }),
    );
    const next = createBacking({ markStart: backing.account.markStart });
    void account.start;
    account.replace(PLAN, true, next.account);

    expect(await account.markStart?.(ORDER)).toBeNull();
  });
});

describe('an account that there is not', () => {
  it('refuses whatever is ordered there as it refuses reads', async () => {
    const account = createUnknownAccount('talkdesk', 'desk', 'acme');
    const refusal = { code: 'EXPORT_NOT_FOUND', account: 'desk', vendor: 'talkdesk' };

    await expect(account.start?.(ORDER)).rejects.toMatchObject(refusal);
    await expect(account.cancel?.(toKey('a'))).rejects.toMatchObject(refusal);
    await expect(account.findStarted?.(SEARCH)).rejects.toMatchObject(refusal);
    expect(await account.markStart?.(ORDER)).toBeNull();
  });
});
