import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Delivery, Store, TrackedExport } from '../../../src/export/store.ts';
import { openStore } from '../../../src/store/open.ts';
import { until } from '../../http/support.ts';
import { startFakeVendor } from '../../support/fake-vendor.ts';
import { createTestTools } from '../../support/tools.ts';
import { createStage } from './stage.ts';
import { AT, toDelivery, toEndpoint } from './support.ts';

const RUNS = ['1', '2', '3', '4', '5', '6', '7', '8'];
const STEPS = ['export.tracked', 'export.running', 'export.succeeded'] as const;

async function openTestStore(kind: 'memory' | 'sqlite') {
  const folder = await mkdtemp(join(tmpdir(), 'waybill-webhooks-'));
  const config = kind === 'memory' ? { kind } : { kind, path: join(folder, 'waybill.db') };
  const store = await openStore(config, createTestTools());
  return {
    store,
    async [Symbol.asyncDispose]() {
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Tracks an export, with all that is owed for it. */
async function track(store: Store, deliveries: readonly Delivery[]): Promise<void> {
  const [first] = deliveries;
  if (first === undefined) throw new Error('nothing is owed');
  const { tenant, key, identity, label } = first;
  const entry: TrackedExport = {
    ...{ tenant, key, identity, label },
    startedHere: false,
    trackedBy: null,
    trackedAt: AT,
    keptUntil: null,
    state: null,
  };
  const outcome = await store.track({
    ...{ entry, deliveries, duration: null, maxOpen: null, setsLabel: true, isDiscovered: false },
    startKey: null,
  });
  expect(outcome).toBe('tracked');
}

describe.each(['memory', 'sqlite'] as const)('two gateways over a store of kind %s', (kind) => {
  it('send each webhook once and in order, and what one of them did not live to write down again', async () => {
    await using open = await openTestStore(kind);
    const { store } = open;
    await using receiver = await startFakeVendor(() => ({}));
    const { clock, createDispatcher } = createStage();
    const endpoints = [toEndpoint({ url: receiver.url })];
    for (const run of RUNS)
      await track(
        store,
        STEPS.map((type) => toDelivery(`${run}-${type}`, { run, type })),
      );
    const killed = createDispatcher(endpoints, {
      store: {
        takeDeliveries: (request) => store.takeDeliveries(request),
        settleDeliveries: () => new Promise(() => undefined),
        nextDeliveryAt: (busy) => store.nextDeliveryAt(busy),
        wakeEndpoints: (...given) => store.wakeEndpoints(...given),
      },
    });
    killed.start();
    await until(() => receiver.requests.length === 4);

    const others = [createDispatcher(endpoints, { store }), createDispatcher(endpoints, { store })];
    for (const dispatcher of others) dispatcher.start();
    // The killed one had four exports under way, whose leases have to end.
    await until(() => receiver.requests.length === 4 + 4 * STEPS.length);
    await clock.advance(61_000);
    await until(() => receiver.requests.length === 4 + RUNS.length * STEPS.length);
    for (const dispatcher of others) await dispatcher.stop();

    const ids = receiver.requests.map(({ headers }) => headers['webhook-id'] ?? '');
    expect(ids.slice(0, 4).every((id) => id.endsWith('tracked'))).toBe(true);
    for (const run of RUNS) {
      const own = [...new Set(ids.filter((id) => id.startsWith(`${run}-`)))];
      expect(own).toEqual(STEPS.map((type) => `${run}-${type}`));
    }
    expect(await store.readBacklog()).toEqual([]);
    const [last] = await store.listDeliveries({ tenant: 'default', limit: 1 });
    expect(last).toMatchObject({ status: 'delivered', attempts: 1, lastResult: '200' });
  });

  it('leave an endpoint alone that answered 410 to one of them, until a reload of any', async () => {
    await using open = await openTestStore(kind);
    const { store } = open;
    const { clock, createDispatcher } = createStage();
    await using receiver = await startFakeVendor(() => ({ status: 410 }));
    const endpoints = [toEndpoint({ url: receiver.url })];
    const one = createDispatcher(endpoints, { store });
    const other = createDispatcher(endpoints, { store });
    for (const dispatcher of [one, other]) dispatcher.start();
    // Both have looked for what is due, and sleep.
    await until(() => clock.pending === 2);
    await track(store, [toDelivery('msg_1')]);
    one.notify();
    await expect.poll(async () => (await store.findDelivery('default', 'msg_1'))?.attempts).toBe(1);

    await track(store, [toDelivery('msg_2', { run: '8' })]);
    for (let turn = 0; turn < 5; turn += 1) {
      other.notify();
      await clock.advance(60_000);
      await until(() => clock.pending === 2);
    }
    expect(receiver.requests).toHaveLength(1);
    receiver.answer(() => ({}));
    other.replaceEndpoints(endpoints);
    await until(() => receiver.requests.length === 3);

    await expect.poll(() => store.readBacklog()).toEqual([]);
    for (const dispatcher of [one, other]) await dispatcher.stop();
  });

  it('leave an endpoint alone that asked one of them to wait', async () => {
    await using open = await openTestStore(kind);
    const { store } = open;
    const { clock, createDispatcher } = createStage();
    await using receiver = await startFakeVendor(() => ({ status: 429, headers: { 'retry-after': '600' } }));
    const endpoints = [toEndpoint({ url: receiver.url })];
    await track(store, [toDelivery('msg_1')]);
    const both = [createDispatcher(endpoints, { store }), createDispatcher(endpoints, { store })];
    both[0]?.start();
    await expect.poll(async () => (await store.findDelivery('default', 'msg_1'))?.attempts).toBe(1);
    await track(store, [toDelivery('msg_2', { run: '8' })]);
    receiver.answer(() => ({}));

    both[1]?.start();
    await clock.advance(599_000);
    expect(receiver.requests).toHaveLength(1);
    await expect
      .poll(async () => {
        await clock.advance(10_000);
        return store.readBacklog();
      })
      .toEqual([]);

    expect(receiver.requests).toHaveLength(3);
    for (const dispatcher of both) await dispatcher.stop();
  });

  it('wait together for what fails, and give it up together', async () => {
    await using open = await openTestStore(kind);
    const { store } = open;
    const { clock, createDispatcher } = createStage();
    await using receiver = await startFakeVendor(() => 'reset');
    const endpoints = [toEndpoint({ url: receiver.url })];
    await track(store, [toDelivery('msg_1')]);
    const both = [createDispatcher(endpoints, { store }), createDispatcher(endpoints, { store })];
    for (const dispatcher of both) dispatcher.start();

    for (let attempt = 1; attempt <= 11; attempt += 1) {
      await until(() => receiver.requests.length === attempt);
      await expect.poll(async () => (await store.findDelivery('default', 'msg_1'))?.attempts).toBe(attempt);
      const { nextAttemptAt } = (await store.findDelivery('default', 'msg_1')) ?? {};
      await clock.advance(Math.max(0, (nextAttemptAt ?? clock.now()) - clock.now()) + 30_000);
    }

    expect(await store.findDelivery('default', 'msg_1')).toMatchObject({ status: 'given-up', attempts: 11 });
    expect(receiver.requests).toHaveLength(11);
    for (const dispatcher of both) await dispatcher.stop();
  });
});
