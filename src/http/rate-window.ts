/**
 * Room kept between a window's end and the next request: the vendor counts when requests arrive, not when they leave,
 * and a first request needs longer than the next one on a warm connection.
 */
const ARRIVAL_MARGIN_MS = 25;

/**
 * A sliding window: however it is laid, one second holds at most `floor(requestsPerSecond)` requests; below one per
 * second, one request per `1 / requestsPerSecond` seconds. Bursts inside it are allowed. Pure: time is handed in.
 */
export class RateWindow {
  readonly capacity: number;
  readonly windowMs: number;
  /** When requests were sent, oldest first; only those that still count. */
  private readonly sentAt: number[] = [];
  /** Let through and not on the wire yet: they count, and their second has not begun. */
  private unsent = 0;

  constructor(requestsPerSecond: number) {
    this.capacity = Math.max(1, Math.floor(requestsPerSecond));
    this.windowMs = Math.ceil(Math.max(1_000, 1_000 / requestsPerSecond)) + ARRIVAL_MARGIN_MS;
  }

  /**
   * When the next request but `ahead` may go, in epoch milliseconds; an estimate where requests are not sent yet.
   *
   * @returns `now` where there is room
   */
  readyAt(now: number, ahead = 0): number {
    this.forget(now);
    const missing = ahead - (this.capacity - this.unsent - this.sentAt.length);
    if (missing < 0) return now;
    const freedAt = (this.sentAt[missing % this.capacity] ?? now) + this.windowMs;
    return freedAt + Math.floor(missing / this.capacity) * this.windowMs;
  }

  /** Takes a place; `sent` or `cancel` must follow. */
  take(): void {
    this.unsent += 1;
  }

  sent(now: number): void {
    this.unsent -= 1;
    this.sentAt.push(now);
  }

  /** The request never reached the wire. */
  cancel(): void {
    this.unsent -= 1;
  }

  private forget(now: number): void {
    let first = this.sentAt[0];
    while (first !== undefined && first + this.windowMs <= now) {
      this.sentAt.shift();
      first = this.sentAt[0];
    }
  }
}
