import type { Clock } from '../runtime/clock.ts';

export const FAILURES_TO_OPEN = 5;
export const FIRST_OPEN_MS = 10_000;
export const MAX_OPEN_MS = 60_000;

/** What a caller is told to wait while another call finds out whether the vendor is back. */
export const PROBING_MS = 1_000;

/** One call's leave to go; exactly one of its methods is called, once. */
export interface Permit {
  succeed(): void;
  fail(): void;
  /** The call was given up, which says nothing about the vendor. */
  leave(): void;
}

/** Keeps calls away from one address that does not answer. */
export interface Breaker {
  readonly isClosed: boolean;
  /** Milliseconds a caller is to wait; `undefined` where it may go now. */
  refusalMs(): number | undefined;
  /** To be called only where `refusalMs` is `undefined`. */
  enter(): Permit;
}

/**
 * Keeps calls away from an address that does not answer.
 *
 * Opens after 5 failures in a row, lets one call through after 10 s, and doubles that wait up to 60 s each time that
 * call fails. What a failure is, is the caller's to say.
 */
export class CircuitBreaker implements Breaker {
  private readonly clock: Clock;
  private failuresInARow = 0;
  private opensForMs = FIRST_OPEN_MS;
  /** When the next call may try; null while closed. */
  private triesAt: number | null = null;
  private isProbing = false;
  /** A new one with every change of state: what an older call brings home says nothing about the newer state. */
  private permit = this.createPermit();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  get isClosed(): boolean {
    return this.triesAt === null;
  }

  refusalMs(): number | undefined {
    if (this.triesAt === null) return undefined;
    const waitMs = this.triesAt - this.clock.now();
    if (waitMs > 0) return waitMs;
    return this.isProbing ? PROBING_MS : undefined;
  }

  enter(): Permit {
    if (this.triesAt !== null) this.isProbing = true;
    return this.permit;
  }

  /**
   * Goes on from what others have found out; calls that began before say nothing about it.
   *
   * @param triesInMs - until the next call may try; null for closed
   */
  adopt(failuresInARow: number, opensForMs: number, triesInMs: number | null): void {
    this.failuresInARow = failuresInARow;
    this.opensForMs = opensForMs;
    this.triesAt = triesInMs === null ? null : this.clock.now() + triesInMs;
    this.isProbing = false;
    this.permit = this.createPermit();
  }

  /** Counts failures of others beside its own. */
  count(failuresInARow: number): void {
    this.failuresInARow = failuresInARow;
  }

  private createPermit(): Permit {
    const permit: Permit = {
      succeed: () => {
        if (permit === this.permit) this.close();
      },
      fail: () => {
        if (permit === this.permit) this.countFailure();
      },
      leave: () => {
        if (permit === this.permit) this.isProbing = false;
      },
    };
    return permit;
  }

  private close(): void {
    this.failuresInARow = 0;
    if (this.triesAt === null) return;
    this.permit = this.createPermit();
    this.opensForMs = FIRST_OPEN_MS;
    this.triesAt = null;
    this.isProbing = false;
  }

  private countFailure(): void {
    this.failuresInARow += 1;
    if (!this.isProbing && this.failuresInARow < FAILURES_TO_OPEN) return;
    if (this.isProbing) this.opensForMs = Math.min(MAX_OPEN_MS, this.opensForMs * 2);
    this.permit = this.createPermit();
    this.isProbing = false;
    this.triesAt = this.clock.now() + this.opensForMs;
  }
}
