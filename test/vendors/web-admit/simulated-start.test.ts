import { describe, expect, it } from 'vitest';
import { DEMO_WEB_ADMIT_API_KEY } from '../../../simulator/demo-credentials.ts';
import type { WebAdmitSimulatorOptions } from '../../../simulator/web-admit/options.ts';
import { createWebAdmitSimulator } from '../../../simulator/web-admit/simulator.ts';
import type { VendorAccount } from '../../../src/export/ports.ts';
import { webAdmit } from '../../../src/vendors/web-admit/index.ts';
import { createSurroundings, serve } from '../../simulator/web-admit/simulator-support.ts';
import { startFakeVendor } from '../../support/fake-vendor.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { openAccount } from './support.ts';

/** A template that has never run, of the first identity. */
const ORDER = { userIdentityId: '37442', exportId: '86466' };
const LONG_ENOUGH_MS = 600_000;

/** The adapter in front of its simulator without any run, the simulator's clock in the test's hand. */
async function startPair(options: Partial<WebAdmitSimulatorOptions> = {}) {
  const clock = createManualClock();
  const vendor = await serve(createWebAdmitSimulator(createSurroundings(clock), options));
  const account = openAccount(vendor.url, {
    credential: { type: 'api-key', apiKey: DEMO_WEB_ADMIT_API_KEY },
  });
  return {
    clock,
    vendor,
    account,
    async [Symbol.asyncDispose]() {
      await account.close();
      await vendor[Symbol.asyncDispose]();
    },
  };
}

async function start(account: VendorAccount, callbackUrl?: string) {
  const started = await account.start?.(ORDER, { callbackUrl });
  if (started === undefined) throw new Error('nothing can be started');
  return { ...started, run: started.snapshot.key.ids.exportFileId };
}

describe('a WebAdMIT start before its simulator', () => {
  it.each<Partial<WebAdmitSimulatorOptions>>([
    {},
    { wrapsRunsInArrays: true, mismatchesExportIds: true, spelling: 'snake' },
  ])('gives the running run until that has ended, and then a new one: %j', async (options) => {
    await using pair = await startPair(options);

    const first = await start(pair.account);
    const again = await start(pair.account);
    await pair.clock.advance(LONG_ENOUGH_MS);
    const later = await start(pair.account);

    expect([first.isExisting, again.isExisting, later.isExisting]).toEqual([false, true, false]);
    expect(again.snapshot.key).toEqual(first.snapshot.key);
    expect(later.run).not.toBe(first.run);
  });

  it('whose answer was lost is found by its mark, as the run that the vendor made', async () => {
    await using pair = await startPair();
    await start(pair.account);
    await pair.clock.advance(LONG_ENOUGH_MS);
    const mark = (await pair.account.markStart?.(ORDER)) ?? null;
    const { run } = await start(pair.account);

    const found = await pair.account.findStarted?.({ order: ORDER, sentAt: 0, mark });

    expect(mark).not.toBeNull();
    expect(found?.map(({ key }) => key.ids.exportFileId)).toEqual([run]);
  });

  it('that never reached the vendor is not found', async () => {
    await using pair = await startPair();
    await start(pair.account);
    await pair.clock.advance(LONG_ENOUGH_MS);
    const mark = (await pair.account.markStart?.(ORDER)) ?? null;

    expect(await pair.account.findStarted?.({ order: ORDER, sentAt: 0, mark })).toEqual([]);
    expect(await pair.account.findStarted?.({ order: ORDER, sentAt: 0, mark: null })).toEqual([]);
  });

  it('tells its end where it was asked to, in a form that names the run', async () => {
    await using listener = await startFakeVendor(() => ({ status: 202 }));
    await using pair = await startPair();
    const { run } = await start(pair.account, `${listener.url}/callbacks/token`);

    await pair.clock.advance(LONG_ENOUGH_MS);
    while (listener.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));

    expect(listener.requests[0]).toMatchObject({ method: 'POST', url: '/callbacks/token' });
    expect(webAdmit.readCallback?.(listener.requests[0]?.body ?? '')).toEqual({ exportFileId: run });
  });

  it.each([
    [{ ...ORDER, userIdentityId: '999' }, 'EXPORT_NOT_FOUND'],
    [{ ...ORDER, userIdentityId: '37601' }, 'VENDOR_FORBIDDEN'],
    [{ ...ORDER, exportId: '1' }, 'EXPORT_NOT_FOUND'],
  ])('of %j is %s', async (order, code) => {
    await using pair = await startPair();

    await expect(pair.account.start?.(order)).rejects.toMatchObject({ name: 'VendorError', code });
  });

  it('with a callback that is no address is refused in the words of the vendor', async () => {
    await using pair = await startPair();

    await expect(start(pair.account, 'nowhere')).rejects.toMatchObject({
      code: 'VENDOR_REJECTED',
      vendorMessage: "The property '#/callback' must be a valid URI.",
    });
  });
});
