import { buffer, text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { DEMO_POWER_BI_CLIENT_ID, DEMO_POWER_BI_CLIENT_SECRET } from '../../../simulator/demo-credentials.ts';
import type { PowerBiSimulatorOptions } from '../../../simulator/power-bi/options.ts';
import { createPowerBiSimulator } from '../../../simulator/power-bi/simulator.ts';
import { type Simulators, startSimulators } from '../../../simulator/server.ts';
import { VendorError } from '../../../src/export/errors.ts';
import type { ExportSnapshot } from '../../../src/export/export.ts';
import type { VendorAccount } from '../../../src/export/ports.ts';
import type { PowerBiDetails, PowerBiIds } from '../../../src/vendors/power-bi/types.ts';
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts';
import { openAccount, toKey } from './support.ts';

interface Stage extends AsyncDisposable {
  readonly clock: ManualClock;
  readonly simulators: Simulators;
  readonly account: VendorAccount;
  /** The seeded export with this title. */
  key(title: string): ReturnType<typeof toKey>;
  read(title: string): Promise<ExportSnapshot<PowerBiDetails>>;
}

/** The adapter in front of its own simulator, on real sockets; only the simulator's time is the test's. */
async function startStage(options: Partial<PowerBiSimulatorOptions> = {}): Promise<Stage> {
  const clock = createManualClock(Date.now());
  const simulators = await startSimulators({
    clock,
    vendors: { 'power-bi': (surroundings) => createPowerBiSimulator(surroundings, options) },
  });
  const { account, [Symbol.asyncDispose]: closeAccount } = openAccount({
    url: `${simulators.url}/power-bi`,
    credential: {
      type: 'client-credentials',
      tokenUrl: simulators.tokenUrls['power-bi'],
      clientId: DEMO_POWER_BI_CLIENT_ID,
      clientSecret: DEMO_POWER_BI_CLIENT_SECRET,
    },
  });
  const key = (title: string) => {
    const seed = simulators.seeds['power-bi'].find((candidate) => candidate.title === title);
    return toKey(seed?.ids as PowerBiIds);
  };
  return {
    clock,
    simulators,
    account,
    key,
    async read(title) {
      const [reading] = await account.readMany([key(title)]);
      if (reading === undefined || reading instanceof VendorError) throw reading ?? new Error('no reading');
      return reading as ExportSnapshot<PowerBiDetails>;
    },
    async [Symbol.asyncDispose]() {
      await closeAccount();
      await simulators[Symbol.asyncDispose]();
    },
  };
}

describe('the Power BI adapter in front of its simulator', () => {
  it('reads every seeded export with one token and one call each', async () => {
    await using stage = await startStage();
    const seeds = stage.simulators.seeds['power-bi'];

    const readings = await stage.account.readMany(seeds.map(({ title }) => stage.key(title)));

    expect(
      readings.map((reading) => (reading instanceof VendorError ? reading.message : reading.status)),
    ).toEqual(seeds.map(({ title }) => (title === 'Store visits heatmap' ? 'UNKNOWN' : 'QUEUED')));
    expect(stage.simulators.calls.read()['power-bi']).toMatchObject({ token: 1, status: seeds.length });
  });

  it('follows an export from the queue to its file', async () => {
    await using stage = await startStage();
    const title = 'Quarterly revenue by region';
    const seen: ExportSnapshot<PowerBiDetails>[] = [];
    for (const waitMs of [0, 10_000, 10_000, 10_000]) {
      await stage.clock.advance(waitMs);
      seen.push(await stage.read(title));
    }

    expect(seen.map(({ status }) => status)).toEqual(['QUEUED', 'RUNNING', 'RUNNING', 'SUCCEEDED']);
    expect(seen.map(({ progress }) => progress?.percent)).toEqual([0, 16, 58, 100]);
    expect(seen.map(({ pollAfterMs }) => pollAfterMs)).toEqual([2_000, 2_000, 2_000, null]);
    expect(seen.map(({ name }) => name)).toEqual([null, title, title, title]);
    expect(seen[0]?.details.expirationTime).toBeNull();
    expect(seen[3]).toMatchObject({
      outcome: 'COMPLETE',
      finishedAt: seen[3]?.updatedAt,
      files: [{ name: `${title}.pdf`, mediaType: 'application/pdf' }],
    });

    const access = await stage.account.locateFile(stage.key(title), 0);
    if (access.type !== 'stream') throw new Error(access.type);
    const whole = await access.open({ method: 'GET', headers: {} });
    const bytes = await buffer(whole.body);
    const part = await access.open({ method: 'GET', headers: { range: 'bytes=0-4' } });

    expect(bytes.subarray(0, 5).toString()).toBe('%PDF-');
    expect(whole.headers['content-length']).toBe(String(bytes.length));
    expect(part.status).toBe(206);
    expect(await text(part.body)).toBe('%PDF-');
  });

  it('cannot tell which of its manners an answer has', async () => {
    await using stage = await startStage();
    const titles = [
      '売上ダッシュボード 2026年度',
      'Warehouse stock ageing',
      'Store visits heatmap',
      'Umsatzübersicht Köln',
    ];
    await stage.account.readMany(titles.map(stage.key));
    await stage.clock.advance(60_000);

    const readings = await Promise.all(titles.map(stage.read));

    expect(readings.map(({ files }) => files?.[0]?.name)).toEqual([
      '売上ダッシュボード 2026年度.pptx',
      'Warehouse stock ageing.xlsx',
      'Store visits heatmap.zip',
      'Umsatzübersicht Köln.pdf',
    ]);
    expect(readings[1]?.progress).toBeNull();
  });

  it('tells a failure for good from one that may be started again', async () => {
    await using stage = await startStage();
    const titles = ['Fleet maintenance log', 'Group consolidation'];
    await stage.account.readMany(titles.map(stage.key));
    await stage.clock.advance(60_000);

    const [permanent, busy] = await Promise.all(titles.map(stage.read));

    expect(permanent).toMatchObject({
      status: 'FAILED',
      files: [],
      failure: { code: 'PowerBIEntityNotFound', isRetryable: false, retryAfterMs: null },
    });
    expect(busy).toMatchObject({
      status: 'FAILED',
      failure: { code: null, isRetryable: true, retryAfterMs: 60_000 },
    });
  });

  it('outlives a token without anybody noticing', async () => {
    await using stage = await startStage({ tokenLifetimeSeconds: 600 });
    await stage.read('Quarterly revenue by region');
    await stage.clock.advance(600_000);

    expect(await stage.read('Quarterly revenue by region')).toMatchObject({ status: 'SUCCEEDED' });
    expect(stage.simulators.calls.read()['power-bi'].token).toBe(2);
  });

  it('gets over one broken answer of each kind', async () => {
    await using stage = await startStage();

    for (const kind of ['html', 'reset'] as const) {
      stage.simulators.faults.order({ vendor: 'power-bi', kind });
      expect(await stage.read('Group consolidation')).toMatchObject({ status: 'QUEUED' });
    }
  });

  it('reports the legacy 500, and 429 with its wait', async () => {
    await using stage = await startStage();
    stage.simulators.faults.order({ vendor: 'power-bi', kind: 'status', status: 500, times: 3 });
    const [broken] = await stage.account.readMany([stage.key('Group consolidation')]);
    stage.simulators.faults.order({ vendor: 'power-bi', kind: 'throttle', retryAfterSeconds: 30 });
    const [throttled] = await stage.account.readMany([stage.key('Group consolidation')]);

    expect(broken).toMatchObject({ code: 'VENDOR_UNAVAILABLE', httpStatus: 500 });
    expect(throttled).toMatchObject({ code: 'VENDOR_RATE_LIMITED', vendorCode: 'TooManyRequests' });
  });

  it('finds a file gone that has outlived its day', async () => {
    await using stage = await startStage();
    const title = 'Warehouse stock ageing';
    await stage.read(title);
    await stage.clock.advance(25 * 3_600_000);

    const access = await stage.account.locateFile(stage.key(title), 0);
    if (access.type !== 'stream') throw new Error(access.type);

    // The adapter's own clock has not moved: it learns from /file that the bytes are gone.
    await expect(access.open({ method: 'GET', headers: {} })).rejects.toMatchObject({
      code: 'EXPORT_NOT_FOUND',
    });
  });
});
