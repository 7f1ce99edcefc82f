import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../src/store/memory.ts';
import { START, toDelivery, toKey, toRequest, toTracked } from './made-exports.ts';
import { describeStore } from './store-suite.ts';

describeStore('memory', async () => {
  const store = createMemoryStore();
  return { open: async () => store, close: () => store.close() };
});

describe('the memory of a process', () => {
  it('remembers 10,000 ended exports of a tenant, and forgets the one that ended first', async () => {
    const store = createMemoryStore();
    await store.track(toRequest(toTracked('open')));
    for (let index = 0; index <= 10_000; index += 1) {
      await store.track(toRequest(toTracked(`e${index}`, { keptUntil: START })));
    }
    await store.track(toRequest(toTracked('e0', { keptUntil: START, tenant: 'other' })));

    expect(await store.find('acme', ['open', 'e0', 'e1', 'e10000'])).toMatchObject([
      { key: { id: 'open' } },
      { key: { id: 'e1' } },
      { key: { id: 'e10000' } },
    ]);
  });

  it('remembers 50,000 keys, and forgets the one that was taken first', async () => {
    const store = createMemoryStore();
    for (let index = 0; index <= 50_000; index += 1) await store.takeKey(toKey(`k${index}`), START);

    expect(await store.takeKey(toKey('k1'), START)).not.toBeNull();
    expect(await store.takeKey(toKey('k0'), START)).toBeNull();
  });

  it('remembers 20,000 deliveries, and forgets finished ones before those that are owed', async () => {
    const store = createMemoryStore();
    const ids = Array.from({ length: 20_000 }, (_, index) => `d${index}`);
    const deliveries = ids.map((id) => toDelivery(id, { exportId: id }));
    await store.track(toRequest(toTracked('e1'), { deliveries }));
    await store.settleDeliveries([
      { id: 'd7', status: 'delivered', nextAttemptAt: null, lastResult: '200', at: START },
    ]);
    const more = ['n1', 'n2'].map((id) => toDelivery(id));
    await store.track(toRequest(toTracked('e2'), { deliveries: more }));

    const kept = await store.listDeliveries({ tenant: 'acme', limit: 30_000 });

    expect(kept).toHaveLength(20_000);
    expect(kept.map(({ id }) => id)).toEqual(expect.arrayContaining(['n1', 'n2', 'd1']));
    expect(kept.some(({ id }) => id === 'd0' || id === 'd7')).toBe(false);
  });

  it('remembers 20,000 durations, the newest', async () => {
    const store = createMemoryStore();
    for (let ms = 0; ms <= 20_000; ms += 1) {
      await store.track(
        toRequest(toTracked(`e${ms}`, { keptUntil: START }), { duration: { kind: 'daily', ms } }),
      );
    }

    const durations = await store.listDurations(30_000);

    expect(durations).toHaveLength(20_000);
    expect(durations.at(-1)).toMatchObject({ ms: 1 });
  });
});
