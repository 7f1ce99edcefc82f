import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/runtime/clock.ts';
import { openStore } from '../../src/store/open.ts';
import { toDigest } from '../../src/tracking/start-input.ts';
import { CODED_VENDORS } from '../../src/vendors/coded.ts';
import { type FakeReply, startFakeVendor } from '../support/fake-vendor.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { findPostgres, startPostgres } from '../support/postgres.ts';
import { startSimulatedGateway } from '../support/simulated-gateway.ts';
import { createTestTools } from '../support/tools.ts';
import type { Fault } from './fault-line.ts';
import { openStartWorld, TIMEOUT_MS } from './start-world.ts';

const START = /* GraphQL */ `
  mutation Start($input: StartExportInput!) { startExport(input: $input) { isExisting export { id } } }
`;
const UNTRACK = /* GraphQL */ `
  mutation Untrack($locator: ExportLocator!) { untrackExport(locator: $locator) { wasTracked } }
`;

const REFUSES: Fault = {
  ...{ kind: 'other-answer', status: 503, body: '{}', headers: '', reachesVendor: false },
};
const LOST: Fault = { kind: 'cut-answer', bytes: 0, end: 'reset' };

describe('an order under a key', () => {
  it.each(['talkdesk', 'web-admit'] as const)(
    'is not sent to %s where it could not be found again: its list cannot be read',
    async (vendor) => {
      await using world = await openStartWorld(vendor);
      world.line.plan([], Array(10).fill(REFUSES));

      expect(await world.ask('november')).toMatchObject({ code: 'VENDOR_UNAVAILABLE', isRetryable: true });
      expect(world.line.orders).toEqual([]);

      world.line.plan([], []);
      await world.restart();
      expect(await world.ask('november')).toMatchObject({ isExisting: false });
    },
  );

  it('that comes to the vendor a little late is found by a second look, and not sent again', async () => {
    await using world = await openStartWorld('talkdesk');
    world.line.plan([{ kind: 'late', delayMs: TIMEOUT_MS + 1_200 }], []);

    expect(await world.ask('november')).toMatchObject({ code: 'START_OUTCOME_UNKNOWN', isRetryable: true });
    expect(await world.ask('november')).toMatchObject({ isExisting: true });

    expect(world.line.orders).toHaveLength(1);
  });

  it('stays lost where the next one comes to nothing: the first may have been carried out', async () => {
    await using world = await openStartWorld('talkdesk');
    // It reaches the vendor only after the second has been sent.
    world.line.plan(
      [
        { kind: 'late', delayMs: 3 * TIMEOUT_MS },
        { ...REFUSES, status: 429 },
      ],
      [],
    );

    expect(await world.ask('november')).toMatchObject({ code: 'START_OUTCOME_UNKNOWN' });
    expect(await world.ask('november')).toMatchObject({ code: 'VENDOR_RATE_LIMITED' });
    await world.line.settled();
    await world.restart();

    expect(await world.ask('november')).toMatchObject({ isExisting: true });
    expect(world.accepted()).toBe(1);
  });

  it('is sent again to a vendor without a list only after its loss was told, each time', async () => {
    await using world = await openStartWorld('power-bi');
    world.line.plan([LOST, LOST], []);

    const told = [await world.ask('november'), await world.ask('november'), await world.ask('november')];

    expect(told).toMatchObject([
      { code: 'START_OUTCOME_UNKNOWN', isRetryable: false },
      { code: 'START_OUTCOME_UNKNOWN', isRetryable: false },
      { isExisting: false },
    ]);
    expect(world.accepted()).toBe(3);
  });
});

describe('a key', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'waybill-keys-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('whose order was on its way when the gateway was killed is told to be lost, before it is sent again', async () => {
    const store = { kind: 'sqlite', path: join(folder, 'waybill.db') } as const;
    const order = { reportId: 'bbbbbbbb-0000-4000-8000-000000000001', format: 'PDF' };
    const now = Date.now();
    const killed = await openStore(store, createTestTools());
    await killed.takeKey(
      {
        tenant: 'default',
        key: 'november',
        digest: toDigest(
          { vendor: 'power-bi', key: 'bi' },
          CODED_VENDORS['power-bi'].parseOrder(order, 'order'),
        ),
        ...{ status: 'sending', sentAt: now, mark: null, started: null, expiresAt: now + 60_000 },
      },
      now,
    );
    await killed.close();
    await using gateway = await startSimulatedGateway({ config: { store } });
    const input = { order: { powerBi: order }, idempotencyKey: 'november' };
    const accepted = () => gateway.simulators.orders.read()['power-bi'].count;

    const { errors } = await gateway.query(START, { input });
    expect(errors[0]?.extensions).toMatchObject({ code: 'START_OUTCOME_UNKNOWN', retryable: false });
    expect(accepted()).toBe(0);

    expect((await gateway.query(START, { input })).data.startExport.isExisting).toBe(false);
    expect(accepted()).toBe(1);
  });

  it('is answered though the tenant has as many open exports as it may have, and a new one is left free', async () => {
    await using gateway = await startSimulatedGateway({ config: { tracking: { maxOpen: 1 } } });
    const ask = (idempotencyKey: string, q: string) => {
      const order = { hiEnergy: { reportType: 'deals_excel', searchParams: { q } } };
      return gateway.query(START, { input: { order, idempotencyKey } });
    };

    const { id } = (await ask('first', 'boots')).data.startExport.export;

    expect((await ask('first', 'boots')).data.startExport).toEqual({ isExisting: true, export: { id } });
    expect((await ask('second', 'hats')).errors[0]?.extensions).toMatchObject({ code: 'TRACKING_LIMIT' });
    await gateway.query(UNTRACK, { locator: { id } });
    expect((await ask('second', 'coats')).data.startExport.isExisting).toBe(false);
  });
});

const programs = findPostgres();

describe.skipIf(programs === null)('two gateways on one store', () => {
  it('send one order under one key, though both are asked while it is under way', async () => {
    const server = await startPostgres(programs ?? '');
    await using vendor = await startFakeVendor(({ method }) =>
      method === 'POST' ? order.reply : { body: { exports: [] } },
    );
    const order = createHeldReply({
      status: 201,
      body: { export: { id: 9_001, report_type: 'deals_excel', status: 'processing' } },
    });
    const store = { kind: 'postgres', url: await server.createDatabase() };
    const account = {
      ...{ key: 'hi', vendor: 'hi-energy', baseUrl: vendor.url },
      credential: { type: 'api-key', apiKey: 'key-of-hi-energy' },
    };
    const open = (): Promise<TestGateway> =>
      startTestGateway({ accounts: [account], config: { store }, tools: { clock: systemClock } });
    const orders = () => vendor.requests.filter(({ method }) => method === 'POST').length;
    const input = { order: { hiEnergy: { reportType: 'deals_excel' } }, idempotencyKey: 'november' };
    try {
      await using one = await open();
      await using other = await open();

      const first = one.query(START, { input });
      await expect.poll(orders, { timeout: 10_000 }).toBe(1);
      const { errors } = await other.query(START, { input });
      expect(errors[0]?.extensions).toMatchObject({ code: 'START_OUTCOME_UNKNOWN', retryable: true });
      order.release();

      const { id } = (await first).data.startExport.export;
      const again = await other.query(START, { input });
      expect(again.data.startExport).toEqual({ isExisting: true, export: { id } });
      expect(orders()).toBe(1);
    } finally {
      await server.close();
    }
  });
});

/** An answer that waits until it is let go. */
function createHeldReply(answer: FakeReply): { readonly reply: Promise<FakeReply>; release(): void } {
  let release = (): void => undefined;
  const reply = new Promise<FakeReply>((resolve) => {
    release = () => resolve(answer);
  });
  return { reply, release: () => release() };
}
