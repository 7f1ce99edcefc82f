import { describe, expect, it } from 'vitest';
import { createTimerWheel, NOT_WAITING, TICK_MS, type WheelItem } from '../../src/watch/timer-wheel.ts';
import { createManualClock, createSeededRandom } from '../support/manual-clock.ts';

interface Item extends WheelItem<Item> {
  readonly name: string;
}

function createItem(name = 'item'): Item {
  return { name, dueAt: 0, wheelSlot: NOT_WAITING, wheelNext: null, wheelPrevious: null };
}

function setUp(startAt?: number) {
  const clock = createManualClock(startAt);
  const fired: { name: string; at: number; dueAt: number }[] = [];
  const wheel = createTimerWheel<Item>(clock, (items) => {
    for (const { name, dueAt } of items) fired.push({ name, at: clock.now(), dueAt });
  });
  return { clock, wheel, fired };
}

describe('timer wheel', () => {
  it.each([
    0,
    1,
    TICK_MS,
    255 * TICK_MS,
    256 * TICK_MS,
    257 * TICK_MS,
    65_535 * TICK_MS,
    65_536 * TICK_MS,
    65_537 * TICK_MS,
    30 * 3_600_000,
    40 * 3_600_000,
    200 * 3_600_000,
  ])('lets an item fall due %i ms ahead at the first tick that is not before', async (delayMs) => {
    const { clock, wheel, fired } = setUp();
    const at = clock.now() + delayMs;

    wheel.set(createItem(), at);
    await clock.advance(delayMs + 2 * TICK_MS);

    expect(fired).toHaveLength(1);
    expect(fired[0]?.at).toBeGreaterThanOrEqual(at);
    expect(fired[0]?.at).toBeLessThanOrEqual(at + TICK_MS);
    expect(fired[0]?.at).toBe(fired[0]?.dueAt);
    expect(wheel.size).toBe(0);
  });

  it('fires every one of a thousand items once, in time, whatever is moved and taken out', async () => {
    const { clock, wheel, fired } = setUp();
    const random = createSeededRandom(7);
    const wanted = new Map<string, number>();
    const items = Array.from({ length: 1_000 }, (_, index) => createItem(`${index}`));

    for (let round = 0; round < 3; round += 1) {
      for (const item of items) {
        const at = clock.now() + Math.floor(random.next() ** 4 * 3_000_000);
        const dice = random.next();
        if (dice < 0.2) {
          wheel.delete(item);
          wanted.delete(item.name);
        } else if (dice < 0.7 || round === 0) {
          wheel.set(item, at);
          wanted.set(item.name, item.dueAt);
        }
      }
      await clock.advance(2_000);
      for (const { name } of fired.splice(0)) wanted.delete(name);
    }
    await clock.advance(3_100_000);

    expect(new Map(fired.map(({ name, at }) => [name, at]))).toEqual(wanted);
    expect(fired.every(({ at, dueAt }) => at === dueAt)).toBe(true);
  });

  it('needs one timer for any number of items, and none for none', () => {
    const { clock, wheel } = setUp();
    const items = Array.from({ length: 500 }, () => createItem());

    for (const [index, item] of items.entries()) wheel.set(item, clock.now() + index * 997);

    expect(wheel.size).toBe(500);
    expect(clock.pending).toBe(1);
    for (const item of items) wheel.delete(item);
    expect(wheel.size).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it('fires nothing after it was closed', async () => {
    const { clock, wheel, fired } = setUp();
    wheel.set(createItem(), clock.now() + 100);
    wheel.set(createItem(), clock.now() + 100_000);

    wheel.close();
    await clock.advance(200_000);

    expect(fired).toEqual([]);
    expect(wheel.size).toBe(0);
  });

  it('catches up when its timer comes late', async () => {
    const clock = createManualClock();
    const late: (() => void)[] = [];
    const fired: string[] = [];
    const wheel = createTimerWheel<Item>(
      {
        now: clock.now,
        setTimer(_delayMs, callback) {
          late.push(callback);
          return () => undefined;
        },
      },
      (items) => fired.push(...items.map(({ name }) => name)),
    );
    wheel.set(createItem('first'), clock.now() + 10);
    wheel.set(createItem('second'), clock.now() + 5_000);
    wheel.set(createItem('third'), clock.now() + 900_000);

    await clock.advance(600_000);
    late[0]?.();

    expect(fired).toEqual(['first', 'second']);
    expect(wheel.size).toBe(1);
  });
});
