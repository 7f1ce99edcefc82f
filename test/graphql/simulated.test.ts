import { describe, expect, it } from 'vitest';
import { CODED_VENDOR_IDS, type CodedVendorId } from '../../src/export/vendor-id.ts';
import { type SimulatedGateway, startSimulatedGateway } from '../support/simulated-gateway.ts';
import { EXPORTS_QUERY, toLocator } from './support.ts';

const ALL_QUERY = /* GraphQL */ `
  query All($locators: [ExportLocator!]!) {
    exports(locators: $locators) {
      __typename
      id
      name
      status
      rawStatus
      isTerminal
      outcome
      failure { message isRetryable }
      progress { percent }
      files { name mediaType url urlExpiresAt }
    }
  }
`;

interface SeenExport {
  readonly __typename: string;
  readonly id: string;
  readonly status: string;
  readonly rawStatus: string;
  readonly isTerminal: boolean;
  readonly outcome: string | null;
  readonly failure: object | null;
  readonly progress: { readonly percent: number | null } | null;
  readonly files:
    | readonly { readonly name: string; readonly mediaType: string; readonly url: string }[]
    | null;
}

function locatorsOf({ simulators }: SimulatedGateway, vendors: readonly CodedVendorId[] = CODED_VENDOR_IDS) {
  return vendors.flatMap((vendor) => simulators.seeds[vendor].map(({ ids }) => toLocator(vendor, ids)));
}

async function readAll(gateway: SimulatedGateway): Promise<readonly SeenExport[]> {
  const { data, errors } = await gateway.query(ALL_QUERY, { locators: locatorsOf(gateway) });
  expect(errors).toEqual([]);
  return data.exports;
}

describe('a gateway in front of the simulators', () => {
  it('finds every seeded job of every vendor moving, then sees each end with its files', async () => {
    await using gateway = await startSimulatedGateway({ speed: 500 });
    const seeds = CODED_VENDOR_IDS.flatMap((vendor) => gateway.simulators.seeds[vendor]);

    const first = await readAll(gateway);
    let last = first;
    while (last.some(({ isTerminal }) => !isTerminal)) last = await readAll(gateway);

    expect(first.some(({ isTerminal }) => !isTerminal)).toBe(true);
    expect(last.map(({ id }) => id)).toEqual(first.map(({ id }) => id));
    expect(new Set(last.map(({ __typename }) => __typename)).size).toBe(4);
    expect(last.map(({ rawStatus }) => normalise(rawStatus))).toEqual(
      seeds.map(({ ends }) => normalise(ends)),
    );
    for (const seen of last) {
      expect(seen.failure !== null).toBe(seen.status === 'FAILED');
      expect(seen.outcome !== null).toBe(seen.status === 'SUCCEEDED');
      if (seen.outcome === null || seen.outcome === 'EMPTY') expect(seen.files).toEqual([]);
      for (const file of seen.files ?? []) {
        expect(file.name).toMatch(/.\.[a-z]{3,5}$/);
        expect(file.url.startsWith(`${gateway.url}/files/`)).toBe(true);
      }
    }
    const withFiles = last.filter(({ files }) => (files ?? []).length > 0);
    expect(new Set(withFiles.map(({ __typename }) => __typename)).size).toBe(4);
  });

  it('lists the newest of all that can be listed', async () => {
    await using gateway = await startSimulatedGateway();

    const { data, errors } = await gateway.query(
      '{ recentExports(first: 100) { nodes { id createdAt vendor { key } } unavailable { account { key } code } } }',
    );

    const { nodes, unavailable } = data.recentExports as {
      nodes: { id: string; createdAt: string | null; vendor: { key: string } }[];
      unavailable: object[];
    };
    const times = nodes.flatMap(({ createdAt }) => (createdAt === null ? [] : [createdAt]));
    expect(errors).toEqual([]);
    expect(unavailable).toEqual([{ account: { key: 'bi' }, code: 'UNSUPPORTED_BY_VENDOR' }]);
    expect(new Set(nodes.map(({ vendor }) => vendor.key))).toEqual(
      new Set(['hi-energy', 'talkdesk', 'web-admit']),
    );
    expect(times).toEqual([...times].sort().reverse());
    expect(new Set(nodes.map(({ id }) => id)).size).toBe(nodes.length);
  });

  it('asks with as few calls as each vendor allows, and for one token each', async () => {
    await using gateway = await startSimulatedGateway();
    const { calls, seeds } = gateway.simulators;

    await gateway.query(EXPORTS_QUERY, { locators: locatorsOf(gateway) });
    const counted = calls.read();

    expect(counted['power-bi']).toMatchObject({
      token: 1,
      status: seeds['power-bi'].length,
      list: 0,
      other: 0,
    });
    expect(counted['hi-energy']).toMatchObject({ list: 1, status: 0, other: 0 });
    expect(counted.talkdesk).toMatchObject({ token: 1, other: 0 });
    expect(counted.talkdesk.list + counted.talkdesk.status).toBeLessThan(seeds.talkdesk.length + 1);
    expect(counted['web-admit'].list + counted['web-admit'].status).toBeLessThan(
      seeds['web-admit'].length + 1,
    );
  });

  it.each([
    ['html', 'VENDOR_UNAVAILABLE'],
    ['garbage', 'VENDOR_BAD_RESPONSE'],
    ['empty', 'VENDOR_BAD_RESPONSE'],
    ['null', 'VENDOR_BAD_RESPONSE'],
    ['reset', 'VENDOR_UNAVAILABLE'],
  ] as const)('answers for three vendors when the fourth only says %s', async (kind, code) => {
    await using gateway = await startSimulatedGateway({ tools: { random: { next: () => 0 } } });

    for (const vendor of CODED_VENDOR_IDS) {
      gateway.simulators.faults.clear();
      gateway.simulators.faults.order({ vendor, kind, times: 100 });
      const { data, errors } = await gateway.query(EXPORTS_QUERY, {
        locators: CODED_VENDOR_IDS.map((each) =>
          toLocator(each, gateway.simulators.seeds[each][0]?.ids ?? {}),
        ),
      });

      const place = CODED_VENDOR_IDS.indexOf(vendor);
      expect(data.exports.map((entry: object | null) => entry === null)).toEqual(
        CODED_VENDOR_IDS.map((_each, index) => index === place),
      );
      expect(errors).toMatchObject([{ path: ['exports', place], extensions: { code, vendor } }]);
    }
  });

  it('repeats a read that failed in passing, and shows nothing of it', async () => {
    await using gateway = await startSimulatedGateway({ tools: { random: { next: () => 0 } } });
    const [job] = gateway.simulators.seeds.talkdesk;
    gateway.simulators.faults.order({ vendor: 'talkdesk', kind: 'status', status: 503, times: 1 });

    const { errors } = await gateway.query(EXPORTS_QUERY, {
      locators: [toLocator('talkdesk', job?.ids ?? {})],
    });
    const { data } = await gateway.query('{ accounts { key health { state } } }');

    expect(errors).toEqual([]);
    expect(data.accounts[2]).toEqual({ key: 'desk', health: { state: 'HEALTHY' } });
    expect(gateway.simulators.calls.read().talkdesk.status).toBe(2);
  });

  it('tells a throttled account from the others', async () => {
    await using gateway = await startSimulatedGateway();
    const [job] = gateway.simulators.seeds['hi-energy'];
    gateway.simulators.faults.order({ vendor: 'hi-energy', kind: 'throttle', retryAfterSeconds: 60 });

    const { errors } = await gateway.query(EXPORTS_QUERY, {
      locators: [toLocator('hi-energy', job?.ids ?? {})],
    });
    const { data } = await gateway.query('{ accounts { key health { state lastError } } }');

    expect(errors).toMatchObject([{ extensions: { code: 'VENDOR_RATE_LIMITED', httpStatus: 429 } }]);
    expect(data.accounts.map(({ health }: { health: object }) => health)).toEqual([
      { state: 'HEALTHY', lastError: null },
      { state: 'THROTTLED', lastError: 'VENDOR_RATE_LIMITED' },
      { state: 'HEALTHY', lastError: null },
      { state: 'HEALTHY', lastError: null },
    ]);
  });
});

/** One spelling of a vendor's word: the simulators may send another one than their scripts name. */
function normalise(word: string): string {
  return word.toLowerCase().replace(/[\s_-]+/g, '_');
}
