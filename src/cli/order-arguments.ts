import type { CodedVendorId } from '../export/vendor-id.ts';
import { CODED_VENDORS } from '../vendors/coded.ts';
import { closestName } from '../yaml/closest.ts';
import { CommandError } from './command-error.ts';
import { toTerminalText } from './display/terminal-text.ts';
import { EXIT } from './exit-codes.ts';
import type {
  ExportOrder,
  HiEnergyExportOrder,
  PowerBiExportOrder,
  TalkdeskExportOrder,
  VendorsQuery,
  WebAdmitExportOrder,
} from './generated/operations.ts';

type FieldKind = 'text' | 'instant' | 'json' | 'value' | 'integer' | 'number' | 'boolean';
type FieldValue = FieldKind | `${FieldKind}[]`;
/** What a field takes, with `[]` several of them; with `!`, it must be there. */
type FieldRule = FieldValue | `${FieldValue}!`;
type FieldRules<Order> = { readonly [Field in keyof Order]-?: FieldRule };

/** What the orders of one vendor hold. */
export interface OrderForm {
  /** As its owner writes it. */
  readonly name: string;
  /** Its field of the schema's `ExportOrder`. */
  readonly order: string;
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
} as const satisfies Partial<Record<CodedVendorId, Omit<OrderForm, 'name'>>>;

/** Vendors that exports can be started at. */
export const STARTING_VENDORS = Object.keys(ORDER_FIELDS) as readonly (keyof typeof ORDER_FIELDS)[];

const MAX_SHOWN_LENGTH = 100;

/** The form that this version knows by itself; undefined for a vendor of a file. */
export function knownOrderForm(vendor: string): OrderForm | undefined {
  const coded = STARTING_VENDORS.find((candidate) => candidate === vendor);
  return coded === undefined ? undefined : { name: CODED_VENDORS[coded].name, ...ORDER_FIELDS[coded] };
}

const KINDS: Readonly<Record<string, FieldKind>> = {
  Int: 'integer',
  Float: 'number',
  Boolean: 'boolean',
  DateTime: 'instant',
  JSON: 'value',
};

/** The form of a vendor as the gateway tells it. */
export function toOrderForm({ name, input, order }: VendorsQuery['vendors'][number]): OrderForm {
  const fields = order.map((field): [string, FieldRule] => {
    const kind = KINDS[/\w+/.exec(field.type)?.[0] ?? ''] ?? 'text';
    const value: FieldValue = field.type.startsWith('[') ? `${kind}[]` : kind;
    return [field.name, field.isRequired ? `${value}!` : value];
  });
  return { name, order: input, fields: { account: 'text', ...Object.fromEntries(fields) } };
}

/**
 * Reads what to start from a command line: `reportType=deals_excel`. Whether ids are good ones, the gateway says.
 *
 * @throws CommandError with one line per problem
 */
export function parseOrderArguments(
  { name, order, fields }: OrderForm,
  words: readonly string[],
): ExportOrder {
  const rules = new Map<string, FieldRule>(Object.entries(fields));
  const values = new Map<string, unknown>();
  const problems: string[] = [];
  const seen = new Set<string>();
  for (const word of words) {
    const { field, value, problem } = parseWord(word, name, rules);
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

/** @param known - the keys of the vendors that exports can be started at */
export function toUnknownVendor(text: string, known: readonly string[]): CommandError {
  return new CommandError(
    EXIT.usage,
    `${show(text)} is no vendor that exports can be started at: it is one of ${known.map(toTerminalText).join(', ')}.${suggest(text, known)}`,
  );
}

interface ReadWord {
  readonly field: string;
  readonly value?: unknown;
  readonly problem?: string;
}

/** One KEY=VALUE. */
function parseWord(word: string, vendor: string, rules: ReadonlyMap<string, FieldRule>): ReadWord {
  const split = word.indexOf('=');
  if (split <= 0) return { field: '', problem: `${show(word)} is no KEY=VALUE.` };
  const field = word.slice(0, split);
  const rule = rules.get(field);
  if (rule === undefined) {
    const names = [...rules.keys()];
    return {
      field,
      problem: `${toTerminalText(vendor)} orders have no ${show(field)}: there are ${names.join(', ')}.${suggest(field, names)}`,
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
  const kind = rule.replace(/[[\]!]/g, '') as FieldKind;
  if (!rule.includes('[]')) return PARSERS[kind](text);
  const listed = text.trimStart().startsWith('[') ? parseJson(text) : text.split(',');
  if (!Array.isArray(listed)) return undefined;
  const values = listed.map((each) =>
    PARSERS[kind](typeof each === 'string' ? each.trim() : JSON.stringify(each)),
  );
  return values.includes(undefined) ? undefined : values;
}

const PARSERS: Readonly<Record<FieldKind, (text: string) => unknown>> = {
  text: (text) => text,
  instant: parseInstant,
  json: parseObject,
  value: parseJson,
  integer: (text) => (/^[+-]?\d{1,15}$/.test(text) ? Number(text) : undefined),
  number: (text) => (Number.isFinite(Number(text)) ? Number(text) : undefined),
  boolean: (text) => (text === 'true' || text === 'false' ? text === 'true' : undefined),
};

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
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
  const kind = rule.replace(/[[\]!]/g, '') as FieldKind;
  if (rule.includes('[]'))
    return `${kind === 'text' ? 'a list' : `a list, each ${FORMS[kind]}`}, ${field}=A,B`;
  return FORMS[kind] === '' ? `${field}=…` : `${FORMS[kind]}, ${field}=${EXAMPLES[kind]}`;
}

const FORMS: Readonly<Record<FieldKind, string>> = {
  text: '',
  instant: 'an RFC 3339 instant',
  json: 'a JSON object',
  value: 'JSON',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
};

const EXAMPLES: Readonly<Record<FieldKind, string>> = {
  text: '…',
  instant: '2026-11-01T00:00:00Z',
  json: "'{ … }'",
  value: "'{ … }'",
  integer: '10',
  number: '0.5',
  boolean: 'true',
};

function suggest(text: string, names: readonly string[]): string {
  const closest = closestName(text, names);
  return closest === undefined ? '' : ` Did you mean ${closest}?`;
}

function show(text: string): string {
  return `"${toTerminalText(text.slice(0, MAX_SHOWN_LENGTH))}"`;
}
