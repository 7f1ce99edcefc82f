import { CODED_VENDOR_IDS, type CodedVendorId } from '../../src/export/vendor-id.ts';
import { type FakeHandler, type FakeVendor, startFakeVendor } from '../support/fake-vendor.ts';
import { startTestGateway, type TestGateway, type TestGatewayOptions } from '../support/gateway.ts';

/** The key of the one account that each vendor has in these tests. */
export const ACCOUNT_KEYS = {
  'power-bi': 'bi',
  'hi-energy': 'hi',
  talkdesk: 'desk',
  'web-admit': 'admit',
} as const satisfies Record<CodedVendorId, string>;

export interface FakedGateway extends TestGateway {
  readonly fakes: Readonly<Record<CodedVendorId, FakeVendor>>;
  /** Paths and queries that arrived at a vendor, oldest first. */
  paths(vendor: CodedVendorId): readonly string[];
  /** Requests that arrived at any vendor. */
  calls(): number;
}

export interface FakedGatewayOptions extends Omit<TestGatewayOptions, 'accounts'> {
  /** How vendors answer; those left out have every export, and it is running. */
  readonly vendors?: Partial<Readonly<Record<CodedVendorId, FakeHandler>>>;
  /** The accounts; default one at each vendor. */
  readonly accounts?: (urls: Readonly<Record<CodedVendorId, string>>) => readonly object[];
}

/** A gateway in front of four vendors whose every answer the test writes. */
export async function startFakedGateway(options: FakedGatewayOptions = {}): Promise<FakedGateway> {
  const {
    vendors = {},
    accounts = (urls) => CODED_VENDOR_IDS.map((vendor) => toAccount(vendor, urls[vendor])),
  } = options;
  const start = (vendor: CodedVendorId) => startFakeVendor(vendors[vendor] ?? EVERYTHING_RUNS[vendor]);
  const fakes = {
    'power-bi': await start('power-bi'),
    'hi-energy': await start('hi-energy'),
    talkdesk: await start('talkdesk'),
    'web-admit': await start('web-admit'),
  };
  const urls = {
    'power-bi': fakes['power-bi'].url,
    'hi-energy': fakes['hi-energy'].url,
    talkdesk: fakes.talkdesk.url,
    'web-admit': fakes['web-admit'].url,
  };
  const gateway = await startTestGateway({ ...options, accounts: accounts(urls) });
  return {
    ...gateway,
    fakes,
    paths: (vendor) => fakes[vendor].requests.map(({ url }) => url),
    calls: () => CODED_VENDOR_IDS.reduce((sum, vendor) => sum + fakes[vendor].requests.length, 0),
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await Promise.all(CODED_VENDOR_IDS.map((vendor) => fakes[vendor][Symbol.asyncDispose]()));
    },
  };
}

/** An account as a configuration file holds it, with limits that no test reaches. */
export function toAccount(vendor: CodedVendorId, url: string, overrides: object = {}): object {
  return {
    key: ACCOUNT_KEYS[vendor],
    vendor,
    baseUrl: `${url}${BASE_PATHS[vendor]}`,
    credential:
      vendor === 'web-admit' ? { type: 'api-key', apiKey: 'key-1' } : { type: 'bearer', token: 'token-1' },
    limits: { requestsPerSecond: 10_000, maxConcurrent: 200, timeoutMs: 5_000 },
    ...overrides,
  };
}

const BASE_PATHS = {
  'power-bi': '/v1.0/myorg',
  'hi-energy': '/api/v1',
  talkdesk: '',
  'web-admit': '',
} as const satisfies Record<CodedVendorId, string>;

export const GROUP_ID = 'aaaaaaaa-0000-4000-8000-000000000001';
export const REPORT_ID = 'bbbbbbbb-0000-4000-8000-000000000002';

/** The ids of the n-th export of a vendor, as its locator takes them; n is 1 or more. */
export const IDS = {
  'power-bi': (n) => ({ reportId: REPORT_ID, exportId: `export-${n}==` }),
  'hi-energy': (n) => ({ exportId: String(4_000 + n) }),
  talkdesk: (n) => ({ reportType: 'calls', jobId: `job-${n}` }),
  'web-admit': (n) => ({ exportId: '86466', exportFileId: String(74_000 + n) }),
} as const satisfies Record<CodedVendorId, (n: number) => Readonly<Record<string, string>>>;

const LOCATOR_FIELDS = {
  'power-bi': 'powerBi',
  'hi-energy': 'hiEnergy',
  talkdesk: 'talkdesk',
  'web-admit': 'webAdmit',
} as const satisfies Record<CodedVendorId, string>;

/** The locator of the n-th export of a vendor, or of one with these ids. */
export function toLocator(vendor: CodedVendorId, n: number | object, more: object = {}): object {
  return { [LOCATOR_FIELDS[vendor]]: { ...(typeof n === 'number' ? IDS[vendor](n) : n), ...more } };
}

/** Every export exists and is running; lists hold none, so that each is asked for alone. */
export const EVERYTHING_RUNS: Readonly<Record<CodedVendorId, FakeHandler>> = {
  'power-bi': ({ url }) => ({ body: { id: lastSegment(url), status: 'Running', percentComplete: 40 } }),
  'hi-energy': ({ url }) =>
    url.includes('?')
      ? { body: { exports: [] } }
      : {
          body: {
            export: { id: lastSegment(url), report_type: 'deals_excel', status: 'processing' },
          },
        },
  talkdesk: ({ url }) =>
    url.includes('?')
      ? { body: { _embedded: { jobs: [] } } }
      : { body: { job: { id: lastSegment(url), status: 'processing' } } },
  'web-admit': ({ url }) =>
    url.includes('user_identities')
      ? { body: { export_files: [], user_identities: [] } }
      : { body: { export_files: { id: Number(lastSegment(url)), status: 'In Progress' } } },
};

/** The last part of a path, decoded. */
export function lastSegment(url: string): string {
  return decodeURIComponent(url.split('?', 1)[0]?.split('/').at(-1) ?? '');
}

/** Reads several exports, with what tells them and their errors apart. */
export const EXPORTS_QUERY = /* GraphQL */ `
  query Exports($locators: [ExportLocator!]!) {
    exports(locators: $locators) {
      __typename
      id
      account { key }
      status
      rawStatus
    }
  }
`;

export const EXPORT_QUERY = /* GraphQL */ `
  query Export($locator: ExportLocator!) {
    export(locator: $locator) { id status rawStatus account { key } }
  }
`;
