import type { LocatorGrammar } from '../../export/ports.ts';
import { type Checked, NO_OBJECT, toFields, toProblem, toText } from '../shared/answers.ts';
import { idRule, optional } from '../shared/id-rules.ts';

/** What names one export: the workspace (absent for My workspace), the report, the export. */
export type PowerBiIds = {
  readonly groupId?: string;
  readonly reportId: string;
  readonly exportId: string;
};

/** Power BI's words for where an export stands, as its OpenAPI file lists them. */
export type PowerBiStatus = 'Undefined' | 'NotStarted' | 'Running' | 'Succeeded' | 'Failed';

const UUID = idRule(
  /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i,
  'a UUID',
  '2b1f7a52-6d1c-4f5e-9b86-0d6f9a4e7c11',
);

/**
 * Up to 512 characters without controls, path or query signs.
 *
 * Real ids are padded base64 of about 124 characters, but the vendor calls them opaque, and its own sample
 * (`Mi9C5419i....PS4=`) is no base64. `%` is refused as well: an id that is already escaped would be escaped twice.
 */
const EXPORT_ID = /^[^\p{Cc}/\\?#%]{1,512}$/u;

/** The ids of a Power BI export; the order is that of a global id. Sent as given: letter case is kept. */
export const POWER_BI_LOCATOR: LocatorGrammar<PowerBiIds> = {
  groupId: optional(UUID),
  reportId: UUID,
  exportId: {
    isOptional: false,
    test: isExportId,
    allowed: 'at most 512 characters without control characters and without any of / \\ ? # %, not . or ..',
  },
};

function isExportId(value: string): boolean {
  if (value.length > 512 || !value.isWellFormed() || value.trim() === '') return false;
  return EXPORT_ID.test(value) && value !== '.' && value !== '..';
}

/** The answer of the status call, the fields we read; null where it does not hold one. Only `status` is always there. */
export interface PowerBiExportWire {
  readonly id: string | null;
  readonly status: string;
  readonly createdDateTime: string | null;
  readonly lastActionDateTime: string | null;
  readonly expirationTime: string | null;
  readonly reportName: string | null;
  readonly percentComplete: number | null;
  readonly resourceLocation: string | null;
  readonly resourceFileExtension: string | null;
  /** The undocumented error of a failed export; only clients' code tells of it. */
  readonly error: { readonly code: string | null; readonly message: string | null };
}

/**
 * Reads the answer of the status call. Only `status` must be there: the vendor's schema requires nothing.
 *
 * Source: "Reports - Get Export To File Status" and swagger.json of microsoft/PowerBI-CSharp (2024-10-15); read 2026-11.
 */
export function checkExport(json: unknown): Checked<PowerBiExportWire> {
  const fields = toFields(json);
  if (fields === undefined) return NO_OBJECT;
  const { id, status, percentComplete } = fields;
  // An id that is no text cannot be the one we asked for.
  if (id !== undefined && id !== null && typeof id !== 'string') return toProblem('id', id);
  if (typeof status !== 'string') return toProblem('status', status);
  return {
    wire: {
      id: id ?? null,
      status,
      createdDateTime: toText(fields.createdDateTime),
      lastActionDateTime: toText(fields.lastActionDateTime),
      expirationTime: toText(fields.expirationTime),
      reportName: toText(fields.reportName),
      percentComplete: typeof percentComplete === 'number' ? percentComplete : null,
      resourceLocation: toText(fields.resourceLocation),
      // Real answers write a small r, the OpenAPI file a capital one.
      resourceFileExtension: toText(fields.resourceFileExtension) ?? toText(fields.ResourceFileExtension),
      error: toError(fields.error),
    },
  };
}

const NO_ERROR = { code: null, message: null } as const;

function toError(value: unknown): PowerBiExportWire['error'] {
  const fields = toFields(value);
  return fields === undefined ? NO_ERROR : { code: toText(fields.code), message: toText(fields.message) };
}

/** A status answer that has been checked, with what its headers say. */
export interface PowerBiAnswer {
  readonly wire: PowerBiExportWire;
  /** The `Retry-After` header as it came; its mere presence has a meaning on a failed export. */
  readonly retryAfter: string | undefined;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
}

/** What only Power BI tells about an export. Instants are epoch milliseconds. */
export interface PowerBiDetails {
  readonly exportId: string;
  readonly reportId: string;
  readonly reportName: string | null;
  /** Null for My workspace. */
  readonly groupId: string | null;
  /** 0 to 100. */
  readonly percentComplete: number | null;
  /** With its dot, as the vendor writes it: `.pptx`. */
  readonly resourceFileExtension: string | null;
  /** Null where it is not a whole http(s) address. Never opened: it is data from an answer. */
  readonly resourceLocation: string | null;
  readonly expirationTime: number | null;
  readonly lastActionDateTime: number | null;
}
