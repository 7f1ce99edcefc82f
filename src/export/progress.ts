import type { ExportProgress } from './export.ts';

/** The further of two tellings, number by number, so that progress never falls within one watch. */
export function mergeProgress(
  before: ExportProgress | null,
  after: ExportProgress | null,
): ExportProgress | null {
  if (before === null) return after;
  if (after === null) return before;
  if (isSameProgress(before, after)) return after;
  const merged: ExportProgress = {
    percent: further(before.percent, after.percent),
    completedParts: further(before.completedParts, after.completedParts),
    totalParts: further(before.totalParts, after.totalParts),
  };
  return isSameProgress(merged, after) ? after : merged;
}

/** True where both say the same. */
export function isSameProgress(one: ExportProgress | null, other: ExportProgress | null): boolean {
  return (
    one?.percent === other?.percent &&
    one?.completedParts === other?.completedParts &&
    one?.totalParts === other?.totalParts
  );
}

function further(before: number | null, after: number | null): number | null {
  if (before === null || after === null) return after ?? before;
  return Math.max(before, after);
}
