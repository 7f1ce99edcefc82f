import { TrackingError } from '../export/errors.ts';
import type { ExportSnapshot } from '../export/export.ts';
import type { TrackedExport } from '../export/store.ts';
import { advance, startWatch, type WatchedState } from '../export/transitions.ts';

/** What a first answer comes to. */
export function toState(snapshot: ExportSnapshot, now: number): WatchedState {
  return advance(startWatch(now), snapshot, now, { stallAfterMs: Number.POSITIVE_INFINITY }).state;
}

/** Where only time and progress went on, nothing is written: the vendor tells them again. */
export function isWorthWriting(before: WatchedState | null, after: WatchedState): boolean {
  if (before === null || before.snapshot === null) return after.snapshot !== null || after.failed !== null;
  return (
    before.snapshot.status !== after.snapshot?.status ||
    before.failed?.code !== after.failed?.code ||
    (!before.isStallTold && after.isStallTold) ||
    before.transitions.length !== after.transitions.length
  );
}

/** The account's credential was refused for good: another one, or another day, may do better. */
export function isRefused(state: WatchedState | null): boolean {
  const code = state?.failed?.code;
  return code === 'VENDOR_UNAUTHENTICATED' || code === 'VENDOR_FORBIDDEN';
}

export function isOlder(state: WatchedState, than: WatchedState | null): boolean {
  return (state.snapshot?.observedAt ?? 0) < (than?.snapshot?.observedAt ?? 0);
}

export function toTracked(entry: TrackedExport): TrackedExport {
  const { tenant, key, identity, label, startedHere, trackedBy, trackedAt, keptUntil, state } = entry;
  return { tenant, key, identity, label, startedHere, trackedBy, trackedAt, keptUntil, state };
}

export function toLimit(maxOpen: number): TrackingError {
  return new TrackingError(
    'TRACKING_LIMIT',
    `This tenant has ${maxOpen} open tracked exports, which is the most it may have: untrack some, or wait until some have ended.`,
  );
}
