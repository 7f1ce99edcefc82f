import type {
  ExportFailure,
  ExportKey,
  ExportProgress,
  ExportSnapshot,
  ExportStatus,
  FileDescription,
} from '../../export/export.ts';
import { isTerminal } from '../../export/export.ts';
import { toFileName } from '../../export/file-name.ts';
import { parseRetryAfter } from '../../http/retry-after.ts';
import { parseInstant } from '../shared/instant.ts';
import { readStatus, type StatusReading, toPlainText, toRawStatus } from '../shared/status-table.ts';
import type { PowerBiAnswer, PowerBiDetails, PowerBiExportWire, PowerBiIds, PowerBiStatus } from './types.ts';

/**
 * Power BI's words for an export, in ours. Letter case counts.
 *
 * Source: "Reports - Get Export To File Status", enumeration `ExportState`; read 2026-11.
 */
export const POWER_BI_STATUS = {
  Undefined: { status: 'UNKNOWN' }, // not an end: jobs have gone on to run from here
  NotStarted: { status: 'QUEUED' },
  Running: { status: 'RUNNING' },
  Succeeded: { status: 'SUCCEEDED', outcome: 'COMPLETE' },
  Failed: { status: 'FAILED' },
} as const satisfies Record<PowerBiStatus, StatusReading>;

/** The kinds of file an export can end in. Source: "Reports - Export To File", enumeration `FileFormat`; read 2026-11. */
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.pdf': 'application/pdf',
  '.pptx': 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  '.xlsx': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  '.docx': 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  '.zip': 'application/zip', // what PNG becomes when there is more than one page
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.bmp': 'image/bmp',
  '.tif': 'image/tiff',
  '.tiff': 'image/tiff',
  '.emf': 'image/emf',
  '.csv': 'text/csv',
  '.xml': 'text/xml',
  '.mhtml': 'multipart/related',
};

const MAX_NAME_LENGTH = 300;
const MAX_MESSAGE_LENGTH = 300;
const MAX_CODE_LENGTH = 100;
const MAX_EXTENSION_LENGTH = 20;
const MAX_LOCATION_LENGTH = 4_096;

/** What a watch obeys of a `Retry-After`: less would hammer, more would look dead. */
const MIN_POLL_AFTER_MS = 1_000;
const MAX_POLL_AFTER_MS = 300_000;

/** A checked status answer as a snapshot. */
export function toSnapshot(
  key: ExportKey<PowerBiIds>,
  answer: PowerBiAnswer,
): ExportSnapshot<PowerBiDetails> {
  const { wire, receivedAt } = answer;
  const reading: StatusReading = readStatus(POWER_BI_STATUS, wire.status);
  const details = toDetails(key.ids, wire);
  return {
    key,
    name: details.reportName,
    status: reading.status,
    rawStatus: toRawStatus(wire.status),
    outcome: reading.outcome ?? null,
    failure: reading.status === 'FAILED' ? toFailure(answer) : null,
    progress: toProgress(details.percentComplete),
    createdAt: parseInstant(wire.createdDateTime),
    startedAt: null,
    updatedAt: details.lastActionDateTime,
    finishedAt: isTerminal(reading.status) ? details.lastActionDateTime : null,
    files: toFiles(reading.status, details),
    pollAfterMs: isTerminal(reading.status) ? null : toPollAfterMs(answer),
    observedAt: receivedAt,
    details,
  };
}

function toDetails(ids: PowerBiIds, wire: PowerBiExportWire): PowerBiDetails {
  return {
    exportId: ids.exportId,
    reportId: ids.reportId,
    reportName: toText(wire.reportName, MAX_NAME_LENGTH),
    groupId: ids.groupId ?? null,
    percentComplete: toPercent(wire.percentComplete),
    resourceFileExtension: toText(wire.resourceFileExtension, MAX_EXTENSION_LENGTH),

    resourceLocation: toLocation(wire.resourceLocation),
    expirationTime: parseInstant(wire.expirationTime),
    lastActionDateTime: parseInstant(wire.lastActionDateTime),
  };
}

function toText(text: string | null, maxLength: number): string | null {
  return text === null ? null : toPlainText(text, maxLength) || null;
}

function toPercent(percent: number | null): number | null {
  if (percent === null || !Number.isFinite(percent)) return null;
  return Math.min(100, Math.max(0, Math.trunc(percent)));
}

function toProgress(percent: number | null): ExportProgress | null {
  return percent === null ? null : { percent, completedParts: null, totalParts: null };
}

/** The documented sample is cut off in front (`...Mi9C5419i....PS4=/file`), and such a thing is no address. */
function toLocation(location: string | null): string | null {
  if (location === null || location.length > MAX_LOCATION_LENGTH) return null;
  // The pattern comes first: URL parsing repairs `http:host`, and drops tabs and line ends in silence.
  if (!/^https?:\/\/[^\s\p{C}\\]+$/iu.test(location) || !URL.canParse(location)) return null;
  return location;
}

/** One file, and only after a success; its address is rebuilt from the ids when it is opened. */
function toFiles(status: ExportStatus, details: PowerBiDetails): readonly FileDescription[] | null {
  if (status === 'FAILED') return [];
  if (status !== 'SUCCEEDED') return null;
  const extension = details.resourceFileExtension ?? '';
  return [
    {
      name: toFileName(details.reportName ?? '', extension),
      mediaType: toMediaType(extension),
      availableUntil: details.expirationTime,
    },
  ];
}

function toMediaType(extension: string): string | null {
  const wanted = `.${extension.replace(/^\./, '').toLowerCase()}`;
  return Object.hasOwn(MEDIA_TYPES, wanted) ? (MEDIA_TYPES[wanted] ?? null) : null;
}

/** `Retry-After` on a failed export is how Power BI says "too busy": the export may be started again after it. */
function toFailure(answer: PowerBiAnswer): ExportFailure {
  const isBusy = answer.retryAfter !== undefined;
  const { code, message } = answer.wire.error;
  return {
    code: toText(code, MAX_CODE_LENGTH),
    message: toText(message, MAX_MESSAGE_LENGTH) ?? toFailureSentence(isBusy),
    isRetryable: isBusy,
    retryAfterMs: toRetryAfterMs(answer),
  };
}

function toFailureSentence(isBusy: boolean): string {
  return isBusy
    ? 'Power BI was too busy to finish this export; it may be started again.'
    : 'Power BI could not finish this export and gave no reason.';
}

function toPollAfterMs(answer: PowerBiAnswer): number | null {
  const waitMs = toRetryAfterMs(answer);
  return waitMs === null ? null : Math.min(MAX_POLL_AFTER_MS, Math.max(MIN_POLL_AFTER_MS, waitMs));
}

function toRetryAfterMs({ retryAfter, receivedAt }: PowerBiAnswer): number | null {
  return parseRetryAfter(retryAfter, receivedAt) ?? null;
}
