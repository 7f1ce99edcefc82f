import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Turns } from '../../src/operations/turns.ts';

/** Works for as long as one turn of the event loop may take, as operations do: in one piece. */
function work(): void {
  const until = performance.now() + 5;
  while (performance.now() < until);
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('turns', () => {
  it('come one by one, in order, with the loop turning in between', async () => {
    const turns = new Turns();
    const story: string[] = [];
    const turning = setInterval(() => story.push('loop'), 0);
    await nextTurn();

    await Promise.all(
      [1, 2, 3, 4].map(
        (n) =>
          new Promise<void>((resolve) => {
            turns.run(() => {
              story.push(`begin ${n}`);
              work();
              story.push(`end ${n}`);
              resolve();
            });
          }),
      ),
    );
    clearInterval(turning);

    const words = story.filter((word, index) => word !== 'loop' || story[index - 1] !== 'loop');
    expect(words.join(', ').replace(/^loop, /, '')).toBe(
      [1, 2, 3, 4].map((n) => `begin ${n}, end ${n}`).join(', loop, '),
    );
  });

  it('begin at once while there is little to do', () => {
    const turns = new Turns();
    const seen: number[] = [];
    vi.spyOn(performance, 'now').mockReturnValue(1);

    for (const n of [1, 2, 3]) turns.run(() => seen.push(n));

    expect(seen).toEqual([1, 2, 3]);
  });

  it('go on after all that waited have had theirs', async () => {
    const turns = new Turns();
    const seen: number[] = [];

    await new Promise<void>((resolve) => {
      turns.run(work);
      turns.run(() => seen.push(1));
      turns.run(() => {
        work();
        turns.run(() => {
          seen.push(2);
          resolve();
        });
      });
    });

    expect(seen).toEqual([1, 2]);
  });

  it('keep nothing of those that are over, however long some always wait', async () => {
    const turns = new Turns();
    let begun = 0;
    let mostKept = 0;
    const kept = () => (turns as unknown as { readonly waiting: readonly unknown[] }).waiting.length;

    await new Promise<void>((resolve) => {
      // Each brings its successor, so that the queue is never empty, and a hundred of them fill a turn.
      const begin = (): void => {
        begun += 1;
        if (begun % 100 === 0) work();
        mostKept = Math.max(mostKept, kept());
        if (begun >= 20_000) resolve();
        else turns.run(begin);
      };
      for (let n = 0; n < 10; n += 1) turns.run(begin);
    });

    expect(mostKept).toBeLessThan(3_000);
  });
});
