import { type Fields, revive, toFields } from './read.ts';
import { toExport } from './to-export.ts';
import type { Export, ExportEvent } from './types.ts';

/** After which nothing has stalled any more. */
const NEWS = /^Export(?:Snapshot|StatusChanged|Progressed)$/;

/** The state after an event, and the event with it. */
export function toEvent({ export: wire, ...rest }: Fields, before: Export | undefined): ExportEvent {
  const event = revive(rest) as ExportEvent;
  const now = wire == null ? before : toExport(toFields(wire), before);
  return { ...event, export: now === undefined ? null : { ...now, ...toChange(event) } };
}

/** What an event says of an export beside its state. */
function toChange(event: ExportEvent): Partial<Export> {
  switch (event.__typename) {
    case 'ExportWatchInterrupted':
      return { isStale: true, trouble: { code: event.code, retryAt: event.retryAt ?? null } };
    case 'ExportWatchResumed':
      return { isStale: false, trouble: null };
    case 'ExportStalled':
      return { stalledSince: event.since };
    default: {
      const hasGap = event.__typename === 'ExportSnapshot' && event.isReplayGap === true;
      return { ...(NEWS.test(event.__typename) && { stalledSince: null }), ...(hasGap && { hasGap }) };
    }
  }
}
