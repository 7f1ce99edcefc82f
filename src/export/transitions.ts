import { VendorError, type VendorErrorCode } from './errors.ts';
import type { ExportFact } from './events.ts';
import { type ExportSnapshot, type ExportStatus, type ExportTransition, isTerminal } from './export.ts';
import type { Reading } from './ports.ts';
import { isSameProgress, mergeProgress } from './progress.ts';

/** An export just created may be unknown to the vendor's other machines for this long. */
export const NOT_FOUND_GRACE_MS = 15_000;
/** A refused credential counts as lasting after this many refusals in a row, */
export const LASTING_REFUSALS = 3;
/** which lie at least this far apart: time for a token to be renewed. */
export const LASTING_REFUSAL_MS = 5_000;
/** As many transitions of one export are kept. */
export const MAX_TRANSITIONS = 100;

/** The vendor cannot be read at the moment. */
export interface WatchTrouble {
  readonly code: VendorErrorCode;
  /** Readings in a row without a good answer. */
  readonly failures: number;
  /** How many of them were refusals of the credential, and when the first one was. */
  readonly refusals: number;
  readonly refusedSince: number | null;
}

/** All that is known about one watched export. Plain JSON: several processes share it. Instants are epoch milliseconds. */
export interface WatchedState {
  /** When this watch began to ask; the grace of an unknown export counts from here. */
  readonly startedAt: number;
  /** The last good answer, with what may not fall back kept; null while there was none. */
  readonly snapshot: ExportSnapshot | null;
  /** The last status that was a known word; UNKNOWN only where there never was one. */
  readonly knownStatus: ExportStatus;
  /** When status, progress or the vendor's own last change last changed. */
  readonly changedAt: number;
  readonly transitions: readonly ExportTransition[];
  readonly isStallTold: boolean;
  readonly trouble: WatchTrouble | null;
  /** Asking again would not help. */
  readonly failed: { readonly code: VendorErrorCode; readonly message: string } | null;
  /** Set by the scheduler: when the vendor will be asked again; null when it will not. */
  readonly nextPollAt: number | null;
  /** Set by the scheduler: until when the vendor has asked the account to wait. */
  readonly throttledUntil: number | null;
}

export interface AdvanceRules {
  /** See `Pacing.stallAfterMs`. */
  readonly stallAfterMs: number;
  /** A first state is waited for, so a good answer is told as a snapshot too. */
  readonly isSnapshotOwed?: boolean;
}

/** What a reading came to: the state after it, and what happened, in the order in which to tell it. */
export interface Advance {
  readonly state: WatchedState;
  readonly facts: readonly ExportFact[];
}

/** How far along a job is; an answer that is less far than an earlier one is a hiccup of the vendor's. */
const STAGE = {
  UNKNOWN: -1,
  QUEUED: 0,
  RUNNING: 1,
  CANCELING: 2,
  SUCCEEDED: 3,
  FAILED: 3,
  CANCELED: 3,
  EXPIRED: 3,
} as const satisfies Record<ExportStatus, number>;

/** What an error means for a watch. */
const MEANING = {
  EXPORT_NOT_FOUND: 'missing',
  VENDOR_UNAUTHENTICATED: 'refused',
  VENDOR_FORBIDDEN: 'refused',
  VENDOR_RATE_LIMITED: 'trouble',
  VENDOR_TIMEOUT: 'trouble',
  VENDOR_UNAVAILABLE: 'trouble',
  VENDOR_BAD_RESPONSE: 'trouble',
  UNSUPPORTED_BY_VENDOR: 'hopeless',
} as const satisfies Record<VendorErrorCode, 'missing' | 'refused' | 'trouble' | 'hopeless'>;

// One object each, not one per watch: the log of a hundred thousand exports keeps them.
const SNAPSHOT: ExportFact = { type: 'ExportSnapshot' };
const RESUMED: ExportFact = { type: 'ExportWatchResumed' };

/** The state of a watch that has not asked yet. */
export function startWatch(now: number): WatchedState {
  return {
    startedAt: now,
    snapshot: null,
    knownStatus: 'UNKNOWN',
    changedAt: now,
    transitions: [],
    isStallTold: false,
    trouble: null,
    failed: null,
    nextPollAt: null,
    throttledUntil: null,
  };
}

/** The state of an export that is watched again after a while without a watch. */
export function restartWatch(state: WatchedState, now: number): WatchedState {
  if (state.snapshot !== null && isTerminal(state.snapshot.status)) return state;
  // Later than the one before whatever the clock says: a state tells by it whose it is.
  return { ...forgetRefusals(state), startedAt: Math.max(now, state.startedAt + 1), failed: null };
}

/** The state with refusals of the credential counted anew: it is another one now, or another's turn to find out. */
export function forgetRefusals(state: WatchedState): WatchedState {
  if (state.trouble === null) return state;
  return { ...state, trouble: { ...state.trouble, refusals: 0, refusedSince: null } };
}

/** True once nothing can happen to this watch any more: the job has ended, or cannot be read for good. */
export function hasEnded(state: WatchedState): boolean {
  return state.failed !== null || (state.snapshot !== null && isTerminal(state.snapshot.status));
}

/**
 * Applies one reading to what is known: the one place that decides what counts as a transition.
 *
 * Terminal stays terminal; nothing goes backward; progress never falls; an answer older than the last one is dropped;
 * UNKNOWN is a status like another, but no end; an export unknown to the vendor after it was seen is EXPIRED, once.
 *
 * @param previous - null before the first reading
 */
export function advance(
  previous: WatchedState | null,
  reading: Reading,
  now: number,
  rules: AdvanceRules,
): Advance {
  const state = previous ?? startWatch(now);
  if (hasEnded(state)) return { state, facts: [] };
  if (!(reading instanceof VendorError)) return applyAnswer(state, reading, now, rules);
  switch (MEANING[reading.code]) {
    case 'missing':
      return applyMissing(state, reading, now, rules);
    case 'refused':
      return applyRefusal(state, reading, now);
    case 'trouble':
      return applyTrouble(state, reading, null);
    case 'hopeless':
      return fail(state, reading);
  }
}

function applyAnswer(state: WatchedState, answer: ExportSnapshot, now: number, rules: AdvanceRules): Advance {
  const seen = state.snapshot;
  if (seen !== null && answer.observedAt < seen.observedAt) return { state, facts: [] };
  const snapshot = seen === null ? answer : merge(seen, answer, state.knownStatus);
  const isStatusNew = snapshot.status !== seen?.status;
  const isProgressNew = seen !== null && !isSameProgress(seen.progress, snapshot.progress);
  const next = withSnapshot(state, snapshot, now);
  const isStalled =
    !isTerminal(snapshot.status) && !next.isStallTold && now - next.changedAt >= rules.stallAfterMs;

  const facts: ExportFact[] = [];
  if (state.trouble !== null) facts.push(RESUMED);
  if (seen !== null && isStatusNew) {
    facts.push({ type: 'ExportStatusChanged', from: seen.status, to: snapshot.status });
  } else if (isProgressNew && snapshot.progress !== null) {
    facts.push({ type: 'ExportProgressed', progress: snapshot.progress });
  }
  if (seen === null || rules.isSnapshotOwed) facts.push(SNAPSHOT);
  if (isStalled) facts.push({ type: 'ExportStalled', since: next.changedAt });
  return { state: isStalled ? { ...next, isStallTold: true } : next, facts };
}

/** The state with another snapshot in it, and what follows from that. */
function withSnapshot(state: WatchedState, snapshot: ExportSnapshot, now: number): WatchedState {
  const seen = state.snapshot;
  const isStatusNew = snapshot.status !== seen?.status;
  const isChanged =
    isStatusNew ||
    snapshot.updatedAt !== seen?.updatedAt ||
    !isSameProgress(seen?.progress ?? null, snapshot.progress);
  const changedAt = seen === null ? Math.min(now, snapshot.updatedAt ?? now) : now;
  return {
    startedAt: state.startedAt,
    snapshot,
    knownStatus: snapshot.status === 'UNKNOWN' ? state.knownStatus : snapshot.status,
    changedAt: isChanged ? changedAt : state.changedAt,
    transitions: isStatusNew ? withTransition(state, snapshot, now) : state.transitions,
    isStallTold: state.isStallTold && !isChanged,
    trouble: null,
    failed: state.failed,
    nextPollAt: state.nextPollAt,
    throttledUntil: state.throttledUntil,
  };
}

/**
 * What is known of an export without a live watch, once it has been read elsewhere: a newer answer counts, whatever was known.
 *
 * Where both tell of the same end, the files that one of them names stay.
 */
export function relearn(state: WatchedState, answer: ExportSnapshot, now: number): WatchedState {
  const seen = state.snapshot;
  if (seen !== null && answer.observedAt < seen.observedAt) return state;
  const files = answer.files === undefined && seen?.status === answer.status ? seen.files : answer.files;
  const snapshot = files === answer.files ? answer : { ...answer, files };
  return { ...withSnapshot(state, snapshot, now), failed: null, nextPollAt: null, throttledUntil: null };
}

/** The newer answer, but for what a vendor's hiccup would turn back. */
function merge(seen: ExportSnapshot, answer: ExportSnapshot, knownStatus: ExportStatus): ExportSnapshot {
  const progress = mergeProgress(seen.progress, answer.progress);
  const isHiccup = answer.status !== 'UNKNOWN' && STAGE[answer.status] < STAGE[knownStatus];
  if (isHiccup) return { ...seen, progress, observedAt: answer.observedAt, pollAfterMs: answer.pollAfterMs };
  return progress === answer.progress ? answer : { ...answer, progress };
}

function withTransition(
  state: WatchedState,
  snapshot: ExportSnapshot,
  now: number,
): readonly ExportTransition[] {
  const transition: ExportTransition = {
    from: state.snapshot?.status ?? null,
    to: snapshot.status,
    rawStatus: snapshot.rawStatus,
    at: now,
  };
  // A literal, not concat, for the first one: an array grown from empty keeps room for more, in every watch.
  if (state.transitions.length === 0) return [transition];
  return [...state.transitions, transition].slice(-MAX_TRANSITIONS);
}

/** The vendor knows no such export: gone when it was seen before, perhaps not there yet when it was not. */
function applyMissing(state: WatchedState, error: VendorError, now: number, rules: AdvanceRules): Advance {
  const seen = state.snapshot;
  if (seen === null) {
    // An error without a status is our own answer: no vendor was asked, and none may yet learn of the export.
    const isGrace = error.httpStatus !== undefined && now - state.startedAt < NOT_FOUND_GRACE_MS;
    return isGrace ? { state, facts: [] } : fail(state, error);
  }
  // rawStatus stays the vendor's last word: a 404 has none.
  const expired: ExportSnapshot = {
    ...seen,
    status: 'EXPIRED',
    outcome: null,
    failure: null,
    files: seen.files ?? [],
    pollAfterMs: null,
    observedAt: Math.max(now, seen.observedAt),
  };
  return applyAnswer(state, expired, now, rules);
}

function applyRefusal(state: WatchedState, error: VendorError, now: number): Advance {
  const refusals = (state.trouble?.refusals ?? 0) + 1;
  const refusedSince = state.trouble?.refusedSince ?? now;
  const isLasting = refusals >= LASTING_REFUSALS && now - refusedSince >= LASTING_REFUSAL_MS;
  return isLasting ? fail(state, error) : applyTrouble(state, error, { refusals, refusedSince });
}

/** Told once per interruption, not once per poll. */
function applyTrouble(
  state: WatchedState,
  error: VendorError,
  refusal: { readonly refusals: number; readonly refusedSince: number } | null,
): Advance {
  const before = state.trouble;
  const trouble: WatchTrouble = {
    code: error.code,
    failures: (before?.failures ?? 0) + 1,
    refusals: refusal?.refusals ?? before?.refusals ?? 0,
    refusedSince: refusal?.refusedSince ?? before?.refusedSince ?? null,
  };
  return {
    state: { ...state, trouble },
    facts: before === null ? [{ type: 'ExportWatchInterrupted', code: error.code }] : [],
  };
}

function fail(state: WatchedState, { code, message }: VendorError): Advance {
  return {
    state: { ...state, failed: { code, message } },
    facts: [{ type: 'ExportWatchFailed', code, message }],
  };
}
