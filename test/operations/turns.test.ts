import { describe, expect, it } from 'vitest';
import { ANONYMOUS } from '../../src/access/caller.ts';
import type { Admission } from '../../src/access/rate-limits.ts';
import { createTurns, inTurns } from '../../src/operations/turns.ts';

describe('turns', () => {
  it('come one by one, in order, with the loop turning in between', async () => {
    const takeTurn = createTurns();
    const story: string[] = [];
    const turning = setInterval(() => story.push('loop'), 0);

    await Promise.all(
      [1, 2, 3, 4].map(async (n) => {
        await takeTurn();
        story.push(`begin ${n}`);
        // As an operation does: promises alone, which let nobody else in.
        for (let step = 0; step < 100; step += 1) await null;
        const until = performance.now() + 5;
        while (performance.now() < until);
        story.push(`end ${n}`);
      }),
    );
    clearInterval(turning);

    const words = story.filter((word, index) => word !== 'loop' || story[index - 1] !== 'loop');
    expect(words.join(', ').replace(/^loop, /, '')).toBe(
      [1, 2, 3, 4].map((n) => `begin ${n}, end ${n}`).join(', loop, '),
    );
  });

  it('go on after all that waited have had theirs', async () => {
    const takeTurn = createTurns();
    const seen: number[] = [];

    await takeTurn();
    await Promise.all([
      takeTurn().then(() => seen.push(1)),
      takeTurn()
        .then(() => takeTurn())
        .then(() => seen.push(2)),
    ]);

    expect(seen).toEqual([1, 2]);
  });

  it('are for those who are admitted', async () => {
    const refusal = new Error('too many');
    const counted: number[] = [];
    const admission: Admission = {
      operation: () => Promise.reject(refusal),
      locators: async (_caller, count) => void counted.push(count),
    };
    let turns = 0;
    const both = inTurns(admission, async () => {
      turns += 1;
    });

    await expect(both.operation(ANONYMOUS)).rejects.toBe(refusal);
    await both.locators(ANONYMOUS, 3);

    expect([turns, counted]).toEqual([0, [3]]);
  });
});
