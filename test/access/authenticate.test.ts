import { afterEach, describe, expect, it, vi } from 'vitest';
import { createAccess } from '../../src/access/authenticate.ts';
import { createSecrets } from '../../src/telemetry/secrets.ts';
import { createManualClock } from '../support/manual-clock.ts';

const compare = vi.hoisted(() => vi.fn());
vi.mock(import('node:crypto'), async (original) => {
  const crypto = await original();
  compare.mockImplementation(crypto.timingSafeEqual);
  return { ...crypto, timingSafeEqual: compare };
});
afterEach(() => {
  compare.mockClear();
});

const TOOLS = { clock: createManualClock(), secrets: createSecrets() };
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

/** So many keys, each of a caller of its own. */
function listKeys(count: number) {
  return Array.from({ length: count }, (_, index) => ({
    name: `caller-${index}`,
    key: `key-of-caller-${index}`,
    tenant: `tenant-${index % 7}`,
  }));
}

describe('a key', () => {
  it('is found among 10,000 with one comparison, and a wrong one without any', async () => {
    const { authenticate } = createAccess({ mode: 'keys', keys: listKeys(10_000) }, TOOLS);

    const found = await authenticate(bearer('key-of-caller-7777'));
    const comparisons = compare.mock.calls.length;
    const wrong = await authenticate(bearer('key-of-caller-10000'));

    expect(found).toEqual({ tenant: 'tenant-0', name: 'caller-7777', expiresAt: null, vendorTokens: {} });
    expect(comparisons).toBe(1);
    expect(wrong).toMatchObject({ refusal: expect.stringContaining('not good here') });
    expect(compare).toHaveBeenCalledTimes(1);
  });

  it('is known at once, without a promise', () => {
    const { authenticate } = createAccess({ mode: 'keys', keys: listKeys(2) }, TOOLS);

    expect(authenticate(bearer('key-of-caller-1'))).not.toBeInstanceOf(Promise);
    expect(authenticate({})).not.toBeInstanceOf(Promise);
  });

  it('brings the vendor tokens of its own request alone, whatever their accounts are called', async () => {
    const { authenticate } = createAccess({ mode: 'keys', keys: listKeys(2) }, TOOLS);
    const headers = { ...bearer('key-of-caller-1'), 'x-waybill-token-own': 'token-1' };
    const proto = JSON.parse('{"x-waybill-token-__proto__":"token-2"}');

    expect(await authenticate(headers)).toMatchObject({ vendorTokens: { own: 'token-1' } });
    expect(await authenticate(bearer('key-of-caller-1'))).toMatchObject({ vendorTokens: {} });
    const { vendorTokens } = (await authenticate({ ...bearer('key-of-caller-1'), ...proto })) as {
      readonly vendorTokens: object;
    };
    expect(Object.keys(vendorTokens)).toEqual(['__proto__']);
  });

  it('that is gone from the list is out, and one that stays is not', async () => {
    const keys = listKeys(2);
    const access = createAccess({ mode: 'keys', keys }, TOOLS);
    const [first, second] = await Promise.all(keys.map(({ key }) => access.authenticate(bearer(key))));
    if (first === undefined || second === undefined || 'refusal' in first || 'refusal' in second)
      throw new Error('Both keys are on the list.');

    const isOut = access.draft({ mode: 'keys', keys: keys.slice(1) })();

    expect([isOut(first), isOut(second)]).toEqual([true, false]);
    expect([access.isOut(first), access.isOut(second)]).toEqual([true, false]);
    expect(await access.authenticate(bearer('key-of-caller-0'))).toHaveProperty('refusal');
  });
});
