import { describe, expect, it } from 'vitest';
import { MemoryBackplane } from '../../src/backplane/memory.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { describeBackplane } from './backplane-suite.ts';

describeBackplane('memory', async (clock) => {
  const backplane = new MemoryBackplane({ clock });
  return { connect: async () => backplane, close: () => backplane.close() };
});

describe('memory backplane, by itself', () => {
  it('keeps a bounded number of topics that nobody holds, the longest idle going first', async () => {
    const backplane = new MemoryBackplane({ clock: createManualClock(), maxIdle: 10 });

    for (let index = 0; index < 100; index += 1) {
      const topic = `t${index}`;
      const [claim] = await backplane.claim([topic], 'one', 1_000);
      await backplane.release([{ topic, token: claim?.token ?? 0 }]);
    }

    expect(backplane.size).toBe(10);
    expect((await backplane.load(['t99', 't89'], null)).topics.map((topic) => topic !== undefined)).toEqual([
      true,
      false,
    ]);
  });

  it('takes a new epoch with each process', () => {
    const clock = createManualClock();

    expect(new MemoryBackplane({ clock }).epoch).not.toBe(new MemoryBackplane({ clock }).epoch);
  });
});
