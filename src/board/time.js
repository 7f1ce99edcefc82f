/** Time on the gateway's clock, and ages in words. */

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

let offsetMs = 0;

/**
 * Learns the gateway's clock from an answer: this machine's own may be minutes off.
 *
 * @param {string | null} date - the header `date`, exact to a second
 */
export function learnClock(date) {
  const at = date === null ? Number.NaN : Date.parse(date);
  if (Number.isNaN(at)) return;
  const found = at + SECOND_MS / 2 - Date.now();
  // Within the header's own precision nothing is learnt, and ages would jump.
  if (Math.abs(found - offsetMs) > 2 * SECOND_MS) offsetMs = found;
}

/** @returns {number} epoch milliseconds on the gateway's clock */
export function now() {
  return Date.now() + offsetMs;
}

/** @param {string | null | undefined} instant */
export function toMs(instant) {
  return instant == null ? null : Date.parse(instant);
}

/**
 * @param {number} ms
 * @returns {string} `25 s`, `3 min`, `2 h`, `4 days`
 */
export function toDuration(ms) {
  const age = Math.max(0, ms);
  if (age < MINUTE_MS) return `${Math.floor(age / SECOND_MS)} s`;
  if (age < HOUR_MS) return `${Math.floor(age / MINUTE_MS)} min`;
  if (age < 2 * DAY_MS) return `${Math.floor(age / HOUR_MS)} h`;
  return `${Math.floor(age / DAY_MS)} days`;
}

/** @param {number} ms */
export function toAgo(ms) {
  return ms < 5 * SECOND_MS ? 'just now' : `${toDuration(ms)} ago`;
}

const INSTANT = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

/** @param {number} at - epoch milliseconds */
export function toInstantText(at) {
  return INSTANT.format(at);
}
