import { type Fields, toDate, toDateOrNull, toFields, toText, toTextOrNull } from './read.ts';
import { toExport } from './to-export.ts';
import type { Export, ExportEvent } from './types.ts';

/** After which nothing has stalled any more. */
const NEWS = new Set(['ExportSnapshot', 'ExportStatusChanged', 'ExportProgressed']);

/** The state after an event, and the event with it. */
export function toEvent(wire: Fields, before: Export | undefined): ExportEvent {
  const type = toText(wire.__typename);
  const now = toState(type, wire, before);
  const base = {
    cursor: toText(wire.cursor),
    at: toDate(wire.at),
    exportId: toText(wire.exportId),
    export: now ?? null,
  };
  return { ...base, __typename: type, ...toOwn(type, wire) } as ExportEvent;
}

function toOwn(type: string, wire: Fields): object {
  switch (type) {
    case 'ExportSnapshot':
      return { isReplayGap: wire.isReplayGap === true };
    case 'ExportStatusChanged':
      return { from: toTextOrNull(wire.from), to: toText(wire.to) };
    case 'ExportWatchInterrupted':
      return { code: toText(wire.code), retryAt: toDateOrNull(wire.retryAt) };
    case 'ExportWatchFailed':
      return { code: toText(wire.code), message: toText(wire.message) };
    case 'ExportStalled':
      return { since: toDate(wire.since) };
    default:
      return {};
  }
}

function toState(type: string, wire: Fields, before: Export | undefined): Export | undefined {
  const now = wire.export == null ? before : toExport(toFields(wire.export), before);
  if (now === undefined) return undefined;
  if (type === 'ExportWatchInterrupted') {
    return {
      ...now,
      isStale: true,
      trouble: { code: toText(wire.code), retryAt: toDateOrNull(wire.retryAt) },
    };
  }
  if (type === 'ExportWatchResumed') return { ...now, isStale: false, trouble: null };
  if (type === 'ExportStalled') return { ...now, stalledSince: toDate(wire.since) };
  if (type === 'ExportSnapshot' && wire.isReplayGap === true)
    return { ...now, hasGap: true, stalledSince: null };
  return NEWS.has(type) && now.stalledSince !== null ? { ...now, stalledSince: null } : now;
}
