import type { VendorError } from '../export/errors.ts';
import type { Clock } from '../runtime/clock.ts';
import { type Entry, Registry } from '../runtime/registry.ts';
import type { Breaker, Permit } from './circuit-breaker.ts';
import type { ErrorMapper } from './errors.ts';
import { MAX_RETRY_WAIT_MS } from './retry.ts';
import type { ThrottleGate } from './throttle-gate.ts';
import type { WaitCause, Waits } from './types.ts';

/*
 * What holds an account's calls back beside the vendor's wish to wait (throttle-gate.ts): our requests a second (RateWindow), and the
 * queue in front of all of it (RateLimiter), which measures what is waited for (WaitClock).
 */

/** Room kept between a window's end and the next request, since clocks and timers round to whole milliseconds. */
const MARGIN_MS = 5;

/** A request has arrived this long after it was sent, whatever the vendor takes to answer it. */
export const MAX_TRAVEL_MS = 250;

/** One request's place in a window. */
export class Passage {
  /** When it was written to its connection, epoch milliseconds; null before. */
  sentAt: number | null = null;
  /** The vendor has it, or it will never be sent. */
  isOver = false;
  /** Among those on the wire; null where it is not. For the window alone. */
  travelling: Entry<Passage> | null = null;
}

/** Whom a window tells of what changed by itself. */
export interface WindowUser {
  /** How many places could be used now: requests that wait, as far as there is room for them. */
  readonly usable: number;
  /** A place that was claimed is there, or it is known by now when it will be. */
  advance(): void;
}

/** Who keeps the requests of an account within its rate: this process for itself (RateWindow), or together with others. */
export interface RequestWindow {
  /** When the next request but `ahead` may go, in epoch milliseconds: `now` where there is room, else an estimate that is never too late. */
  readyAt(now: number, ahead?: number): number;
  /** Takes a place; `arrived` or `cancel` must follow. */
  take(passage: Passage): void;
  /** The request is on the wire: it has arrived before long, whether an answer says so or not. */
  sent(passage: Passage, now: number): void;
  /** The vendor has the request by now. */
  arrived(passage: Passage, now: number): void;
  /** The request never reached the wire. */
  cancel(passage: Passage): void;
  /**
   * Left out where time alone decides. Asked where `readyAt` has come: true where a request behind this breaker may take a place at once. False
   * where others have to be asked; they are being asked then, and the user is told.
   */
  claim?(breaker: Breaker): boolean;
  /** Who waits here; called once, before all others. */
  serve?(user: WindowUser): void;
}

/**
 * A sliding window: however it is laid, one second holds at most `floor(requestsPerSecond)` requests; below one per
 * second, one request per `1 / requestsPerSecond` seconds. Bursts inside it are allowed. Pure: time is handed in.
 *
 * What counts is when the vendor gets a request, not when we let it go: connecting may take long, and a first request
 * longer than the next one. So a request counts until a second after it surely had arrived.
 */
export class RateWindow implements RequestWindow {
  readonly capacity: number;
  readonly windowMs: number;
  /** By when requests had arrived, oldest first; only those that still count. */
  private readonly arrivedAt: number[] = [];
  /** Let through and perhaps not arrived yet: they count, and their second has not begun. */
  private underWay = 0;
  /** Those of them that are on the wire, in the order in which they were sent. */
  private readonly travelling = new Registry<Passage>();

  constructor(requestsPerSecond: number) {
    this.capacity = Math.max(1, Math.floor(requestsPerSecond));
    this.windowMs = Math.ceil(Math.max(1_000, 1_000 / requestsPerSecond)) + MARGIN_MS;
  }

  readyAt(now: number, ahead = 0): number {
    this.forget(now);
    const missing = ahead - (this.capacity - this.underWay - this.arrivedAt.length);
    if (missing < 0) return now;
    const freedAt = (this.arrivedAt[missing % this.capacity] ?? now) + this.windowMs;
    return freedAt + Math.floor(missing / this.capacity) * this.windowMs;
  }

  take(): void {
    this.underWay += 1;
  }

  sent(passage: Passage, now: number): void {
    if (passage.isOver || passage.sentAt !== null) return;
    passage.sentAt = now;
    passage.travelling = this.travelling.add(passage);
  }

  arrived(passage: Passage, now: number): void {
    this.arrive(now);
    if (passage.isOver) return;
    this.leave(passage, now);
  }

  cancel(passage: Passage): void {
    if (passage.isOver) return;
    passage.isOver = true;
    this.underWay -= 1;
  }

  /** Counts those that must have arrived, as of then. */
  private arrive(now: number): void {
    for (let passage = this.travelling.first; passage !== null; passage = this.travelling.first) {
      const arrivedAt = (passage.sentAt ?? now) + MAX_TRAVEL_MS;
      if (arrivedAt > now) return;
      this.leave(passage, arrivedAt);
    }
  }

  private leave(passage: Passage, arrivedAt: number): void {
    passage.isOver = true;
    if (passage.travelling !== null) this.travelling.remove(passage.travelling);
    passage.travelling = null;
    this.underWay -= 1;
    this.arrivedAt.push(arrivedAt);
  }

  private forget(now: number): void {
    this.arrive(now);
    let first = this.arrivedAt[0];
    while (first !== undefined && first + this.windowMs <= now) {
      this.arrivedAt.shift();
      first = this.arrivedAt[0];
    }
  }
}

const NO_WAITS: Waits = { rate: 0, concurrency: 0, throttled: 0 };

/** Measures what holds a queue up: each cause's time adds up for as long as it is the one in the way. */
class WaitClock {
  private readonly totals = { rate: 0, concurrency: 0, throttled: 0 };
  private cause: WaitCause | null = null;
  private since = 0;

  get isHeld(): boolean {
    return this.cause !== null;
  }

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

/** Leave to send one request. */
export class Slot extends Passage {
  readonly permit: Permit;
  /** How long it was waited for, and what for. */
  readonly waits: Waits;
  private readonly limiter: RateLimiter;

  constructor(limiter: RateLimiter, permit: Permit, waits: Waits) {
    super();
    this.limiter = limiter;
    this.permit = permit;
    this.waits = waits;
  }

  /** The request is on the wire. */
  sent(): void {
    this.limiter.sent(this);
  }

  /** Its answer begins: the vendor surely has it. */
  answered(): void {
    this.limiter.answered(this);
  }

  /** Gives the place back. To be called once, after the answer was noted in gate and breaker. */
  leave(): void {
    this.limiter.leave(this);
  }
}

/** Who asks for a slot. Exactly one of `admit` and `refuse` is called, at once or later, unless it is removed before. */
export interface Entrant {
  /** Of the address that the request goes to. */
  readonly breaker: Breaker;
  /** Epoch milliseconds. */
  readonly endsAt: number;
  /** Goes before all others who wait: a token that they need first. */
  readonly isUrgent: boolean;
  /** Asked before it is admitted out of the queue. False where it has something else to do first, and has left the queue. */
  isReady(): boolean;
  admit(slot: Slot): void;
  refuse(error: VendorError): void;
}

interface Obstacle {
  readonly cause: WaitCause;
  /** Unknown where it ends with a call that is under way, or with others' answer. */
  readonly endsInMs?: number;
}

export interface RateLimiterParts {
  readonly clock: Clock;
  readonly gate: ThrottleGate;
  /** Of every address that this account speaks to. */
  readonly breakers: readonly Breaker[];
  readonly window: RequestWindow;
  readonly maxConcurrent: number;
  readonly errors: ErrorMapper;
}

/**
 * What every request of an account goes through: first come, first served, within the rate, the concurrency, the vendor's wish to
 * wait and the circuit breaker. Who would wait too long is refused at once.
 */
export class RateLimiter implements WindowUser {
  private readonly parts: RateLimiterParts;
  /** Who waits, in order, and what the queue had waited when they came. */
  private readonly urgent = new Map<Entrant, Waits>();
  private readonly waiting = new Map<Entrant, Waits>();
  private readonly waits = new WaitClock();
  private inside = 0;
  private cancelTimer: (() => void) | undefined;

  constructor(parts: RateLimiterParts) {
    this.parts = parts;
    parts.window.serve?.(this);
  }

  get usable(): number {
    return Math.min(this.urgent.size + this.waiting.size, this.parts.maxConcurrent - this.inside);
  }

  enter(entrant: Entrant): void {
    const now = this.parts.clock.now();
    const refusal = this.refusal(entrant, now) ?? this.refusalByRate(entrant, now);
    if (refusal !== undefined) {
      entrant.refuse(refusal);
      return;
    }
    const isFirst = this.urgent.size === 0 && (this.waiting.size === 0 || entrant.isUrgent);
    if (isFirst && this.findObstacle(now, entrant) === null) {
      entrant.admit(this.open(entrant, NO_WAITS));
      return;
    }
    (entrant.isUrgent ? this.urgent : this.waiting).set(entrant, this.waits.read(now));
    // Behind others nothing changes: what they wait for is known.
    if (isFirst) this.admitNext();
  }

  /** Takes one who waits no longer out of the queue. */
  remove(entrant: Entrant): void {
    if (this.urgent.delete(entrant) || this.waiting.delete(entrant)) this.admitNext();
  }

  sent(slot: Slot): void {
    this.parts.window.sent(slot, this.parts.clock.now());
  }

  answered(slot: Slot): void {
    this.parts.window.arrived(slot, this.parts.clock.now());
    this.advance();
  }

  leave(slot: Slot): void {
    const { window, clock } = this.parts;
    if (slot.sentAt === null) window.cancel(slot);
    else if (!slot.isOver) window.arrived(slot, clock.now());
    this.inside -= 1;
    this.advance();
  }

  /** Something that all wait for may have changed. */
  advance(): void {
    if (this.urgent.size > 0 || this.waiting.size > 0) this.rejectExpired();
    this.admitNext();
  }

  /** Admits who may go now, and sets a timer for the next one. */
  private admitNext(): void {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    if (this.urgent.size === 0 && this.waiting.size === 0) {
      if (this.waits.isHeld) this.waits.hold(null, this.parts.clock.now());
      return;
    }
    const { clock } = this.parts;
    for (;;) {
      const now = clock.now();
      const next = first(this.urgent) ?? first(this.waiting);
      const obstacle = next === undefined ? null : this.findObstacle(now, next[0]);
      this.waits.hold(obstacle?.cause ?? null, now);
      if (next !== undefined && this.isFoundTooLate(obstacle, next[0], now)) {
        this.urgent.delete(next[0]);
        this.waiting.delete(next[0]);
        next[0].refuse(this.parts.errors.crowded(obstacle?.endsInMs));
        continue;
      }
      if (obstacle?.endsInMs !== undefined) this.arm(obstacle.endsInMs);
      if (next === undefined || obstacle !== null) return;
      const [entrant, before] = next;
      this.urgent.delete(entrant);
      this.waiting.delete(entrant);
      const refusal = this.refusal(entrant, now);
      if (refusal !== undefined) entrant.refuse(refusal);
      else if (entrant.isReady())
        entrant.admit(this.open(entrant, waitedBetween(before, this.waits.read(now))));
    }
  }

  private arm(delayMs: number): void {
    this.cancelTimer?.();
    this.cancelTimer = this.parts.clock.setTimer(delayMs, () => this.advance());
  }

  /** What is in the way of the next one; null where nothing is. */
  private findObstacle(now: number, { breaker }: Entrant): Obstacle | null {
    const { gate, window, maxConcurrent } = this.parts;
    if (this.inside >= maxConcurrent) return { cause: 'concurrency' };
    const gateMs = gate.remainingMs();
    const endsInMs = Math.max(gateMs, window.readyAt(now) - now);
    if (endsInMs === 0) return window.claim?.(breaker) === false ? { cause: 'rate' } : null;
    return { cause: gateMs === endsInMs ? 'throttled' : 'rate', endsInMs };
  }

  /** Others' answer says that its turn comes after its time. */
  private isFoundTooLate(obstacle: Obstacle | null, { endsAt }: Entrant, now: number): boolean {
    if (obstacle?.endsInMs === undefined || this.parts.window.claim === undefined) return false;
    return obstacle.cause === 'rate' && now + obstacle.endsInMs > endsAt;
  }

  private rejectExpired(): void {
    const { breakers, gate, clock } = this.parts;
    if (gate.remainingMs() === 0 && breakers.every((breaker) => breaker.isClosed)) return;
    const now = clock.now();
    for (const queue of [this.urgent, this.waiting]) {
      for (const entrant of [...queue.keys()]) {
        const refusal = this.refusal(entrant, now);
        if (refusal !== undefined && queue.delete(entrant)) entrant.refuse(refusal);
      }
    }
  }

  private refusal({ breaker, endsAt }: Entrant, now: number): VendorError | undefined {
    const { gate, errors } = this.parts;
    if (now >= endsAt) return errors.crowded(undefined);
    const brokenMs = breaker.refusalMs();
    if (brokenMs !== undefined) return errors.broken(brokenMs);
    const gateMs = gate.remainingMs();
    const isTooLong = gateMs > MAX_RETRY_WAIT_MS || now + gateMs > endsAt;
    return gateMs > 0 && isTooLong ? errors.throttled(gateMs) : undefined;
  }

  private refusalByRate({ endsAt, isUrgent }: Entrant, now: number): VendorError | undefined {
    const readyAt = this.parts.window.readyAt(now, isUrgent ? 0 : this.waiting.size);
    return readyAt > endsAt ? this.parts.errors.crowded(readyAt - now) : undefined;
  }

  private open({ breaker }: Entrant, waits: Waits): Slot {
    this.inside += 1;
    const slot = new Slot(this, breaker.enter(), waits);
    this.parts.window.take(slot);
    return slot;
  }
}

function first(queue: ReadonlyMap<Entrant, Waits>): readonly [Entrant, Waits] | undefined {
  for (const entry of queue) return entry;
  return undefined;
}

function waitedBetween(before: Waits, after: Waits): Waits {
  return {
    rate: after.rate - before.rate,
    concurrency: after.concurrency - before.concurrency,
    throttled: after.throttled - before.throttled,
  };
}
