import { describe, expect, it } from 'vitest';
import { MemoryBackplane } from '../../src/backplane/memory.ts';
import type { Backplane } from '../../src/export/backplane.ts';
import { createManualClock, settle } from '../support/manual-clock.ts';
import { createMortalBackplane, DEAD_AFTER_MS } from './mortal-backplane.ts';
import { describeBackplane } from './suite/index.ts';

describeBackplane('memory', async () => {
  const clock = createManualClock();
  const shared = new MemoryBackplane({ clock });
  const stops = new Map<Backplane, () => void>();
  return {
    async connect() {
      const { backplane, stop } = createMortalBackplane(shared, clock);
      stops.set(backplane, stop);
      return backplane;
    },
    pass: (ms) => clock.advance(ms),
    settle,
    async kill(backplane) {
      stops.get(backplane)?.();
      await clock.advance(DEAD_AFTER_MS);
    },
    close: () => shared.close(),
  };
});

describe('memory backplane, by itself', () => {
  it('keeps a bounded number of topics that no node wants, the longest idle going first', async () => {
    const backplane = new MemoryBackplane({ clock: createManualClock(), maxIdle: 10 });
    const node = await backplane.connect({
      ...{ onEntry: ignore, onWanted: ignore, onUnwanted: ignore },
      ...{ onNudged: ignore, onReset: ignore, onReachable: ignore },
    });

    for (let index = 0; index < 100; index += 1) {
      const topic = `t${index}`;
      await node.join('acme/desk', [
        { topic, key: { id: topic, vendor: 'talkdesk', account: 'desk', ids: {} } },
      ]);
      node.leave('acme/desk', [topic]);
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

function ignore(): void {}
