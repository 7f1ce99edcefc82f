import { VendorError } from '../export/errors.ts';
import type { Reading, VendorAccount } from '../export/ports.ts';
import { NOT_FOUND_GRACE_MS, type WatchedState } from '../export/transitions.ts';
import type { Random } from '../runtime/clock.ts';
import { alignPoll, nextPollDelay, type PollGrid, spreadPoll } from './pace.ts';

/** When readings came, and how the account stood then. */
export interface Moment {
  readonly now: number;
  readonly throttledUntil: number | null;
  /** How many of the same instant were read singly before this one. */
  readonly place: number;
}

/** What is to be known of an account's polls. */
export interface AccountPolls extends PollGrid {
  readonly account: VendorAccount;
  /** How long one round of all exports takes where the account's limits hold it up; 0 where they do not. */
  readonly roundMs: number;
  /** Polls of this account gain by falling on the same instants. */
  readonly isGathering: boolean;
}

/** When to ask about an export again, after a reading that has led to this state. */
export function planNextPoll(
  polls: AccountPolls,
  state: WatchedState,
  reading: Reading,
  { now, throttledUntil, place }: Moment,
  random: Random,
): number {
  const { pacing } = polls.account;
  const { snapshot, trouble } = state;
  // A vendor that asks for no wait at all says nothing about pace.
  const own = (reading instanceof VendorError ? reading.retryAfterMs : reading.pollAfterMs) || null;
  const paced = nextPollDelay(
    {
      pacing,
      status: snapshot?.status ?? null,
      // A refused credential is soon renewed or never: an old job is no reason to wait.
      ageMs: trouble?.refusedSince
        ? 0
        : now - (snapshot?.createdAt ?? snapshot?.startedAt ?? state.startedAt),
      sinceChangeMs: now - state.changedAt,
      vendorWaitMs: throttledUntil === null ? own : Math.max(own ?? 0, throttledUntil - now),
      failures: trouble?.failures ?? 0,
      roundMs: polls.roundMs,
    },
    random,
  );
  const delayMs = Math.min(paced, graceLeftMs(state, pacing.minMs, now));
  return polls.isGathering ? alignPoll(now, delayMs, polls) : spreadPoll(now, delayMs, place, polls.watches);
}

/** An export that has not been seen yet is asked for when its grace ends, so that its failure is told in time. */
function graceLeftMs({ snapshot, trouble, startedAt }: WatchedState, minMs: number, now: number): number {
  if (snapshot !== null || trouble !== null) return Number.POSITIVE_INFINITY;
  return Math.max(minMs, startedAt + NOT_FOUND_GRACE_MS - now);
}
