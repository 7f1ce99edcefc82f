import { ThrottleGate } from '../http/throttle-gate.ts';
import type { Clock, Random } from '../runtime/clock.ts';

/** By so much a gate's end may be known differently before it is told again: times travel. */
const TRAVEL_MS = 2_000;

/** A vendor's wish to wait as all gateways know it: the longest that any of them was told. */
export class SharedGate extends ThrottleGate {
  private readonly onNews: () => void;
  /** Not told yet: until when it is closed, and how often in a row. */
  private hasClosing = false;
  private hasCount = false;

  constructor(clock: Clock, random: Random, onNews: () => void) {
    super(clock, random);
    this.onNews = onNews;
  }

  override observe(...answer: Parameters<ThrottleGate['observe']>): void {
    const { opensAt, throttledInARow } = this;
    super.observe(...answer);
    this.hasClosing ||= this.opensAt > opensAt;
    this.hasCount ||= this.throttledInARow !== throttledInARow;
    if (this.hasNews) this.onNews();
  }

  get hasNews(): boolean {
    return this.hasClosing || this.hasCount;
  }

  /** What the others have not been told; taken to be told now. */
  takeNews(): { readonly closeMs: number; readonly throttledInARow: number } {
    const closeMs = this.hasClosing ? Math.ceil(this.remainingMs()) : 0;
    const throttledInARow = this.hasCount ? this.throttledInARow : -1;
    this.hasClosing = false;
    this.hasCount = false;
    return { closeMs, throttledInARow };
  }

  /** What was told did not arrive, or is forgotten there: it is told again. */
  keepNews(): void {
    this.hasClosing = this.remainingMs() > 0;
    this.hasCount = this.throttledInARow > 0;
  }

  /** Takes over what the others know, and finds out whether they know less. */
  adopt(remainingMs: number, throttledInARow: number): void {
    const ownMs = this.remainingMs();
    if (remainingMs > ownMs) this.opensAt = this.clock.now() + remainingMs;
    if (!this.hasCount) this.throttledInARow = throttledInARow;
    this.hasClosing ||= ownMs > remainingMs + TRAVEL_MS;
  }
}
