import { describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../src/runtime/clock.ts';
import { VENDOR_KEYS } from '../support/vendors.ts';
import { EVERYTHING_RUNS, EXPORT_QUERY, startFakedGateway, toAccount, toLocator } from './support.ts';

const HEALTH_QUERY = '{ accounts { key health { state throttledUntil lastError } } }';

describe('vendors', () => {
  it('tells what each can do, and asks none of them', async () => {
    await using gateway = await startFakedGateway({ accounts: () => [] });

    const { data, errors } = await gateway.query(
      '{ vendors { key name capabilities { canList reportsProgress reportsTimes } } }',
    );

    expect(errors).toEqual([]);
    const vendors: readonly { readonly key: string }[] = data.vendors;
    expect(vendors.map(({ key }) => key)).toEqual(VENDOR_KEYS);
    expect(vendors.slice(0, 4)).toEqual([
      {
        key: 'power-bi',
        name: 'Power BI',
        capabilities: { canList: false, reportsProgress: true, reportsTimes: true },
      },
      {
        key: 'hi-energy',
        name: 'Hi Energy',
        capabilities: { canList: true, reportsProgress: true, reportsTimes: true },
      },
      {
        key: 'talkdesk',
        name: 'Talkdesk',
        capabilities: { canList: true, reportsProgress: false, reportsTimes: false },
      },
      {
        key: 'web-admit',
        name: 'WebAdMIT',
        capabilities: { canList: true, reportsProgress: false, reportsTimes: false },
      },
    ]);
  });
});

describe("a vendor's forms", () => {
  const FORMS = `{ vendors { key input locator { name description isOptional pattern example }
    order { name type isRequired description pattern example } } }`;

  it('are those of its own inputs, so that a client needs no table of vendors', async () => {
    await using gateway = await startFakedGateway({ accounts: () => [] });

    const { data, errors } = await gateway.query(FORMS);

    expect(errors).toEqual([]);
    const vendors = data.vendors as Record<string, unknown>[];
    expect(vendors.find(({ key }) => key === 'hi-energy')).toEqual({
      key: 'hi-energy',
      input: 'hiEnergy',
      locator: [
        {
          name: 'exportId',
          description: 'A positive whole number of up to 19 digits.',
          isOptional: false,
          pattern: '^[1-9][0-9]{0,18}$',
          example: '4213',
        },
      ],
      order: [
        expect.objectContaining({ name: 'reportType', type: 'String!', isRequired: true }),
        expect.objectContaining({ name: 'searchParams', type: 'JSON', isRequired: false, pattern: null }),
        expect.objectContaining({ name: 'indexParams', type: 'JSON', example: null }),
      ],
    });
    expect(vendors.find(({ key }) => key === 'power-bi')).toMatchObject({
      input: 'powerBi',
      locator: [
        { name: 'groupId', isOptional: true, pattern: null },
        { name: 'reportId', isOptional: false },
        { name: 'exportId', isOptional: false },
      ],
    });
  });
});

describe('accounts', () => {
  it('are those of the caller, in the order of the configuration, healthy before anyone was asked', async () => {
    await using gateway = await startFakedGateway({
      accounts: (urls) => [
        toAccount('web-admit', urls['web-admit']),
        toAccount('talkdesk', urls.talkdesk, { key: 'other', tenant: 'acme' }),
        toAccount('power-bi', urls['power-bi']),
      ],
    });

    const { data, errors } = await gateway.query(
      '{ accounts { id key vendor { key } health { state throttledUntil lastError } } }',
    );

    const health = { state: 'HEALTHY', throttledUntil: null, lastError: null };
    expect(errors).toEqual([]);
    expect(data.accounts).toEqual([
      { id: expect.any(String), key: 'admit', vendor: { key: 'web-admit' }, health },
      { id: expect.any(String), key: 'bi', vendor: { key: 'power-bi' }, health },
    ]);
    expect(gateway.calls()).toBe(0);
  });

  it('show one whose token each caller brings only to those who brought it', async () => {
    await using gateway = await startFakedGateway({
      accounts: (urls) => [toAccount('talkdesk', urls.talkdesk, { credential: { type: 'caller' } })],
    });

    const without = await gateway.query('{ accounts { key } }');
    const withToken = await gateway.query('{ accounts { key } }', undefined, {
      headers: { 'x-waybill-token-desk': 'mine' },
    });

    expect(without.data.accounts).toEqual([]);
    expect(withToken.data.accounts).toEqual([{ key: 'desk' }]);
  });

  it('leave out one whose token no header can carry, and answer for the rest', async () => {
    await using gateway = await startFakedGateway({
      accounts: (urls) => [
        toAccount('talkdesk', urls.talkdesk, { credential: { type: 'caller' } }),
        toAccount('power-bi', urls['power-bi']),
      ],
    });

    const { data, errors } = await gateway.query('{ accounts { key } }', undefined, {
      headers: { 'x-waybill-token-desk': 'caf\u00e9' },
    });

    expect(errors).toEqual([]);
    expect(data.accounts).toEqual([{ key: 'bi' }]);
  });
});

describe('the health of an account', () => {
  it('is THROTTLED until the vendor may be asked again, and HEALTHY after the next good answer', async () => {
    const clock = createJumpingClock();
    await using gateway = await startFakedGateway({
      tools: { clock },
      vendors: { talkdesk: () => ({ status: 429, headers: { 'retry-after': '60' }, body: {} }) },
      accounts: (urls) => [toAccount('talkdesk', urls.talkdesk)],
    });
    const ask = () => gateway.query(EXPORT_QUERY, { locator: toLocator('talkdesk', 1) });
    const health = async () => (await gateway.query(HEALTH_QUERY)).data.accounts[0].health;

    const askedAt = clock.now();
    await ask();
    const throttled = await health();
    clock.jump(61_000);
    const waiting = await health();
    gateway.fakes.talkdesk.answer(EVERYTHING_RUNS.talkdesk);
    const { errors } = await ask();

    expect(throttled).toMatchObject({ state: 'THROTTLED', lastError: 'VENDOR_RATE_LIMITED' });
    expect(Date.parse(throttled.throttledUntil) - askedAt).toBeGreaterThanOrEqual(60_000);
    expect(Date.parse(throttled.throttledUntil) - askedAt).toBeLessThan(65_000);
    expect(waiting).toEqual({ state: 'DEGRADED', throttledUntil: null, lastError: 'VENDOR_RATE_LIMITED' });
    expect(errors).toEqual([]);
    expect(await health()).toEqual({ state: 'HEALTHY', throttledUntil: null, lastError: null });
  });

  it('stands in each export of a throttled account too', async () => {
    await using gateway = await startFakedGateway({
      vendors: {
        'web-admit': ({ url }) => ({
          headers: {
            'x-ratelimit-remaining': '0',
            'x-ratelimit-reset': String(Math.ceil(Date.now() / 1_000) + 30),
          },
          body: { export_files: { id: Number(url.split('/').at(-1)), status: 'Queued' } },
        }),
      },
    });

    const { data } = await gateway.query(
      'query ($locator: ExportLocator!) { export(locator: $locator) { observation { throttledUntil } } }',
      { locator: toLocator('web-admit', 1) },
    );

    expect(Date.parse(data.export.observation.throttledUntil)).toBeGreaterThan(Date.now());
  });

  it('is UNAVAILABLE after failures in a row, without a further call, and HEALTHY when the vendor is back', async () => {
    const clock = createJumpingClock();
    await using gateway = await startFakedGateway({
      tools: { clock, random: { next: () => 0 } },
      vendors: { 'hi-energy': () => ({ status: 503, body: {} }) },
      accounts: (urls) => [toAccount('hi-energy', urls['hi-energy'])],
    });
    const ask = () => gateway.query(EXPORT_QUERY, { locator: toLocator('hi-energy', 1) });
    const health = async () => (await gateway.query(HEALTH_QUERY)).data.accounts[0].health;

    for (let failure = 0; failure < 5; failure += 1) await ask();
    const broken = await health();
    const calls = gateway.calls();
    const refused = await ask();
    clock.jump(10_001);
    gateway.fakes['hi-energy'].answer(EVERYTHING_RUNS['hi-energy']);
    const answered = await ask();

    expect(broken).toEqual({ state: 'UNAVAILABLE', throttledUntil: null, lastError: 'VENDOR_UNAVAILABLE' });
    expect(refused.errors).toMatchObject([
      { extensions: { code: 'VENDOR_UNAVAILABLE', retryable: true, retryAfterMs: expect.any(Number) } },
    ]);
    expect(answered.errors).toEqual([]);
    expect(gateway.calls()).toBe(calls + 1);
    expect(await health()).toEqual({ state: 'HEALTHY', throttledUntil: null, lastError: null });
  });

  it.each([
    [{ status: 401, body: {} }, 'VENDOR_UNAUTHENTICATED'],
    [{ status: 200, body: '<html>login</html>' }, 'VENDOR_BAD_RESPONSE'],
  ] as const)('is DEGRADED after %j, and never UNAVAILABLE, however often', async (reply, lastError) => {
    await using gateway = await startFakedGateway({
      vendors: { 'hi-energy': () => reply },
      accounts: (urls) => [toAccount('hi-energy', urls['hi-energy'])],
    });

    for (let turn = 0; turn < 8; turn += 1)
      await gateway.query(EXPORT_QUERY, { locator: toLocator('hi-energy', 1) });
    const { data } = await gateway.query(HEALTH_QUERY);

    expect(data.accounts[0].health).toEqual({ state: 'DEGRADED', throttledUntil: null, lastError });
  });

  it.each([403, 404])('stays HEALTHY after %i, which is about one export', async (status) => {
    await using gateway = await startFakedGateway({
      vendors: { 'hi-energy': () => ({ status, body: {} }) },
      accounts: (urls) => [toAccount('hi-energy', urls['hi-energy'])],
    });

    await gateway.query(EXPORT_QUERY, { locator: toLocator('hi-energy', 1) });
    const { data } = await gateway.query(HEALTH_QUERY);

    expect(data.accounts[0].health).toEqual({ state: 'HEALTHY', throttledUntil: null, lastError: null });
  });

  it('is one account after another: a neighbour at the same vendor stays HEALTHY', async () => {
    await using gateway = await startFakedGateway({
      vendors: {
        talkdesk: (request) =>
          request.headers.authorization === 'Bearer bad'
            ? { status: 401, body: {} }
            : EVERYTHING_RUNS.talkdesk(request),
      },
      accounts: (urls) => [
        toAccount('talkdesk', urls.talkdesk),
        toAccount('talkdesk', urls.talkdesk, { key: 'desk-2', credential: { type: 'bearer', token: 'bad' } }),
      ],
    });

    for (const account of ['desk', 'desk-2'])
      await gateway.query(EXPORT_QUERY, { locator: toLocator('talkdesk', 1, { account }) });
    const { data } = await gateway.query(HEALTH_QUERY);

    expect(
      data.accounts.map(({ key, health }: { key: string; health: { state: string } }) => [key, health.state]),
    ).toEqual([
      ['desk', 'HEALTHY'],
      ['desk-2', 'DEGRADED'],
    ]);
  });
});

/** The system's clock, which a test can move forward. */
function createJumpingClock(): Clock & { jump(ms: number): void } {
  let offset = 0;
  return {
    now: () => systemClock.now() + offset,
    setTimer: systemClock.setTimer,
    jump(ms) {
      offset += ms;
    },
  };
}
