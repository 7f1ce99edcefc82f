import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type FakeVendor, startFakeVendor } from '../support/fake-vendor.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { createTroubledStore } from '../tracking/troubled-store.ts';

const KEYS = ['key-of-the-first-caller', 'key-of-the-second-caller'] as const;
const START = /* GraphQL */ `
  mutation Start($input: StartExportInput!) {
    startExport(input: $input) { isExisting export { name } }
  }
`;

let vendor: FakeVendor;
let gateway: TestGateway;
const troubled = createTroubledStore();
/** What the store's trouble is from the next order on. */
let troubleAtOrder: typeof troubled.trouble = 'none';

beforeAll(async () => {
  vendor = await startFakeVendor(({ headers, method }) => {
    if (method === 'POST') troubled.trouble = troubleAtOrder;
    return {
      status: method === 'POST' ? 201 : 200,
      body: {
        export: {
          id: 4_001,
          report_type: 'deals_excel',
          status: 'processing',
          display_name: toName(headers.authorization ?? ''),
        },
      },
    };
  });
  gateway = await startTestGateway({
    store: troubled.store,
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

let idempotencyKey = '';
let startedBefore = 0;
beforeEach(({ task }) => {
  idempotencyKey = task.name;
  startedBefore = countStarts();
});

const countStarts = () => vendor.requests.filter(({ method }) => method === 'POST').length;

async function start(index: 0 | 1, token: string) {
  const input = { order: { hiEnergy: { reportType: 'deals_excel' } }, idempotencyKey };
  const headers = { authorization: `Bearer ${KEYS[index]}`, 'x-waybill-token-own': token };
  const { data, errors } = await gateway.query(START, { input }, { headers });
  return errors[0]?.extensions?.code ?? data.startExport;
}

describe('An idempotency key of an account whose token each caller brings', () => {
  const own = (token: string, isExisting: boolean) => ({ isExisting, export: { name: toName(token) } });

  it('stands for one export, of which another caller is shown what its own token shows', async () => {
    const first = await start(0, 'token-of-one');
    const second = await start(1, 'token-of-another');

    expect([first, second]).toEqual([own('token-of-one', false), own('token-of-another', true)]);
    expect(countStarts() - startedBefore).toBe(1);
  });

  it('does so too while the store is away, and the key could not be written down', async () => {
    troubleAtOrder = 'writes';

    const told = [await start(0, 'token-of-one'), await start(1, 'token-of-another')];

    troubleAtOrder = 'none';
    troubled.trouble = 'none';
    expect(told).toEqual([own('token-of-one', false), own('token-of-another', true)]);
    expect(countStarts() - startedBefore).toBe(1);
  });

  it('does so too where both ask at the same time', async () => {
    const told = await Promise.all([start(0, 'token-of-one'), start(1, 'token-of-another')]);

    expect(told.map((each) => each.export.name)).toEqual(['token-of-one', 'token-of-another'].map(toName));
    expect(countStarts() - startedBefore).toBe(1);
  });
});
