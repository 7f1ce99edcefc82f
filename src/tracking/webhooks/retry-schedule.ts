/** How long after which attempt the next one follows, in milliseconds; after the last of them there is none. */
export const RETRY_DELAYS_MS = [
  5_000, // 5 seconds
  30_000,
  300_000, // 5 minutes
  1_800_000, // half an hour
  7_200_000, // 2 hours
  18_000_000,
  36_000_000,
  50_400_000,
  72_000_000,
  86_400_000, // a day
] as const;

/** Each wait is up to so much shorter or longer, so that what failed together does not come back together. */
export const JITTER = 0.1;

/** A receiver may ask for so much; a longer wish is a misread unit rather than one. */
export const MAX_RETRY_AFTER_MS = 86_400_000;

/**
 * How long to wait before the next attempt.
 *
 * @param attempts - so far, the one that has just failed included
 * @param retryAfterMs - what the receiver asked for; never shortened, but for the bound
 * @param dice - at least 0, below 1
 * @returns milliseconds; null where it is given up
 */
export function toRetryDelayMs(
  attempts: number,
  retryAfterMs: number | undefined,
  dice: number,
): number | null {
  const delayMs = RETRY_DELAYS_MS[attempts - 1];
  if (delayMs === undefined) return null;
  const jitteredMs = Math.round(delayMs * (1 - JITTER + 2 * JITTER * dice));
  const askedMs = toRetryAfterMs(retryAfterMs);
  // Never before it was asked for, and not all at that instant.
  return Math.max(jitteredMs, Math.round(askedMs * (1 + JITTER * dice)));
}

/** What a receiver asked for, within the bound; 0 where it said nothing. */
export function toRetryAfterMs(asked: number | undefined): number {
  return Math.min(asked ?? 0, MAX_RETRY_AFTER_MS);
}
