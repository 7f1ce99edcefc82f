/** Room kept between a window's end and the next request, since clocks and timers round to whole milliseconds. */
const MARGIN_MS = 5;

/**
 * A sliding window: however it is laid, one second holds at most `floor(requestsPerSecond)` requests; below one per
 * second, one request per `1 / requestsPerSecond` seconds. Bursts inside it are allowed. Pure: time is handed in.
 *
 * What counts is when the vendor gets a request, not when we let it go: connecting may take long, and a first request
 * longer than the next one. So a request counts until a second after it surely had arrived.
 */
export class RateWindow {
  readonly capacity: number;
  readonly windowMs: number;
  /** By when requests had arrived, oldest first; only those that still count. */
  private readonly arrivedAt: number[] = [];
  /** Let through and perhaps not arrived yet: they count, and their second has not begun. */
  private underWay = 0;

  constructor(requestsPerSecond: number) {
    this.capacity = Math.max(1, Math.floor(requestsPerSecond));
    this.windowMs = Math.ceil(Math.max(1_000, 1_000 / requestsPerSecond)) + MARGIN_MS;
  }

  /**
   * When the next request but `ahead` may go, in epoch milliseconds; an estimate where requests are under way.
   *
   * @returns `now` where there is room
   */
  readyAt(now: number, ahead = 0): number {
    this.forget(now);
    const missing = ahead - (this.capacity - this.underWay - this.arrivedAt.length);
    if (missing < 0) return now;
    const freedAt = (this.arrivedAt[missing % this.capacity] ?? now) + this.windowMs;
    return freedAt + Math.floor(missing / this.capacity) * this.windowMs;
  }

  /** Takes a place; `arrived` or `cancel` must follow. */
  take(): void {
    this.underWay += 1;
  }

  /** The vendor has the request by now. */
  arrived(now: number): void {
    this.underWay -= 1;
    this.arrivedAt.push(now);
  }

  /** The request never reached the wire. */
  cancel(): void {
    this.underWay -= 1;
  }

  private forget(now: number): void {
    let first = this.arrivedAt[0];
    while (first !== undefined && first + this.windowMs <= now) {
      this.arrivedAt.shift();
      first = this.arrivedAt[0];
    }
  }
}
