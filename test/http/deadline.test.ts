import { describe, expect, it } from 'vitest';
import { Deadlines, type Timed } from '../../src/http/deadline.ts';
import { createManualClock } from '../support/manual-clock.ts';

function createDeadlines() {
  const clock = createManualClock();
  const startedAt = clock.now();
  const deadlines = new Deadlines(clock);
  const late: string[] = [];
  const add = (name: string, afterMs: number): Timed => {
    const work: Timed = {
      dueAt: 0,
      deadline: null,
      abandon: (reason) => void late.push(`${name} given up: ${reason}`),
      onDue() {
        late.push(`${name} after ${clock.now() - startedAt}`);
        deadlines.delete(work);
      },
    };
    deadlines.set(work, clock.now() + afterMs, clock.now());
    return work;
  };
  return { clock, deadlines, late, add };
}

describe('Deadlines', () => {
  it('end each work when its time is up, and no other', async () => {
    const { clock, late, add } = createDeadlines();
    add('slow', 1_000);
    add('quick', 200);
    add('medium', 600);

    await clock.advance(2_000);

    expect(late).toEqual(['quick after 200', 'medium after 600', 'slow after 1000']);
  });

  it('are at most 25 ms late, however close they lie', async () => {
    const { clock, late, add } = createDeadlines();
    for (const afterMs of [100, 101, 110, 124, 125]) add(String(afterMs), afterMs);

    await clock.advance(150);

    expect(late).toEqual([
      '100 after 100',
      '101 after 125',
      '110 after 125',
      '124 after 125',
      '125 after 125',
    ]);
  });

  it('share one timer, and leave none behind', async () => {
    const { clock, deadlines, late, add } = createDeadlines();
    const works = Array.from({ length: 100 }, (_, index) => add(String(index), 1_000 + index));
    expect(clock.pending).toBe(1);

    for (const work of works) deadlines.delete(work);
    expect(clock.pending).toBe(0);
    await clock.advance(2_000);

    expect(late).toEqual([]);
  });

  it('give all work up at once, in the order in which it came', () => {
    const { deadlines, late, add } = createDeadlines();
    const [, second] = ['one', 'two', 'three'].map((name) => add(name, 1_000));
    deadlines.delete(second as Timed);

    deadlines.abandonAll('closed');

    expect(late).toEqual(['one given up: closed', 'three given up: closed']);
  });

  it('move with what is said last', async () => {
    const { clock, deadlines, late, add } = createDeadlines();
    const work = add('moved', 100);
    deadlines.set(work, clock.now() + 5_000, clock.now());

    await clock.advance(4_999);
    expect(late).toEqual([]);
    await clock.advance(1);

    expect(late).toEqual(['moved after 5000']);
  });
});
