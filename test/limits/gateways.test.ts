import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FakeVendor, startFakeVendor } from '../support/fake-vendor.ts';
import { startTestGateway } from '../support/gateway.ts';
import { findRedis, type RedisServer, startRedis } from '../support/redis.ts';
import { mostWithin, until } from './station.ts';

const program = findRedis();

describe.skipIf(program === null)('three whole gateways on one Redis', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis(program ?? '');
  });
  afterAll(() => server.close());

  async function open(vendor: FakeVendor, limits: object = {}, url = server.url) {
    const isThere = url === server.url;
    const options = {
      accounts: [
        {
          ...{ key: 'bi', vendor: 'power-bi', baseUrl: vendor.url },
          credential: { type: 'bearer', token: 'vendor-token-5150' },
          limits: { requestsPerSecond: 6, maxConcurrent: 8 },
        },
      ],
      config: {
        backplane: { kind: 'redis', url },
        files: { linkSecret: 'the-same-secret-in-every-gateway-1234' },
        limits,
      },
    };
    const gateways = await Promise.all([0, 1, 2].map(() => startTestGateway(options)));
    for (const gateway of gateways) {
      await until(async () => {
        const ready = await fetch(`${gateway.url}/ready`);
        return JSON.stringify(await ready.json()).includes(
          isThere ? '"backplane":"ready"' : '"backplane":"unreachable"',
        );
      });
    }
    return {
      gateways,
      async [Symbol.asyncDispose]() {
        await Promise.all(gateways.map((gateway) => gateway[Symbol.asyncDispose]()));
      },
    };
  }

  const startRunningVendor = () =>
    startFakeVendor(({ url }) => ({
      body: { id: url.split('/').at(-1) ?? '', status: 'Running', percentComplete: 10 },
    }));
  const toQuery = (index: number) =>
    `{ export(locator: { powerBi: { account: "bi", reportId: "cfafbeb1-8037-4d0c-896e-a46fb27ff229", exportId: "export-${index}" } }) { status } }`;

  it("keep an account's limit together, and say nothing of its credential in Redis", async () => {
    await using vendor = await startRunningVendor();
    await using cluster = await open(vendor);

    const answers = await Promise.all(
      Array.from({ length: 24 }, (_, index) => cluster.gateways[index % 3]?.query(toQuery(index))),
    );

    expect(answers.flatMap((answer) => answer?.errors ?? [])).toEqual([]);
    expect(vendor.requests.length).toBe(24);
    expect(
      mostWithin(
        1_000,
        vendor.requests.map(({ at }) => at),
      ),
    ).toBeLessThanOrEqual(6);
    const keys = ((await server.command('KEYS', '*')) as readonly Buffer[]).map(String);
    expect(keys.filter((key) => key.includes(':win:default/bi/')).length).toBe(1);
    expect(keys.join()).not.toContain('vendor-token-5150');
  });

  it('answer queries, each within its part, where Redis has been away from the start', async () => {
    await using vendor = await startRunningVendor();
    await using cluster = await open(vendor, {}, 'redis://127.0.0.1:1');

    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, index) => cluster.gateways[index % 3]?.query(toQuery(index))),
    );

    expect(answers.map((answer) => answer?.data?.export)).toEqual(Array(6).fill({ status: 'RUNNING' }));
  });

  it('count a caller once', async () => {
    await using vendor = await startFakeVendor(() => ({ body: {} }));
    await using cluster = await open(vendor, { operationsPerMinute: 5 });

    const answers = [];
    for (let index = 0; index < 9; index += 1)
      answers.push(await cluster.gateways[index % 3]?.query('{ __typename }'));

    const refused = answers.filter((answer) => answer?.errors[0]?.extensions?.code === 'RATE_LIMITED');
    expect(refused.length).toBe(4);
  });
});
