import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeVendor, type ReceivedRequest, startFakeVendor } from '../support/fake-vendor.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { createManualClock, type ManualClock } from '../support/manual-clock.ts';

const START = /* GraphQL */ `
  mutation Start($input: StartExportInput!) { startExport(input: $input) { isExisting export { id status } } }
`;
const TRACK = /* GraphQL */ `
  mutation Track($locator: ExportLocator!) { trackExport(locator: $locator) { export { id } } }
`;
const UNTRACK = /* GraphQL */ `
  mutation Untrack($locator: ExportLocator!) { untrackExport(locator: $locator) { wasTracked } }
`;
const TRACKED = /* GraphQL */ `
  { recentExports(filter: { isTracked: true }) { nodes { id status transitions { from to } tracking { label trackedBy startedHere } estimate { basedOn finishAt finishAtLatest } } } }
`;

const START_OF_TIME = Date.parse('2026-11-29T00:00:00Z');

/** A Hi Energy that holds jobs by id, in memory. */
class Jobs {
  readonly byId = new Map<
    string,
    { status: string; createdAt: number; completedAt: number | null; type: string }
  >();
  starts = 0;

  private readonly clock: ManualClock;

  constructor(clock: ManualClock) {
    this.clock = clock;
  }

  add(id: string, status = 'processing', type = 'deals_excel', agoMs = 0): void {
    this.byId.set(id, { status, createdAt: this.clock.now() - agoMs, completedAt: null, type });
  }

  end(id: string): void {
    const job = this.byId.get(id);
    if (job !== undefined) Object.assign(job, { status: 'completed', completedAt: this.clock.now() });
  }

  answer({ method, url }: ReceivedRequest) {
    if (method === 'POST') {
      this.starts += 1;
      this.add(String(9_000 + this.starts), 'pending');
      return { status: 201, body: { export: this.show(String(9_000 + this.starts)) } };
    }
    if (url.includes('?'))
      return { status: 200, body: { exports: [...this.byId.keys()].reverse().map((id) => this.show(id)) } };
    const id = url.split('/').at(-1) ?? '';
    return this.byId.has(id) ? { status: 200, body: { export: this.show(id) } } : { status: 404 };
  }

  private show(id: string) {
    const job = this.byId.get(id);
    const iso = (at: number | null | undefined) => (at == null ? null : new Date(at).toISOString());
    return {
      id: Number(id),
      report_type: job?.type,
      status: job?.status,
      created_at: iso(job?.createdAt),
      started_at: iso(job?.createdAt),
      completed_at: iso(job?.completedAt),
    };
  }
}

let folder: string;
let vendor: FakeVendor;
let clock: ManualClock;
let jobs: Jobs;
let gateway: TestGateway | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waybill-store-'));
  clock = createManualClock(START_OF_TIME);
  jobs = new Jobs(clock);
  vendor = await startFakeVendor((request) => jobs.answer(request));
});

afterEach(async () => {
  await gateway?.[Symbol.asyncDispose]();
  gateway = undefined;
  await vendor[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function open(account: object = {}, config: Record<string, object> = {}): Promise<TestGateway> {
  await gateway?.[Symbol.asyncDispose]();
  gateway = await startTestGateway({
    accounts: [
      {
        key: 'hi',
        vendor: 'hi-energy',
        baseUrl: vendor.url,
        credential: { type: 'api-key', apiKey: 'hi-key-0001' },
        limits: { requestsPerSecond: 10_000 },
        ...account,
      },
    ],
    config: { store: { kind: 'sqlite', path: join(folder, 'waybill.db') }, ...config },
    tools: { clock },
  });
  return gateway;
}

const hi = (exportId: string) => ({ locator: { hiEnergy: { exportId } } });

describe('a gateway that was restarted', () => {
  it('goes on with what it tracked: the change that came meanwhile is a transition', async () => {
    jobs.add('1');
    await (await open()).query(TRACK, hi('1'));
    await open();
    jobs.end('1');
    await clock.advance(60_000);

    const { data } = await (gateway as TestGateway).query(TRACKED);

    expect(data.recentExports.nodes).toMatchObject([
      {
        status: 'SUCCEEDED',
        transitions: [
          { from: null, to: 'RUNNING' },
          { from: 'RUNNING', to: 'SUCCEEDED' },
        ],
      },
    ]);
  });

  it('knows what had ended before', async () => {
    jobs.add('1', 'completed');
    await (await open()).query(TRACK, hi('1'));
    await open();

    const { data } = await (gateway as TestGateway).query(TRACKED);

    expect(data.recentExports.nodes).toMatchObject([{ status: 'SUCCEEDED' }]);
  });

  it('answers an idempotency key with the export of then, and starts nothing', async () => {
    const input = { order: { hiEnergy: { reportType: 'deals_excel' } }, idempotencyKey: 'key-1' };
    const first = await (await open()).query(START, { input });

    const again = await (await open()).query(START, { input });

    expect(again.data.startExport).toMatchObject({
      isExisting: true,
      export: { id: first.data.startExport.export.id },
    });
    expect(jobs.starts).toBe(1);
  });

  it('has forgotten a key after 24 hours', async () => {
    const input = { order: { hiEnergy: { reportType: 'deals_excel' } }, idempotencyKey: 'key-1' };
    await (await open()).query(START, { input });
    await clock.advance(24 * 3_600_000 + 1);

    const again = await (await open()).query(START, { input });

    expect(again.data.startExport.isExisting).toBe(false);
    expect(jobs.starts).toBe(2);
  });

  it('forgets what has ended after as many days as are configured', async () => {
    jobs.add('1', 'completed');
    await (await open({}, { tracking: { keepDays: 1 } })).query(TRACK, hi('1'));
    await clock.advance(26 * 3_600_000);

    const { data } = await (gateway as TestGateway).query(TRACKED);

    expect(data.recentExports.nodes).toEqual([]);
  });
});

describe('an account with track: all', () => {
  it('tracks what its vendor lists as open, whoever started it, with one list call an interval', async () => {
    jobs.add('1');
    jobs.add('2', 'completed');
    const opened = await open({
      track: 'all',
      discoverMs: 30_000,
      polling: { minMs: 3_600_000, maxMs: 3_600_000 },
    });
    await clock.advance(1);
    const lists = () => vendor.requests.filter(({ url }) => url.includes('?')).length;
    const before = lists();

    await clock.advance(300_000);
    jobs.add('3');
    await clock.advance(30_000);
    const { data } = await opened.query(TRACKED);

    expect(lists() - before).toBe(11);
    expect(data.recentExports.nodes).toMatchObject([
      { tracking: { trackedBy: null, startedHere: false } },
      { tracking: { trackedBy: null, startedHere: false } },
    ]);
  });

  it('does not find again what was untracked by hand', async () => {
    jobs.add('1');
    const opened = await open({ track: 'all', discoverMs: 1_000 });
    await clock.advance(1);
    await opened.query(UNTRACK, hi('1'));

    await clock.advance(5_000);
    await open({ track: 'all', discoverMs: 1_000 });
    await clock.advance(5_000);
    const { data } = await (gateway as TestGateway).query(TRACKED);

    expect(data.recentExports.nodes).toEqual([]);
  });
});

describe('an estimate', () => {
  it('is given from five durations on, by half and nine tenths of them, and outlives a restart', async () => {
    const opened = await open();
    for (let index = 1; index <= 5; index += 1) {
      const id = String(index);
      jobs.add(id);
      await opened.query(TRACK, hi(id));
      await clock.advance(index * 60_000);
      if (index === 5) {
        jobs.add('99');
        const { data } = await opened.query(
          `{ export(locator: { hiEnergy: { exportId: "99" } }) { estimate { basedOn } } }`,
        );
        expect(data.export.estimate).toBeNull();
      }
      jobs.end(id);
      await opened.query(`{ export(locator: { hiEnergy: { exportId: "${id}" } }) { status } }`);
      await clock.advance(1_000);
    }
    await open();
    jobs.add('100');

    const { data } = await (gateway as TestGateway).query(
      `{ export(locator: { hiEnergy: { exportId: "100" } }) { createdAt estimate { basedOn finishAt finishAtLatest } } }`,
    );

    const createdAt = Date.parse(data.export.createdAt);
    expect(data.export.estimate.basedOn).toBe(5);
    expect(Date.parse(data.export.estimate.finishAt) - createdAt).toBe(3 * 60_000);
    expect(Date.parse(data.export.estimate.finishAtLatest) - createdAt).toBe(5 * 60_000);
  });

  it('is none for a job that has ended', async () => {
    jobs.add('1', 'completed');

    const { data } = await (await open()).query(
      `{ export(locator: { hiEnergy: { exportId: "1" } }) { estimate { basedOn } } }`,
    );

    expect(data.export.estimate).toBeNull();
  });
});
