import { describe, expect, it } from 'vitest';
import { type FakeHandler, type FakeReply, startFakeVendor } from '../../support/fake-vendor.ts';
import { startTestGateway } from '../../support/gateway.ts';
import { createOffsetClock } from '../../support/offset-clock.ts';

const START = `mutation ($order: ShopifyExportOrder!) {
  startExport(input: { order: { shopify: $order } }) { export { status ... on ShopifyExport { operationId } } }
}`;
const DOCUMENT = `# What the spring sale sold
{
\tproducts(query: "tag:spring") {
    edges { node { id title } }
  }
}
`;

const started: FakeHandler = () => ({
  body: {
    data: {
      bulkOperationRunQuery: {
        bulkOperation: {
          id: 'gid://shopify/BulkOperation/7964079784242',
          status: 'CREATED',
          createdAt: '2026-05-18T09:00:00Z',
        },
        userErrors: [],
      },
    },
  },
});

/** Starts this at Shopify through a whole gateway, and tells what Shopify was sent. */
async function start(query: unknown) {
  await using vendor = await startFakeVendor(started);
  const settings = { shop: 'acme' };
  const credential = { type: 'api-key', apiKey: 'shpat-1' };
  await using gateway = await startTestGateway({
    accounts: [{ key: 'shop', vendor: 'shopify', baseUrl: vendor.url, settings, credential }],
  });
  const { data, errors } = await gateway.query(START, { order: { query } });
  return { data, errors, sent: vendor.requests.map(({ body }) => JSON.parse(body).variables) };
}

describe('an order of several lines', () => {
  it('reaches its vendor byte for byte', async () => {
    const { data, errors, sent } = await start(DOCUMENT);

    expect(errors).toEqual([]);
    expect(data.startExport.export).toEqual({ status: 'QUEUED', operationId: '7964079784242' });
    expect(sent).toEqual([{ query: DOCUMENT }]);
  });

  it('may be as long as the vendor takes it, in bytes', async () => {
    const longest = `{ a }\n# x${'é'.repeat(32_763)}`;

    expect((await start(`${longest}x`)).errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    expect((await start(longest)).sent).toEqual([{ query: longest }]);
  });

  it.each(['', '\0', 'a\u0007b', '{ a }\u001b[2J', '{ a }\u0085', '\ud800'])(
    'holds no other control characters: %j',
    async (query) => {
      const { errors, sent } = await start(query);

      expect(errors).toMatchObject([
        { extensions: { code: 'BAD_USER_INPUT', field: 'input.order.shopify.query' } },
      ]);
      expect(sent).toEqual([]);
    },
  );
});

const ENQUEUE = '/bulk/v1/leads/export/9ed6f52a-6540-4060-a680-c7d077b5f78c/enqueue.json';

/** A Marketo whose queue is full until a test says otherwise. */
async function startMarketo() {
  const clock = createOffsetClock();
  const job = {
    exportId: '9ed6f52a-6540-4060-a680-c7d077b5f78c',
    status: 'Created',
    createdAt: '',
    format: 'CSV',
  };
  const state = { isFull: true };
  const vendor = await startFakeVendor(({ url }): FakeReply => {
    if (url.startsWith('/token')) return { body: { access_token: 't', expires_in: 3_600 } };
    if (url === ENQUEUE && state.isFull)
      return { body: { success: false, errors: [{ code: '1029', message: 'Too many jobs (10) in queue' }] } };
    if (url === ENQUEUE) job.status = 'Queued';
    if (url.endsWith('create.json')) job.createdAt = new Date(clock.now()).toISOString();
    return { body: { success: true, result: [job] } };
  });
  const gateway = await startTestGateway({
    accounts: [
      {
        ...{
          key: 'leads',
          vendor: 'marketo',
          baseUrl: `${vendor.url}/bulk/v1`,
          settings: { munchkinId: '123-ABC-456' },
        },
        credential: {
          type: 'client-credentials',
          tokenUrl: `${vendor.url}/token`,
          clientId: 'me',
          clientSecret: 'hush',
        },
      },
    ],
    tools: { clock },
  });
  return {
    clock,
    state,
    async start(idempotencyKey: string) {
      const order = { marketo: { fields: ['id'], filter: { staticListId: 7 } } };
      const { data, errors } = await gateway.query(
        'mutation ($input: StartExportInput!) { startExport(input: $input) { isExisting export { status rawStatus } } }',
        { input: { idempotencyKey, order } },
      );
      return data?.startExport ?? errors[0];
    },
    /** How often a job was made, and how often one was enqueued. */
    count: () => ({
      made: vendor.requests.filter(({ url }) => url.endsWith('create.json')).length,
      enqueued: vendor.requests.filter(({ url }) => url === ENQUEUE).length,
    }),
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await vendor[Symbol.asyncDispose]();
    },
  };
}

describe('a start whose second call finds the queue full', () => {
  it('loses nothing: asked again with its key, the job that was made is enqueued, and no second one is made', async () => {
    await using marketo = await startMarketo();

    const first = await marketo.start('night-1');
    marketo.clock.skip(600_000);
    const stillFull = await marketo.start('night-1');
    marketo.state.isFull = false;
    marketo.clock.skip(600_000);
    const whole = await marketo.start('night-1');

    for (const { message, extensions } of [first, stillFull]) {
      expect(extensions).toMatchObject({
        code: 'START_OUTCOME_UNKNOWN',
        retryable: true,
        vendorCode: '1029',
      });
      expect(message).toMatch(/has made the export 9ed6f52a-.* Ask again with the same idempotencyKey/);
    }
    expect(whole).toEqual({ isExisting: true, export: { status: 'QUEUED', rawStatus: 'Queued' } });
    expect(marketo.count()).toEqual({ made: 1, enqueued: 3 });
  });
});
