import { type ExportFailure, type ExportKey, type ExportSnapshot, isTerminal } from '../../export/export.ts';
import {
  readStatus,
  type StatusReading,
  type StatusTable,
  toPlainText,
  toRawStatus,
} from '../shared/status-table.ts';
import { describeFile, readDownloadUrl } from './download-url.ts';
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
