import type { ExportFailure, ExportKey, ExportSnapshot, FileDescription } from '../../export/export.ts';
import { toFileName } from '../../export/file-name.ts';
import { parseInstant } from '../shared/instant.ts';
import {
  readStatus,
  type StatusReading,
  type StatusTable,
  toPlainText,
  toRawStatus,
} from '../shared/status-table.ts';
import type { JobReading, TalkdeskDetails, TalkdeskIds, WireJob } from './types.ts';

/**
 * Talkdesk's words for a report job, in ours. The documentation's prose writes them in capitals, its specification and real
 * answers in small letters: compare with `readTalkdeskStatus`, which takes both.
 *
 * Source: Talkdesk API docs, "Get job report execution details", and the OpenAPI behind it; read 2026-11.
 */
// biome-ignore format: a table is read in columns
export const TALKDESK_STATUS = {
  created:    { status: 'QUEUED' },
  processing: { status: 'RUNNING' },
  uploading:  { status: 'RUNNING' },
  sending:    { status: 'RUNNING' }, // the retired Reporting API's word
  done:       { status: 'SUCCEEDED', outcome: 'COMPLETE' },
  failed:     { status: 'FAILED' },
  canceled:   { status: 'CANCELED' },
  deleted:    { status: 'EXPIRED' }, // it did finish; its file was removed: not a failure
  completed:  { status: 'SUCCEEDED', outcome: 'COMPLETE' }, // only in clients' checks
  error:      { status: 'FAILED' }, // only in clients' checks
} as const satisfies StatusTable;

/** The word a redirect stands for, where no body says it. */
export const DONE_WORD = 'done' satisfies keyof typeof TALKDESK_STATUS;

/** The "word" of an answer without a body (HTTP 204): not in the table, so that it reads as UNKNOWN and asking goes on. */
export const NO_CONTENT_WORD = '204';

/** The "word" of an order that was taken and of which nothing else is said: UNKNOWN for the same reason. */
export const ACCEPTED_WORD = '202';

/** Looks a status word up, in any mixture of capitals. */
export function readTalkdeskStatus(word: string): StatusReading {
  return readStatus(TALKDESK_STATUS, word, (spelling) => spelling.trim().toLowerCase());
}

/** The longest name shown. */
const MAX_NAME_LENGTH = 300;
const MAX_WORD_LENGTH = 100;

interface FileFormat {
  readonly extension: string;
  readonly mediaType: string | null;
}

/** Source: Talkdesk API docs, "Create a report job", field `format`; `json_bulk` is newline-delimited objects. */
const FILE_FORMATS: Readonly<Record<string, FileFormat>> = {
  csv: { extension: '.csv', mediaType: 'text/csv' },
  json: { extension: '.json', mediaType: 'application/json' },
  json_bulk: { extension: '.jsonl', mediaType: 'application/x-ndjson' },
};

/** A format we do not know gets no extension: a wrong one opens in the wrong program. */
const UNKNOWN_FORMAT: FileFormat = { extension: '', mediaType: null };

/** Talkdesk gives neither code nor text with a failure. */
const FAILURE: ExportFailure = {
  code: null,
  message: 'Talkdesk says that the report job failed, without giving a reason.',
  isRetryable: false,
  retryAfterMs: null,
};

/** One reading of a job as the snapshot that callers see. Talkdesk tells no progress, no end time and no expiry. */
export function toSnapshot(
  key: ExportKey<TalkdeskIds>,
  { word, job, receivedAt }: JobReading,
): ExportSnapshot<TalkdeskDetails> {
  const { status, outcome = null } = readTalkdeskStatus(word);
  return {
    key,
    name: toName(job),
    status,
    rawStatus: toRawStatus(word),
    outcome,
    failure: status === 'FAILED' ? FAILURE : null,
    progress: null,
    createdAt: parseInstant(job.createdAt),
    startedAt: null,
    updatedAt: null,
    finishedAt: null,
    files: toFiles(key.ids, job, status),
    pollAfterMs: null,
    observedAt: receivedAt,
    details: toDetails(key.ids, job),
  };
}

/** The one file of a job that is done, described by its job. */
export function toFile(ids: TalkdeskIds, job: WireJob): FileDescription {
  const format = job.format?.trim().toLowerCase() ?? '';
  const { extension, mediaType } = Object.hasOwn(FILE_FORMATS, format)
    ? (FILE_FORMATS[format] ?? UNKNOWN_FORMAT)
    : UNKNOWN_FORMAT;
  return {
    name: toFileName(toName(job) ?? `${ids.reportType}-${ids.jobId}`, extension),
    mediaType,
    availableUntil: null,
  };
}

function toFiles(
  ids: TalkdeskIds,
  job: WireJob,
  status: StatusReading['status'],
): readonly FileDescription[] | null {
  if (status === 'SUCCEEDED') return [toFile(ids, job)];
  return status === 'FAILED' || status === 'CANCELED' || status === 'EXPIRED' ? [] : null;
}

function toName(job: WireJob): string | null {
  return toPlainText(job.name ?? '', MAX_NAME_LENGTH) || null;
}

function toDetails(ids: TalkdeskIds, job: WireJob): TalkdeskDetails {
  const from = parseInstant(job.from);
  const to = parseInstant(job.to);
  return {
    jobId: ids.jobId,
    reportType: ids.reportType,
    timezone: toPlainText(job.timezone ?? '', MAX_WORD_LENGTH) || null,
    format: toPlainText(job.format ?? '', MAX_WORD_LENGTH) || null,
    timespan: from === null && to === null ? null : { from, to },
  };
}
