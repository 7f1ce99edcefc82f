import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CODED_VENDOR_IDS, type CodedVendorId } from '../../src/export/vendor-id.ts';
import {
  ACCOUNT_KEYS,
  EVERYTHING_RUNS,
  EXPORT_QUERY,
  EXPORTS_QUERY,
  type FakedGateway,
  IDS,
  startFakedGateway,
  toAccount,
  toLocator,
} from './support.ts';

describe('exports', () => {
  let gateway: FakedGateway;
  beforeAll(async () => {
    gateway = await startFakedGateway({ tools: { random: { next: () => 0 } } });
  });
  afterAll(() => gateway[Symbol.asyncDispose]());
  beforeEach(() => {
    for (const vendor of CODED_VENDOR_IDS) gateway.fakes[vendor].answer(EVERYTHING_RUNS[vendor]);
  });

  it('reads a locator that is text as the same export as by its ids', async () => {
    const texts = ['hi-energy:1', `${ACCOUNT_KEYS.talkdesk}@talkdesk:calls/job-1`, 'web-admit:1/1'];

    const { data, errors } = await gateway.query(
      'query ($locators: [ExportLocator!]!) { exports(locators: $locators) { vendor { key } account { key } id } }',
      { locators: texts.map((text) => ({ text })) },
    );

    expect(errors).toEqual([]);
    expect(data.exports.map(({ vendor }: { vendor: { key: string } }) => vendor.key)).toEqual([
      'hi-energy',
      'talkdesk',
      'web-admit',
    ]);
    const again = await gateway.query('query ($id: ID!) { node(id: $id) { __typename } }', {
      id: data.exports[0].id,
    });
    expect(again.data.node).toEqual({ __typename: 'HiEnergyExport' });
  });

  it.each([
    ['nobody', 'locator.text names no export: write VENDOR:IDS or ACCOUNT@VENDOR:IDS.'],
    [
      'acme:1',
      'locator.text names no vendor of this gateway: those are power-bi, hi-energy, talkdesk, web-admit',
    ],
    [
      'web-admit:1',
      'locator.text has too many or too few ids: write web-admit:[userIdentityId/]exportId/exportFileId.',
    ],
    [
      'hi-energy:012',
      'locator.text.exportId is not an id this vendor gives: it must be a positive integer of at most 19 digits, without leading zeros.',
    ],
    ['nope@hi-energy:1', 'There is no such account for you: see the query "accounts" for those you may use.'],
  ])('refuses the text %j and says why', async (text, message) => {
    const { data, errors } = await gateway.query(
      'query ($text: String) { export(locator: { text: $text }) { id } }',
      { text },
    );

    expect(data.export).toBeNull();
    expect(errors[0]?.message).toContain(message);
  });

  it('answers locators of all vendors in their order', async () => {
    const order: readonly CodedVendorId[] = [
      'talkdesk',
      'power-bi',
      'web-admit',
      'hi-energy',
      'power-bi',
      'talkdesk',
    ];

    const { data, errors } = await gateway.query(EXPORTS_QUERY, {
      locators: order.map((vendor, index) => toLocator(vendor, index + 1)),
    });

    expect(errors).toEqual([]);
    expect(data.exports.map((entry: { account: { key: string } }) => entry.account.key)).toEqual(
      order.map((vendor) => ACCOUNT_KEYS[vendor]),
    );
    expect(data.exports.map((entry: { __typename: string }) => entry.__typename)).toEqual([
      'TalkdeskExport',
      'PowerBiExport',
      'WebAdmitExport',
      'HiEnergyExport',
      'PowerBiExport',
      'TalkdeskExport',
    ]);
    expect(new Set(data.exports.map((entry: { id: string }) => entry.id)).size).toBe(order.length);
  });

  it('answers a global id like the locator it came from', async () => {
    const first = await gateway.query(EXPORTS_QUERY, {
      locators: CODED_VENDOR_IDS.map((vendor) => toLocator(vendor, 7)),
    });
    const ids: readonly string[] = first.data.exports.map((entry: { id: string }) => entry.id);

    const second = await gateway.query(EXPORTS_QUERY, { locators: ids.map((id) => ({ id })) });

    expect(second.errors).toEqual([]);
    expect(second.data).toEqual(first.data);
  });

  it('is empty for no locators, and asks nobody', async () => {
    const before = gateway.calls();

    const { data, errors } = await gateway.query(EXPORTS_QUERY, { locators: [] });

    expect({ data, errors }).toEqual({ data: { exports: [] }, errors: [] });
    expect(gateway.calls()).toBe(before);
  });

  it('shows one bad key as null with its own error, and its neighbours as they are', async () => {
    gateway.fakes['hi-energy'].answer((request) =>
      request.url.endsWith('/4002')
        ? { status: 404, body: { error: { code: 'not_found', message: 'gone' } } }
        : (EVERYTHING_RUNS['hi-energy'](request) as object),
    );

    const { data, errors } = await gateway.query(EXPORTS_QUERY, {
      locators: [
        toLocator('hi-energy', 1),
        toLocator('hi-energy', 2),
        toLocator('hi-energy', 3),
        toLocator('hi-energy', { exportId: '007' }),
        toLocator('talkdesk', 1),
      ],
    });

    expect(data.exports.map((entry: { status: string } | null) => entry?.status ?? null)).toEqual([
      'RUNNING',
      null,
      'RUNNING',
      null,
      'RUNNING',
    ]);
    expect([...errors].sort(byPath)).toEqual([
      {
        message: 'Hi Energy answered 404 (not_found) when asked for the status of an export.',
        path: ['exports', 1],
        locations: expect.any(Array),
        extensions: {
          code: 'EXPORT_NOT_FOUND',
          vendor: 'hi-energy',
          account: 'hi',
          httpStatus: 404,
          vendorCode: 'not_found',
          retryable: false,
          requestId: expect.stringMatching(/^[\w-]{36}$/),
        },
      },
      {
        message: expect.stringContaining('locator.hiEnergy.exportId is not an id this vendor gives'),
        path: ['exports', 3],
        locations: expect.any(Array),
        extensions: {
          code: 'BAD_USER_INPUT',
          field: 'locator.hiEnergy.exportId',
          retryable: false,
          requestId: expect.stringMatching(/^[\w-]{36}$/),
        },
      },
    ]);
  });

  it.each([
    [401, {}, 'VENDOR_UNAUTHENTICATED', false],
    [403, {}, 'VENDOR_FORBIDDEN', false],
    [404, {}, 'EXPORT_NOT_FOUND', false],
    [503, {}, 'VENDOR_UNAVAILABLE', true],
    [418, {}, 'VENDOR_BAD_RESPONSE', true],
  ] as const)('says HTTP %i as a code, vendor by vendor', async (status, headers, code, retryable) => {
    await using own = await startFakedGateway({ tools: { random: { next: () => 0 } } });
    for (const vendor of CODED_VENDOR_IDS) own.fakes[vendor].answer(() => ({ status, headers, body: {} }));

    const { data, errors } = await own.query(EXPORTS_QUERY, {
      locators: CODED_VENDOR_IDS.map((vendor) => toLocator(vendor, 1)),
    });

    expect(data.exports).toEqual([null, null, null, null]);
    expect([...errors].sort(byPath).map((error) => [error.path, error.extensions])).toEqual(
      CODED_VENDOR_IDS.map((vendor, index) => [
        ['exports', index],
        {
          code,
          vendor,
          account: ACCOUNT_KEYS[vendor],
          httpStatus: status,
          retryable,
          requestId: expect.any(String),
        },
      ]),
    );
  });

  it('passes a long Retry-After on at once, and sends nothing more before it has passed', async () => {
    await using own = await startFakedGateway({
      vendors: { talkdesk: () => ({ status: 429, headers: { 'retry-after': '30' }, body: {} }) },
    });
    const ask = () => own.query(EXPORT_QUERY, { locator: toLocator('talkdesk', 1) });

    const first = await ask();
    const second = await ask();

    for (const { data, errors } of [first, second]) {
      expect(data).toEqual({ export: null });
      expect(errors).toMatchObject([
        {
          path: ['export'],
          extensions: { code: 'VENDOR_RATE_LIMITED', vendor: 'talkdesk', account: 'desk', retryable: true },
        },
      ]);
      expect(errors[0]?.extensions?.retryAfterMs).toBeGreaterThan(25_000);
      expect(errors[0]?.extensions?.retryAfterMs).toBeLessThanOrEqual(30_000);
    }
    expect(own.fakes.talkdesk.requests).toHaveLength(1);
  });

  it('answers for the others when one vendor is dead', async () => {
    await using own = await startFakedGateway({
      vendors: { 'web-admit': () => 'reset' },
      tools: { random: { next: () => 0 } },
    });

    const { data, errors } = await own.query(EXPORTS_QUERY, {
      locators: CODED_VENDOR_IDS.map((vendor) => toLocator(vendor, 1)),
    });

    expect(data.exports.map((entry: { status: string } | null) => entry?.status ?? null)).toEqual([
      'RUNNING',
      'RUNNING',
      'RUNNING',
      null,
    ]);
    expect(errors).toMatchObject([
      {
        message: 'The connection to WebAdMIT failed.',
        path: ['exports', 3],
        extensions: { code: 'VENDOR_UNAVAILABLE', vendor: 'web-admit', account: 'admit', retryable: true },
      },
    ]);
    expect(errors[0]?.extensions).not.toHaveProperty('httpStatus');
  });

  it('does not wait for a vendor that never answers longer than its limit', async () => {
    await using own = await startFakedGateway({
      vendors: { talkdesk: () => 'hang' },
      accounts: (urls) => [
        toAccount('talkdesk', urls.talkdesk, {
          limits: { requestsPerSecond: 100, maxConcurrent: 10, timeoutMs: 150 },
        }),
      ],
    });

    const { errors } = await own.query(EXPORT_QUERY, { locator: toLocator('talkdesk', 1) });

    expect(errors).toMatchObject([{ extensions: { code: 'VENDOR_TIMEOUT', retryable: true } }]);
    expect(own.fakes.talkdesk.requests).toHaveLength(1);
  });

  it('takes 100 locators and refuses 101 before anyone is asked', async () => {
    const toLocators = (count: number) =>
      Array.from({ length: count }, (_, index) => toLocator('power-bi', index + 1));

    const allowed = await gateway.query(EXPORTS_QUERY, { locators: toLocators(100) });
    const before = gateway.calls();
    const refused = await gateway.query(EXPORTS_QUERY, { locators: toLocators(101) });

    expect(allowed.errors).toEqual([]);
    expect(allowed.data.exports).toHaveLength(100);
    expect(refused.data).toBeNull();
    expect(refused.errors).toMatchObject([
      {
        message: 'locators holds 101, at most 100 are allowed: ask in several operations.',
        path: ['exports'],
        extensions: { code: 'BAD_USER_INPUT', field: 'locators' },
      },
    ]);
    expect(gateway.calls()).toBe(before);
  });

  it.each(CODED_VENDOR_IDS)('asks %s once for the same locator twice', async (vendor) => {
    const before = gateway.fakes[vendor].requests.length;
    const plain = toLocator(vendor, 9);
    const named = toLocator(vendor, 9, { account: ACCOUNT_KEYS[vendor] });

    const { data, errors } = await gateway.query(EXPORTS_QUERY, { locators: [plain, named, plain] });

    expect(errors).toEqual([]);
    expect(new Set(data.exports.map((entry: { id: string }) => entry.id)).size).toBe(1);
    expect(gateway.fakes[vendor].requests.length - before).toBe(1);
  });

  it('refuses a negative maxAgeMs before anyone is asked', async () => {
    const before = gateway.calls();

    const { data, errors } = await gateway.query(
      'query ($locator: ExportLocator!) { export(locator: $locator, maxAgeMs: -1) { id } }',
      { locator: toLocator('talkdesk', 1) },
    );

    expect(data).toEqual({ export: null });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field: 'maxAgeMs' } }]);
    expect(gateway.calls()).toBe(before);
  });
});

describe('the account of a locator', () => {
  const twoDesks = (urls: Readonly<Record<CodedVendorId, string>>) => [
    toAccount('talkdesk', urls.talkdesk),
    toAccount('talkdesk', urls.talkdesk, { key: 'desk-2' }),
    toAccount('web-admit', urls['web-admit']),
    toAccount('hi-energy', urls['hi-energy'], { tenant: 'acme', key: 'foreign' }),
  ];

  it('may be left out where there is one, and must be named where there are several', async () => {
    await using gateway = await startFakedGateway({ accounts: twoDesks });

    const { data, errors } = await gateway.query(EXPORTS_QUERY, {
      locators: [
        toLocator('web-admit', 1),
        toLocator('talkdesk', 1),
        toLocator('talkdesk', 1, { account: 'desk-2' }),
        toLocator('talkdesk', 1, { account: null }),
      ],
    });

    expect(data.exports.map((entry: { account: object } | null) => entry?.account ?? null)).toEqual([
      { key: 'admit' },
      null,
      { key: 'desk-2' },
      null,
    ]);
    for (const error of errors) {
      expect(error.message).toBe(
        'locator.talkdesk.account is missing, and you have several talkdesk accounts: name one of desk, desk-2.',
      );
      expect(error.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: 'locator.talkdesk.account' });
    }
    expect(errors).toHaveLength(2);
  });

  it('is bad input where the caller has none at that vendor', async () => {
    await using gateway = await startFakedGateway({ accounts: twoDesks });

    const { errors } = await gateway.query(EXPORT_QUERY, { locator: toLocator('power-bi', 1) });

    expect(errors).toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT', field: 'locator.powerBi.account' } },
    ]);
    expect(gateway.calls()).toBe(0);
  });

  it.each([
    ['unknown', toLocator('talkdesk', 1, { account: 'nobody' })],
    ["another tenant's", toLocator('hi-energy', 1, { account: 'foreign' })],
    ["another vendor's", toLocator('talkdesk', 1, { account: 'admit' })],
    ['empty', toLocator('talkdesk', 1, { account: '' })],
    ['a name every object knows', toLocator('talkdesk', 1, { account: '__proto__' })],
  ])('is not found where it is %s, without asking anyone', async (_case, locator) => {
    await using gateway = await startFakedGateway({ accounts: twoDesks });

    const { data, errors } = await gateway.query(EXPORT_QUERY, { locator });

    expect(data).toEqual({ export: null });
    expect(errors).toMatchObject([
      {
        message: 'There is no such account for you: see the query "accounts" for those you may use.',
        extensions: { code: 'EXPORT_NOT_FOUND', retryable: false },
      },
    ]);
    expect(gateway.calls()).toBe(0);
  });

  it('is the only difference between two exports with the same ids', async () => {
    await using gateway = await startFakedGateway({ accounts: twoDesks });

    const { data } = await gateway.query(EXPORTS_QUERY, {
      locators: ['desk', 'desk-2'].map((account) => toLocator('talkdesk', IDS.talkdesk(1), { account })),
    });

    expect(data.exports[0].id).not.toBe(data.exports[1].id);
    expect(gateway.fakes.talkdesk.requests).toHaveLength(2);
  });
});

function byPath(left: { readonly path?: readonly unknown[] }, right: { readonly path?: readonly unknown[] }) {
  return Number(left.path?.[1]) - Number(right.path?.[1]);
}
