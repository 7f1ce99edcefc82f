import {
  type ExportFailure,
  type ExportKey,
  type ExportSnapshot,
  type FileDescription,
  isTerminal,
} from '../../export/export.ts';
import { toFileName } from '../../export/file-name.ts';
import { linkPath, readLink } from '../shared/presigned-link.ts';
import {
  readStatus,
  type StatusReading,
  type StatusTable,
  toPlainText,
  toRawStatus,
} from '../shared/status-table.ts';
import type { WebAdmitDetails, WebAdmitIds, WireRun } from './types.ts';

/**
 * WebAdMIT's words for an export file, in ours.
 *
 * Source: WebAdMIT API v1 docs, "Export/Report Files (check status)", attribute `status`, and their commit 8ca9bf3
 * (June 2018), which says that the API sends Title Case; read 2026-11. See `toNormalWord` for the other spelling.
 */
// biome-ignore format: a table is read in columns
export const WEB_ADMIT_STATUS = {
  'Initializing':        { status: 'QUEUED' },
  'Queued':              { status: 'QUEUED' },
  'In Progress':         { status: 'RUNNING' },
  'Available':           { status: 'SUCCEEDED', outcome: 'COMPLETE' },
  'Success With Errors': { status: 'SUCCEEDED', outcome: 'PARTIAL' },
  'Empty List':          { status: 'SUCCEEDED', outcome: 'EMPTY' }, // nothing matched: not a failure
  'Failed':              { status: 'FAILED' },
} as const satisfies StatusTable;

const MAX_HREF_LENGTH = 200;

const EXTENSION_BY_MEDIA_TYPE: Readonly<Record<string, string>> = {
  'text/csv': 'csv',
  'application/vnd.ms-excel': 'xls',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
  'text/html': 'html',
  'text/plain': 'txt',
  'application/zip': 'zip',
};

/** Endings that already tell a person's computer what to do; any other dot is part of the title. */
const KNOWN_EXTENSION = /\.(csv|xlsx?|html?|txt|zip|pdf)$/i;

/** WebAdMIT gives no reason, and starting the same template again would meet the same data. */
const FAILURE: ExportFailure = {
  code: null,
  message: 'WebAdMIT could not make this export file.',
  isRetryable: false,
  retryAfterMs: null,
};

/** Where an answer about a run came from: only the single call gives download links. */
export type RunSource = 'single' | 'list';

/** One spelling for `In Progress`, `in_progress` and `in-progress`: the vendor's page and its API disagree. */
export function toNormalWord(word: string): string {
  return word
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
}

/** What a run's word means; a word that is not listed is UNKNOWN. */
export function readRunStatus(word: string): StatusReading {
  return readStatus(WEB_ADMIT_STATUS, word, toNormalWord);
}

/**
 * One answer about a run, as a snapshot.
 *
 * The identity of the job is the ids that were asked for: the vendor's own samples have `href` and `export_id`
 * disagreeing, so neither is compared with them.
 *
 * @param observedAt - when the vendor gave the answer, epoch milliseconds
 */
export function toSnapshot(
  key: ExportKey<WebAdmitIds>,
  run: WireRun,
  source: RunSource,
  observedAt: number,
): ExportSnapshot<WebAdmitDetails> {
  const { status, outcome = null } = readRunStatus(run.status);
  return {
    key,
    name: run.downloadUrl === null ? null : readDownloadUrl(run.downloadUrl).fileName,
    status,
    rawStatus: toRawStatus(run.status),
    outcome,
    failure: status === 'FAILED' ? FAILURE : null,
    progress: null,
    createdAt: null,
    startedAt: null,
    updatedAt: null,
    finishedAt: null,
    files: toFiles(key.ids, run, source),
    pollAfterMs: null,
    observedAt,
    details: {
      exportId: key.ids.exportId,
      exportFileId: key.ids.exportFileId,
      userIdentityId: key.ids.userIdentityId ?? null,
      href: run.href === null ? null : toPlainText(run.href, MAX_HREF_LENGTH),
    },
  };
}

function toFiles(ids: WebAdmitIds, run: WireRun, source: RunSource): ExportSnapshot['files'] {
  const { status, outcome } = readRunStatus(run.status);
  if (!isTerminal(status)) return null;
  if (status !== 'SUCCEEDED') return [];
  if (run.downloadUrl !== null) return [describeFile(ids, run.downloadUrl)];
  // A list never gives links, so their absence there says nothing; an empty run is the exception: it has no file.
  return source === 'list' && outcome !== 'EMPTY' ? undefined : [];
}

/** What a presigned link says about the file behind it; null where it does not say. */
export interface DownloadUrlFacts {
  /** Safe, with an extension wherever one is known. */
  readonly fileName: string | null;
  readonly mediaType: string | null;
}

/** Reads a link's query. Never throws, whatever the text. */
export function readDownloadUrl(url: string): DownloadUrlFacts {
  const { fileName, mediaType } = readLink(url);
  return { fileName: fileName === null ? null : toNameWithExtension(fileName, mediaType, url), mediaType };
}

/** The file behind a link, named after the run where the link gives no name. */
export function describeFile(ids: WebAdmitIds, url: string): FileDescription {
  const { fileName, mediaType } = readDownloadUrl(url);
  const fallback = `export-${ids.exportId}-${ids.exportFileId}`;
  return { name: fileName ?? toNameWithExtension(fallback, mediaType, url), mediaType, availableUntil: null };
}

function toNameWithExtension(title: string, mediaType: string | null, url: string): string {
  const own = KNOWN_EXTENSION.exec(title)?.[1];
  return toFileName(title, own ?? extensionOf(mediaType) ?? storedExtension(url) ?? '');
}

function extensionOf(mediaType: string | null): string | undefined {
  const type = (mediaType ?? '').replace(/;.*/s, '').trim().toLowerCase();
  return Object.hasOwn(EXTENSION_BY_MEDIA_TYPE, type) ? EXTENSION_BY_MEDIA_TYPE[type] : undefined;
}

/** The extension under which the vendor stores the file: `…/0123456789abcdef_original.txt`. */
function storedExtension(url: string): string | undefined {
  return KNOWN_EXTENSION.exec(linkPath(url).toLowerCase())?.[1];
}
