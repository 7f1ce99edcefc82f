import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Caller } from '../../src/access/caller.ts';
import { createAdmission, type LimitedKind } from '../../src/access/rate-limits.ts';

const caller = (tenant: string, name: string): Caller => ({
  tenant,
  name,
  expiresAt: null,
  vendorTokens: {},
});
const ANNA = caller('acme', 'anna');

function createLimits(limits: {
  readonly operationsPerMinute?: number;
  readonly locatorsPerMinute?: number;
}) {
  const refused: LimitedKind[] = [];
  const admission = createAdmission({
    operationsPerMinute: limits.operationsPerMinute,
    locatorsPerMinute: limits.locatorsPerMinute,
    onRefused: (kind) => refused.push(kind),
  });
  return { ...admission, refused };
}

/** Whether it is let through: `ok`, or when to ask again. */
async function outcome(admitted: Promise<void> | undefined): Promise<'ok' | number | undefined> {
  try {
    await admitted;
    return 'ok';
  } catch (error) {
    return (error as { readonly retryAfterMs?: number }).retryAfterMs;
  }
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("a caller's minute", () => {
  it('begins with its first question, and the next one begins exactly when it was told', async () => {
    const { operation, refused } = createLimits({ operationsPerMinute: 2 });
    await operation(ANNA);
    vi.advanceTimersByTime(20_000);
    await operation(ANNA);

    expect(await outcome(operation(ANNA))).toBe(40_000);
    vi.advanceTimersByTime(39_999);
    expect(await outcome(operation(ANNA))).toBe(1);
    vi.advanceTimersByTime(1);
    expect(await outcome(operation(ANNA))).toBe('ok');
    expect(await outcome(operation(ANNA))).toBe('ok');
    expect(await outcome(operation(ANNA))).toBe(60_000);
    expect(refused).toEqual(['operations', 'operations', 'operations']);
  });

  it('says in its sentence how long to wait, in whole seconds that are never too few', async () => {
    const { operation } = createLimits({ operationsPerMinute: 1 });
    await operation(ANNA);
    vi.advanceTimersByTime(47_500);

    await expect(operation(ANNA)).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      message: 'At most 1 operations a minute are answered to one caller: ask again in 13 s.',
    });
  });

  it('is its own: other names, and the same name of another tenant, have theirs', async () => {
    const { operation } = createLimits({ operationsPerMinute: 1 });
    await operation(ANNA);

    expect(await outcome(operation(caller('acme', 'bert')))).toBe('ok');
    expect(await outcome(operation(caller('globex', 'anna')))).toBe('ok');
    expect(await outcome(operation(caller('acme","x', 'anna')))).toBe('ok');
    expect(await outcome(operation({ ...ANNA, vendorTokens: { own: 'token' } }))).toBe(60_000);
  });

  it('tells callers apart whose names are long and differ at their end', async () => {
    const { operation } = createLimits({ operationsPerMinute: 1 });
    const long = 'x'.repeat(8_000);
    await operation(caller('acme', `${long}1`));

    expect(await outcome(operation(caller('acme', `${long}1`)))).toBe(60_000);
    expect(await outcome(operation(caller('acme', `${long}2`)))).toBe('ok');
  });

  it('is not counted where there is no limit', async () => {
    const { operation, locators, refused } = createLimits({});

    for (let count = 0; count < 1_000; count += 1) expect(operation(ANNA)).toBeUndefined();
    expect(locators(ANNA, 1_000_000)).toBeUndefined();

    expect(refused).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('several exports at once', () => {
  it('are let through as a whole or not at all, and what is refused takes nothing away', async () => {
    const { locators } = createLimits({ locatorsPerMinute: 10 });

    expect(await outcome(locators(ANNA, 8))).toBe('ok');
    expect(await outcome(locators(ANNA, 3))).toBe(60_000);
    expect(await outcome(locators(ANNA, 2))).toBe('ok');
    expect(await outcome(locators(ANNA, 1))).toBe(60_000);
  });

  it('that are more than any minute allows are not worth asking for again', async () => {
    const { locators, refused } = createLimits({ locatorsPerMinute: 10 });

    await expect(locators(ANNA, 11)).rejects.toMatchObject({
      retryAfterMs: undefined,
      message: 'This field names 11 exports, and at most 10 a minute are read for one caller: name fewer.',
    });
    expect(await outcome(locators(ANNA, 10))).toBe('ok');
    expect(refused).toEqual(['locators']);
  });
});

describe('a flood of callers', () => {
  it('leaves no more than 10,000 of them behind', async () => {
    const { operation } = createLimits({ operationsPerMinute: 1 });

    for (let count = 0; count < 12_000; count += 1) await operation(caller('acme', `subject-${count}`));

    // One timer for each caller that is remembered.
    expect(vi.getTimerCount()).toBe(10_000);
  });

  it('leaves nothing behind once their minutes are over', async () => {
    const { operation } = createLimits({ operationsPerMinute: 1 });
    for (let count = 0; count < 100; count += 1) await operation(caller('acme', `subject-${count}`));

    vi.advanceTimersByTime(60_000);

    expect(vi.getTimerCount()).toBe(0);
    expect(await outcome(operation(caller('acme', 'subject-7')))).toBe('ok');
  });

  it('does not let one of them begin anew that goes on asking', async () => {
    const { operation } = createLimits({ operationsPerMinute: 1 });
    const QUIET = caller('acme', 'quiet');
    await operation(ANNA);
    await operation(QUIET);

    for (let count = 0; count < 10_000; count += 1) {
      await operation(caller('acme', `subject-${count}`));
      if (count % 1_000 === 0) await outcome(operation(ANNA));
    }

    expect(await outcome(operation(ANNA))).toBe(60_000);
    expect(await outcome(operation(QUIET))).toBe('ok');
  });
});
