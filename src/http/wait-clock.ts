/** What a call may wait for before its turn comes. */
export const WAIT_CAUSES = ['rate', 'concurrency', 'throttled'] as const;

/** `rate`: our requests a second; `concurrency`: calls under way; `throttled`: the vendor asked the account to wait. */
export type WaitCause = (typeof WAIT_CAUSES)[number];

/** Milliseconds by cause. */
export type Waits = Readonly<Record<WaitCause, number>>;

/** Measures what holds a queue up: each cause's time adds up for as long as it is the one in the way. */
export class WaitClock {
  private readonly totals = { rate: 0, concurrency: 0, throttled: 0 };
  private cause: WaitCause | null = null;
  private since = 0;

  /** From now on the queue is held up by this cause; null: by nothing. */
  hold(cause: WaitCause | null, now: number): void {
    if (this.cause !== null) this.totals[this.cause] += now - this.since;
    this.cause = cause;
    this.since = now;
  }

  /** All that was waited until now; what one call waited is the difference of two readings. */
  read(now: number): Waits {
    this.hold(this.cause, now);
    return { ...this.totals };
  }
}

/** What was waited between two readings. */
export function waitedBetween(before: Waits, after: Waits): Waits {
  return {
    rate: after.rate - before.rate,
    concurrency: after.concurrency - before.concurrency,
    throttled: after.throttled - before.throttled,
  };
}
