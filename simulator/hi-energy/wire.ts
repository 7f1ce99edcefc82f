import { stringify } from 'lossless-json';
import type { SimulatorResponse, SimulatorSurroundings } from '../simulator.ts';
import type { HiEnergyWord, SimulatedExport } from './jobs.ts';

/** Writes an export as the vendor does, with or without a fresh link. */
export type ExportWriter = (entry: SimulatedExport, hasLink: boolean) => Readonly<Record<string, unknown>>;

const LINK_LIFETIME_S = 3_600;

const LABELS: Readonly<Record<HiEnergyWord, string>> = {
  pending: 'Pending',
  processing: 'Processing',
  completed: 'Completed',
  failed: 'Failed',
};

/** An export on the wire; the link is minted at this moment, and its id stays a bigint. */
export function writeExport(
  { mountUrl, files }: SimulatorSurroundings,
  entry: SimulatedExport,
  hasLink: boolean,
): Readonly<Record<string, unknown>> {
  const { word, createdAt, startedAt, completedAt, updatedAt, parts } = entry.look();
  const file = word === 'completed' ? entry.file : null;
  const url = file !== null && hasLink ? files.presign(file, LINK_LIFETIME_S * 1_000, 'v4') : null;
  return {
    id: entry.id,
    report_type: entry.request.report_type,
    display_name: entry.title,
    status: word,
    status_display: LABELS[word],
    parameters: { search_params: entry.request.search_params, index_params: entry.request.index_params },
    filename: file?.name ?? null,
    download_url: url,
    download_expires_in_seconds: url === null ? null : LINK_LIFETIME_S,
    error_message: word === 'failed' ? entry.errorMessage : null,
    progress: parts === null ? null : { parts_ready: parts.ready, total_parts: parts.total },
    parent_report_id: entry.parentId,
    chunked_export: parts !== null,
    created_at: toText(createdAt),
    updated_at: toText(updatedAt),
    started_at: startedAt === null ? null : toText(startedAt),
    completed_at: completedAt === null ? null : toText(completedAt),
    status_url: `${mountUrl}/api/v1/exports/${entry.id}`,
  };
}

/** A JSON answer whose bigints are bare integers, as the vendor writes its ids. */
export function answer(status: number, body: Readonly<Record<string, unknown>>): SimulatorResponse {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: stringify(body) ?? '',
  };
}

/** An error in the platform's envelope, with whatever stands beside it. */
export function refuse(
  status: number,
  code: string,
  message: string,
  beside: Readonly<Record<string, unknown>> = {},
): SimulatorResponse {
  return answer(status, { ...toErrorBody(code, message), ...beside });
}

/** The platform's error envelope. */
export function toErrorBody(
  code: string,
  message: string,
): { readonly error: Readonly<Record<string, string>> } {
  return { error: { code, message } };
}

/** Whole seconds, as in the documented samples. */
function toText(instant: number): string {
  return new Date(instant).toISOString().replace(/\.\d{3}Z$/, 'Z');
}
