/** What each vendor's exports are started with: the fields of the form, their grammar, and the order that is made of them. */
import type { ExportOrder, OrderField as SchemaField, Vendor } from '@waybill/client';
import { learntVendor, toLabel, toLikeness, toWholePattern } from '../words/vendors.ts';

export interface OrderField {
  /** In the schema. */
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly kind: 'text' | 'instant' | 'json' | 'value' | 'integer' | 'number' | 'boolean';
  /** Several of the kind, one a line. */
  readonly isList?: boolean;
  readonly isRequired?: boolean;
  readonly suggestions?: readonly string[];
  /** What the vendor takes; `allowed` goes on after "This has to be …". */
  readonly grammar?: { readonly pattern: RegExp; readonly allowed: string };
}

interface VendorOrder {
  /** Its field of the schema's `ExportOrder`. */
  readonly order: string;
  readonly fields: readonly OrderField[];
}

const UUID = {
  pattern: /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i,
  allowed: 'a UUID: 32 hexadecimal digits in five groups, as in the report’s own address',
};
const NUMBER = { pattern: /^[1-9][0-9]{0,18}$/, allowed: 'a whole number without zeros in front' };
const WORD = {
  pattern: /^[a-z][a-z0-9_]{0,63}$/,
  allowed: 'one word of lower-case letters, digits and underscores, a letter first',
};
const POWER_BI_FORMATS = [
  'PDF',
  'PPTX',
  'PNG',
  'XLSX',
  'DOCX',
  'CSV',
  'XML',
  'MHTML',
  'IMAGE',
  'ACCESSIBLEPDF',
];
const TALKDESK_FORMATS = ['csv', 'json', 'json_bulk'];

export const ORDERS: Readonly<Record<string, VendorOrder>> = {
  'power-bi': {
    order: 'powerBi',
    fields: [
      { name: 'reportId', label: 'Report', hint: 'a UUID', kind: 'text', isRequired: true, grammar: UUID },
      {
        name: 'groupId',
        label: 'Workspace',
        hint: 'a UUID; left empty for My workspace',
        kind: 'text',
        grammar: UUID,
      },
      {
        name: 'format',
        label: 'Format',
        hint: 'PDF, PPTX, PNG; of paginated reports more',
        kind: 'text',
        isRequired: true,
        suggestions: POWER_BI_FORMATS,
        grammar: oneOf(POWER_BI_FORMATS),
      },
      { name: 'reportConfiguration', label: 'Report configuration', kind: 'json' },
      { name: 'paginatedReportConfiguration', label: 'Paginated report configuration', kind: 'json' },
    ],
  },
  'hi-energy': {
    order: 'hiEnergy',
    fields: [
      {
        name: 'reportType',
        label: 'Report type',
        hint: 'such as deals_excel',
        kind: 'text',
        isRequired: true,
        suggestions: ['advertisers_csv', 'deals_excel', 'hot_advertisers_excel', 'clicks_details_excel'],
        grammar: WORD,
      },
      { name: 'searchParams', label: 'Filters', kind: 'json' },
      { name: 'indexParams', label: 'Sorting and columns', kind: 'json' },
    ],
  },
  talkdesk: {
    order: 'talkdesk',
    fields: [
      {
        name: 'reportType',
        label: 'Report type',
        hint: 'such as calls',
        kind: 'text',
        isRequired: true,
        suggestions: ['calls', 'contacts', 'user_status'],
        grammar: WORD,
      },
      { name: 'from', label: 'From', hint: 'in your time zone', kind: 'instant', isRequired: true },
      { name: 'to', label: 'To', hint: 'in your time zone', kind: 'instant', isRequired: true },
      {
        name: 'name',
        label: 'Name',
        hint: 'what the vendor calls it',
        kind: 'text',
        grammar: { pattern: /^[^\p{Cc}]{1,200}$/u, allowed: 'at most 200 characters' },
      },
      {
        name: 'timezone',
        label: 'Time zone',
        hint: 'such as Europe/Lisbon',
        kind: 'text',
        grammar: {
          pattern: /^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/,
          allowed: 'an IANA time zone, such as Europe/Lisbon',
        },
      },
      {
        name: 'format',
        label: 'Format',
        hint: 'csv, json or json_bulk',
        kind: 'text',
        suggestions: TALKDESK_FORMATS,
        grammar: oneOf(TALKDESK_FORMATS),
      },
      { name: 'parameters', label: 'Further parameters', kind: 'json' },
    ],
  },
  'web-admit': {
    order: 'webAdmit',
    fields: [
      {
        name: 'userIdentityId',
        label: 'Identity',
        hint: 'a number',
        kind: 'text',
        isRequired: true,
        grammar: NUMBER,
      },
      {
        name: 'exportId',
        label: 'Export',
        hint: 'a number',
        kind: 'text',
        isRequired: true,
        grammar: NUMBER,
      },
    ],
  },
};

/** The form of a vendor's orders: in words of our own, or made of what the gateway tells; undefined where neither knows one. */
export function orderForm(vendor: string): VendorOrder | undefined {
  if (Object.hasOwn(ORDERS, vendor)) return ORDERS[vendor];
  const learnt = learntVendor(vendor);
  return learnt === undefined || !learnt.capabilities.canStart ? undefined : toForm(learnt);
}

const KINDS: Readonly<Record<string, OrderField['kind']>> = {
  Int: 'integer',
  Float: 'number',
  Boolean: 'boolean',
  DateTime: 'instant',
  JSON: 'value',
};

function toForm({ input, order }: Vendor): VendorOrder {
  return { order: input, fields: order.map(toField) };
}

function toField({ name, type, isRequired, description, pattern, example }: SchemaField): OrderField {
  const [inner = ''] = /\w+/.exec(type) ?? [];
  const kind = KINDS[inner] ?? 'text';
  const whole = kind === 'text' ? toWholePattern(pattern) : null;
  const such = typeof example === 'string' || typeof example === 'number' ? `such as ${example}` : '';
  const said = description?.replace(/\.$/, '') ?? '';
  return {
    name,
    label: toLabel(name),
    hint: [said, such].filter(Boolean).join(', '),
    kind,
    isList: type.startsWith('['),
    isRequired,
    ...(kind === 'boolean' ? { suggestions: ['true', 'false'] } : {}),
    ...(whole === null ? {} : { grammar: { pattern: whole, allowed: toLikeness(pattern, example) } }),
  };
}

function oneOf(words: readonly string[]): NonNullable<OrderField['grammar']> {
  return { pattern: new RegExp(`^(?:${words.join('|')})$`), allowed: `one of ${words.join(', ')}` };
}

/** What is wrong with what was typed into a field; empty where nothing is, or nothing was typed yet. */
export function findFieldProblem(field: OrderField, typed: string): string {
  const { kind, grammar } = field;
  for (const text of toTexts(field, typed)) {
    if (VALUE[kind](text) === null) return PROBLEM[kind];
    if (grammar !== undefined && !grammar.pattern.test(text)) return `This has to be ${grammar.allowed}.`;
  }
  return '';
}

/** What was typed, one text for each value; none where nothing was. */
function toTexts({ isList = false }: OrderField, typed: string): readonly string[] {
  const texts = isList ? typed.split('\n') : [typed];
  return texts.map((text) => text.trim()).filter((text) => text !== '');
}

/**
 * Makes an order of what was typed.
 *
 * @param typed - by field; empty where nothing was
 * @returns equal orders are equal as JSON
 */
export function readOrder(
  vendor: string,
  account: string,
  typed: Readonly<Record<string, string>>,
): { readonly order: ExportOrder } | { readonly problems: Readonly<Record<string, string>> } {
  const form = orderForm(vendor);
  if (form === undefined) throw new Error(`No order is known for ${vendor}.`);
  const problems: Record<string, string> = {};
  const values: Record<string, unknown> = { account };
  for (const field of form.fields) {
    const texts = toTexts(field, typed[field.name] ?? '');
    if (texts.length === 0) {
      if (field.isRequired) problems[field.name] = 'This has to be filled in.';
      continue;
    }
    const problem = findFieldProblem(field, typed[field.name] ?? '');
    const read = texts.map(VALUE[field.kind]);
    if (problem === '') values[field.name] = field.isList ? read : read[0];
    else problems[field.name] = problem;
  }
  if (values.from !== undefined && values.to !== undefined && String(values.from) >= String(values.to))
    problems.to = 'The end has to come after the beginning.';
  if (Object.keys(problems).length > 0) return { problems };
  return { order: { [form.order]: values } as unknown as ExportOrder };
}

/** What is read of a text; null where it cannot be. */
const VALUE: Readonly<Record<OrderField['kind'], (text: string) => unknown>> = {
  text: (text) => text,
  instant(text) {
    const at = new Date(text);
    return Number.isNaN(at.getTime()) ? null : at.toISOString();
  },
  json: (text) => (text.startsWith('{') ? parseJson(text) : null),
  value: parseJson,
  integer: (text) => (/^[+-]?\d{1,15}$/.test(text) ? Number(text) : null),
  number: (text) => (Number.isFinite(Number(text)) ? Number(text) : null),
  boolean: (text) => (text === 'true' || text === 'false' ? text === 'true' : null),
};

/** Null for what is none, and for null, which an order says by leaving it out. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const PROBLEM: Readonly<Record<OrderField['kind'], string>> = {
  text: '',
  instant: 'This is no date and time.',
  json: 'This is no JSON object, such as { "status": "active" }.',
  value: 'This is no JSON, such as { "status": "active" } or "text" in quotes.',
  integer: 'This is no whole number.',
  number: 'This is no number.',
  boolean: 'This has to be true or false.',
};
