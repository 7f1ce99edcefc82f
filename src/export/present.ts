import type { Export, ExportObservation, ExportSnapshot, ExportTransition } from './export.ts';

/** A snapshot as callers are shown it: with how it is known, and what a watch has seen. */
export function present(
  snapshot: ExportSnapshot,
  { nextPollAt, throttledUntil, isStale }: Omit<ExportObservation, 'observedAt'>,
  transitions: readonly ExportTransition[],
): Export {
  return {
    ...snapshot,
    observation: { observedAt: snapshot.observedAt, nextPollAt, throttledUntil, isStale },
    transitions,
  };
}
