import type { Caller } from './caller.ts';

/** What one caller may have only so much of in a minute. */
export type LimitedKind = 'operations' | 'locators';

/** Whether a caller may have more now. */
export interface Admission {
  /** For one operation, before anything of it is read. @throws RateLimitedError */
  operation(caller: Caller): Promise<void>;
  /** For so many exports that may cost vendor calls: all of them or none. @throws RateLimitedError */
  locators(caller: Caller, count: number): Promise<void>;
}

/** This caller has had what it may have in a minute. Refused by the gateway itself: no vendor was asked. */
export class RateLimitedError extends Error {
  override readonly name = 'RateLimitedError';
  readonly code = 'RATE_LIMITED';
  /** When the same may be asked again; `undefined` where it is too much for any minute. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, retryAfterMs?: number) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}
