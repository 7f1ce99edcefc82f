/** RFC 9110, 5.6.7: the three spellings of an HTTP date; read 2026-11. */
const HTTP_DATE =
  /^(?:[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT|[A-Z][a-z]{5,8}, \d\d-[A-Z][a-z]{2}-\d\d \d\d:\d\d:\d\d GMT|[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4})$/;

/** A number of seconds; vendors send decimals too. */
const SECONDS = /^\d{1,15}(?:\.\d{1,9})?$/;

/**
 * Reads a `Retry-After` header.
 *
 * @param now - epoch milliseconds
 * @returns milliseconds, 0 for a date that has passed; `undefined` where there is none or it makes no sense
 */
export function parseRetryAfter(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  if (SECONDS.test(text)) return Math.ceil(Number(text) * 1_000);
  if (!HTTP_DATE.test(text)) return undefined;
  // The oldest spelling has no zone, and would be read as local time.
  const at = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

/** A reset further away than this is a misread unit rather than a wish. */
const MAX_RESET_MS = 3_600_000;

/** Numbers above this are an instant in epoch seconds, below it a delay in seconds. */
const EPOCH_SECONDS_FROM = 1_000_000_000;

/**
 * Reads `X-RateLimit-Remaining` and `X-RateLimit-Reset`, whose unit no vendor states.
 *
 * @returns milliseconds until the budget is filled up again, at most one hour; `undefined` unless it is spent
 */
export function parseRateLimitReset(
  remaining: string | undefined,
  reset: string | undefined,
  now: number,
): number | undefined {
  if (remaining === undefined || reset === undefined) return undefined;
  const isSpent = SECONDS.test(remaining.trim()) && Number(remaining) === 0;
  const text = reset.trim();
  if (!isSpent || !SECONDS.test(text)) return undefined;
  const seconds = Number(text);
  const delayMs = seconds > EPOCH_SECONDS_FROM ? seconds * 1_000 - now : seconds * 1_000;
  return Math.min(MAX_RESET_MS, Math.max(0, Math.ceil(delayMs)));
}
