import type { Clock } from '../../src/runtime/clock.ts';

/** A clock that moves only when a schedule moves it: its time is counted in steps, so that a slow machine changes nothing. */
export interface StepClock extends Clock {
  /** Moves time forward and runs what falls due, in order of its instants. */
  advance(ms: number): void;
}

interface Timer {
  readonly at: number;
  readonly order: number;
  /** Null once it was cancelled. */
  callback: (() => void) | null;
}

export function createStepClock(startAt = Date.UTC(2026, 10, 22, 10, 0, 0)): StepClock {
  const heap: Timer[] = [];
  let now = startAt;
  let order = 0;

  return {
    now: () => now,
    setTimer(delayMs, callback) {
      order += 1;
      const timer: Timer = { at: now + Math.max(0, delayMs), order, callback };
      push(heap, timer);
      return () => {
        timer.callback = null;
      };
    },
    advance(ms) {
      const until = now + ms;
      for (let next = heap[0]; next !== undefined && next.at <= until; next = heap[0]) {
        pop(heap);
        now = Math.max(now, next.at);
        next.callback?.();
      }
      now = Math.max(now, until);
    },
  };
}

function isBefore(one: Timer, other: Timer): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}

function push(heap: Timer[], timer: Timer): void {
  let place = heap.length;
  while (place > 0) {
    const above = (place - 1) >> 1;
    const parent = heap[above];
    if (parent === undefined || isBefore(parent, timer)) break;
    heap[place] = parent;
    place = above;
  }
  heap[place] = timer;
}

function pop(heap: Timer[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let place = 0;
  for (;;) {
    const left = heap[2 * place + 1];
    const right = heap[2 * place + 2];
    const isRight = right !== undefined && left !== undefined && isBefore(right, left);
    const child = isRight ? right : left;
    if (child === undefined || isBefore(last, child)) break;
    heap[place] = child;
    place = 2 * place + (isRight ? 2 : 1);
  }
  heap[place] = last;
}
