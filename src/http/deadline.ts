import type { Clock } from '../runtime/clock.ts';
import { type Entry, Registry } from '../runtime/registry.ts';

/** Work that ends by itself when its time is up. */
export interface Timed {
  /** Epoch milliseconds. */
  dueAt: number;
  /** Its place among the deadlines; null while it has none. For `Deadlines` alone. */
  deadline: Entry<Timed> | null;
  onDue(): void;
  /** It is given up before. */
  abandon(reason: unknown): void;
}

/** How far apart two looks at the same work lie at least: a deadline may be late by as much. */
const COARSENESS_MS = 25;

/**
 * The deadlines of an account's calls: one timer for all of them, set for the earliest, and none while there is no call. Calls come
 * and go far more often than one is late, so that a call costs an entry in a list.
 */
export class Deadlines {
  private readonly clock: Clock;
  private readonly works = new Registry<Timed>();
  private timerAt = Number.POSITIVE_INFINITY;
  private cancelTimer: (() => void) | undefined;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** @param now - handed in, since the caller has just read the clock */
  set(work: Timed, dueAt: number, now: number): void {
    work.dueAt = dueAt;
    work.deadline ??= this.works.add(work);
    if (dueAt < this.timerAt) this.arm(dueAt, now);
  }

  delete(work: Timed): void {
    if (work.deadline === null) return;
    this.works.remove(work.deadline);
    work.deadline = null;
    if (!this.works.isEmpty) return;
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    this.timerAt = Number.POSITIVE_INFINITY;
  }

  abandonAll(reason: unknown): void {
    for (const work of this.works.all) work.abandon(reason);
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
    // One that ends may end others with it.
    for (const work of this.works.all) if (work.deadline !== null && work.dueAt <= now) work.onDue();
    let earliest = Number.POSITIVE_INFINITY;
    for (const { dueAt } of this.works.all) earliest = Math.min(earliest, dueAt);
    // Another may have set the timer meanwhile.
    if (earliest < this.timerAt) this.arm(Math.max(earliest, now + COARSENESS_MS), now);
  }
}
