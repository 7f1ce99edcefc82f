import { MAX_TRAVEL_MS, type Passage } from '../http/rate-limiter.ts';
import type { Clock } from '../runtime/clock.ts';
import { Registry } from '../runtime/registry.ts';

/** Requests on the wire, and when they have arrived: as soon as an answer begins, or after the longest that one may travel. */
export class Arrivals {
  private readonly clock: Clock;
  private readonly onArrived: (passage: Passage, at: number) => void;
  /** In the order in which they were sent. */
  private readonly travelling = new Registry<Passage>();
  private cancelTimer: (() => void) | undefined;

  constructor(clock: Clock, onArrived: (passage: Passage, at: number) => void) {
    this.clock = clock;
    this.onArrived = onArrived;
  }

  sent(passage: Passage, now: number): void {
    if (passage.isOver || passage.sentAt !== null) return;
    passage.sentAt = now;
    passage.travelling = this.travelling.add(passage);
    if (this.cancelTimer === undefined) this.arm(MAX_TRAVEL_MS);
  }

  arrived(passage: Passage, at: number): void {
    if (passage.isOver) return;
    passage.isOver = true;
    if (passage.travelling !== null) this.travelling.remove(passage.travelling);
    passage.travelling = null;
    this.onArrived(passage, at);
  }

  close(): void {
    this.cancelTimer?.();
  }

  private arm(delayMs: number): void {
    this.cancelTimer = this.clock.setTimer(delayMs, () => {
      this.cancelTimer = undefined;
      const now = this.clock.now();
      for (let passage = this.travelling.first; passage !== null; passage = this.travelling.first) {
        const arrivedAt = (passage.sentAt ?? now) + MAX_TRAVEL_MS;
        if (arrivedAt > now) {
          this.arm(arrivedAt - now);
          return;
        }
        this.arrived(passage, arrivedAt);
      }
    });
  }
}
