import type { ExportOrder, StartedSearch } from '../../export/ports.ts';
import { type Fields, field, toFields } from '../shared/answers.ts';
import { idRule } from '../shared/id-rules.ts';
import { parseInstant } from '../shared/instant.ts';
import {
  type FreeForm,
  isFromOrder,
  type OrderInput,
  readFreeForm,
  readWord,
  toCanonicalJson,
  withoutAbsent,
} from '../shared/orders.ts';
import { type HiEnergyDetails, type ListedExport, type StartedExportWire, toListedExport } from './types.ts';

/** A report to export, as a caller asked for it. */
export interface HiEnergyOrder {
  readonly reportType: string;
  readonly searchParams?: FreeForm | undefined;
  readonly indexParams?: FreeForm | undefined;
}

/** Not only the four that are documented: the vendor may have more by now. */
const REPORT_TYPE = idRule(
  /^[a-z][a-z0-9_]{0,63}$/,
  'a report type: lower-case letters, digits and underscores, a letter first, at most 64',
);

/** See `VendorInfo.parseOrder`. */
export function parseOrder(input: OrderInput, where: string): ExportOrder {
  const order: HiEnergyOrder = {
    reportType: readWord(input, 'reportType', where, REPORT_TYPE),
    searchParams: readFreeForm(input, 'searchParams', where),
    indexParams: readFreeForm(input, 'indexParams', where),
  };
  return { ...withoutAbsent(order) };
}

/** The body of `POST /exports`. */
export function toOrderBody(order: HiEnergyOrder): FreeForm {
  return withoutAbsent({
    report_type: order.reportType,
    search_params: order.searchParams,
    index_params: order.indexParams,
  });
}

/** The "word" of an export that was begun and of whose status nothing was said: UNKNOWN, and asking goes on. */
export const ACCEPTED_WORD = 'accepted';

/**
 * The export in a good answer to an order; undefined where it holds none that can be asked about. What the answer leaves out beside
 * the id is no reason to call it lost.
 */
export function readStarted(json: unknown, order: HiEnergyOrder): StartedExportWire | undefined {
  const body = toFields(json);
  const wire = toStarted(toFields(body?.export), order);
  return wire && { wire, isExisting: body?.deduped === true };
}

/**
 * The export that an answer of 409 is about: an identical one is under way. Where it stands in the answer is not documented.
 *
 * @returns undefined where it names none, or one of another type
 */
export function readConflict(json: unknown, order: HiEnergyOrder): StartedExportWire | undefined {
  const places = [
    field(json, 'export'),
    field(field(field(json, 'error'), 'details'), 'export'),
    field(field(json, 'details'), 'export'),
  ];
  for (const place of places) {
    const wire = toStarted(toFields(place), order);
    if (wire !== undefined && wire.report_type === order.reportType) return { wire, isExisting: true };
  }
  return undefined;
}

/** The words of a refusal; both of the vendor's SDKs know `error` as a plain text, too. */
export function readMessages(json: unknown): readonly unknown[] {
  const error = field(json, 'error');
  return [error, field(error, 'message')];
}

/**
 * Whether an export in the list may be what an order has started: of the same type, with the same filters and columns, made when the
 * order was sent, and no chunk of another export.
 *
 * An entry that does not tell its parameters or when it was made is none: it could be anybody's of last week. Then the order is sent
 * again, and where the export is there after all, the vendor itself answers with it (`deduped`, or 409) instead of making a second one.
 */
export function isStartedBy(entry: ListedExport, { order, sentAt }: StartedSearch): boolean {
  const { reportType, searchParams, indexParams } = order as unknown as HiEnergyOrder;
  if (entry.report_type !== reportType || entry.parent_report_id !== null || entry.parameters === null)
    return false;
  return (
    isFromOrder(parseInstant(entry.created_at), sentAt) &&
    isSame(entry.parameters.search_params, searchParams) &&
    isSame(entry.parameters.index_params, indexParams)
  );
}

/** See `VendorInfo.kindOf`. */
export function kindOf({ details }: { readonly details: unknown }): string {
  return (details as HiEnergyDetails).reportType;
}

/** The vendor echoes what was left out as nothing at all, null, or an empty object. */
function isSame(echoed: unknown, ordered: FreeForm | undefined): boolean {
  return toCanonicalJson(echoed ?? {}) === toCanonicalJson(ordered ?? {});
}

function toStarted(fields: Fields | undefined, order: HiEnergyOrder): ListedExport | undefined {
  return (
    fields &&
    toListedExport({
      ...fields,
      report_type: fields.report_type ?? order.reportType,
      status: fields.status ?? ACCEPTED_WORD,
    })
  );
}
