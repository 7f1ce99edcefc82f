import {
  type Fields,
  toDate,
  toDateOrNull,
  toFields,
  toList,
  toNumberOrNull,
  toText,
  toTextOrNull,
} from './read.ts';
import type { Export, ExportFailure, ExportFile, ExportTracking, Phase, Status } from './types.ts';

const PHASES: ReadonlyMap<string, Phase> = new Map([
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

/** What an answer's export holds beside the vendor's own fields. */
const COMMON = new Set(
  (
    '__typename id vendor account name status rawStatus isTerminal outcome failure progress createdAt startedAt updatedAt ' +
    'finishedAt files observation transitions tracking estimate'
  ).split(' '),
);

/** One flat export from an answer. @param before - what events alone tell is kept from it */
export function toExport(wire: Fields, before?: Export): Export {
  const status = toText(wire.status);
  const vendor = toFields(wire.vendor);
  const progress = wire.progress == null ? null : toFields(wire.progress);
  const seen = toFields(wire.observation);
  const tracking = toTracking(wire.tracking);
  return {
    id: toText(wire.id),
    vendor: toText(vendor.key),
    vendorName: toText(vendor.name),
    account: toText(toFields(wire.account).key),
    name: toTextOrNull(wire.name),
    label: tracking?.label ?? null,
    status,
    rawStatus: toText(wire.rawStatus),
    phase: toPhase(status),
    isTerminal: wire.isTerminal === true,
    percent: toNumberOrNull(progress?.percent),
    parts: toParts(progress),
    outcome: toTextOrNull(wire.outcome),
    failure: toFailure(wire.failure),
    createdAt: toDateOrNull(wire.createdAt),
    startedAt: toDateOrNull(wire.startedAt),
    updatedAt: toDateOrNull(wire.updatedAt),
    finishedAt: toDateOrNull(wire.finishedAt),
    files: wire.files == null ? null : toList(wire.files).map(toFile),
    transitions: toList(wire.transitions).map(({ from, to, rawStatus, at }) => ({
      from: toTextOrNull(from),
      to: toText(to),
      rawStatus: toText(rawStatus),
      at: toDate(at),
    })),
    tracking,
    estimate: wire.estimate == null ? null : toEstimate(toFields(wire.estimate)),
    asOf: toDate(seen.observedAt),
    isStale: seen.isStale === true,
    stalledSince: before?.stalledSince ?? null,
    throttledUntil: toDateOrNull(seen.throttledUntil),
    trouble: seen.isStale === true ? (before?.trouble ?? null) : null,
    nextPollAt: toDateOrNull(seen.nextPollAt),
    hasGap: before?.hasGap ?? false,
    details: toDetails(wire),
  };
}

function toParts(progress: Fields | null): Export['parts'] {
  const completed = toNumberOrNull(progress?.completedParts);
  const total = toNumberOrNull(progress?.totalParts);
  return completed === null && total === null ? null : { completed, total };
}

function toFailure(wire: unknown): ExportFailure | null {
  if (wire == null) return null;
  const { code, message, isRetryable, retryAfterMs } = toFields(wire);
  return {
    code: toTextOrNull(code),
    message: toText(message),
    isRetryable: isRetryable === true,
    retryAfterMs: toNumberOrNull(retryAfterMs),
  };
}

function toFile({ name, mediaType, url, urlExpiresAt, availableUntil }: Fields): ExportFile {
  return {
    name: toText(name),
    mediaType: toTextOrNull(mediaType),
    url: toText(url),
    urlExpiresAt: toDate(urlExpiresAt),
    availableUntil: toDateOrNull(availableUntil),
  };
}

function toTracking(wire: unknown): ExportTracking | null {
  if (wire == null) return null;
  const { label, startedHere, trackedBy, trackedAt, keptUntil } = toFields(wire);
  return {
    label: toTextOrNull(label),
    startedHere: startedHere === true,
    trackedBy: toTextOrNull(trackedBy),
    trackedAt: toDate(trackedAt),
    keptUntil: toDateOrNull(keptUntil),
  };
}

function toEstimate({ finishAt, finishAtLatest, basedOn }: Fields): Export['estimate'] {
  return {
    finishAt: toDate(finishAt),
    finishAtLatest: toDate(finishAtLatest),
    basedOn: toNumberOrNull(basedOn) ?? 0,
  };
}

/** A field that means different things to two vendors came as `NAME__TYPE`. */
function toDetails(wire: Fields): Fields {
  const own = Object.entries(wire).filter(([name]) => !COMMON.has(name));
  return Object.fromEntries(own.map(([name, value]) => [name.split('__')[0], value]));
}
