import type { Clock } from '../../src/runtime/clock.ts';

/** A clock that only moves when it is told to; its timers ring on the way. */
export interface StepClock extends Clock {
  advance(ms: number): void;
}

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** @param now - where it begins, in epoch milliseconds */
export function createStepClock(now = Date.UTC(2026, 10, 22, 10)): StepClock {
  let current = now;
  const timers = new Set<Timer>();
  return {
    now: () => current,
    setTimer(delayMs, callback) {
      const timer = { at: current + delayMs, callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance(ms) {
      const end = current + ms;
      for (let due = findDue(end); due !== undefined; due = findDue(end)) {
        timers.delete(due);
        current = Math.max(current, due.at);
        due.callback();
      }
      current = end;
    },
  };

  function findDue(end: number): Timer | undefined {
    return [...timers].filter(({ at }) => at <= end).sort((left, right) => left.at - right.at)[0];
  }
}
