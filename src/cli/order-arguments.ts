import { CODED_VENDOR_IDS, type CodedVendorId } from '../export/vendor-id.ts';
import { CODED_VENDORS } from '../vendors/catalogue.ts';
import { closestName } from '../yaml/closest.ts';
import { CommandError } from './command-error.ts';
import { toTerminalText } from './display/terminal-text.ts';
import { EXIT } from './exit-codes.ts';
import type {
  ExportOrder,
  HiEnergyExportOrder,
  PowerBiExportOrder,
  TalkdeskExportOrder,
  WebAdmitExportOrder,
} from './generated/operations.ts';

type FieldKind = 'text' | 'instant' | 'json';
/** What a field takes; with `!`, it must be there. */
type FieldRule = FieldKind | `${FieldKind}!`;
type FieldRules<Order> = { readonly [Field in keyof Order]-?: FieldRule };

interface OrderForm {
  readonly order: keyof ExportOrder;
  readonly fields: Readonly<Record<string, FieldRule>>;
}

/** The order of each vendor that can start: its name in the schema's `ExportOrder`, and its fields. */
export const ORDER_FIELDS = {
  'power-bi': {
    order: 'powerBi',
    fields: {
      account: 'text',
      groupId: 'text',
      reportId: 'text!',
      format: 'text!',
      reportConfiguration: 'json',
      paginatedReportConfiguration: 'json',
    } satisfies FieldRules<PowerBiExportOrder>,
  },
  'hi-energy': {
    order: 'hiEnergy',
    fields: {
      account: 'text',
      reportType: 'text!',
      searchParams: 'json',
      indexParams: 'json',
    } satisfies FieldRules<HiEnergyExportOrder>,
  },
  talkdesk: {
    order: 'talkdesk',
    fields: {
      account: 'text',
      reportType: 'text!',
      name: 'text',
      timezone: 'text',
      format: 'text',
      from: 'instant!',
      to: 'instant!',
      parameters: 'json',
    } satisfies FieldRules<TalkdeskExportOrder>,
  },
  'web-admit': {
    order: 'webAdmit',
    fields: {
      account: 'text',
      userIdentityId: 'text!',
      exportId: 'text!',
    } satisfies FieldRules<WebAdmitExportOrder>,
  },
} as const satisfies Partial<Record<CodedVendorId, OrderForm>>;

/** Vendors that exports can be started at. */
export const STARTING_VENDORS: readonly CodedVendorId[] = CODED_VENDOR_IDS.filter(
  (vendor) => vendor in ORDER_FIELDS,
);

const MAX_SHOWN_LENGTH = 100;

/**
 * Reads what to start from a command line: `hi-energy reportType=deals_excel`. Whether ids are good ones, the gateway says.
 *
 * @throws CommandError with one line per problem
 */
export function parseOrderArguments(vendorText: string, words: readonly string[]): ExportOrder {
  const vendor = parseVendor(vendorText);
  const { order, fields } = (ORDER_FIELDS as Readonly<Partial<Record<CodedVendorId, OrderForm>>>)[
    vendor
  ] as OrderForm;
  const rules = new Map<string, FieldRule>(Object.entries(fields));
  const values = new Map<string, unknown>();
  const problems: string[] = [];
  const seen = new Set<string>();
  for (const word of words) {
    const { field, value, problem } = parseWord(word, vendor, rules);
    if (seen.has(field)) problems.push(`${field} is given twice.`);
    else if (problem === undefined) values.set(field, value);
    else problems.push(problem);
    if (rules.has(field)) seen.add(field);
  }
  const missing = [...rules].filter(([field, rule]) => rule.endsWith('!') && !seen.has(field));
  problems.push(...missing.map(([field, rule]) => `${field} is missing: give ${toForm(field, rule)}.`));
  if (problems.length > 0) throw new CommandError(EXIT.usage, problems.join('\n'));
  return { [order]: Object.fromEntries(values) } as unknown as ExportOrder;
}

function parseVendor(text: string): CodedVendorId {
  const vendor = STARTING_VENDORS.find((candidate) => candidate === text);
  if (vendor !== undefined) return vendor;
  throw new CommandError(
    EXIT.usage,
    `${show(text)} is no vendor that exports can be started at: it is one of ${STARTING_VENDORS.join(', ')}.${suggest(text, STARTING_VENDORS)}`,
  );
}

interface ReadWord {
  readonly field: string;
  readonly value?: unknown;
  readonly problem?: string;
}

/** One KEY=VALUE. */
function parseWord(word: string, vendor: CodedVendorId, rules: ReadonlyMap<string, FieldRule>): ReadWord {
  const split = word.indexOf('=');
  if (split <= 0) return { field: '', problem: `${show(word)} is no KEY=VALUE.` };
  const field = word.slice(0, split);
  const rule = rules.get(field);
  if (rule === undefined) {
    const names = [...rules.keys()];
    return {
      field,
      problem: `${CODED_VENDORS[vendor].name} orders have no ${show(field)}: there are ${names.join(', ')}.${suggest(field, names)}`,
    };
  }
  const value = parseValue(word.slice(split + 1), rule);
  return value === undefined
    ? { field, problem: `${field} cannot be read: give ${toForm(field, rule)}.` }
    : { field, value };
}

/** Undefined for a text that is no such value. */
function parseValue(text: string, rule: FieldRule): unknown {
  if (text.trim() === '') return undefined;
  if (rule.startsWith('json')) return parseObject(text);
  return rule.startsWith('instant') ? parseInstant(text) : text;
}

function parseObject(text: string): object | undefined {
  if (!text.trimStart().startsWith('{')) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** RFC 3339, section 5.6, without leap seconds. */
const INSTANT = /^(\d{4}-\d{2}-\d{2})[Tt]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;

/** The instant as the schema writes it, in UTC with milliseconds. */
function parseInstant(text: string): string | undefined {
  const day = INSTANT.exec(text)?.[1];
  if (day === undefined) return undefined;
  const atMs = Date.parse(text.toUpperCase());
  const midnightMs = Date.parse(day);
  // A 30th of February would be read as some day in March.
  if (Number.isNaN(atMs) || new Date(midnightMs).toISOString().slice(0, 10) !== day) return undefined;
  return new Date(atMs).toISOString();
}

/** How a field is written. */
function toForm(field: string, rule: FieldRule): string {
  if (rule.startsWith('json')) return `a JSON object, ${field}='{ … }'`;
  return rule.startsWith('instant') ? `an RFC 3339 instant, ${field}=2026-11-01T00:00:00Z` : `${field}=…`;
}

function suggest(text: string, names: readonly string[]): string {
  const closest = closestName(text, names);
  return closest === undefined ? '' : ` Did you mean ${closest}?`;
}

function show(text: string): string {
  return `"${toTerminalText(text.slice(0, MAX_SHOWN_LENGTH))}"`;
}
