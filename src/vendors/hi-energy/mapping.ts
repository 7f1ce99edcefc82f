import type {
  ExportFailure,
  ExportKey,
  ExportProgress,
  ExportSnapshot,
  ExportStatus,
  FileDescription,
} from '../../export/export.ts';
import { toFileName } from '../../export/file-name.ts';
import { parseInstant } from '../shared/instant.ts';
import { readStatus, type StatusReading, toPlainText, toRawStatus } from '../shared/status-table.ts';
import type { AnswerFacts, HiEnergyDetails, HiEnergyIds, WireExport } from './types.ts';

/**
 * Hi Energy's words for an export report, in ours.
 *
 * Source: Hi Energy API page of `getExportReport`, field `status`; read 2026-11.
 */
// biome-ignore format: a table is read by its columns
export const HI_ENERGY_STATUS = {
  pending:    { status: 'QUEUED' },
  processing: { status: 'RUNNING' },
  completed:  { status: 'SUCCEEDED', outcome: 'COMPLETE' },
  failed:     { status: 'FAILED' },
} as const satisfies Record<string, StatusReading>;

const MAX_LABEL_LENGTH = 300;
const MAX_FAILURE_LENGTH = 300;
const MAX_ERROR_MESSAGE_LENGTH = 1_000;

/** Media types of the files the vendor is known to make, by extension. */
const MEDIA_TYPES: ReadonlyMap<string, string> = new Map([
  ['csv', 'text/csv'],
  ['xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
  ['xls', 'application/vnd.ms-excel'],
  ['zip', 'application/zip'],
]);

/** One export as the vendor described it, in our words. */
export function toSnapshot(
  key: ExportKey<HiEnergyIds>,
  wire: WireExport,
  { source, receivedAt, retryAfterMs }: AnswerFacts,
): ExportSnapshot<HiEnergyDetails> {
  const { status, outcome } = readWord(wire.status);
  const updatedAt = parseInstant(wire.updated_at);
  return {
    key,
    name: toLabel(wire.display_name),
    status,
    rawStatus: toRawStatus(wire.status),
    outcome: outcome ?? null,
    failure: status === 'FAILED' ? toFailure(wire) : null,
    progress: toProgress(wire, status),
    createdAt: parseInstant(wire.created_at),
    startedAt: parseInstant(wire.started_at),
    updatedAt,
    finishedAt: isEnded(status) ? (parseInstant(wire.completed_at) ?? updatedAt) : null,
    files: toFiles(key.ids, wire, status, source),
    pollAfterMs: retryAfterMs,
    observedAt: receivedAt,
    details: toDetails(key.ids, wire),
  };
}

/** The file of a completed export; its link's lifetime is not the file's, and the vendor publishes no retention. */
export function toFileDescription(ids: HiEnergyIds, wire: WireExport): FileDescription {
  const original = toLabel(wire.filename);
  const extension = extensionOf(original) ?? extensionOfReport(wire.report_type);
  const base = original ?? `${toLabel(wire.display_name) ?? wire.report_type}-${ids.exportId}`;
  return {
    name: toFileName(base, extension),
    mediaType: MEDIA_TYPES.get(extension) ?? null,
    availableUntil: null,
  };
}

/** The presigned link, byte for byte; null where the answer holds none. */
export function toLink(wire: WireExport): string | null {
  return wire.download_url === '' ? null : wire.download_url;
}

/** What a status word of the vendor means; an unlisted one is UNKNOWN. */
export function readWord(word: string): StatusReading {
  return readStatus(HI_ENERGY_STATUS, word);
}

function isEnded(status: ExportStatus): boolean {
  return status === 'SUCCEEDED' || status === 'FAILED';
}

function toFiles(
  ids: HiEnergyIds,
  wire: WireExport,
  status: ExportStatus,
  source: AnswerFacts['source'],
): readonly FileDescription[] | null | undefined {
  if (status === 'FAILED') return [];
  if (status !== 'SUCCEEDED') return null;
  if (toLink(wire) !== null) return [toFileDescription(ids, wire)];
  // Completed without a link: "no file available now" from the status call, "not told" from the list.
  return source === 'single' ? [] : undefined;
}

function toFailure(wire: WireExport): ExportFailure {
  const message = toPlainText(wire.error_message ?? '', MAX_FAILURE_LENGTH);
  return {
    code: null,
    message: message === '' ? 'Hi Energy reports that the export failed, without saying why.' : message,
    // The vendor does not say whether starting it again could work.
    isRetryable: false,
    retryAfterMs: null,
  };
}

function toProgress(wire: WireExport, status: ExportStatus): ExportProgress | null {
  const isComplete = status === 'SUCCEEDED' && isChunked(wire);
  const completedParts = wire.progress?.parts_ready ?? null;
  const totalParts = wire.progress?.total_parts ?? null;
  if (completedParts === null && totalParts === null && !isComplete) return null;
  return { percent: isComplete ? 100 : toPercent(completedParts, totalParts), completedParts, totalParts };
}

/** The vendor has no percentage, only parts, and may count more of them ready than there are. */
function toPercent(ready: number | null, total: number | null): number | null {
  if (ready === null || total === null || total <= 0) return null;
  return Math.min(100, Math.floor((100 * ready) / total));
}

/** Progress stands only on chunked parents, so it tells even where the flag is left out. */
function isChunked(wire: WireExport): boolean {
  return wire.chunked_export ?? wire.progress !== null;
}

function toDetails(ids: HiEnergyIds, wire: WireExport): HiEnergyDetails {
  return {
    exportId: ids.exportId,
    reportType: toPlainText(wire.report_type, MAX_LABEL_LENGTH),
    displayName: toLabel(wire.display_name),
    statusDisplay: toLabel(wire.status_display),
    parameters: wire.parameters,
    filename: toLabel(wire.filename),
    errorMessage:
      wire.error_message === null ? null : toPlainText(wire.error_message, MAX_ERROR_MESSAGE_LENGTH),
    partsReady: wire.progress?.parts_ready ?? null,
    totalParts: wire.progress?.total_parts ?? null,
    isChunked: isChunked(wire),
    parentExportId: wire.parent_report_id,
  };
}

function toLabel(value: string | null): string | null {
  const label = toPlainText(value ?? '', MAX_LABEL_LENGTH);
  return label === '' ? null : label;
}

function extensionOf(filename: string | null): string | undefined {
  return /\.([a-z0-9]{1,16})$/i.exec(filename ?? '')?.[1]?.toLowerCase();
}

/** A report type ends in the format of its file: `advertisers_csv`, `deals_excel`. */
function extensionOfReport(reportType: string): string {
  if (reportType.endsWith('_csv')) return 'csv';
  if (reportType.endsWith('_excel')) return 'xlsx';
  return '';
}
