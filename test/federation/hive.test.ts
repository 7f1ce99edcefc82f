import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CODED_VENDOR_IDS } from '../../src/export/vendor-id.ts';
import { startFakedGateway, toAccount } from '../graphql/support.ts';
import { type SimulatedGateway, startSimulatedGateway } from '../support/simulated-gateway.ts';
import { PEOPLE_QUERY, type Supergraph, startSupergraph } from './supergraph.ts';

const KEYS = [
  { name: 'ops', key: 'key-of-the-operators', tenant: 'default' },
  { name: 'stranger', key: 'key-of-some-stranger', tenant: 'elsewhere' },
];
const OPS = { authorization: 'Bearer key-of-the-operators' };
const STRANGER = { authorization: 'Bearer key-of-some-stranger' };

const WATCH = /* GraphQL */ `
  subscription ($id: ID!) {
    exportEvents(locators: [{ id: $id }]) {
      __typename
      cursor
      export { id status isTerminal owner { name } }
    }
  }
`;

interface Seen {
  readonly id: string;
}

describe('through Hive Gateway, beside a graph that extends Export', { timeout: 30_000 }, () => {
  let gateway: SimulatedGateway;
  let supergraph: Supergraph;
  let seen: readonly Seen[];
  beforeAll(async () => {
    gateway = await startSimulatedGateway({
      config: {
        server: { federation: true, mode: 'production', metricsPort: 0 },
        access: { mode: 'keys', keys: KEYS },
      },
    });
    const list = '{ recentExports(first: 100) { nodes { id } } }';
    const { data } = await gateway.query(list, {}, { headers: OPS });
    seen = data.recentExports.nodes;
    supergraph = await startSupergraph(gateway, { exportIds: seen.map(({ id }) => id), headers: OPS });
  });
  afterAll(async () => {
    await supergraph[Symbol.asyncDispose]();
    await gateway[Symbol.asyncDispose]();
  });

  it('an export shows what the other graph knows of it', async () => {
    const { data, errors } = await supergraph.query(
      `query ($locator: ExportLocator!) {
        export(locator: $locator) { __typename id status owner { name } ... on HiEnergyExport { exportId } }
      }`,
      { locator: { hiEnergy: { exportId: '4213' } } },
      OPS,
    );

    expect(errors).toEqual([]);
    expect(data.export).toEqual({
      __typename: 'HiEnergyExport',
      id: expect.any(String),
      status: expect.any(String),
      owner: { name: 'Ada' },
      exportId: '4213',
    });
  });

  it("the other graph's exports are read together: one list call each of the vendors that have one", async () => {
    gateway.simulators.calls.clear();

    const { data, errors } = await supergraph.query(PEOPLE_QUERY, {}, OPS);

    expect(errors).toEqual([]);
    expect(data.people[0].exports).toHaveLength(seen.length);
    expect(data.people[0].exports.map(({ id }: Seen) => id)).toEqual(seen.map(({ id }) => id));
    expect(data.people[0].exports.every(({ owner }: { owner: object }) => owner !== null)).toBe(true);
    const calls = gateway.simulators.calls.read();
    expect(seen.length).toBeGreaterThan(20);
    expect(calls['hi-energy']).toMatchObject({ list: 1, status: 0 });
    // Talkdesk has a list for each type of report, and three types are seeded.
    expect(calls.talkdesk).toMatchObject({ list: 3, status: 0 });
  });

  it('a mutation shows it too', async () => {
    const { data, errors } = await supergraph.query(
      'mutation ($id: ID!) { trackExport(locator: { id: $id }, label: "Sales") { export { tracking { label } owner { name } } } }',
      { id: seen[0]?.id },
      OPS,
    );

    expect(errors).toEqual([]);
    expect(data.trackExport.export).toEqual({ tracking: { label: 'Sales' }, owner: { name: 'Ada' } });
  });

  it('below `node` the other graph is not asked', async () => {
    const { data } = await supergraph.query(
      'query ($id: ID!) { node(id: $id) { ... on Export { status owner { name } } } }',
      { id: seen[0]?.id },
      OPS,
    );

    expect(data.node).toEqual({ status: expect.any(String), owner: null });
  });

  it('errors come with their code', async () => {
    const missing = await supergraph.query(
      '{ export(locator: { hiEnergy: { exportId: "99999" } }) { id owner { name } } }',
      {},
      OPS,
    );
    const twice = await supergraph.query(
      '{ export(locator: { id: "a", hiEnergy: { exportId: "4213" } }) { id } }',
      {},
      OPS,
    );

    expect(missing.data).toEqual({ export: null });
    expect(missing.errors[0]?.extensions).toMatchObject({ code: 'EXPORT_NOT_FOUND', vendor: 'hi-energy' });
    // @oneOf is not in what was composed, but still holds.
    expect(twice.errors[0]?.message).toContain('Exactly one key must be specified');
  });

  it("a stranger's exports stay hidden, and without a key everything is refused", async () => {
    gateway.simulators.calls.clear();
    const none = { people: [{ name: 'Ada', exports: seen.map(() => null) }] };

    const stranger = await supergraph.query(PEOPLE_QUERY, {}, STRANGER);
    const nobody = await supergraph.query(PEOPLE_QUERY);
    const nobodyAtTheRoot = await supergraph.query('{ vendors { key } }');

    expect(stranger.data).toEqual(none);
    // Hive Gateway 2.12 drops the errors of entities, and shows their nulls.
    expect(nobody.data).toEqual(none);
    expect(nobodyAtTheRoot.errors[0]?.extensions?.code).toBe('UNAUTHENTICATED');
    for (const vendor of CODED_VENDOR_IDS)
      expect(gateway.simulators.calls.read()[vendor]).toMatchObject({ list: 0, status: 0 });
  });

  it('more exports at once than limits.locators are null, those of a smaller page are there', async () => {
    await using small = await startFakedGateway({
      config: { server: { federation: true }, limits: { locators: 2 } },
    });
    const idOf = (n: number) =>
      Buffer.from(JSON.stringify(['export', 'hi-energy', 'hi', String(n)])).toString('base64url');
    await using two = await startSupergraph(small, { exportIds: [1, 2].map(idOf) });
    await using three = await startSupergraph(small, { exportIds: [1, 2, 3].map(idOf) });

    const inside = await two.query('{ people { exports { status } } }');
    const outside = await three.query('{ people { exports { status } } }');

    expect(inside.data.people[0].exports).toEqual([{ status: 'RUNNING' }, { status: 'RUNNING' }]);
    expect(outside.data.people[0].exports).toEqual([null, null, null]);
  });

  it("callers' vendor tokens are handed on", async () => {
    await using bring = await startFakedGateway({
      config: { server: { federation: true } },
      accounts: (urls) => [toAccount('talkdesk', urls.talkdesk, { credential: { type: 'caller' } })],
    });
    const id = Buffer.from(JSON.stringify(['export', 'talkdesk', 'desk', 'calls', 'job-1'])).toString(
      'base64url',
    );
    await using beside = await startSupergraph(bring, { exportIds: [id] });

    const without = await beside.query('{ people { exports { status } } }');
    const withToken = await beside.query(
      '{ people { exports { status } } }',
      {},
      { 'x-waybill-token-desk': 'of-ada' },
    );

    expect(without.data.people[0].exports).toEqual([null]);
    expect(withToken.errors).toEqual([]);
    expect(withToken.data.people[0].exports).toEqual([{ status: 'RUNNING' }]);
    expect(bring.fakes.talkdesk.requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer of-ada',
    ]);
  });
});

describe('subscriptions through Hive Gateway', { timeout: 30_000 }, () => {
  it("tell every transition with the other graph's fields, and complete when the export has ended", async () => {
    await using gateway = await startSimulatedGateway({
      config: { server: { federation: true } },
      speed: 200,
    });
    const { data } = await gateway.query('{ export(locator: { hiEnergy: { exportId: "4225" } }) { id } }');
    await using supergraph = await startSupergraph(gateway);

    const events = [];
    for await (const event of supergraph.subscribe(WATCH, { id: data.export.id })) events.push(event);

    expect(events.flatMap(({ errors }) => errors)).toEqual([]);
    const told = events.map((event) => event.data.exportEvents);
    expect(told[0].__typename).toBe('ExportSnapshot');
    expect(told.map((event) => event.export.owner)).toEqual(told.map(() => ({ name: 'Ada' })));
    expect(told.at(-1).export.isTerminal).toBe(true);
  });

  it('end with an error when Waybill drains, not as if the export had ended', async () => {
    await using gateway = await startFakedGateway({ config: { server: { federation: true } } });
    const { data } = await gateway.query('{ export(locator: { hiEnergy: { exportId: "4001" } }) { id } }');
    await using supergraph = await startSupergraph(gateway);

    const events = [];
    for await (const event of supergraph.subscribe(WATCH, { id: data.export.id })) {
      events.push(event);
      if (events.length === 1) void gateway.gateway.drain();
    }

    expect(events).toHaveLength(2);
    expect(events[0]?.data.exportEvents.export.status).toBe('RUNNING');
    expect(events[1]?.errors).toHaveLength(1);
  });
});
