import type { VendorError } from '../export/errors.ts';
import type { Clock } from '../runtime/clock.ts';
import type { CircuitBreaker, Permit } from './breaker.ts';
import type { Problems } from './problems.ts';
import type { RateWindow } from './rate-window.ts';
import { MAX_RETRY_WAIT_MS } from './retry.ts';
import type { Scope } from './scope.ts';
import type { ThrottleGate } from './throttle-gate.ts';
import { type WaitCause, WaitClock, type Waits, waitedBetween } from './wait-clock.ts';

/** A request has arrived this long after it was sent, whatever the vendor takes to answer it. */
const MAX_TRAVEL_MS = 250;

/** Leave to send one request. */
export interface Turn {
  readonly permit: Permit;
  /** How long it was waited for, and what for. */
  readonly waits: Waits;
  /** The request is on the wire. */
  sent(): void;
  /** Its answer begins: the vendor surely has it. */
  answered(): void;
  /** Gives the place back. To be called once, after the answer was noted in gate and breaker. */
  leave(): void;
}

export interface TurnRequest {
  /** Of the address that the request goes to. */
  readonly breaker: CircuitBreaker;
  readonly scope: Scope;
  /** Goes before everybody who waits: a token that others need first. */
  readonly isUrgent?: boolean;
}

interface Waiter extends TurnRequest {
  /** The queue's waits when it came. */
  readonly before: Waits;
  readonly admit: (turn: Turn) => void;
  readonly refuse: (error: unknown) => void;
}

interface Obstacle {
  readonly cause: WaitCause;
  /** Unknown where it ends with a call that is under way. */
  readonly endsInMs?: number;
}

export interface TurnstileParts {
  readonly clock: Clock;
  readonly gate: ThrottleGate;
  /** Of every address that this account speaks to. */
  readonly breakers: readonly CircuitBreaker[];
  readonly window: RateWindow;
  readonly maxConcurrent: number;
  readonly problems: Problems;
}

/**
 * The one door that every request of an account goes through: first come, first served, within the rate, the
 * concurrency, the vendor's wish to wait and the circuit breaker. Whoever would wait too long is refused at once.
 */
export class Turnstile {
  private readonly parts: TurnstileParts;
  private readonly waiting: Waiter[] = [];
  private readonly waits = new WaitClock();
  private inside = 0;
  private cancelTimer: () => void = () => undefined;

  constructor(parts: TurnstileParts) {
    this.parts = parts;
  }

  /** @throws VendorError VENDOR_RATE_LIMITED or VENDOR_UNAVAILABLE; the signal's reason when it aborts */
  enter(request: TurnRequest): Promise<Turn> {
    const { signal } = request.scope;
    return new Promise<Turn>((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const stop = (): void => signal.removeEventListener('abort', leave);
      const waiter: Waiter = {
        ...request,
        before: this.waits.read(this.parts.clock.now()),
        admit: (turn) => {
          stop();
          resolve(turn);
        },
        refuse: (error) => {
          stop();
          reject(error);
        },
      };
      const leave = (): void => {
        this.waiting.splice(this.waiting.indexOf(waiter), 1);
        reject(request.scope.isOverdue() ? this.parts.problems.crowded(undefined) : signal.reason);
        this.advance();
      };
      const refusal = this.refusal(waiter) ?? this.refusalByRate(waiter);
      if (refusal !== undefined) return reject(refusal);
      signal.addEventListener('abort', leave, { once: true });
      if (request.isUrgent) this.waiting.unshift(waiter);
      else this.waiting.push(waiter);
      this.advance();
    });
  }

  /** Lets in whoever may go now, sends away whoever would wait too long, and sets a timer for the next one. */
  private advance(): void {
    this.cancelTimer();
    this.refuseTheHopeless();
    const { clock } = this.parts;
    for (;;) {
      const now = clock.now();
      const obstacle = this.findObstacle(now);
      this.waits.hold(obstacle?.cause ?? null, now);
      if (obstacle?.endsInMs !== undefined)
        this.cancelTimer = clock.setTimer(obstacle.endsInMs, () => this.advance());
      const next = obstacle === null ? this.waiting.shift() : undefined;
      if (next === undefined) return;
      const refusal = this.refusal(next);
      if (refusal === undefined) next.admit(this.open(next));
      else next.refuse(refusal);
    }
  }

  /** What is in the way of the first of the queue; null where nothing is. */
  private findObstacle(now: number): Obstacle | null {
    const { gate, window, maxConcurrent } = this.parts;
    if (this.waiting.length === 0) return null;
    if (this.inside >= maxConcurrent) return { cause: 'concurrency' };
    const gateMs = gate.remainingMs();
    const endsInMs = Math.max(gateMs, window.readyAt(now) - now);
    if (endsInMs === 0) return null;
    return { cause: gateMs === endsInMs ? 'throttled' : 'rate', endsInMs };
  }

  private refuseTheHopeless(): void {
    const { breakers, gate } = this.parts;
    if (gate.remainingMs() === 0 && breakers.every((breaker) => breaker.isClosed)) return;
    const hopeless = this.waiting.map((waiter) => ({ waiter, refusal: this.refusal(waiter) }));
    for (const { waiter, refusal } of hopeless) {
      if (refusal === undefined) continue;
      this.waiting.splice(this.waiting.indexOf(waiter), 1);
      waiter.refuse(refusal);
    }
  }

  private refusal({ breaker, scope }: TurnRequest): VendorError | undefined {
    const { clock, gate, problems } = this.parts;
    if (clock.now() >= scope.endsAt) return problems.crowded(undefined);
    const brokenMs = breaker.refusalMs();
    if (brokenMs !== undefined) return problems.broken(brokenMs);
    const gateMs = gate.remainingMs();
    const isTooLong = gateMs > MAX_RETRY_WAIT_MS || clock.now() + gateMs > scope.endsAt;
    return gateMs > 0 && isTooLong ? problems.throttled(gateMs) : undefined;
  }

  private refusalByRate({ scope, isUrgent }: TurnRequest): VendorError | undefined {
    const now = this.parts.clock.now();
    const readyAt = this.parts.window.readyAt(now, isUrgent ? 0 : this.waiting.length);
    return readyAt > scope.endsAt ? this.parts.problems.crowded(readyAt - now) : undefined;
  }

  private open({ breaker, before }: Waiter): Turn {
    const { clock, window } = this.parts;
    const waits = waitedBetween(before, this.waits.read(clock.now()));
    let cancelTimer: (() => void) | undefined;
    let isCounted = false;
    const count = (): void => {
      cancelTimer?.();
      if (isCounted) return;
      isCounted = true;
      window.arrived(clock.now());
      this.advance();
    };
    this.inside += 1;
    window.take();
    return {
      permit: breaker.enter(),
      waits,
      sent() {
        cancelTimer ??= clock.setTimer(MAX_TRAVEL_MS, count);
      },
      answered: count,
      leave: () => {
        if (cancelTimer !== undefined) count();
        else if (!isCounted) window.cancel();
        isCounted = true;
        this.inside -= 1;
        this.advance();
      },
    };
  }
}
