import { describe, expect, it } from 'vitest';
import { DEMO_WEB_ADMIT_API_KEY } from '../../../simulator/demo-credentials.ts';
import type { SeededJob } from '../../../simulator/simulator.ts';
import type { WebAdmitSimulatorOptions } from '../../../simulator/web-admit/options.ts';
import { createWebAdmitSimulator } from '../../../simulator/web-admit/simulator.ts';
import { isTerminal } from '../../../src/export/export.ts';
import type { VendorAccount } from '../../../src/export/ports.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { createKey, openAccount, toWord } from '../../vendors/web-admit/support.ts';
import { createSurroundings, serve } from './simulator-support.ts';

const CREDENTIAL = { type: 'api-key', apiKey: DEMO_WEB_ADMIT_API_KEY } as const;

/** The adapter in front of its simulator, a real socket between them, the simulator's clock in the test's hand. */
async function startPair(options: Partial<WebAdmitSimulatorOptions> = {}) {
  const clock = createManualClock();
  const surroundings = createSurroundings(clock);
  const simulator = createWebAdmitSimulator(surroundings, options);
  const seeded = simulator.seed();
  const vendor = await serve(simulator);
  const account = openAccount(vendor.url, { credential: CREDENTIAL });
  return {
    clock,
    surroundings,
    seeded,
    vendor,
    account,
    async [Symbol.asyncDispose]() {
      await account.close();
      await vendor[Symbol.asyncDispose]();
    },
  };
}

function toKeys(seeded: readonly SeededJob[]) {
  return seeded.map(({ ids }) => createKey(ids));
}

async function readWords(account: VendorAccount, seeded: readonly SeededJob[]) {
  return (await account.readMany(toKeys(seeded))).map(toWord);
}

describe('WebAdMIT adapter before its simulator', () => {
  it.each<Partial<WebAdmitSimulatorOptions>>([
    {},
    { spelling: 'snake' },
    { wrapsRunsInArrays: true },
    { mismatchesExportIds: true },
    { spelling: 'snake', wrapsRunsInArrays: true, mismatchesExportIds: true, recentRuns: 1 },
  ])('follows every seeded run to its end with the options %j', async (options) => {
    await using pair = await startPair(options);

    const first = await readWords(pair.account, pair.seeded);
    await pair.clock.advance(15_000);
    const middle = await readWords(pair.account, pair.seeded);
    await pair.clock.advance(60_000);
    const last = await readWords(pair.account, pair.seeded);

    const ended = ['SUCCEEDED', 'SUCCEEDED', 'FAILED', 'SUCCEEDED'];
    expect(first).toEqual([...ended, 'QUEUED', 'QUEUED', 'QUEUED', 'QUEUED']);
    expect(middle).toEqual([...ended, 'RUNNING', 'RUNNING', 'QUEUED', 'RUNNING']);
    expect(last).toEqual([...ended, 'SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED']);
  });

  it('reads all runs of both identities in two calls, and mints no link by it', async () => {
    await using pair = await startPair();

    await pair.account.readMany(toKeys(pair.seeded));

    expect(pair.vendor.requests.map(({ url }) => url).sort()).toEqual([
      '/api/v1/user_identities/37442/export_files',
      '/api/v1/user_identities/37518/export_files',
    ]);
    expect(pair.surroundings.links).toEqual([]);
  });

  it('hands a fresh link out byte for byte, with the expiry the store gave it', async () => {
    await using pair = await startPair();
    const [key] = toKeys(pair.seeded);
    if (key === undefined) throw new Error('nothing seeded');

    const first = await pair.account.locateFile(key, 0);
    const second = await pair.account.locateFile(key, 0);

    expect([first, second]).toMatchObject(pair.surroundings.links.map(({ url }) => ({ type: 'link', url })));
    expect(first).toMatchObject({
      expiresAt: pair.clock.now() + 25_000,
      file: { name: 'Verified applicants 2026-2027.csv', mediaType: 'text/csv;charset=iso-8859-1' },
    });
    expect(pair.surroundings.links).toHaveLength(2);
  });

  it('lists every recent run of the identities it may see', async () => {
    await using pair = await startPair();

    const snapshots = await pair.account.listRecent(50);

    expect(snapshots.map(({ key }) => key.id).sort()).toEqual(
      toKeys(pair.seeded)
        .map(({ id }) => id)
        .sort(),
    );
    expect(snapshots.filter(({ status }) => isTerminal(status))).toHaveLength(4);
  });

  it.each([429, 403] as const)(
    'reads a spent budget, answered with %i, as a limit',
    async (overLimitStatus) => {
      await using pair = await startPair({ callsPerHour: 0, overLimitStatus });

      expect(await readWords(pair.account, pair.seeded)).toEqual(
        pair.seeded.map(() => 'VENDOR_RATE_LIMITED'),
      );
      expect(pair.account.health().state).toBe('THROTTLED');
    },
  );

  it.each(['message', 'generic', 'schema'] as const)(
    'does not find an unknown run, said in the style %s',
    async (errorStyle) => {
      await using pair = await startPair({ errorStyle });

      const readings = await pair.account.readMany([
        createKey({ userIdentityId: '999', exportFileId: '1' }),
        createKey({ userIdentityId: '999', exportFileId: '2' }),
      ]);

      expect(readings.map(toWord)).toEqual(['EXPORT_NOT_FOUND', 'EXPORT_NOT_FOUND']);
    },
  );
});
