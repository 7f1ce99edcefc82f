import type { LocatorGrammar } from '../../export/ports.ts';
import {
  type Checked,
  type Fields,
  NO_OBJECT,
  readEntries,
  toCount,
  toFields,
  toProblem,
  toText,
} from '../shared/answers.ts';
import { integerRule } from '../shared/id-rules.ts';

/** The ids that name one export at Hi Energy. */
export type HiEnergyIds = {
  /** A positive integer of up to 19 digits, kept as text: a float cannot hold all of them. */
  exportId: string;
};

/** What only Hi Energy tells about an export: the own fields of the GraphQL type `HiEnergyExport`. */
export interface HiEnergyDetails {
  readonly exportId: string;
  /** `advertisers_csv`, `deals_excel`, `hot_advertisers_excel`, `clicks_details_excel`, or a later word. */
  readonly reportType: string;
  readonly displayName: string | null;
  /** The vendor's label for the status; localised, so nothing branches on it. */
  readonly statusDisplay: string | null;
  /** The request's filters and columns, free-form: may hold business data. */
  readonly parameters: Readonly<Record<string, unknown>> | null;
  readonly filename: string | null;
  readonly errorMessage: string | null;
  readonly partsReady: number | null;
  readonly totalParts: number | null;
  readonly isChunked: boolean;
  /** The export this one is a chunk of. */
  readonly parentExportId: string | null;
}

/** What an export id looks like. Source: Hi Energy API page of `getExportReport`, path parameter `id`; read 2026-11. */
export const EXPORT_ID_PATTERN = /^[1-9][0-9]{0,18}$/;

/** The one id of a Hi Energy export. */
export const HI_ENERGY_LOCATOR: LocatorGrammar<HiEnergyIds> = { exportId: integerRule(19) };

/** One export as its own status call describes it; that call may leave the id out, since it was asked for. */
export interface WireExport {
  readonly id?: string | null | undefined;
  readonly report_type: string;
  readonly status: string;
  readonly display_name: string | null;
  readonly status_display: string | null;
  readonly parameters: Readonly<Record<string, unknown>> | null;
  readonly filename: string | null;
  readonly download_url: string | null;
  readonly download_expires_in_seconds: number | null;
  readonly error_message: string | null;
  readonly progress: { readonly parts_ready: number | null; readonly total_parts: number | null } | null;
  readonly parent_report_id: string | null;
  readonly chunked_export: boolean | null;
  readonly created_at: string | null;
  readonly updated_at: string | null;
  readonly started_at: string | null;
  readonly completed_at: string | null;
}

/** One export as the list call describes it. */
export type ListedExport = WireExport & { readonly id: string };

/** An export that an order has begun, or found there already. */
export interface StartedExportWire {
  readonly wire: ListedExport;
  readonly isExisting: boolean;
}

/** How an answer came, beside what it says. */
export interface AnswerFacts {
  /** The list and the answer to an order may leave links out, so that a missing one says nothing there. */
  readonly source: 'single' | 'list' | 'order';
  /** Epoch milliseconds. */
  readonly receivedAt: number;
  /** Not documented for this vendor, honoured when it comes; null when it did not. */
  readonly retryAfterMs: number | null;
}

/** Entries of one list that are looked at: ten times as many as are asked for. */
const MAX_ENTRIES = 1_000;

/** Reads the body of `GET /exports/{id}`. */
export function checkSingleAnswer(json: unknown): Checked<WireExport> {
  const body = toFields(json);
  if (body === undefined) return NO_OBJECT;
  const fields = toFields(body.export);
  return fields === undefined ? toProblem('export', body.export) : checkExport(fields);
}

/** Reads the body of `GET /exports`; entries that cannot be read are left out, so that they spoil no other. */
export function checkListAnswer(json: unknown): Checked<readonly ListedExport[]> {
  const body = toFields(json);
  if (body === undefined) return NO_OBJECT;
  if (!Array.isArray(body.exports)) return toProblem('exports', body.exports);
  return { wire: readEntries(body.exports, MAX_ENTRIES, toListedExport) };
}

/** One export that has to say its id; undefined where it does not, or cannot be read. */
export function toListedExport(entry: unknown): ListedExport | undefined {
  const fields = toFields(entry);
  const checked = fields === undefined ? NO_OBJECT : checkExport(fields);
  return 'wire' in checked && typeof checked.wire.id === 'string'
    ? (checked.wire as ListedExport)
    : undefined;
}

function checkExport(fields: Fields): Checked<WireExport> {
  const { id, report_type, status, chunked_export } = fields;
  const readId = toExportId(id);
  if (readId === null && id !== undefined && id !== null) return toProblem('export.id', id);
  if (typeof report_type !== 'string') return toProblem('export.report_type', report_type);
  if (typeof status !== 'string') return toProblem('export.status', status);
  const progress = toFields(fields.progress);
  return {
    wire: {
      id: id === undefined ? undefined : readId,
      report_type,
      status,
      display_name: toText(fields.display_name),
      status_display: toText(fields.status_display),
      parameters: toFields(fields.parameters) ?? null,
      filename: toText(fields.filename),
      download_url: toText(fields.download_url),
      download_expires_in_seconds: toSeconds(fields.download_expires_in_seconds),
      error_message: toText(fields.error_message),
      progress:
        progress === undefined
          ? null
          : { parts_ready: toCount(progress.parts_ready), total_parts: toCount(progress.total_parts) },
      parent_report_id: toExportId(fields.parent_report_id),
      chunked_export: typeof chunked_export === 'boolean' ? chunked_export : null,
      created_at: toText(fields.created_at),
      updated_at: toText(fields.updated_at),
      started_at: toText(fields.started_at),
      completed_at: toText(fields.completed_at),
    },
  };
}

/** The vendor writes ids as JSON numbers; those a float cannot hold reach us as decimal strings. */
function toExportId(value: unknown): string | null {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value > 0 ? String(value) : null;
  return typeof value === 'string' && EXPORT_ID_PATTERN.test(value) ? value : null;
}

function toSeconds(value: unknown): number | null {
  return Number.isFinite(value) && (value as number) > 0 ? (value as number) : null;
}
