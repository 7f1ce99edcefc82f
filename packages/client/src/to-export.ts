import { type Fields, revive, toFields, toText } from './read.ts';
import type { Export, ExportTracking, Phase, Status } from './types.ts';

const PHASES: ReadonlyMap<string, Phase> = new Map<string, Phase>([
  ['QUEUED', 'waiting'],
  ['SUCCEEDED', 'succeeded'],
  ['FAILED', 'failed'],
  ['CANCELED', 'gone'],
  ['EXPIRED', 'gone'],
]);

/** A word to come lands in `moving`, as every status does that is no end. */
export function toPhase(status: Status): Phase {
  return PHASES.get(status) ?? 'moving';
}

/** What is of every vendor, and the same here as in an answer. */
const SAME =
  'id name status rawStatus isTerminal outcome failure createdAt startedAt updatedAt finishedAt files transitions tracking estimate'.split(
    ' ',
  );
const COMMON = new Set([...SAME, '__typename', 'vendor', 'account', 'progress', 'observation']);

/** One flat export from an answer. @param before - what events alone tell is kept from it */
export function toExport(wire: Fields, before?: Export): Export {
  const vendor = toFields(wire.vendor);
  const { percent, completedParts = null, totalParts = null } = toFields(wire.progress);
  const { observedAt, ...seen } = revive(toFields(wire.observation)) as Record<string, Date | boolean | null>;
  const same = Object.fromEntries(SAME.map((name) => [name, revive(wire[name], name)])) as unknown as Export;
  const isStale = seen.isStale === true;
  const own = Object.entries(wire).filter(([name]) => !COMMON.has(name));
  return {
    ...same,
    vendor: toText(vendor.key),
    vendorName: toText(vendor.name),
    account: toText(toFields(wire.account).key),
    label: (same.tracking as ExportTracking | null)?.label ?? null,
    phase: toPhase(same.status),
    percent: (percent as number) ?? null,
    parts:
      totalParts === null && completedParts === null
        ? null
        : { completed: completedParts as number, total: totalParts as number },
    transitions: same.transitions ?? [],
    asOf: (observedAt as Date) ?? new Date(0),
    isStale,
    nextPollAt: (seen.nextPollAt as Date) ?? null,
    throttledUntil: (seen.throttledUntil as Date) ?? null,
    stalledSince: before?.stalledSince ?? null,
    trouble: isStale ? (before?.trouble ?? null) : null,
    hasGap: before?.hasGap ?? false,
    // A field that means different things to two vendors came as `NAME__TYPE`.
    details: Object.fromEntries(own.map(([name, value]) => [name.split('__')[0], value])),
  };
}
