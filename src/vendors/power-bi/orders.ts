import type { ExportOrder } from '../../export/ports.ts';
import { field, toFields } from '../shared/answers.ts';
import { idRule } from '../shared/id-rules.ts';
import {
  type FreeForm,
  type OrderInput,
  readFreeForm,
  readText,
  readWord,
  withoutAbsent,
} from '../shared/orders.ts';
import { POWER_BI_LOCATOR } from './types.ts';

/** A report to export, as a caller asked for it. */
export interface PowerBiOrder {
  /** Absent for My workspace. */
  readonly groupId?: string | undefined;
  readonly reportId: string;
  readonly format: string;
  readonly reportConfiguration?: FreeForm | undefined;
  readonly paginatedReportConfiguration?: FreeForm | undefined;
}

/** Source: "Reports - Export To File", enumeration `FileFormat`; read 2026-11. */
const FORMATS: readonly string[] = [
  ...['PPTX', 'PDF', 'PNG'],
  // paginated reports only
  ...['XLSX', 'DOCX', 'CSV', 'XML', 'MHTML', 'IMAGE', 'ACCESSIBLEPDF'],
];

const FORMAT = idRule(new RegExp(`^(?:${FORMATS.join('|')})$`), `one of ${FORMATS.join(', ')}`);

/** See `VendorInfo.parseOrder`. What suits which kind of report is left to the vendor: only it knows the report. */
export function parseOrder(input: OrderInput, where: string): ExportOrder {
  const order: PowerBiOrder = {
    groupId: readText(input, 'groupId', where, POWER_BI_LOCATOR.groupId),
    reportId: readWord(input, 'reportId', where, POWER_BI_LOCATOR.reportId),
    format: readWord(input, 'format', where, FORMAT),
    reportConfiguration: readFreeForm(input, 'reportConfiguration', where),
    paginatedReportConfiguration: readFreeForm(input, 'paginatedReportConfiguration', where),
  };
  return { ...withoutAbsent(order) };
}

/** The body of "Export To File". */
export function toOrderBody(order: PowerBiOrder): FreeForm {
  return withoutAbsent({
    format: order.format,
    powerBIReportConfiguration: order.reportConfiguration,
    paginatedReportConfiguration: order.paginatedReportConfiguration,
  });
}

/** The words of a refusal, in whichever error envelope they came. */
export function readMessages(json: unknown): readonly unknown[] {
  const error = field(json, 'error');
  return [
    field(error, 'message'),
    ...listOf(field(error, 'details')).map((detail) => field(detail, 'message')),
    ...listOf(field(field(error, 'pbi.error'), 'details')).map((detail) =>
      field(field(detail, 'detail'), 'value'),
    ),
    field(json, 'Message'),
  ];
}

/** The first few entries of what may be a list. */
function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, 10) : [];
}

/** The "word" of an accepted order that says nothing else: not in the table, so that it reads as UNKNOWN and asking goes on. */
export const ACCEPTED_WORD = '202';

/**
 * The body of a good answer to an order, as a status answer would have it. The vendor's schema requires no field; that the job was
 * taken is said by the HTTP status alone.
 */
export function asStatusAnswer(json: unknown): unknown {
  const fields = toFields(json);
  return fields === undefined ? json : { ...fields, status: fields.status ?? ACCEPTED_WORD };
}
