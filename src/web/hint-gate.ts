import type { Clock } from '../runtime/clock.ts';

/** Between two hints about one export. */
const HINT_INTERVAL_MS = 1_000;
/** Hints in that time about different exports of one order: its own, and a few that somebody makes up. */
const MAX_PER_ORDER = 5;
/** Hints in that time altogether. More are lost, and found by polling. */
const MAX_HINTS = 1_000;

/** A hint that was let through lately. */
interface Passed {
  readonly order: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** Lets so few hints through that none who may call can make the gateway work: each may cost a vendor call. */
export class HintGate {
  private readonly clock: Clock;
  /** By export, the oldest first. */
  private readonly passed = new Map<string, Passed>();
  private readonly countByOrder = new Map<string, number>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /**
   * @param order - names the order that the hint belongs to
   * @param about - names the export within it
   */
  admits(order: string, about: string): boolean {
    const now = this.clock.now();
    this.forgetUntil(now);
    const name = `${order}\n${about}`;
    const count = this.countByOrder.get(order) ?? 0;
    if (this.passed.has(name) || this.passed.size >= MAX_HINTS || count >= MAX_PER_ORDER) return false;
    this.passed.set(name, { order, at: now });
    this.countByOrder.set(order, count + 1);
    return true;
  }

  private forgetUntil(now: number): void {
    for (const [name, { order, at }] of this.passed) {
      // A clock that was set back must not close the gate for as long.
      if (at <= now && now - at < HINT_INTERVAL_MS) return;
      this.passed.delete(name);
      const count = (this.countByOrder.get(order) ?? 1) - 1;
      if (count === 0) this.countByOrder.delete(order);
      else this.countByOrder.set(order, count);
    }
  }
}
