import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSocketStream } from '../graphql/subscriptions/transports.ts';
import { type FakeVendor, startFakeVendor } from '../support/fake-vendor.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';

const KEYS = ['key-of-the-first-caller', 'key-of-the-second-caller'] as const;
const QUERY = /* GraphQL */ `
  subscription Watch($locators: [ExportLocator!]!) {
    exportEvents(locators: $locators) { export { name } }
  }
`;

let vendor: FakeVendor;
let gateway: TestGateway;

beforeAll(async () => {
  vendor = await startFakeVendor(({ headers }) => ({
    body: {
      export: {
        id: 4_001,
        report_type: 'deals_excel',
        status: 'processing',
        display_name: toName(headers.authorization ?? ''),
      },
    },
  }));
  gateway = await startTestGateway({
    config: {
      access: {
        mode: 'keys',
        keys: KEYS.map((key, index) => ({ name: `caller-${index}`, key, tenant: 'acme' })),
      },
    },
    accounts: [
      {
        key: 'own',
        vendor: 'hi-energy',
        tenant: 'acme',
        baseUrl: `${vendor.url}/api/v1`,
        credential: { type: 'caller' },
        polling: { minMs: 3_600_000, maxMs: 3_600_000 },
      },
    ],
  });
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await vendor[Symbol.asyncDispose]();
});

/** What the vendor shows with a token: something that tells it from others without telling it. */
function toName(authorization: string): string {
  return [...authorization.replace('Bearer ', '')].reverse().join('');
}

/** Both callers watch one export, each with its token. @returns what each was told, and the calls that it cost */
async function watchTogether(tokens: readonly [string, string]) {
  const asked = vendor.requests.length;
  const variables = { locators: [{ hiEnergy: { exportId: '4001' } }] };
  const open = (index: 0 | 1) => {
    const headers = { authorization: `Bearer ${KEYS[index]}`, 'x-waybill-token-own': tokens[index] };
    return openSocketStream(gateway.url, { query: QUERY, variables, headers });
  };
  await using first = await open(0);
  await using second = await open(1);
  const streams = [first, second];
  await Promise.all(streams.map((stream) => stream.until((events) => events.length > 0)));
  const names = streams.map(({ data }) => data[0].exportEvents.export.name);
  return { names, calls: vendor.requests.length - asked };
}

describe('An export watched by two callers who bring the vendor’s token themselves', () => {
  it('is asked about once where it is the same token', async () => {
    const seen = await watchTogether(['token-of-both', 'token-of-both']);

    expect(seen).toEqual({ names: Array(2).fill(toName('token-of-both')), calls: 1 });
  });

  it('is asked about with each token where they are two, and each is told what its own shows', async () => {
    const seen = await watchTogether(['token-of-one', 'token-of-another']);

    expect(seen).toEqual({ names: ['token-of-one', 'token-of-another'].map(toName), calls: 2 });
  });
});
