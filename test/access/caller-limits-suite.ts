import { describe, expect, it } from 'vitest';
import type { Caller } from '../../src/access/caller.ts';
import {
  type Admission,
  createAdmission,
  type LimitedKind,
  type RateLimitSettings,
} from '../../src/access/rate-limits.ts';

export const caller = (tenant: string, name: string): Caller => ({
  tenant,
  name,
  expiresAt: null,
  vendorTokens: {},
});
export const ANNA = caller('acme', 'anna');

/** Where callers are counted. */
export interface CountsUnderTest {
  /** Empty ones. */
  open(): Promise<Pick<RateLimitSettings, 'common'>>;
  advance(ms: number): Promise<void> | void;
  /** What is asserted of a wait: exactly so long, where the clock is the test's own. */
  about(waitMs: number): unknown;
}

export interface Limits extends Admission {
  readonly refused: readonly LimitedKind[];
}

export function createLimits(
  limits: { readonly operationsPerMinute?: number; readonly locatorsPerMinute?: number },
  { common }: Pick<RateLimitSettings, 'common'> = {},
): Limits {
  const refused: LimitedKind[] = [];
  const admission = createAdmission({
    operationsPerMinute: limits.operationsPerMinute,
    locatorsPerMinute: limits.locatorsPerMinute,
    common,
    onRefused: (kind) => refused.push(kind),
  });
  return { ...admission, refused };
}

/** Whether it is let through: `ok`, or when to ask again. */
export async function outcome(admitted: Promise<void> | undefined): Promise<'ok' | number | undefined> {
  try {
    await admitted;
    return 'ok';
  } catch (error) {
    return (error as { readonly retryAfterMs?: number }).retryAfterMs;
  }
}

/** What holds of callers' limits, wherever they are counted. */
export function describeCallerLimits(name: string, { open, advance, about }: CountsUnderTest): void {
  describe(`callers counted ${name}`, () => {
    describe("a caller's minute", () => {
      it('begins with its first question, and the next one begins exactly when it was told', async () => {
        const { operation, refused } = createLimits({ operationsPerMinute: 2 }, await open());
        await operation(ANNA);
        await advance(20_000);
        await operation(ANNA);

        expect(await outcome(operation(ANNA))).toEqual(about(40_000));
        await advance(39_999);
        expect(await outcome(operation(ANNA))).toEqual(about(1));
        await advance(1);
        expect(await outcome(operation(ANNA))).toBe('ok');
        expect(await outcome(operation(ANNA))).toBe('ok');
        expect(await outcome(operation(ANNA))).toEqual(about(60_000));
        expect(refused).toEqual(['operations', 'operations', 'operations']);
      });

      it('says in its sentence how long to wait, in whole seconds that are never too few', async () => {
        const { operation } = createLimits({ operationsPerMinute: 1 }, await open());
        await operation(ANNA);
        await advance(47_500);

        await expect(operation(ANNA)).rejects.toMatchObject({
          code: 'RATE_LIMITED',
          message: 'At most 1 operations a minute are answered to one caller: ask again in 13 s.',
        });
      });

      it('is its own: other names, and the same name of another tenant, have theirs', async () => {
        const { operation } = createLimits({ operationsPerMinute: 1 }, await open());
        await operation(ANNA);

        expect(await outcome(operation(caller('acme', 'bert')))).toBe('ok');
        expect(await outcome(operation(caller('globex', 'anna')))).toBe('ok');
        expect(await outcome(operation(caller('acme","x', 'anna')))).toBe('ok');
        expect(await outcome(operation({ ...ANNA, vendorTokens: { own: 'token' } }))).toEqual(about(60_000));
      });

      it('tells callers apart whose names are long and differ at their end', async () => {
        const { operation } = createLimits({ operationsPerMinute: 1 }, await open());
        const long = 'x'.repeat(8_000);
        await operation(caller('acme', `${long}1`));

        expect(await outcome(operation(caller('acme', `${long}1`)))).toEqual(about(60_000));
        expect(await outcome(operation(caller('acme', `${long}2`)))).toBe('ok');
      });
    });

    describe('several exports at once', () => {
      it('are let through as a whole or not at all, and what is refused takes nothing away', async () => {
        const { locators } = createLimits({ locatorsPerMinute: 10 }, await open());

        expect(await outcome(locators(ANNA, 8))).toBe('ok');
        expect(await outcome(locators(ANNA, 3))).toEqual(about(60_000));
        expect(await outcome(locators(ANNA, 2))).toBe('ok');
        expect(await outcome(locators(ANNA, 1))).toEqual(about(60_000));
      });

      it('that are more than any minute allows are not worth asking for again', async () => {
        const { locators, refused } = createLimits({ locatorsPerMinute: 10 }, await open());

        await expect(locators(ANNA, 11)).rejects.toMatchObject({
          retryAfterMs: undefined,
          message:
            'This field names 11 exports, and at most 10 a minute are read for one caller: name fewer.',
        });
        expect(await outcome(locators(ANNA, 10))).toBe('ok');
        expect(refused).toEqual(['locators']);
      });
    });
  });
}
