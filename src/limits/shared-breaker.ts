import { type Breaker, CircuitBreaker, type Permit, PROBING_MS } from '../http/circuit-breaker.ts';
import type { Clock } from '../runtime/clock.ts';
import type { BreakerAnswer, BreakerEvent } from './permit-script.ts';

/**
 * An address's breaker as all gateways know it: goes by what this one sees, and by what the others have found out as soon as it is told.
 *
 * Only the gateway that was given the lease for it sends the one call that finds out whether the address is back.
 */
export class SharedBreaker implements Breaker {
  private readonly clock: Clock;
  private readonly own: CircuitBreaker;
  private readonly report: (event: BreakerEvent, generation: number) => void;
  private generation = 0;
  private failures = 0;
  /** Another gateway is finding out; epoch milliseconds. */
  private probedUntil = 0;
  private isLeased = false;
  /** Nobody can be asked for a lease: each gateway finds out by itself. */
  isAlone = false;

  constructor(clock: Clock, report: (event: BreakerEvent, generation: number) => void) {
    this.clock = clock;
    this.own = new CircuitBreaker(clock);
    this.report = report;
  }

  get isClosed(): boolean {
    return this.own.isClosed;
  }

  /** The next call is to find out whether the address is back, and this gateway has no leave for that yet. */
  get needsLease(): boolean {
    return !this.isAlone && !this.isLeased && !this.own.isClosed && this.refusalMs() === undefined;
  }

  refusalMs(): number | undefined {
    const ownMs = this.own.refusalMs();
    if (ownMs !== undefined || this.own.isClosed) return ownMs;
    return this.clock.now() < this.probedUntil ? PROBING_MS : undefined;
  }

  enter(): Permit {
    const permit = this.own.enter();
    const { generation } = this;
    this.isLeased = false;
    return {
      succeed: () => {
        // That all goes well need not be told again.
        const isNews = this.failures > 0 || !this.own.isClosed;
        permit.succeed();
        this.failures = 0;
        if (isNews) this.report('s', generation);
      },
      fail: () => {
        permit.fail();
        this.failures += 1;
        this.report('f', generation);
      },
      leave: () => {
        permit.leave();
        if (!this.own.isClosed) this.report('l', generation);
      },
    };
  }

  /** A lease that nobody uses goes back. */
  giveBack(): void {
    if (!this.isLeased) return;
    this.isLeased = false;
    this.report('l', this.generation);
  }

  /** @param isBehind - something was reported since that the answer does not know of */
  adopt(answer: BreakerAnswer, isBehind: boolean): void {
    const { generation, failures, opensForMs, triesInMs, isProbedElsewhere, isLeased } = answer;
    if (generation !== this.generation) this.own.adopt(failures, opensForMs, triesInMs);
    else if (!isBehind) this.own.count(failures);
    this.generation = generation;
    if (!isBehind) this.failures = failures;
    // While its own call is finding out, a lease is for that one.
    this.isLeased = isLeased && this.own.refusalMs() === undefined;
    this.probedUntil = isProbedElsewhere ? this.clock.now() + PROBING_MS : 0;
  }
}
