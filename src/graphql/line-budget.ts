import type { Clock } from '../export/clock.ts';

/** Lines that anybody can cause are bounded, so that a flood of them does not drown the log. */
const WINDOW_MS = 10_000;
const MAX_LINES = 100;

/** Says which lines of a kind are worth writing: so many in a stretch of time, and how many were left out before. */
export class LineBudget {
  private readonly clock: Clock;
  private windowEndsAt = 0;
  private count = 0;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** How many lines were left out since the last one that was written; null: this one is left out too. */
  take(): number | null {
    const now = this.clock.now();
    let leftOut = 0;
    if (now >= this.windowEndsAt) {
      leftOut = Math.max(0, this.count - MAX_LINES);
      this.windowEndsAt = now + WINDOW_MS;
      this.count = 0;
    }
    this.count += 1;
    return this.count <= MAX_LINES ? leftOut : null;
  }
}
