import { describe, expect, it } from 'vitest';
import { type FakeHandler, startFakeVendor } from '../../support/fake-vendor.ts';
import { startTestGateway } from '../../support/gateway.ts';

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
