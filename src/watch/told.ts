import type { ExportFact } from '../export/events.ts';
import type { WatchedState } from '../export/transitions.ts';

/** When the vendor gave the last good answer, epoch milliseconds; 0 where there was none. */
export function observedAt(state: WatchedState | null): number {
  return state?.snapshot?.observedAt ?? 0;
}

/** True where both states are what one and the same reading came to. */
export function isSameReading(one: WatchedState, other: WatchedState | null): boolean {
  return (
    observedAt(one) === observedAt(other) &&
    one.trouble?.failures === other?.trouble?.failures &&
    one.transitions.length === other?.transitions.length
  );
}

/** True of what tells a newcomer its first state. */
export function isFirstState({ type }: ExportFact): boolean {
  return type === 'ExportSnapshot' || type === 'ExportWatchFailed';
}
