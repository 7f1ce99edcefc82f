import type { Export, ExportObservation, ExportSnapshot, ExportTransition } from './export.ts';

/** A snapshot as callers are shown it: with how it is known, and what a watch has seen. */
export function present(
  snapshot: ExportSnapshot,
  { nextPollAt, throttledUntil, isStale }: Omit<ExportObservation, 'observedAt'>,
  transitions: readonly ExportTransition[],
): Export {
  // Field by field: a spread copies them one by one all the same, and more slowly for every new shape of what it copies.
  return {
    key: snapshot.key,
    name: snapshot.name,
    status: snapshot.status,
    rawStatus: snapshot.rawStatus,
    outcome: snapshot.outcome,
    failure: snapshot.failure,
    progress: snapshot.progress,
    createdAt: snapshot.createdAt,
    startedAt: snapshot.startedAt,
    updatedAt: snapshot.updatedAt,
    finishedAt: snapshot.finishedAt,
    files: snapshot.files,
    pollAfterMs: snapshot.pollAfterMs,
    observedAt: snapshot.observedAt,
    details: snapshot.details,
    observation: { observedAt: snapshot.observedAt, nextPollAt, throttledUntil, isStale },
    transitions,
  };
}

/** What the vendor said of an export, without what this gateway adds to it. */
export function toSnapshot({
  observation: _observation,
  transitions: _transitions,
  ...snapshot
}: Export): ExportSnapshot {
  return snapshot;
}
