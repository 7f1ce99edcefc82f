import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../src/store/memory.ts';
import { Discovery } from '../../src/tracking/discovery.ts';
import type { Tracker } from '../../src/tracking/tracker.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { createTestTools } from '../support/tools.ts';
import { createFakeAccount } from '../watch/fake-account.ts';

const EVERY_MS = 30_000;

describe('finding exports on three gateways', () => {
  function setUp() {
    const clock = createManualClock();
    const store = createMemoryStore();
    const account = createFakeAccount({ now: clock.now });
    const lists: { readonly at: number; readonly by: number }[] = [];
    let fault: Error | null = null;
    const start = (by: number): Discovery => {
      const discovery = new Discovery({
        tracker: {} as Tracker,
        tools: createTestTools({ clock }),
        accountOf: () => account,
        takeTurn: ({ identity }, everyMs) => store.takeTurn({ name: identity, now: clock.now(), everyMs }),
        list: async () => {
          lists.push({ at: clock.now(), by });
          if (fault !== null) throw fault;
          return [];
        },
      });
      discovery.replace([{ key: account.key, discoverMs: EVERY_MS }]);
      return discovery;
    };
    return { clock, lists, start, fail: (error: Error) => (fault = error) };
  }

  it('asks the vendor for its list once an interval, and goes on where one of them goes', async () => {
    const { clock, lists, start } = setUp();
    const gateways = new Map<number, Discovery>();
    for (let by = 0; by < 3; by += 1) {
      gateways.set(by, start(by));
      await clock.advance(7_000);
    }

    await clock.advance(10 * EVERY_MS);
    const before = lists.length;
    const last = lists.at(-1)?.by ?? 0;
    gateways.get(last)?.stop();
    await clock.advance(10 * EVERY_MS);

    expect(before).toBe(11);
    expect(lists).toHaveLength(21);
    expect(lists.slice(before).some(({ by }) => by === last)).toBe(false);
    const gaps = lists.slice(1).map(({ at }, index) => at - (lists[index]?.at ?? 0));
    expect(new Set(gaps)).toEqual(new Set([EVERY_MS]));
    for (const each of gateways.values()) each.stop();
  });

  it('leaves a vendor in trouble to the next interval, whoever had the turn', async () => {
    const { clock, lists, start, fail } = setUp();
    fail(new Error('no list'));
    const both = [start(0), start(1)];

    await clock.advance(3 * EVERY_MS - 1);

    expect(lists).toHaveLength(3);
    for (const each of both) each.stop();
  });
});
