import type { Random } from '../../runtime/clock.ts';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
/** The other side may ask for a longer wait, up to this. */
const LONGEST_ASKED_WAIT_MS = 300_000;

/**
 * How long to wait before the next try: doubling from half a second, up to a quarter of it by chance, so that many clients of one
 * gateway do not come back all at once. What the other side asked for is never shortened, but for hours.
 *
 * @param failures - in a row, at least 1
 */
export function toWaitMs(failures: number, random: Random, retryAfterMs = 0): number {
  const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1)) * (1 + random.next() / 4);
  return Math.round(Math.max(wait, Math.min(LONGEST_ASKED_WAIT_MS, retryAfterMs)));
}
