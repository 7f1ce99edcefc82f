import type { Clock, Random } from '../runtime/clock.ts';
import { parseRateLimitReset, parseRetryAfter } from './retry-after.ts';
import type { ResponseHeaders } from './types.ts';

/** Nothing a vendor says closes an account for longer: past a day a header is more likely wrong than meant. */
const MAX_CLOSED_MS = 86_400_000;

/** How long an account stays away by itself after a "too many" that names no time; doubled each time. */
const FIRST_BACKOFF_MS = 2_000;
const MAX_BACKOFF_MS = 300_000;

/** Jitter goes upwards only: a wait may grow by this part of itself, never shrink. */
const JITTER = 0.25;

interface AnswerFacts {
  readonly isFault: boolean;
  readonly waitMs?: number | undefined;
}

/** Closed while the vendor has asked this account to wait; nothing is sent before it opens. */
export class ThrottleGate {
  protected readonly clock: Clock;
  private readonly random: Random;
  protected opensAt = 0;
  protected throttledInARow = 0;

  constructor(clock: Clock, random: Random) {
    this.clock = clock;
    this.random = random;
  }

  /** Milliseconds until it opens; 0 while it is open. */
  remainingMs(): number {
    return this.opensAt === 0 ? 0 : Math.max(0, this.opensAt - this.clock.now());
  }

  /** When it opens, in epoch milliseconds; null while it is open. */
  closedUntil(): number | null {
    return this.remainingMs() > 0 ? this.opensAt : null;
  }

  /**
   * Takes note of what an answer says about waiting.
   *
   * @param isFault - the vendor could not answer
   * @param waitMs - how long a throttled answer asks to wait beside what its headers say
   */
  observe(
    response: { readonly status: number; readonly headers: ResponseHeaders },
    isThrottled: boolean,
    { isFault, waitMs }: AnswerFacts = { isFault: response.status >= 500 },
  ): void {
    const { headers } = response;
    const now = this.clock.now();
    const retryAfterMs = parseRetryAfter(headers['retry-after'], now);
    const resetMs = parseRateLimitReset(headers['x-ratelimit-remaining'], headers['x-ratelimit-reset'], now);
    if (isThrottled) {
      this.close(Math.max(retryAfterMs ?? 0, resetMs ?? 0, waitMs ?? 0));
      if (retryAfterMs === undefined && resetMs === undefined && waitMs === undefined) this.backOff();
      return;
    }
    // On a good answer Retry-After is about the job ("ask again in 5 s"), not about the account.
    if (!isFault) this.throttledInARow = 0;
    else if (retryAfterMs !== undefined) this.close(retryAfterMs);
    if (resetMs !== undefined) this.close(resetMs);
  }

  private backOff(): void {
    // Answers to calls that were under way when the gate closed tell nothing new.
    if (this.remainingMs() > 0) return;
    const waitMs = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** this.throttledInARow);
    this.throttledInARow += 1;
    this.close(Math.min(MAX_BACKOFF_MS, waitMs * (1 + JITTER * this.random.next())));
  }

  /** Never opens it earlier than was said before. */
  private close(waitMs: number): void {
    this.opensAt = Math.max(this.opensAt, this.clock.now() + Math.min(MAX_CLOSED_MS, Math.ceil(waitMs)));
  }
}
