import { describe, expect, it } from 'vitest';
import { DEMO_TALKDESK_CLIENT_ID, DEMO_TALKDESK_CLIENT_SECRET } from '../../../simulator/demo-credentials.ts';
import { type Simulators, startSimulators } from '../../../simulator/server.ts';
import type { TalkdeskSimulatorOptions } from '../../../simulator/talkdesk/options.ts';
import { createTalkdeskSimulator } from '../../../simulator/talkdesk/simulator.ts';
import { VendorError } from '../../../src/export/errors.ts';
import type { ExportKey, ExportSnapshot } from '../../../src/export/export.ts';
import type { FileAccess, VendorAccount } from '../../../src/export/ports.ts';
import type { TalkdeskIds } from '../../../src/vendors/talkdesk/types.ts';
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts';
import { createKey, openAccount } from './support.ts';

const SEED = '6f1c2a50-8d1e-4c4e-9a57-0b7d6a3c1e';
const DONE = createKey(`${SEED}05`);
const DONE_LINES = createKey(`${SEED}04`, 'contacts');
const MOVING = createKey(`${SEED}06`);
const DELETED = createKey(`${SEED}01`);

interface Stage extends AsyncDisposable {
  readonly clock: ManualClock;
  readonly simulators: Simulators;
  readonly account: VendorAccount;
}

/** The adapter in front of its own simulator, on real sockets; only the simulator's time is the test's. */
async function startStage(options: Partial<TalkdeskSimulatorOptions> = {}): Promise<Stage> {
  const clock = createManualClock();
  const simulators = await startSimulators({
    clock,
    vendors: { talkdesk: (surroundings) => createTalkdeskSimulator(surroundings, options) },
  });
  const account = openAccount(simulators.baseUrls.talkdesk, {
    credential: {
      type: 'client-credentials',
      tokenUrl: simulators.tokenUrls.talkdesk,
      clientId: DEMO_TALKDESK_CLIENT_ID,
      clientSecret: DEMO_TALKDESK_CLIENT_SECRET,
    },
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

async function readOne({ account }: Stage, key: ExportKey<TalkdeskIds>): Promise<ExportSnapshot> {
  const [reading] = await account.readMany([key]);
  if (reading === undefined || reading instanceof VendorError) throw reading ?? new Error('no reading');
  return reading;
}

function toUrl(access: FileAccess): string {
  if (access.type !== 'link') throw new Error(`expected a link, got ${access.type}`);
  return access.url;
}

describe('the Talkdesk adapter in front of its simulator', () => {
  it('reads every seeded job with one list call per report type', async () => {
    await using stage = await startStage();
    const keys = stage.simulators.seeds.talkdesk.map(({ ids }) => createKey(ids.jobId, ids.reportType));

    const readings = await stage.account.readMany(keys);

    expect(readings.map((reading) => !(reading instanceof VendorError) && reading.rawStatus)).toEqual([
      'deleted',
      'failed',
      'canceled',
      'done',
      'done',
      'created',
      'created',
      'created',
      'created',
    ]);
    expect(stage.simulators.calls.read().talkdesk).toMatchObject({ token: 1, list: 3, status: 0, file: 0 });
  });

  it.each<Partial<TalkdeskSimulatorOptions>>([
    {},
    { doneStatus: 300 },
    { doneStatus: 302, links: 'absolute' },
    { doneStatus: 303, links: 'absolute' },
    { doneStatus: 200, isUpperCase: true },
  ])('follows a job to its end, never the redirect, with %j', async (options) => {
    await using stage = await startStage(options);
    const seen: string[] = [];

    for (const waitMs of [0, 4_000, 12_000, 4_000]) {
      await stage.clock.advance(waitMs);
      seen.push((await readOne(stage, MOVING)).status);
    }

    expect(seen).toEqual(['QUEUED', 'RUNNING', 'RUNNING', 'SUCCEEDED']);
    expect(stage.simulators.calls.read().talkdesk).toMatchObject({ status: 4, file: 0 });
    expect(stage.simulators.calls.read()['files-store']).toMatchObject({ file: 0 });
  });

  it.each([
    [DONE, 'text/csv', 'Calls, yesterday.csv'],
    [DONE_LINES, 'application/x-ndjson', 'Contacts, support queue.jsonl'],
  ])('opens the file it described', async (key, mediaType, name) => {
    await using stage = await startStage();
    const described = (await readOne(stage, key)).files;

    const access = await stage.account.locateFile(key, 0);
    const response = await fetch(toUrl(access));

    expect(access).toMatchObject({ file: described?.[0] });
    expect(described).toEqual([{ name, mediaType, availableUntil: null }]);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-disposition')).toContain(name);
    expect((await response.text()).split('\n').length).toBeGreaterThan(50);
  });

  it('is given links that refuse the token and that end after a quarter of an hour', async () => {
    await using stage = await startStage();
    const access = await stage.account.locateFile(DONE, 0);
    const url = toUrl(access);

    const withToken = await fetch(url, { headers: { authorization: 'Bearer x' } });
    const endsAt = access.type === 'link' ? access.expiresAt : 0;
    await stage.clock.advance(901_000);
    const late = await fetch(url);
    const renewed = await fetch(toUrl(await stage.account.locateFile(DONE, 0)));

    expect([withToken.status, late.status, renewed.status]).toEqual([400, 403, 200]);
    expect(endsAt).toBe(stage.clock.now() - 1_000);
  });

  it('tells a file that is not there yet from one that is gone', async () => {
    await using stage = await startStage({ hasTextNotFound: true });

    expect(await stage.account.locateFile(MOVING, 0)).toEqual({ type: 'unfinished' });
    expect(await stage.account.locateFile(DELETED, 0)).toEqual({ type: 'gone' });
    expect(await readOne(stage, DELETED)).toMatchObject({ status: 'EXPIRED', outcome: null, files: [] });
  });

  it('gets over a token that ended unseen', async () => {
    await using stage = await startStage();
    await readOne(stage, DONE);
    await stage.clock.advance(700_000);

    expect(await readOne(stage, DONE)).toMatchObject({ status: 'SUCCEEDED' });
    expect(stage.simulators.calls.read().talkdesk).toMatchObject({ token: 2, status: 3 });
  });

  it('calls a refused secret by its name', async () => {
    await using stage = await startStage();
    const account = openAccount(stage.simulators.baseUrls.talkdesk, {
      credential: {
        type: 'client-credentials',
        tokenUrl: stage.simulators.tokenUrls.talkdesk,
        clientId: DEMO_TALKDESK_CLIENT_ID,
        clientSecret: 'wrong',
      },
    });

    const [reading] = await account.readMany([DONE]);
    await account.close();

    expect(reading).toMatchObject({ code: 'VENDOR_UNAUTHENTICATED' });
  });

  it('lists the newest jobs of all types', async () => {
    await using stage = await startStage();

    const recent = await stage.account.listRecent(4);

    expect(recent.map(({ name }) => name)).toEqual([
      'Missed calls, this quarter',
      'Contacts, sales queue',
      'Agent status, yesterday',
      'Inbound calls, this month',
    ]);
  });

  it('does not find a report type or a job that nobody knows', async () => {
    await using stage = await startStage();

    const readings = await stage.account.readMany([createKey('x', 'nonsense'), createKey('y')]);

    expect(readings).toMatchObject([
      { code: 'EXPORT_NOT_FOUND', httpStatus: 400 },
      { code: 'EXPORT_NOT_FOUND', httpStatus: 404 },
    ]);
  });
});
