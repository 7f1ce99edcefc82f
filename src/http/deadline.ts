import type { Clock } from '../runtime/clock.ts';
import { onAbort } from '../runtime/on-abort.ts';

/** Work that ends by itself when its time is up. */
export interface Timed {
  /** Epoch milliseconds. */
  dueAt: number;
  onDue(): void;
}

/** How far apart two looks at the same work lie at least: a deadline may be late by as much. */
const COARSENESS_MS = 25;

/**
 * The deadlines of an account's calls: one timer for all of them, set for the earliest, and none while there is no call. Calls come
 * and go far more often than one is late, so that a call costs an entry in a set.
 */
export class Deadlines<Work extends Timed> {
  private readonly clock: Clock;
  private readonly works = new Set<Work>();
  private timerAt = Number.POSITIVE_INFINITY;
  private cancelTimer: (() => void) | undefined;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Work that has a deadline, in the order in which it came. */
  get all(): readonly Work[] {
    return [...this.works];
  }

  /** @param now - handed in, since whoever sets a deadline has just asked for the time */
  set(work: Work, dueAt: number, now: number): void {
    work.dueAt = dueAt;
    this.works.add(work);
    if (dueAt < this.timerAt) this.arm(dueAt, now);
  }

  delete(work: Work): void {
    if (!this.works.delete(work) || this.works.size > 0) return;
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    this.timerAt = Number.POSITIVE_INFINITY;
  }

  private arm(at: number, now: number): void {
    this.cancelTimer?.();
    this.timerAt = at;
    this.cancelTimer = this.clock.setTimer(Math.max(0, at - now), () => this.onTimer());
  }

  private onTimer(): void {
    this.cancelTimer = undefined;
    this.timerAt = Number.POSITIVE_INFINITY;
    const now = this.clock.now();
    for (const work of this.works) if (work.dueAt <= now) work.onDue();
    let earliest = Number.POSITIVE_INFINITY;
    for (const { dueAt } of this.works) earliest = Math.min(earliest, dueAt);
    // Another may have set the timer meanwhile.
    if (earliest < this.timerAt) this.arm(Math.max(earliest, now + COARSENESS_MS), now);
  }
}

/** A stretch of work of several calls that ends by itself: when its time is up, or when its caller leaves. */
export interface Scope {
  readonly signal: AbortSignal;
  /** Epoch milliseconds. */
  readonly endsAt: number;
  /** True where its own time was up, rather than its caller gone. */
  isOverdue(): boolean;
  /** Lets go of timer and listener; to be called in a `finally`. */
  close(): void;
}

/** @param outer - aborts this scope too, with its own reason */
export function openScope(clock: Clock, lifetimeMs: number, outer?: AbortSignal): Scope {
  const controller = new AbortController();
  let isOverdue = false;
  const cancelTimer = clock.setTimer(lifetimeMs, () => {
    isOverdue = true;
    controller.abort(new DOMException('The time for this work is up.', 'TimeoutError'));
  });
  const abort = (): void => controller.abort(outer?.reason);
  const release = outer === undefined || outer.aborted ? undefined : onAbort(outer, abort);
  if (outer?.aborted) abort();
  return {
    signal: controller.signal,
    endsAt: clock.now() + lifetimeMs,
    isOverdue: () => isOverdue,
    close() {
      cancelTimer();
      release?.();
    },
  };
}
