import type { ExportStatus } from '../export/export.ts';
import type { Pacing } from '../export/ports.ts';
import type { Random } from '../runtime/clock.ts';
import { TICK_MS } from './timer-wheel.ts';

/** What decides how long an export is left alone. All in milliseconds. */
export interface PaceInput {
  readonly pacing: Pacing;
  /** Null before the first answer. */
  readonly status: ExportStatus | null;
  /** Since the vendor accepted the job, or since it was first seen. */
  readonly ageMs: number;
  readonly sinceChangeMs: number;
  /** What the vendor asked for (`Retry-After`); null when it said nothing. Never shortened. */
  readonly vendorWaitMs: number | null;
  /** Readings in a row without a good answer. */
  readonly failures: number;
  /** How long the account needs to ask once about everything it watches, where its limits allow no faster. Default 0. */
  readonly roundMs?: number | undefined;
}

/** Most that is added to a vendor's own wait, so that a thousand exports do not come back in one instant. */
const VENDOR_WAIT_SPREAD = 0.05;
const MAX_VENDOR_WAIT_SPREAD_MS = 1_000;
/** Polls of one account are moved onto common instants by at most this share of the wait, so that one call serves many. */
const GATHERING_SHARE = 0.1;
const MAX_GATHERING_MS = 256;
/** As many exports as one batch takes need no more gathering. */
export const MAX_BATCH = 100;
/** Polls that fell on one instant and are read singly are set apart by up to this. */
const SPREAD_MS = 16;

/**
 * How long to leave an export alone before reading it again; a vendor's own `Retry-After` always wins.
 *
 * A tenth of the job's age, so that short jobs are seen early and long ones cost few calls; half of that right after a
 * change, since changes come in clusters; a tenth of the time since the change while a cancellation is under way, which
 * ends soon. Doubled with each failure. Between `minMs` and `maxMs`, with 10 % jitter.
 */
export function nextPollDelay(input: PaceInput, random: Random): number {
  const { minMs, maxMs } = input.pacing;
  if (input.vendorWaitMs !== null) {
    const wait = Math.max(minMs, input.vendorWaitMs);
    return wait + random.next() * Math.min(wait * VENDOR_WAIT_SPREAD, MAX_VENDOR_WAIT_SPREAD_MS);
  }
  const usual = clamp(usualDelay(input), minMs, maxMs) * 2 ** Math.min(input.failures, 20);
  const jittered = clamp(usual, minMs, maxMs) * (0.9 + 0.2 * random.next());
  return Math.max(clamp(jittered, minMs, maxMs), input.roundMs ?? 0);
}

function usualDelay({ status, ageMs, sinceChangeMs }: PaceInput): number {
  if (status === 'CANCELING') return sinceChangeMs / 10;
  const tenth = ageMs / 10;
  return sinceChangeMs < tenth ? tenth / 2 : tenth;
}

/** Where an account's polls may lie. */
export interface PollGrid {
  /** Sets the grids of several accounts apart, milliseconds; a multiple of the wheel's tick. */
  readonly offsetMs: number;
  /** Exports that the account watches. */
  readonly watches: number;
}

/**
 * The instant of the next poll: at or after `now + delayMs`, on the account's grid, so that exports of one account fall due
 * together. The grid is a power of two in milliseconds, so that coarse ones lie on fine ones; the more exports, the finer it
 * is, so that no instant has more to do than fills a batch.
 */
export function alignPoll(now: number, delayMs: number, { offsetMs, watches }: PollGrid): number {
  const full = (delayMs * MAX_BATCH) / Math.max(watches, 1);
  const share = clamp(Math.min(delayMs * GATHERING_SHARE, full), TICK_MS, MAX_GATHERING_MS);
  const grid = 2 ** Math.floor(Math.log2(share));
  return Math.ceil((now + delayMs - offsetMs) / grid) * grid + offsetMs;
}

/**
 * The instant of the next poll of an export that is read by itself: at or after `now + delayMs`.
 *
 * Exports that were due in one instant are spread evenly over the interval, so that what changes at once is not answered, and
 * told, all at once. Those that are apart stay apart.
 *
 * @param place - how many were due in the same instant before this one
 */
export function spreadPoll(now: number, delayMs: number, place: number, watches: number): number {
  const apartMs = place * Math.min(SPREAD_MS, delayMs / Math.max(watches, 1));
  return Math.ceil((now + delayMs + apartMs) / TICK_MS) * TICK_MS;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), Math.max(low, high));
}
