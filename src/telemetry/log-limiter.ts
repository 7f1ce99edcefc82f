import { LRUCache } from 'lru-cache';
import type { Clock } from '../runtime/clock.ts';

/** Lines that anybody can cause are bounded, so that a flood of them does not drown the log. */
const WINDOW_MS = 10_000;
const MAX_LINES = 100;
/** Tenants counted at the same time; the one that was quiet longest begins anew. */
const MAX_TENANTS = 1_000;

interface Window {
  endsAt: number;
  count: number;
}

/**
 * Says which lines of a kind are worth writing: so many of each tenant in a stretch of time, and how many were left out before. One
 * tenant's flood leaves the others' lines in the log.
 */
export class LogLimiter {
  private readonly clock: Clock;
  private readonly windows = new LRUCache<string, Window>({ max: MAX_TENANTS });

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /**
   * How many lines were left out since the last one that was written; null: this one is left out too.
   *
   * @param tenant - empty for all who have not said who they are
   */
  take(tenant: string): number | null {
    const now = this.clock.now();
    const window = this.windows.get(tenant) ?? { endsAt: 0, count: 0 };
    this.windows.set(tenant, window);
    let leftOut = 0;
    if (now >= window.endsAt) {
      leftOut = Math.max(0, window.count - MAX_LINES);
      window.endsAt = now + WINDOW_MS;
      window.count = 0;
    }
    window.count += 1;
    return window.count <= MAX_LINES ? leftOut : null;
  }
}
