import type { Clock } from '../../../src/runtime/clock.ts';

interface Timer {
  /** Null once it was cancelled. */
  callback: (() => void) | null;
}

/** The clock of one process: its timers end with it. */
export interface ProcessClock extends Clock {
  /** As `kill -9`: none of its timers goes off any more. */
  kill(): void;
}

/** One time for many processes, which moves when it is told to, and holds a million timers. */
export interface SimulatedTime extends Clock {
  /** Moves time forward: timers of one millisecond go off in the order in which they were set, and then promises settle. */
  advance(ms: number): Promise<void>;
  process(): ProcessClock;
}

/** Timers go off at whole milliseconds, never early. */
export function createSimulatedTime(startAt = Date.UTC(2026, 10, 22, 10, 0, 0)): SimulatedTime {
  let now = startAt;
  const due = new Map<number, Timer[]>();

  function setTimer(delayMs: number, callback: () => void): () => void {
    const at = Math.max(now, Math.ceil(now + delayMs));
    const timer: Timer = { callback };
    const those = due.get(at);
    if (those === undefined) due.set(at, [timer]);
    else those.push(timer);
    return () => {
      timer.callback = null;
    };
  }

  /** Some set more for this very millisecond. */
  async function runDue(): Promise<void> {
    for (let timers = due.get(now); timers !== undefined; timers = due.get(now)) {
      due.delete(now);
      for (const { callback } of timers) callback?.();
      await settle();
    }
  }

  return {
    now: () => now,
    setTimer,
    async advance(ms) {
      const until = now + ms;
      await settle();
      await runDue();
      while (now < until) {
        now += 1;
        await runDue();
      }
    },
    process() {
      let isAlive = true;
      return {
        now: () => now,
        setTimer: (delayMs, callback) =>
          setTimer(delayMs, () => {
            if (isAlive) callback();
          }),
        kill() {
          isAlive = false;
        },
      };
    },
  };
}

/** Nothing here waits for the outside, so that all promises have settled before an immediate. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
