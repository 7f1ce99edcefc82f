import type { LogEntry } from '../export/backplane.ts';
import type { ExportEvent, ExportFact } from '../export/events.ts';
import { type Export, isTerminal } from '../export/export.ts';
import { present } from '../export/present.ts';
import { hasEnded, type WatchedState } from '../export/transitions.ts';
import { NOT_WAITING } from './timer-wheel.ts';
import type { Watch } from './watch.ts';

/** The part of an observation that is newer than the state: a watch's own plans. */
export interface Plans {
  readonly nextPollAt: number | null;
  readonly throttledUntil: number | null;
}

/** A watched state as callers are shown it; null while the vendor has never been read. */
export function toExport(state: WatchedState, { nextPollAt, throttledUntil }: Plans = state): Export | null {
  const { snapshot, transitions, trouble, failed } = state;
  if (snapshot === null) return null;
  const isStale = trouble !== null || failed !== null;
  return present(snapshot, { nextPollAt, throttledUntil, isStale }, transitions);
}

/** What is planned for a watch, as far as this process knows. */
export function plansFor(watch: Watch, state: WatchedState, now: number): Plans {
  if (watch.isOver || hasEnded(state)) return { nextPollAt: null, throttledUntil: null };
  if (watch.phase !== 'asking') return { nextPollAt: state.nextPollAt, throttledUntil: state.throttledUntil };
  const throttledUntil = watch.queue.throttledUntil(now);
  // An export that waits for nothing is being asked about at this moment.
  const dueAt = watch.wheelSlot === NOT_WAITING ? now : watch.dueAt;
  return { nextPollAt: Math.max(dueAt, throttledUntil ?? 0), throttledUntil };
}

/** A log entry as the one event that all its subscribers are given. */
export function toEvent(
  { at, fact, state }: Omit<LogEntry, 'sequence'>,
  exportId: string,
  cursor: string,
): ExportEvent {
  const base = { cursor, at, exportId, export: toExport(state) };
  switch (fact.type) {
    case 'ExportSnapshot':
      return { ...base, ...fact, isReplayGap: false };
    case 'ExportWatchInterrupted':
      return { ...base, ...fact, retryAt: state.nextPollAt };
    default:
      return { ...base, ...fact };
  }
}

/** True where nothing follows this entry for its export. Several entries of one reading share its state: look at the fact. */
export function isLast(fact: ExportFact, state: WatchedState): boolean {
  switch (fact.type) {
    case 'ExportWatchFailed':
      return true;
    case 'ExportStatusChanged':
      return isTerminal(fact.to);
    case 'ExportSnapshot':
      return hasEnded(state);
    default:
      return false;
  }
}
