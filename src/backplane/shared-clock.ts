import type { Clock } from '../runtime/clock.ts';

/** How many measurements count: the last eight seconds. */
const MAX_MEASURED = 16;
/** A difference as small is that of the measuring. */
const TOLERANCE_MS = 5;

/** How far another machine's clock is ahead of this one's, from questions that it answers with its time. */
export class ClockOffset {
  private readonly measured: { readonly offsetMs: number; readonly tookMs: number }[] = [];
  private offset = 0;

  /** In milliseconds; negative where it is behind. */
  get ms(): number {
    return this.offset;
  }

  /**
   * The quickest answer of late says most exactly when it was given.
   *
   * @param theirs - what it answered, epoch milliseconds
   * @param sentAt - when it was asked, by this machine's clock, and `receivedAt`, when the answer was there
   */
  note(theirs: number, sentAt: number, receivedAt: number): void {
    this.measured.push({ offsetMs: theirs - (sentAt + receivedAt) / 2, tookMs: receivedAt - sentAt });
    if (this.measured.length > MAX_MEASURED) this.measured.shift();
    const best = this.measured.reduce((one, other) => (other.tookMs < one.tookMs ? other : one));
    if (Math.abs(best.offsetMs - this.offset) > TOLERANCE_MS) this.offset = Math.round(best.offsetMs);
  }
}

/** The time that all gateways have in common, whatever their own clocks say: instants of what is shared are told by it. */
export class SharedClock implements Clock {
  private readonly own: Clock;
  private readonly offset: Pick<ClockOffset, 'ms'>;

  constructor(own: Clock, offset: Pick<ClockOffset, 'ms'>) {
    this.own = own;
    this.offset = offset;
  }

  now(): number {
    return this.own.now() + this.offset.ms;
  }

  setTimer(delayMs: number, callback: () => void): () => void {
    return this.own.setTimer(delayMs, callback);
  }
}
