import { readFile } from 'node:fs/promises';
import type { OperationDefinitionNode } from 'graphql';
import { buildSchema, parse, validate } from 'graphql';
import { getVariableValues } from 'graphql/execution/values.js';
import { describe, expect, it } from 'vitest';
import { createDemoOrder } from '../../simulator/demo-order.ts';
import { startSimulators } from '../../simulator/server.ts';
import type { DemoOrder } from '../../simulator/simulator.ts';
import { DemoTraffic } from '../../src/cli/demo-traffic.ts';
import { CODED_VENDOR_IDS, type CodedVendorId } from '../../src/export/vendor-id.ts';
import { createVendorClient, type StartCall } from '../simulator/starting.ts';
import { type FakeReply, startFakeVendor } from '../support/fake-vendor.ts';
import { createManualClock, createSeededRandom } from '../support/manual-clock.ts';
import { createRecordingLog } from '../support/tools.ts';

const schema = buildSchema(await readFile(new URL('../../docs/schema.graphql', import.meta.url), 'utf8'));

const ACCEPTED = { body: { data: { startExport: { isExisting: false, export: { id: 'x' } } } } };
const REPORT = { reportId: 'bbbbbbbb-0000-4000-8000-000000000002', exportId: 'abc=' };

interface Sent {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

interface StageOptions {
  readonly reply?: () => FakeReply;
  readonly createOrder?: (vendor: string) => DemoOrder | null;
  readonly seed?: number;
}

/** Traffic in front of an endpoint that writes down what it is sent. */
async function startStage({ reply = () => ACCEPTED, createOrder, seed = 1 }: StageOptions = {}) {
  const clock = createManualClock();
  const endpoint = await startFakeVendor(reply);
  const log = createRecordingLog('debug');
  const arranged: string[] = [];
  const random = createSeededRandom(seed);
  const traffic = new DemoTraffic({
    url: endpoint.url,
    vendors: CODED_VENDOR_IDS,
    tracked: [{ vendor: 'power-bi', ids: REPORT, title: 'Sales overview' }],
    createOrder: createOrder ?? ((vendor) => createDemoOrder(vendor, random, clock.now())),
    arrange(vendor, words) {
      arranged.push(`${vendor} ${words}`);
      return () => arranged.push(`${vendor} over`);
    },
    ...{ clock, random, log },
  });
  traffic.start();
  const sent = (): readonly Sent[] => endpoint.requests.map(({ body }) => JSON.parse(body));
  return {
    clock,
    traffic,
    log,
    arranged,
    endpoint,
    sent,
    starts: () => sent().filter(({ query }) => query.includes('startExport')),
    /** Moves the clock on and waits until nothing is under way. */
    async pass(ms: number) {
      await clock.advance(ms);
      await expect.poll(() => endpoint.concurrency.now).toBe(0);
      await clock.advance(0);
    },
    async [Symbol.asyncDispose]() {
      await traffic.stop();
      await endpoint[Symbol.asyncDispose]();
    },
  };
}

/** Which vendor a start is for, by its field in the schema. */
const fieldOf = ({ variables }: Sent) =>
  Object.keys((variables.input as { readonly order: object }).order)[0] ?? '';

describe('the traffic of the demo', () => {
  it('tracks what it is given at once, with its title', async () => {
    await using stage = await startStage();

    await expect.poll(stage.sent).toHaveLength(1);

    expect(stage.sent()[0]).toMatchObject({
      query: expect.stringContaining('trackExport'),
      variables: { locator: { powerBi: REPORT }, label: 'Sales overview' },
    });
  });

  it('starts an export about every ten seconds, at each vendor in turn', async () => {
    await using stage = await startStage();
    await expect.poll(stage.sent).toHaveLength(1);

    const times: number[] = [];
    for (let second = 0; second < 125; second += 1) {
      await stage.pass(1_000);
      if (stage.starts().length > times.length) times.push(second);
    }

    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(times.length).toBeGreaterThanOrEqual(10);
    expect(gaps.every((gap) => gap >= 8 && gap <= 13)).toBe(true);
    const fields = stage.starts().map(fieldOf);
    for (const round of [fields.slice(0, 4), fields.slice(4, 8)])
      expect([...round].sort()).toEqual(['hiEnergy', 'powerBi', 'talkdesk', 'webAdmit']);
  });

  it('sends what the schema takes', async () => {
    await using stage = await startStage();
    for (let turn = 0; turn < 12; turn += 1) await stage.pass(13_000);

    for (const { query, variables } of stage.sent()) {
      const document = parse(query);
      expect(validate(schema, document)).toEqual([]);
      const [operation] = document.definitions as [OperationDefinitionNode];
      const { errors } = getVariableValues(schema, operation.variableDefinitions ?? [], { ...variables });
      expect(errors).toBeUndefined();
    }
    expect(stage.sent().length).toBeGreaterThan(8);
  });

  it('has an export go another way for its start alone', async () => {
    const order = { label: 'Calls', fields: { reportType: 'calls' }, words: 'failed' };
    await using stage = await startStage({
      createOrder: (vendor) => (vendor === 'talkdesk' ? order : null),
    });

    for (let turn = 0; turn < 8; turn += 1) await stage.pass(13_000);

    expect(stage.starts().map(fieldOf)).toEqual(['talkdesk', 'talkdesk']);
    expect(stage.arranged).toEqual(['talkdesk failed', 'talkdesk over', 'talkdesk failed', 'talkdesk over']);
  });

  it.each<readonly [string, FakeReply]>([
    ['errors', { body: { data: null, errors: [{ message: 'Cannot return null.' }] } }],
    ['a 500', { status: 500, body: 'none' }],
    ['what is no JSON', { body: '<html>' }],
    ['a broken connection', 'reset'],
  ])('goes on after %s, and tells of it at debug level alone', async (_what, reply) => {
    await using stage = await startStage({ reply: () => reply });

    for (let turn = 0; turn < 3; turn += 1) await stage.pass(13_000);

    expect(stage.starts().length).toBeGreaterThanOrEqual(2);
    expect(stage.log.lines.length).toBe(stage.sent().length);
    expect(new Set(stage.log.lines.map(({ level }) => level))).toEqual(new Set(['debug']));
  });

  it('waits for an answer before it goes on, but not for ever', async () => {
    await using stage = await startStage({ reply: () => 'hang' });
    await expect.poll(stage.sent).toHaveLength(1);

    await stage.clock.advance(14_999);
    const waiting = stage.sent().length;
    await stage.clock.advance(1);
    await expect.poll(() => stage.log.lines).toHaveLength(1);
    await stage.clock.advance(13_000);

    expect(waiting).toBe(1);
    await expect.poll(stage.starts).toHaveLength(1);
    expect(stage.endpoint.concurrency.most).toBe(1);
  });

  it.each(['while it waits for its time', 'while a call is under way'])(
    'ends when told so, %s',
    async (when) => {
      const isUnderWay = when.includes('call');
      await using stage = await startStage({ reply: () => (isUnderWay ? 'hang' : ACCEPTED) });
      await expect.poll(stage.sent).toHaveLength(1);
      if (!isUnderWay) await stage.pass(1_000);

      await stage.traffic.stop();
      await stage.clock.advance(3_600_000);

      expect(stage.sent()).toHaveLength(1);
      expect(stage.clock.pending).toBe(0);
    },
  );

  it('begins once, however often it is told to', async () => {
    await using stage = await startStage();
    stage.traffic.start();
    await expect.poll(stage.sent).toHaveLength(1);

    await stage.pass(13_000);

    expect(stage.sent().filter(({ query }) => query.includes('trackExport'))).toHaveLength(1);
  });
});

/** The order as the vendor is sent it. */
const CALLS: Readonly<Record<CodedVendorId, (fields: Readonly<Record<string, unknown>>) => StartCall>> = {
  'power-bi': ({ groupId, reportId, format }) => ({
    path: `${groupId === undefined ? '' : `/groups/${groupId}`}/reports/${reportId}/ExportTo`,
    body: { format },
  }),
  'hi-energy': ({ reportType, searchParams }) => ({
    body: { report_type: reportType, search_params: searchParams },
  }),
  talkdesk: ({ reportType, from, to, ...fields }) => ({
    path: `/data/reports/${reportType}/jobs`,
    body: { ...fields, timespan: { from, to } },
  }),
  'web-admit': ({ userIdentityId, exportId }) => ({
    path: `/api/v1/user_identities/${userIdentityId}/exports/${exportId}/export_files`,
  }),
};

describe.each(CODED_VENDOR_IDS)('the orders of the demo at %s', (vendor) => {
  it('differ, and simply succeed for the most part', () => {
    const random = createSeededRandom(3);
    const orders = Array.from({ length: 200 }, () => createDemoOrder(vendor, random, Date.UTC(2026, 10, 22)));

    const plain = orders.filter((order) => order?.words === undefined).length;

    expect(new Set(orders.map((order) => JSON.stringify(order?.fields))).size).toBeGreaterThan(4);
    expect(plain).toBeGreaterThan(100);
    expect(plain).toBeLessThan(180);
  });

  it('are taken by its simulator, whatever they are to become', async () => {
    const clock = createManualClock();
    await using simulators = await startSimulators({ clock });
    const client = createVendorClient(simulators, vendor);
    const random = createSeededRandom(5);
    const statuses: number[] = [];

    for (let turn = 0; turn < 40; turn += 1) {
      const order = createDemoOrder(vendor, random, clock.now());
      if (order?.words !== undefined)
        simulators.faults.order({ vendor, kind: 'simulate', words: order.words });
      statuses.push((await client.start(CALLS[vendor](order?.fields ?? {}))).status);
      await clock.advance(40_000);
    }

    expect(statuses.filter((status) => ![200, 201, 202, 409].includes(status))).toEqual([]);
    expect(simulators.faults.list()).toEqual([]);
    expect(simulators.orders.read()[vendor].count).toBeGreaterThan(30);
  });
});
