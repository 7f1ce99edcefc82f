import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createScaledClock } from '../../simulator/scaled-clock.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { type FakeVendor, startFakeVendor } from '../support/fake-vendor.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { findPostgres, startPostgres } from '../support/postgres.ts';
import { type Subscribed, subscribe } from './subscribe.ts';
import { createTroubledStore, type TroubledStore } from './troubled-store.ts';
import { SECRET } from './webhooks/support.ts';

const START = /* GraphQL */ `
  mutation Start($input: StartExportInput!) { startExport(input: $input) { isExisting export { id } } }
`;
const TRACK = /* GraphQL */ `
  mutation Track($locator: ExportLocator!) { trackExport(locator: $locator) { export { id } } }
`;
const UNTRACK = /* GraphQL */ `
  mutation Untrack($locator: ExportLocator!) { untrackExport(locator: $locator) { wasTracked } }
`;
const READ = /* GraphQL */ `
  query Read($locator: ExportLocator!) { export(locator: $locator) { id status } }
`;
const RECENT = '{ recentExports { nodes { status } } }';
const TRACKED = /* GraphQL */ `
  { recentExports(filter: { isTracked: true }) { nodes { id status tracking { label startedHere } } } }
`;
const EVENTS = /* GraphQL */ `
  subscription Events($locator: ExportLocator!) {
    exportEvents(locators: [$locator]) { __typename ... on ExportStatusChanged { to } }
  }
`;

const hi = (exportId: string) => ({ locator: { hiEnergy: { exportId } } });
const ORDER = { hiEnergy: { reportType: 'deals_excel' } };
/** How much faster than the real time the gateways run. */
const SPEED = 20;

/** Jobs at a vendor that speaks Hi Energy. */
class Jobs {
  readonly status = new Map<string, string>();
  orders = 0;

  answer(method: string, url: string) {
    if (method === 'POST') {
      this.orders += 1;
      const id = String(9_000 + this.orders);
      this.status.set(id, 'processing');
      return { status: 201, body: { export: this.show(id) } };
    }
    if (url.includes('?')) return { body: { exports: [...this.status.keys()].map((id) => this.show(id)) } };
    const id = url.split('/').at(-1) ?? '';
    return this.status.has(id) ? { body: { export: this.show(id) } } : { status: 404 };
  }

  private show(id: string) {
    const status = this.status.get(id);
    return { id: Number(id), report_type: 'deals_excel', status, created_at: '2026-11-22T10:15:00Z' };
  }
}

let jobs: Jobs;
let vendor: FakeVendor;
let receiver: FakeVendor;
let troubled: TroubledStore;
let gateway: TestGateway | undefined;
let streams: Subscribed[];

beforeEach(async () => {
  jobs = new Jobs();
  jobs.status.set('1', 'processing');
  vendor = await startFakeVendor(({ method, url }) => jobs.answer(method, url));
  receiver = await startFakeVendor(() => ({ status: 204 }));
  troubled = createTroubledStore();
  streams = [];
});
afterEach(async () => {
  for (const stream of streams) stream.stop();
  troubled.trouble = 'none';
  await gateway?.[Symbol.asyncDispose]();
  gateway = undefined;
  await vendor[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

const toAccount = () => ({
  key: 'hi',
  vendor: 'hi-energy',
  baseUrl: vendor.url,
  credential: { type: 'api-key', apiKey: 'key-of-hi-energy' },
  limits: { requestsPerSecond: 10_000 },
  polling: { minMs: 250, maxMs: 500 },
});

async function open(config: Record<string, object> = {}): Promise<TestGateway> {
  const events = ['export.tracked', 'export.succeeded'];
  const endpoint = { key: 'ops', url: receiver.url, secret: SECRET, allowPrivate: true, events };
  gateway = await startTestGateway({
    accounts: [toAccount()],
    config: { webhooks: [endpoint] as object, ...config },
    ...(config.store === undefined ? { store: troubled.store } : {}),
    // A database is given as long as it takes.
    tools: { clock: config.store === undefined ? createScaledClock(systemClock, SPEED) : systemClock },
  });
  return gateway;
}

async function readyPart(): Promise<unknown> {
  const response = await fetch(`${gateway?.url}/ready`);
  return [response.status, ((await response.json()) as { parts: Record<string, unknown> }).parts.store];
}

const told = (): readonly string[] => receiver.requests.map(({ body }) => JSON.parse(body).type);

describe('while the store is away', () => {
  it.each([
    ['starting', START, { input: { order: ORDER } }],
    ['starting under a key', START, { input: { order: ORDER, idempotencyKey: 'key of november' } }],
    ['tracking', TRACK, hi('1')],
    ['untracking', UNTRACK, hi('1')],
  ])('%s is answered STORE_UNAVAILABLE, and nothing is ordered', async (_what, mutation, variables) => {
    const { query } = await open();
    troubled.trouble = 'all';

    const { errors } = await query(mutation, variables);

    expect(errors[0]?.extensions).toMatchObject({ code: 'STORE_UNAVAILABLE', retryable: true });
    expect(jobs.orders).toBe(0);

    troubled.trouble = 'none';
    expect((await query(mutation, variables)).errors).toEqual([]);
  });

  it('reads and streams go on', async () => {
    const { query, url } = await open();
    await query(TRACK, hi('1'));
    const stream = subscribe(url, EVENTS, hi('1'));
    streams.push(stream);
    await stream.next(1);
    troubled.trouble = 'all';

    expect((await query(READ, hi('1'))).data.export.status).toBe('RUNNING');
    expect((await query(RECENT)).data.recentExports.nodes).toEqual([{ status: 'RUNNING' }]);
    jobs.status.set('1', 'completed');
    const events = await stream.next(2);
    expect(events[1].exportEvents).toEqual({ __typename: 'ExportStatusChanged', to: 'SUCCEEDED' });
  });

  it.each(['all', 'writes'] as const)('/ready names it where %s fail, until it is back', async (trouble) => {
    const { query } = await open();
    expect(await readyPart()).toEqual([200, 'ready']);
    troubled.trouble = trouble;
    await query(TRACK, hi('1'));
    // A read of the store that goes well says nothing of a full disk.
    await query(TRACKED);

    expect(await readyPart()).toEqual([200, 'unreachable']);
    troubled.trouble = 'none';
    await expect.poll(readyPart).toEqual([200, 'ready']);
  });

  it('what happens to tracked exports is held, and written and told when it is back', async () => {
    const { query, log } = await open();
    await query(TRACK, hi('1'));
    await expect.poll(told).toEqual(['export.tracked']);
    troubled.trouble = 'all';
    jobs.status.set('1', 'completed');
    await expect.poll(() => troubled.failures, { timeout: 10_000 }).toBeGreaterThan(5);
    expect(told()).toEqual(['export.tracked']);

    troubled.trouble = 'none';

    await expect.poll(told, { timeout: 10_000 }).toEqual(['export.tracked', 'export.succeeded']);
    const [kept] = await troubled.store.list({ tenant: 'default', limit: 10 });
    expect(kept?.state?.snapshot?.status).toBe('SUCCEEDED');
    const lines = log.lines.filter(({ level }) => level === 'warn' || level === 'error');
    const held = lines.filter(({ message }) => message.includes('could not be written down'));
    // Once by those that wait, however often they try.
    expect([held.length, lines.length <= 2]).toEqual([1, true]);
  });

  it('an export whose order was under way is told to be started, and is tracked when it is back', async () => {
    const { query } = await open();
    vendor.answer(({ method, url }) => {
      if (method === 'POST') troubled.trouble = 'writes';
      return jobs.answer(method, url);
    });
    const input = { order: ORDER, idempotencyKey: 'key of november', label: 'November' };

    const first = await query(START, { input });
    const again = await query(START, { input });
    const other = await query(START, {
      input: { ...input, order: { hiEnergy: { reportType: 'deals_csv' } } },
    });

    const { id } = first.data.startExport.export;
    expect(first.data.startExport.isExisting).toBe(false);
    expect(again.data.startExport).toEqual({ isExisting: true, export: { id } });
    expect(other.errors[0]?.extensions?.code).toBe('IDEMPOTENCY_KEY_REUSED');
    troubled.trouble = 'none';
    await expect.poll(told, { timeout: 10_000 }).toEqual(['export.tracked']);
    const { data } = await query(TRACKED);
    const tracking = { label: 'November', startedHere: true };
    expect(data.recentExports.nodes).toEqual([{ id, status: 'RUNNING', tracking }]);
    expect((await query(START, { input })).data.startExport).toEqual({ isExisting: true, export: { id } });
    expect(jobs.orders).toBe(1);
  });
});

describe('a store that is away when the gateway starts', () => {
  it('keeps nobody from reading; what it remembers is taken up when it comes', async () => {
    const { query } = await open();
    await query(TRACK, hi('1'));
    await gateway?.[Symbol.asyncDispose]();
    troubled.trouble = 'all';

    const restarted = await open();
    expect((await restarted.query(READ, hi('1'))).data.export.status).toBe('RUNNING');
    await expect.poll(() => troubled.failures, { timeout: 10_000 }).toBeGreaterThan(8);
    jobs.status.set('1', 'completed');
    troubled.trouble = 'none';

    await expect.poll(told, { timeout: 10_000 }).toEqual(['export.tracked', 'export.succeeded']);
    const lines = restarted.log.lines.filter(({ message }) => message.includes('taken up as soon as'));
    expect(lines).toHaveLength(1);
  });

  it('may be a database on a port where nobody listens', async () => {
    const url = `postgres://waybill:secret@127.0.0.1:${await findClosedPort()}/waybill`;
    const { query, log } = await open({ store: { kind: 'postgres', url } });

    expect((await query(READ, hi('1'))).data.export.status).toBe('RUNNING');
    for (let tries = 0; tries < 20; tries += 1) {
      const { errors } = await query(TRACK, hi('1'));
      expect(errors[0]?.extensions).toMatchObject({ code: 'STORE_UNAVAILABLE' });
    }
    expect(await readyPart()).toEqual([200, 'unreachable']);
    const lines = log.lines.filter(({ level }) => level === 'warn');
    expect(lines.filter(({ message }) => message.startsWith('The store cannot be used'))).toHaveLength(1);
    expect(lines.length).toBeLessThanOrEqual(3);
    expect(JSON.stringify(log.lines)).not.toMatch(/secret|postgres:\/\//);
  });
});

const programs = findPostgres();

describe.skipIf(programs === null)('a database that comes back', () => {
  it('gives back what it remembers to a gateway that started without it', async () => {
    const server = await startPostgres(programs ?? '');
    try {
      const store = { kind: 'postgres', url: await server.createDatabase() };
      const { query } = await open({ store });
      await query(TRACK, hi('1'));
      await expect.poll(told, { timeout: 10_000 }).toEqual(['export.tracked']);
      await gateway?.[Symbol.asyncDispose]();
      await server.stop();

      const restarted = await open({ store });
      expect((await restarted.query(READ, hi('1'))).data.export.status).toBe('RUNNING');
      expect(await readyPart()).toEqual([200, 'unreachable']);
      jobs.status.set('1', 'completed');
      await server.start();

      await expect.poll(told, { timeout: 20_000 }).toEqual(['export.tracked', 'export.succeeded']);
      await expect.poll(readyPart, { timeout: 10_000 }).toEqual([200, 'ready']);
      await gateway?.[Symbol.asyncDispose]();
      gateway = undefined;
    } finally {
      await server.close();
    }
  });
});

/** A port that was free a moment ago. */
async function findClosedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { readonly port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
