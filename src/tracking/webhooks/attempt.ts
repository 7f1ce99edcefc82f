import type { DeliveryResult, DeliveryStatus } from '../../export/store.ts';
import type { Log } from '../../runtime/tools.ts';
import { toRetryDelayMs } from './retry-schedule.ts';
import type { SendEnd } from './sender.ts';

/** One attempt, for the audit log and the metrics. Holds no URL, no secret and nothing of the body. */
export interface WebhookAttempt {
  readonly tenant: string;
  readonly endpoint: string;
  /** The `webhook-id`. */
  readonly delivery: string;
  readonly type: string;
  /** The export's global id; null for a test. */
  readonly exportId: string | null;
  /** Counted from 1. */
  readonly attempt: number;
  /** An HTTP status, or why there was none. */
  readonly result: string;
  readonly durationMs: number;
  /** What became of the delivery. */
  readonly status: DeliveryStatus;
}

/** What is written down of a delivery after an attempt, but for how that ended. */
export type NextStep = Pick<DeliveryResult, 'status' | 'nextAttemptAt' | 'restsUntil'>;

const MESSAGE = {
  delivered: 'A webhook was delivered.',
  owed: 'A webhook was not taken; it is tried again.',
  'given-up': 'A webhook was given up.',
} as const satisfies Record<DeliveryStatus, string>;

/** One line. */
export function logAttempt(log: Log, attempt: WebhookAttempt): void {
  const level = attempt.status === 'given-up' ? 'warn' : 'info';
  log[level]({ ...attempt }, MESSAGE[attempt.status]);
}

/**
 * What follows from how an attempt ended.
 *
 * @param attempts - so far, this one included
 * @param dice - at least 0, below 1
 */
export function decideNext(
  { outcome, retryAfterMs }: Pick<SendEnd, 'outcome' | 'retryAfterMs'>,
  attempts: number,
  now: number,
  dice: number,
): NextStep {
  switch (outcome) {
    case 'delivered':
      return { status: 'delivered', nextAttemptAt: null };
    // Due at once: for this endpoint as it is after a reload, or for the gateway that comes next.
    case 'gone':
    case 'stopped':
      return { status: 'owed', nextAttemptAt: now };
    case 'failed': {
      const delayMs = toRetryDelayMs(attempts, retryAfterMs, dice);
      return delayMs === null
        ? { status: 'given-up', nextAttemptAt: null }
        : { status: 'owed', nextAttemptAt: now + delayMs };
    }
  }
}
