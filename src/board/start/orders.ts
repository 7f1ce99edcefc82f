/** What each vendor's exports are started with: the fields of the form, their grammar, and the order that is made of them. */
import type { ExportOrder } from '@waybill/client';

export interface OrderField {
  /** In the schema. */
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly kind: 'text' | 'instant' | 'json';
  readonly isRequired?: boolean;
  readonly suggestions?: readonly string[];
  /** What the vendor takes; `allowed` goes on after "This has to be …". */
  readonly grammar?: { readonly pattern: RegExp; readonly allowed: string };
}

interface VendorOrder {
  readonly order: keyof ExportOrder & string;
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

function oneOf(words: readonly string[]): NonNullable<OrderField['grammar']> {
  return { pattern: new RegExp(`^(?:${words.join('|')})$`), allowed: `one of ${words.join(', ')}` };
}

/** What is wrong with what was typed into a field; empty where nothing is, or nothing was typed yet. */
export function findFieldProblem({ kind, grammar }: OrderField, typed: string): string {
  const text = typed.trim();
  if (text === '') return '';
  if (VALUE[kind](text) === null) return PROBLEM[kind];
  return grammar === undefined || grammar.pattern.test(text) ? '' : `This has to be ${grammar.allowed}.`;
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
  const form = ORDERS[vendor];
  if (form === undefined) throw new Error(`No order is known for ${vendor}.`);
  const problems: Record<string, string> = {};
  const values: Record<string, unknown> = { account };
  for (const field of form.fields) {
    const text = (typed[field.name] ?? '').trim();
    if (text === '') {
      if (field.isRequired) problems[field.name] = 'This has to be filled in.';
      continue;
    }
    const problem = findFieldProblem(field, text);
    if (problem === '') values[field.name] = VALUE[field.kind](text);
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
  json(text) {
    if (!text.startsWith('{')) return null;
    try {
      return JSON.parse(text);
    } catch {
      return null;
    }
  },
};

const PROBLEM: Readonly<Record<OrderField['kind'], string>> = {
  text: '',
  instant: 'This is no date and time.',
  json: 'This is no JSON object, such as { "status": "active" }.',
};
