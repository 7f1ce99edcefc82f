import { describe, expect, it } from 'vitest';
import { CODED_VENDOR_IDS, type CodedVendorId } from '../../src/export/vendor-id.ts';
import type { FakeHandler, ReceivedRequest } from '../support/fake-vendor.ts';
import {
  EVERYTHING_RUNS,
  EXPORT_QUERY,
  EXPORTS_QUERY,
  IDS,
  lastSegment,
  startFakedGateway,
  toAccount,
  toLocator,
} from './support.ts';

const NUMBERS = Array.from({ length: 40 }, (_, index) => index + 1);

/** Vendors whose lists hold every export that these tests ask for. */
const LISTS_HOLD_ALL: Partial<Record<CodedVendorId, FakeHandler>> = {
  'hi-energy': (request) =>
    isList(request)
      ? {
          body: {
            exports: NUMBERS.map((n) => ({ id: 4_000 + n, report_type: 'deals_excel', status: 'pending' })),
          },
        }
      : EVERYTHING_RUNS['hi-energy'](request),
  talkdesk: (request) =>
    isList(request)
      ? { body: { _embedded: { jobs: NUMBERS.map((n) => ({ id: `job-${n}`, status: 'created' })) } } }
      : EVERYTHING_RUNS.talkdesk(request),
  'web-admit': (request) =>
    isList(request)
      ? { body: { export_files: NUMBERS.map((n) => ({ id: 74_000 + n, status: 'Queued' })) } }
      : EVERYTHING_RUNS['web-admit'](request),
};

function isList({ url }: ReceivedRequest): boolean {
  return url.includes('?') || url.includes('user_identities');
}

/** Forty exports of one vendor; WebAdMIT's of one identity, which is what its list call is about. */
function locatorsOf(vendor: CodedVendorId, numbers: readonly number[] = NUMBERS): readonly object[] {
  const more = vendor === 'web-admit' ? { userIdentityId: '37442' } : {};
  return numbers.map((n) => toLocator(vendor, n, more));
}

describe('vendor calls for 40 exports of one account', () => {
  it.each(['hi-energy', 'talkdesk', 'web-admit'] as const)('are one list call at %s', async (vendor) => {
    await using gateway = await startFakedGateway({ vendors: LISTS_HOLD_ALL });

    const { data, errors } = await gateway.query(EXPORTS_QUERY, { locators: locatorsOf(vendor) });

    expect(errors).toEqual([]);
    expect(data.exports.every(({ status }: { status: string }) => status === 'QUEUED')).toBe(true);
    expect(gateway.fakes[vendor].requests).toHaveLength(1);
    expect(gateway.fakes[vendor].requests.every(isList)).toBe(true);
  });

  it('are 40 single calls at Power BI, which has no list', async () => {
    await using gateway = await startFakedGateway();

    const { errors } = await gateway.query(EXPORTS_QUERY, { locators: locatorsOf('power-bi') });

    expect(errors).toEqual([]);
    expect(gateway.paths('power-bi')).toHaveLength(40);
    expect(new Set(gateway.paths('power-bi')).size).toBe(40);
  });

  it.each(['hi-energy', 'talkdesk', 'web-admit'] as const)(
    'are one list call and one call for each miss at %s',
    async (vendor) => {
      await using gateway = await startFakedGateway({ vendors: LISTS_HOLD_ALL });

      const { data, errors } = await gateway.query(EXPORTS_QUERY, {
        locators: locatorsOf(vendor, [...NUMBERS.slice(3), 101, 102, 103]),
      });

      expect(errors).toEqual([]);
      expect(data.exports.map(({ status }: { status: string }) => status).slice(-4)).toEqual([
        'QUEUED',
        'RUNNING',
        'RUNNING',
        'RUNNING',
      ]);
      expect(gateway.fakes[vendor].requests).toHaveLength(4);
    },
  );

  it.each(['hi-energy', 'talkdesk', 'web-admit'] as const)(
    'are single calls from then on where the list at %s has held nothing of what was asked for',
    async (vendor) => {
      await using gateway = await startFakedGateway();
      const ask = async (numbers: readonly number[]) => {
        const before = gateway.fakes[vendor].requests.length;
        const { errors } = await gateway.query(EXPORTS_QUERY, { locators: locatorsOf(vendor, numbers) });
        expect(errors).toEqual([]);
        return gateway.fakes[vendor].requests.slice(before);
      };

      const first = await ask(NUMBERS);
      const again = await ask(NUMBERS);
      const others = await ask(NUMBERS.map((n) => n + 100));

      expect([first.length, again.length, others.length]).toEqual([41, 40, 40]);
      expect(first.filter(isList)).toHaveLength(1);
      expect([...again, ...others].some(isList)).toBe(false);
    },
  );

  it('are single calls where nothing says which WebAdMIT identity to list', async () => {
    await using gateway = await startFakedGateway({ vendors: LISTS_HOLD_ALL });

    await gateway.query(EXPORTS_QUERY, { locators: NUMBERS.map((n) => toLocator('web-admit', n)) });

    expect(gateway.fakes['web-admit'].requests).toHaveLength(40);
    expect(gateway.fakes['web-admit'].requests.some(isList)).toBe(false);
  });

  it('fall back to single calls where the list fails', async () => {
    await using gateway = await startFakedGateway({
      vendors: {
        'hi-energy': (request) =>
          isList(request) ? { status: 404, body: {} } : EVERYTHING_RUNS['hi-energy'](request),
      },
    });

    const { errors } = await gateway.query(EXPORTS_QUERY, { locators: locatorsOf('hi-energy') });

    expect(errors).toEqual([]);
    expect(gateway.fakes['hi-energy'].requests).toHaveLength(41);
  });

  it.each(CODED_VENDOR_IDS)('are one single call for one export of %s', async (vendor) => {
    await using gateway = await startFakedGateway({ vendors: LISTS_HOLD_ALL });

    await gateway.query(EXPORTS_QUERY, { locators: locatorsOf(vendor, [5]) });

    expect(gateway.fakes[vendor].requests).toHaveLength(1);
    expect(gateway.fakes[vendor].requests.some(isList)).toBe(false);
  });

  it('are shared by two fields of one operation', async () => {
    await using gateway = await startFakedGateway({ vendors: LISTS_HOLD_ALL });

    const { errors } = await gateway.query(
      `query ($locator: ExportLocator!, $locators: [ExportLocator!]!) {
         one: export(locator: $locator) { id }
         all: exports(locators: $locators) { id }
       }`,
      { locator: toLocator('hi-energy', 1), locators: locatorsOf('hi-energy') },
    );

    expect(errors).toEqual([]);
    expect(gateway.fakes['hi-energy'].requests).toHaveLength(1);
  });
});

describe('identical reads in flight', () => {
  it.each(CODED_VENDOR_IDS)('share one call to %s over 50 requests at once', async (vendor) => {
    const gate = createGate();
    await using gateway = await startFakedGateway({
      vendors: {
        [vendor]: async (request: ReceivedRequest) => {
          await gate.opened;
          return EVERYTHING_RUNS[vendor](request);
        },
      },
    });
    // Each request also reads an export of its own elsewhere, which tells when it has come this far.
    const witness = vendor === 'power-bi' ? 'talkdesk' : 'power-bi';

    const answers = Array.from({ length: 50 }, (_, index) =>
      gateway.query(EXPORTS_QUERY, { locators: [toLocator(vendor, 1), toLocator(witness, index + 1)] }),
    );
    await gate.openOnce(() => gateway.fakes[witness].requests.length === 50);
    const read = await Promise.all(answers);

    expect(read.every(({ errors }) => errors.length === 0)).toBe(true);
    expect(new Set(read.map(({ data }) => data.exports[0].id)).size).toBe(1);
    expect(gateway.fakes[vendor].requests).toHaveLength(1);
  });

  it('ask again once they have ended', async () => {
    await using gateway = await startFakedGateway();
    const ask = () => gateway.query(EXPORT_QUERY, { locator: toLocator('talkdesk', 1) });

    await ask();
    await ask();

    expect(gateway.fakes.talkdesk.requests).toHaveLength(2);
  });

  it('are never shared by two accounts of the same vendor', async () => {
    const gate = createGate();
    await using gateway = await startFakedGateway({
      vendors: {
        talkdesk: async (request) => {
          await gate.opened;
          const isFirst = request.headers.authorization === 'Bearer token-1';
          return { body: { job: { id: lastSegment(request.url), status: isFirst ? 'created' : 'done' } } };
        },
      },
      accounts: (urls) => [
        toAccount('talkdesk', urls.talkdesk),
        toAccount('talkdesk', urls.talkdesk, {
          key: 'desk-2',
          credential: { type: 'bearer', token: 'token-2' },
        }),
      ],
    });

    const answers = ['desk', 'desk-2'].map((account) =>
      gateway.query(EXPORT_QUERY, { locator: toLocator('talkdesk', IDS.talkdesk(1), { account }) }),
    );
    await gate.openOnce(() => gateway.fakes.talkdesk.requests.length === 2);
    const [first, second] = await Promise.all(answers);

    expect(first?.data.export).toMatchObject({ status: 'QUEUED', account: { key: 'desk' } });
    expect(second?.data.export).toMatchObject({ status: 'SUCCEEDED', account: { key: 'desk-2' } });
  });

  it("are never shared by two callers' own tokens", async () => {
    const gate = createGate();
    await using gateway = await startFakedGateway({
      vendors: {
        talkdesk: async (request) => {
          await gate.opened;
          const isFirst = request.headers.authorization === 'Bearer first';
          return { body: { job: { id: lastSegment(request.url), status: isFirst ? 'created' : 'done' } } };
        },
      },
      accounts: (urls) => [
        toAccount('talkdesk', urls.talkdesk, { credential: { type: 'caller' } }),
        toAccount('power-bi', urls['power-bi']),
      ],
    });

    const answers = ['first', 'second', 'first'].map((token, index) =>
      gateway.query(
        EXPORTS_QUERY,
        { locators: [toLocator('talkdesk', 1), toLocator('power-bi', index + 1)] },
        { headers: { 'x-waybill-token-desk': token } },
      ),
    );
    await gate.openOnce(() => gateway.fakes['power-bi'].requests.length === 3);
    const read = await Promise.all(answers);

    expect(read.map(({ data }) => data.exports[0].status)).toEqual(['QUEUED', 'SUCCEEDED', 'QUEUED']);
    expect(gateway.fakes.talkdesk.requests).toHaveLength(2);
  });
});

/** Holds a vendor's answers back until something is true. */
function createGate() {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return {
    opened,
    async openOnce(isReady: () => boolean): Promise<void> {
      while (!isReady()) await new Promise((resolve) => setImmediate(resolve));
      open();
    },
  };
}
