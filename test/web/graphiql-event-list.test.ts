import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

interface EventList {
  add(answer: unknown): void;
  end(): void;
  stop(): void;
}

// The page's own module, in a variable so that TypeScript does not look for its types.
const module = '../../src/graphiql/event-list.js';
const { EventList } = (await import(module)) as {
  EventList: new (show: (shown: Record<string, unknown>) => void, now: () => Date) => EventList;
};

describe('the events of a subscription in GraphiQL', () => {
  let shown: Record<string, unknown>[];
  let events: EventList;
  let second = 0;

  beforeEach(() => {
    vi.useFakeTimers();
    shown = [];
    second = 0;
    events = new EventList(
      (drawn) => shown.push(drawn),
      () => new Date(2026, 10, 29, 12, 0, second++, 5),
    );
  });
  afterEach(() => vi.useRealTimers());

  it('stand one under another, the newest on top, each with its time', () => {
    for (const name of ['a', 'b', 'c']) events.add({ data: name });
    vi.advanceTimersByTime(1_000);

    expect(Object.entries(shown.at(-1) ?? {})).toEqual([
      ['events', '3 so far'],
      ['#3 at 12:00:02.005', { data: 'c' }],
      ['#2 at 12:00:01.005', { data: 'b' }],
      ['#1 at 12:00:00.005', { data: 'a' }],
    ]);
  });

  it('shows the first at once, and a burst a moment later in one piece', () => {
    events.add('first');
    for (let index = 0; index < 20; index += 1) events.add('burst');
    const atOnce = shown.length;
    vi.advanceTimersByTime(1_000);

    expect([atOnce, shown.length]).toEqual([1, 2]);
    expect(shown[1]).toMatchObject({ events: '21 so far' });
  });

  it('keeps the newest fifty and says how many there were', () => {
    for (let index = 0; index < 120; index += 1) events.add(index);
    vi.advanceTimersByTime(1_000);

    const { events: sentence, ...kept } = shown.at(-1) ?? {};
    expect(sentence).toBe('120 so far, the newest 50 below');
    expect(Object.values(kept)).toEqual(Array.from({ length: 50 }, (_, index) => 119 - index));
  });

  it('says that it has ended, at once and with everything that came', () => {
    events.add('a');
    events.add('b');
    events.end();
    vi.advanceTimersByTime(1_000);

    expect(shown).toHaveLength(2);
    expect(shown[1]).toEqual({
      events: '2 in all, ended at 12:00:02.005',
      '#2 at 12:00:01.005': 'b',
      '#1 at 12:00:00.005': 'a',
    });
  });

  it('shows nothing any more once it was stopped', () => {
    events.add('a');
    events.add('b');
    events.stop();
    vi.advanceTimersByTime(1_000);

    expect(shown).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});
