import { type ExportRow, hasEnded, toProgressText } from '../export-row.ts';
import type { WatchedEvent } from '../gateway/event-stream.ts';
import type { VendorErrorCode } from '../generated/operations.ts';
import { type Paint, toStatusStyle } from './paint.ts';

/**
 * An event as one line: `2026-11-22T10:15:00.000Z  power-bi  RUNNING 40%  Sales overview`.
 *
 * Fields are divided by two blanks, which none of them holds: when, which vendor, what, which export, and where there is more to
 * say, a note. People grep these lines: their form is part of what the command promises.
 *
 * @param row - the export's row after the event
 */
export function toEventLine(event: WatchedEvent, row: ExportRow, paint: Paint = (text) => text): string {
  const { what, note } = describe(event, row);
  return [event.at, row.vendor, paint(what, toStatusStyle(what)), row.name, note]
    .filter((field) => field !== '')
    .join('  ');
}

interface Description {
  readonly what: string;
  readonly note: string;
}

function describe(event: WatchedEvent, row: ExportRow): Description {
  switch (event.__typename) {
    case 'ExportWatchInterrupted': {
      const again = event.retryAt === null ? '' : `, asking again at ${event.retryAt}`;
      return { what: `INTERRUPTED ${event.code}`, note: `${toTroubleText(event.code)}${again}` };
    }
    case 'ExportWatchFailed':
      return { what: `UNREADABLE ${event.code}`, note: row.unreadable?.message ?? '' };
    case 'ExportWatchResumed':
      return { what: join('RESUMED', toStatusText(row)), note: '' };
    case 'ExportStalled':
      return { what: join('STALLED', toStatusText(row)), note: `no change since ${event.since}` };
    case 'ExportSnapshot':
      return {
        what: toStatusText(row),
        note: event.isReplayGap ? join(row.failure, 'changes may have been missed') : row.failure,
      };
    default:
      return { what: toStatusText(row), note: row.failure };
  }
}

/** `RUNNING 40%`, `SUCCEEDED PARTIAL`, `FAILED`. */
export function toStatusText(row: Pick<ExportRow, 'status' | 'outcome' | 'progress' | 'unreadable'>): string {
  const detail = hasEnded(row) ? toOutcomeText(row) : toProgressText(row.progress);
  return join(row.status ?? '', detail);
}

/** A whole file goes without saying. */
function toOutcomeText({ outcome }: Pick<ExportRow, 'outcome'>): string {
  return outcome === null || outcome === 'COMPLETE' ? '' : outcome;
}

function join(...words: readonly string[]): string {
  return words.filter((word) => word !== '').join(' ');
}

const TEXTS: Readonly<Record<VendorErrorCode, string>> = {
  EXPORT_NOT_FOUND: 'no such export',
  VENDOR_UNAUTHENTICATED: 'credential refused',
  VENDOR_FORBIDDEN: 'not allowed',
  VENDOR_RATE_LIMITED: 'told to wait',
  VENDOR_TIMEOUT: 'no answer yet',
  VENDOR_UNAVAILABLE: 'unreachable',
  VENDOR_BAD_RESPONSE: 'bad answer',
  UNSUPPORTED_BY_VENDOR: 'not offered',
  WATCH_STORE_UNAVAILABLE: 'gateway cannot watch',
};

/** Why a vendor cannot be read, in two or three words; a code that is new to this version stands for itself. */
export function toTroubleText(code: VendorErrorCode): string {
  return TEXTS[code] ?? code;
}
