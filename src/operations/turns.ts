/** Operations that begin in one turn of the event loop may take so long together; the next ones begin in the next turn. */
const SLICE_MS = 4;
/** Of works that have had their turn, before their places are given back. */
const MAX_DONE = 1_024;

/**
 * Lets operations begin at once while there is little to do, and by turns while there is much.
 *
 * A thousand requests may arrive in one piece, on one connection or on many; all of them read, checked and run in one go would hold
 * everybody else up for seconds: timers, streams and the answers that are ready.
 */
export class Turns {
  private waiting: (() => void)[] = [];
  private next = 0;
  /** When the first operation of this turn of the event loop began; null where none has. */
  private sliceStartedAt: number | null = null;

  /** True while work waits for its turn. */
  get isBusy(): boolean {
    return this.next < this.waiting.length;
  }

  /**
   * Runs the work now, or when those that came before have had their turn.
   *
   * @param work - must not throw
   */
  run<Result>(work: () => Result | Promise<Result>): Result | Promise<Result> {
    if (!this.isBusy && this.hasTime()) return work();
    return new Promise((resolve) => void this.waiting.push(() => resolve(work())));
  }

  private hasTime(): boolean {
    if (this.sliceStartedAt !== null) return performance.now() - this.sliceStartedAt < SLICE_MS;
    this.sliceStartedAt = performance.now();
    setImmediate(this.endSlice);
    return true;
  }

  private readonly endSlice = (): void => {
    this.sliceStartedAt = null;
    while (this.isBusy && this.hasTime()) {
      const work = this.waiting[this.next];
      this.waiting[this.next] = NOTHING;
      this.next += 1;
      work?.();
    }
    this.forgetDone();
  };

  /** Under sustained load the queue is never empty: what is done must not stay in it. */
  private forgetDone(): void {
    if (this.next === this.waiting.length) this.waiting = [];
    else if (this.next >= MAX_DONE && this.next * 2 >= this.waiting.length) this.waiting.splice(0, this.next);
    else return;
    this.next = 0;
  }
}

const NOTHING = (): void => undefined;
