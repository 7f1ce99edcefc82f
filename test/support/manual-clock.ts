import type { Clock, Random } from '../../src/runtime/clock.ts';

/** A clock that stands still until a test moves it. */
export interface ManualClock extends Clock {
  /** Moves time forward, runs each timer that falls due at its own instant, and lets promises settle in between. */
  advance(ms: number): Promise<void>;
  /** Timers still waiting. */
  readonly pending: number;
}

/** @param settled - resolves when what was begun at an instant is done, so that time may go on */
export function createManualClock(
  startAt = Date.UTC(2026, 10, 22, 10, 0, 0),
  settled: () => Promise<void> = settle,
): ManualClock {
  let now = startAt;
  let sequence = 0;
  const timers = new Map<number, { readonly at: number; readonly callback: () => void }>();

  return {
    now: () => now,
    setTimer(delayMs, callback) {
      sequence += 1;
      const id = sequence;
      timers.set(id, { at: now + Math.max(0, delayMs), callback });
      return () => timers.delete(id);
    },
    get pending() {
      return timers.size;
    },
    async advance(ms) {
      const until = now + ms;
      await settled();
      for (;;) {
        const due = [...timers]
          .filter(([, timer]) => timer.at <= until)
          .sort(([a, x], [b, y]) => x.at - y.at || a - b)[0];
        if (due === undefined) break;
        timers.delete(due[0]);
        now = Math.max(now, due[1].at);
        due[1].callback();
        await settled();
      }
      now = until;
      await settled();
    },
  };
}

/** Random numbers from a seed (mulberry32): the same seed, the same test. */
export function createSeededRandom(seed: number): Random {
  let state = seed >>> 0;
  return {
    next() {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    },
  };
}

/** Lets everything that is ready to run, run. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
