import type { LocatorIds } from '../../export/export.ts';
import type {
  Conversion,
  DetailRule,
  DetailType,
  FieldRules,
  VendorDeclaration,
} from '../../vendor-file/declaration.ts';
import { toPlainText } from '../shared/status-table.ts';
import {
  type Convert,
  compileInstantRule,
  compilePresent,
  compileValue,
  type Misfit,
  type ReadValue,
  toIdText,
  toInstant,
  toInt,
  toNumber,
} from './values.ts';

/** What only this vendor tells, by the names of its type's fields; the locator's ids among it. */
export type Details = Readonly<Record<string, unknown>>;

export type ReadDetails = (ids: LocatorIds, source: unknown, misfit: Misfit) => Details;

const MAX_TEXT_LENGTH = 1_000;
const MAX_ID_LENGTH = 512;
const MAX_URL_LENGTH = 4_096;
const MAX_ENTRIES = 500;
/** Of one JSON value: what is more is no detail of an export. */
const MAX_JSON_VALUES = 2_000;
const MAX_JSON_DEPTH = 20;
const MAX_JSON_LENGTH = 65_536;

/** URL parsing repairs `http:host`, and drops tabs and line ends in silence. */
const PLAIN_URL = /^https?:\/\/[^\s\p{C}\\]+$/iu;

/** The details of a vendor file; what is not there, or not of its type, is null. */
export function compileDetails({
  locator,
  status,
}: Pick<VendorDeclaration, 'locator' | 'status'>): ReadDetails {
  const idNames = Object.keys(locator);
  // Those that only a further answer tells.
  const openNames = Object.keys(status.further?.details ?? {});
  const reads = Object.entries(status.details).map(([name, rule]) => ({
    name,
    read: compileDetail(name, rule, status.fields),
  }));
  return (ids, source, misfit) => {
    const details: Record<string, unknown> = {};
    for (const name of idNames) details[name] = ids[name] ?? null;
    for (const { name, read } of reads) details[name] = read(source, misfit);
    for (const name of openNames) details[name] = null;
    return details;
  };
}

function compileDetail(name: string, rule: DetailRule, fields: FieldRules): ReadValue<unknown> {
  if (!('at' in rule)) return compileInstantRule(name, rule, fields);
  const convert = toConvert(rule.type, rule.as);
  if (!rule.isList) return compileValue(name, rule, convert);
  const read = compilePresent(rule);
  return (source, misfit) => {
    const value = read(source);
    if (value === undefined) return null;
    if (!Array.isArray(value)) {
      misfit(name);
      return null;
    }
    const entries = value.slice(0, MAX_ENTRIES).map(convert);
    // An entry that does not fit spoils no other.
    const fitting = entries.filter((entry) => entry !== undefined);
    if (fitting.length < entries.length) misfit(name);
    return fitting;
  };
}

function toConvert(type: DetailType, as: Conversion | null): Convert<unknown> {
  switch (type) {
    case 'Int':
      return toInt(as);
    case 'Float':
      return toNumber(as);
    case 'Boolean':
      return (value) => (typeof value === 'boolean' ? value : undefined);
    case 'ID':
      return (value) => {
        const id = toIdText(value);
        return id === undefined ? undefined : toPlainText(id, MAX_ID_LENGTH);
      };
    case 'DateTime':
      return toInstant(as);
    case 'URL':
      return toUrl;
    case 'JSON':
      return toBoundedJson;
    case 'String':
      return (value) => (typeof value === 'string' ? toPlainText(value, MAX_TEXT_LENGTH) : undefined);
  }
}

function toUrl(value: unknown): string | undefined {
  const isUrl =
    typeof value === 'string' &&
    value.length <= MAX_URL_LENGTH &&
    PLAIN_URL.test(value) &&
    URL.canParse(value);
  return isUrl ? value : undefined;
}

/** A JSON value, its texts without control characters but line ends and tabs; undefined for one that is too big. */
function toBoundedJson(value: unknown): unknown {
  const budget = { values: MAX_JSON_VALUES, length: MAX_JSON_LENGTH, isPlain: true };
  lookThrough(value, MAX_JSON_DEPTH, budget);
  if (budget.values < 0 || budget.length < 0) return undefined;
  return budget.isPlain ? value : copyJson(value);
}

interface Budget {
  values: number;
  length: number;
  /** No text in it has to be cleaned: nearly always. */
  isPlain: boolean;
}

function lookThrough(value: unknown, depth: number, budget: Budget): void {
  budget.values -= 1;
  if (typeof value === 'string') {
    lookAtText(value, budget);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  if (depth === 0) budget.values = -1;
  if (budget.values < 0) return;
  if (Array.isArray(value)) {
    for (const entry of value) lookThrough(entry, depth - 1, budget);
    return;
  }
  for (const name of Object.keys(value)) {
    lookAtText(name, budget);
    lookThrough((value as Readonly<Record<string, unknown>>)[name], depth - 1, budget);
  }
}

function lookAtText(text: string, budget: Budget): void {
  budget.length -= text.length;
  if (budget.length >= 0 && !/^[\x20-\x7e]*$/.test(text)) budget.isPlain = false;
}

function copyJson(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copyJson);
  // From entries: an assignment to "__proto__" would set something else.
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [cleanText(name), copyJson(member)]),
  );
}

function cleanText(text: string): string {
  return text.toWellFormed().replace(/[^\P{Cc}\n\t]/gu, '');
}
