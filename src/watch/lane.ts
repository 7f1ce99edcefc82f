import { VendorError } from '../export/errors.ts';
import type { Reading, VendorAccount } from '../export/ports.ts';
import { MAX_BATCH } from './pace.ts';
import type { Watch } from './watch.ts';

/** Batches of one account under way at a time, in each of its queues. */
const MAX_BATCHES_UNDER_WAY = 8;

/** Due exports that wait for their batch. */
interface Queue {
  readonly ready: Watch[];
  underWay: number;
}

/**
 * One account identity's side of the polling: what is due, how much is under way, and whether the vendor wants silence.
 *
 * Exports in trouble are read apart from the others, since a batch lasts as long as its slowest export; and those that somebody
 * waits for to begin do not stand behind those that are only due again.
 */
export class Lane {
  /** The account as it was last given: any with the same identity will do. */
  account: VendorAccount;
  /** Watches of this account. */
  watches = 0;
  /** Sets its polls apart from other accounts', milliseconds. */
  readonly offsetMs: number;
  private pausedUntil = 0;
  private msPerExport = 0;
  private readonly fresh: Queue = { ready: [], underWay: 0 };
  private readonly calm: Queue = { ready: [], underWay: 0 };
  private readonly troubled: Queue = { ready: [], underWay: 0 };

  constructor(account: VendorAccount, offsetMs: number) {
    this.account = account;
    this.offsetMs = offsetMs;
  }

  /** Until when this account waits as a whole, epoch milliseconds; null when it does not. */
  throttledUntil(now: number): number | null {
    const until = Math.max(this.pausedUntil, this.account.health().throttledUntil ?? 0);
    return until > now ? until : null;
  }

  /** How long one round of all exports takes where the account's limits hold it up; 0 where they do not. */
  get roundMs(): number {
    return this.watches * this.msPerExport;
  }

  enqueue(watch: Watch): void {
    const isTroubled = watch.state !== null && watch.state.trouble !== null;
    const calm = watch.isCurrent ? this.calm : this.fresh;
    (isTroubled ? this.troubled : calm).ready.push(watch);
  }

  /** Starts as many batches as may be under way; each says by its promise when it is over. */
  pump(now: () => number, poll: (watches: readonly Watch[]) => Promise<void>): void {
    for (const queue of [this.fresh, this.calm, this.troubled]) {
      while (queue.ready.length > 0 && queue.underWay < MAX_BATCHES_UNDER_WAY) {
        const watches = queue.ready.splice(0, MAX_BATCH);
        const startedAt = now();
        queue.underWay += 1;
        poll(watches).finally(() => {
          this.measure(queue, watches.length, now() - startedAt);
          queue.underWay -= 1;
          this.pump(now, poll);
        });
      }
    }
  }

  /** The vendor asked one export to wait: it meant the account. */
  noteThrottling(readings: readonly Reading[], now: number): void {
    for (const reading of readings) {
      if (!(reading instanceof VendorError) || reading.code !== 'VENDOR_RATE_LIMITED') continue;
      this.pausedUntil = Math.max(this.pausedUntil, now + (reading.retryAfterMs ?? 0));
    }
  }

  /** The account has another credential: what the vendor asked of the one before is void. */
  forgetThrottling(): void {
    this.pausedUntil = 0;
  }

  /** Learns how fast the account lets us go, from batches that others had to wait for. */
  private measure(queue: Queue, size: number, durationMs: number): void {
    const isHeldUp = queue.ready.length > 0;
    const sample = isHeldUp ? durationMs / (size * queue.underWay) : 0;
    this.msPerExport = this.msPerExport * 0.8 + sample * 0.2;
    if (this.msPerExport < 0.01) this.msPerExport = 0;
  }
}
