import type { Clock } from '../../src/runtime/clock.ts';
import { systemClock } from '../../src/runtime/clock.ts';

/** The system's clock, which a test can set forward; timers run in real time. */
export interface OffsetClock extends Clock {
  skip(ms: number): void;
}

export function createOffsetClock(): OffsetClock {
  let offsetMs = 0;
  return {
    now: () => Date.now() + offsetMs,
    setTimer: systemClock.setTimer,
    skip(ms) {
      offsetMs += ms;
    },
  };
}
