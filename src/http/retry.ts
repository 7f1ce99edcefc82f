import type { Random } from '../runtime/clock.ts';
import type { ThrottleGate } from './throttle-gate.ts';

/** How an attempt ended: with an answer, or without one. */
export type AttemptEnd = number | 'timeout' | 'connection' | 'unreadable';

export const MAX_RETRIES = 2;

/** The longest a retry may wait, and a call before a closed gate; what takes longer is answered at once instead. */
export const MAX_RETRY_WAIT_MS = 2_000;

const BACKOFF_BASE_MS = 200;

/** Server errors after which the same read may be answered well a moment later. */
const RETRYABLE_STATUS: ReadonlySet<number> = new Set([500, 502, 503, 504]);

export interface RetryQuestion {
  /** It changes nothing at the vendor. */
  readonly isRepeatable: boolean;
  readonly end: AttemptEnd;
  readonly isThrottled: boolean;
  readonly retriesSoFar: number;
  /** How long the vendor asked this account to wait; 0 when it did not. */
  readonly gateMs: number;
  /** How much of the call's time is left. */
  readonly remainingMs: number;
  /** At least 0, below 1. */
  readonly dice: number;
}

/**
 * How long to wait before the same call is made again.
 *
 * Full jitter between 0 and a doubling bound; a vendor's own wish always wins and is never shortened. A timeout is not
 * retried: it has already cost the caller all that one call may cost.
 *
 * @returns milliseconds; `undefined` where the call is not to be repeated
 */
export function decideRetryMs(question: RetryQuestion): number | undefined {
  const { isRepeatable, end, retriesSoFar, gateMs, remainingMs } = question;
  const isPassing = question.isThrottled || end === 'connection' || RETRYABLE_STATUS.has(Number(end));
  if (!isRepeatable || !isPassing || retriesSoFar >= MAX_RETRIES) return undefined;
  const waitMs = gateMs > 0 ? gateMs : backoffMs(retriesSoFar, question.dice);
  return waitMs > MAX_RETRY_WAIT_MS || waitMs >= remainingMs ? undefined : waitMs;
}

function backoffMs(retriesSoFar: number, dice: number): number {
  return dice * Math.min(MAX_RETRY_WAIT_MS, BACKOFF_BASE_MS * 2 ** retriesSoFar);
}

const EARNED_PER_CALL = 0.1;
const MAX_BALANCE = 10;

/**
 * Lets one retry through per ten first tries, so that retries never multiply a vendor's trouble. Starts full: a quiet
 * account can retry too.
 */
export class RetryBudget {
  private balance = MAX_BALANCE;

  /** A first try was made. */
  earn(): void {
    this.balance = Math.min(MAX_BALANCE, this.balance + EARNED_PER_CALL);
  }

  /** Pays for one retry; false where there is not enough left. */
  spend(): boolean {
    if (this.balance < 1) return false;
    this.balance -= 1;
    return true;
  }
}

/** What decides here beside the call itself: the vendor's wish to wait, chance, and what retries may cost. */
export class RetryPolicy {
  private readonly gate: Pick<ThrottleGate, 'remainingMs'>;
  private readonly random: Random;
  private readonly budget = new RetryBudget();

  constructor(gate: Pick<ThrottleGate, 'remainingMs'>, random: Random) {
    this.gate = gate;
    this.random = random;
  }

  /** A first try is made. */
  begin(): void {
    this.budget.earn();
  }

  /** How long to wait before the same call is made again; `undefined` where it is not. Pays for the retry. */
  nextMs(question: Omit<RetryQuestion, 'gateMs' | 'dice'>): number | undefined {
    const gateMs = this.gate.remainingMs();
    const waitMs = decideRetryMs({ ...question, gateMs, dice: this.random.next() });
    return waitMs !== undefined && this.budget.spend() ? waitMs : undefined;
  }
}
