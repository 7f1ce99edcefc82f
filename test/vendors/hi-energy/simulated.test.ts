import { describe, expect, it } from 'vitest';
import { DEMO_HI_ENERGY_API_KEY } from '../../../simulator/demo-credentials.ts';
import { createHiEnergySimulator } from '../../../simulator/hi-energy/simulator.ts';
import { type Simulators, startSimulators } from '../../../simulator/server.ts';
import type { ExportSnapshot, ExportStatus } from '../../../src/export/export.ts';
import type { FileAccess, VendorAccount } from '../../../src/export/ports.ts';
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts';
import { createKey, openAccount } from './support.ts';

interface Stage extends AsyncDisposable {
  readonly clock: ManualClock;
  readonly simulators: Simulators;
  readonly account: VendorAccount;
}

/** The adapter in front of its own simulator, on real sockets; only the simulator's time is the test's. */
async function startStage(): Promise<Stage> {
  const clock = createManualClock();
  const simulators = await startSimulators({ clock, vendors: { 'hi-energy': createHiEnergySimulator } });
  const account = openAccount(simulators.baseUrls['hi-energy'], {
    credential: { type: 'api-key', apiKey: DEMO_HI_ENERGY_API_KEY },
  });
  return {
    clock,
    simulators,
    account,
    async [Symbol.asyncDispose]() {
      await account.close();
      await simulators[Symbol.asyncDispose]();
    },
  };
}

async function readOne(account: VendorAccount, exportId: string): Promise<ExportSnapshot> {
  const [reading] = await account.readMany([createKey(exportId)]);
  if (reading === undefined || reading instanceof Error) throw reading ?? new Error('no reading');
  return reading;
}

function toUrl(access: FileAccess): string {
  if (access.type !== 'link') throw new Error(`expected a link, got ${access.type}`);
  return access.url;
}

describe('the Hi Energy adapter in front of its simulator', () => {
  it('reads every seeded export from one list call', async () => {
    await using stage = await startStage();
    const seeds = stage.simulators.seeds['hi-energy'];
    const keys = seeds.map(({ ids }) => createKey(ids.exportId));

    const readings = await stage.account.readMany(keys);

    expect(readings.map((reading) => (reading instanceof Error ? reading.message : reading.key.id))).toEqual(
      keys.map(({ id }) => id),
    );
    expect(stage.simulators.calls.read()['hi-energy']).toMatchObject({ list: 1, status: 0 });
  });

  it('follows a job from the queue to its end', async () => {
    await using stage = await startStage();
    const seen: ExportStatus[] = [];

    for (const waitMs of [0, 6_000, 20_000]) {
      await stage.clock.advance(waitMs);
      seen.push((await readOne(stage.account, '4211')).status);
    }

    expect(seen).toEqual(['QUEUED', 'RUNNING', 'SUCCEEDED']);
  });

  it('sees a chunked export grow, and whose chunk a chunk is', async () => {
    await using stage = await startStage();
    await readOne(stage.account, '4216');
    await stage.clock.advance(4_000 + 3 * 6_000);

    const parent = await readOne(stage.account, '4216');
    const chunk = await readOne(stage.account, '4217');

    expect(parent.progress).toEqual({ percent: 37, completedParts: 3, totalParts: 8 });
    expect(chunk).toMatchObject({
      status: 'SUCCEEDED',
      details: { parentExportId: '4216', isChunked: false },
    });
  });

  it.each([
    ['4213', 'text/csv'],
    ['4210', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
  ])('opens the file of export %s, which is the one it described', async (exportId, mediaType) => {
    await using stage = await startStage();
    const described = await stage.account.describeFiles(createKey(exportId));

    const access = await stage.account.locateFile(createKey(exportId), 0);
    const response = await fetch(toUrl(access));

    expect(access).toMatchObject({ type: 'link', file: described[0] });
    expect(described).toMatchObject([{ mediaType }]);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-disposition')).toContain(described[0]?.name);
    expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(500);
  });

  it('is given links that refuse the key and that end after an hour', async () => {
    await using stage = await startStage();
    const url = toUrl(await stage.account.locateFile(createKey('4213'), 0));

    const withKey = await fetch(url, { headers: { 'x-api-key': DEMO_HI_ENERGY_API_KEY } });
    await stage.clock.advance(3_601_000);
    const late = await fetch(url);
    const renewed = await fetch(toUrl(await stage.account.locateFile(createKey('4213'), 0)));

    expect([withKey.status, late.status, renewed.status]).toEqual([400, 403, 200]);
    expect(await late.text()).toContain('Request has expired');
  });

  it('finds no file where the vendor has removed it, and none for a failed export', async () => {
    await using stage = await startStage();

    expect((await readOne(stage.account, '4203')).files).toEqual([]);
    expect((await readOne(stage.account, '4214')).files).toEqual([]);
    expect(await stage.account.locateFile(createKey('4203'), 0)).toEqual({ type: 'gone' });
    expect(await stage.account.locateFile(createKey('4211'), 0)).toEqual({ type: 'unfinished' });
  });

  it("does not find another key's export", async () => {
    await using stage = await startStage();

    await expect(readOne(stage.account, '5101')).rejects.toMatchObject({ code: 'EXPORT_NOT_FOUND' });
  });

  it('reads an id beyond 2^53 as itself', async () => {
    await using stage = await startStage();

    const recent = await stage.account.listRecent(5);

    expect(recent[0]?.key.ids).toEqual({ exportId: '9007199254740993' });
    expect((await readOne(stage.account, '9007199254740993')).details).toMatchObject({
      exportId: '9007199254740993',
    });
  });

  it('reads one by one while the list is broken', async () => {
    await using stage = await startStage();
    stage.simulators.faults.order({ vendor: 'hi-energy', kind: 'garbage' });

    const readings = await stage.account.readMany(['4213', '4214'].map(createKey));

    expect(readings).toMatchObject([{ status: 'SUCCEEDED' }, { status: 'FAILED' }]);
    expect(stage.simulators.calls.read()['hi-energy']).toMatchObject({ list: 1, status: 2 });
  });
});
