import { parseRetryAfter } from '../../http/retry-after.ts';
import type { Conversion, FieldRules, InstantRule, ValueRule } from '../../vendor-file/declaration.ts';
import { parseInstant } from '../shared/instant.ts';
import { toPlainText } from '../shared/status-table.ts';
import { compilePointers, type ReadPointer } from './pointer.ts';

/** Told of a field whose value is not what the file says it is. */
export type Misfit = (field: string) => void;

/** A value in our terms; null where there is none, or one that does not fit. */
export type ReadValue<Value> = (source: unknown, misfit: Misfit) => Value | null;

export type ReadInstant = ReadValue<number>;

/** Says in our terms what a vendor's value is; undefined where it does not fit. */
export type Convert<Value> = (value: unknown) => Value | undefined;

/** The latest instant with a year of four digits: callers are told no other. */
const LATEST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
const MAX_INT = 2_147_483_647;
const DIGITS = /^[0-9]{1,15}$/;
const INTEGER = /^-?[0-9]{1,15}$/;
const SECONDS = /^[0-9]{1,15}(?:\.[0-9]{1,9})?$/;

/**
 * A value of an answer.
 *
 * @param field - its name, for whoever is told that it does not fit
 */
export function compileValue<Value>(
  field: string,
  rule: ValueRule,
  convert: Convert<Value>,
): ReadValue<Value> {
  const read = compilePresent(rule);
  return (source, misfit) => {
    const value = read(source);
    if (value === undefined) return null;
    const converted = convert(value);
    if (converted !== undefined) return converted;
    misfit(field);
    return null;
  };
}

/** What stands there, unless it is one of the values that mean null. */
export function compilePresent({ at, absent }: Pick<ValueRule, 'at' | 'absent'>): ReadPointer {
  const read = compilePointers(at);
  if (absent.length === 0) return read;
  const none: ReadonlySet<unknown> = new Set(absent);
  return (source) => {
    const value = read(source);
    return none.has(value) ? undefined : value;
  };
}

/**
 * An instant that stands in the answer, or so long after one of the export's own.
 *
 * @param field - its name, for whoever is told that it does not fit
 */
export function compileInstantRule(
  field: string,
  rule: InstantRule | undefined,
  fields: FieldRules,
  seen: readonly string[] = [],
): ReadInstant {
  if (rule === undefined) return () => null;
  if (!('from' in rule)) return compileValue(field, rule, toInstant(rule.as));
  // Two that are computed from each other are none.
  if (seen.includes(rule.from)) return () => null;
  const base = compileInstantRule(rule.from, fields[rule.from], fields, [...seen, rule.from]);
  return (source, misfit) => {
    const instantMs = base(source, misfit);
    return instantMs === null ? null : instantMs + rule.plusMs;
  };
}

/** Text on one line, of bounded length; numbers are written out where a field may hold either. */
export function toLine(maxLength: number, takesNumbers = false): Convert<string> {
  return (value) => {
    if (typeof value === 'string') return toPlainText(value, maxLength);
    return takesNumbers && typeof value === 'number' && Number.isFinite(value) ? String(value) : undefined;
  };
}

/** An id as vendors write it, a number or a text. Integers that a float cannot hold reach us as text. */
export function toIdText(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** An instant in epoch milliseconds. */
export function toInstant(as: Conversion | null): Convert<number> {
  if (as === 'epoch-seconds') return (value) => toEpochMs(value, 1_000);
  if (as === 'epoch-millis') return (value) => toEpochMs(value, 1);
  if (as === 'epoch-seconds-text')
    return (value) => (isText(value, DIGITS) ? toEpochMs(Number(value), 1_000) : undefined);
  return (value) => parseInstant(value) ?? undefined;
}

/** A number, by its conversion. */
export function toNumber(as: Conversion | null): Convert<number> {
  if (as === 'integer-text') return (value) => (isText(value, INTEGER) ? Number(value) : undefined);
  if (as === 'fraction') return toHundredths;
  if (as === 'seconds') return (value) => scale(value, 1_000);
  return (value) => scale(value, 1);
}

/** 0 to 100. What is beyond is cut: vendors count past the end. */
export function toPercent(as: Conversion | null): Convert<number> {
  const convert = toNumber(as);
  return (value) => {
    const percent = convert(value);
    return percent === undefined ? undefined : Math.min(100, Math.max(0, percent));
  };
}

/** A whole number that GraphQL's Int holds. */
export function toInt(as: Conversion | null, least = -MAX_INT - 1): Convert<number> {
  const convert = toNumber(as);
  return (value) => {
    const number = convert(value);
    if (number === undefined) return undefined;
    // What was scaled is seldom whole.
    const whole = as === null || as === 'integer-text' ? number : Math.round(number);
    return Number.isInteger(whole) && whole >= least && whole <= MAX_INT ? whole : undefined;
  };
}

/** How long to wait, in milliseconds, where a number or an instant says so. @param now - epoch milliseconds */
export function toWaitMs(value: unknown, as: Conversion | null, now: number): number | undefined {
  if (as === 'epoch-seconds' || as === 'epoch-millis' || as === 'epoch-seconds-text' || as === 'rfc3339') {
    const isNumber = as !== 'rfc3339' && isText(value, SECONDS);
    const until =
      as === 'epoch-seconds-text' || !isNumber ? toInstant(as)(value) : toInstant(as)(Number(value));
    return until === undefined ? undefined : Math.max(0, until - now);
  }
  const number = isText(value, SECONDS) ? Number(value) : value;
  const waitMs = scale(number, as === 'seconds' ? 1_000 : 1);
  return waitMs !== undefined && waitMs >= 0 ? Math.ceil(waitMs) : undefined;
}

/** How long to wait by a header: seconds or an HTTP date, or what its conversion says. */
export function headerWaitMs(
  value: string | undefined,
  as: Conversion | null,
  now: number,
): number | undefined {
  if (value === undefined) return undefined;
  return as === null ? parseRetryAfter(value, now) : toWaitMs(value.trim(), as, now);
}

function toEpochMs(value: unknown, unitMs: number): number | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined;
  const instantMs = Math.trunc(value * unitMs);
  return instantMs > 0 && instantMs <= LATEST_MS ? instantMs : undefined;
}

/** Of 0.07 a float makes 7.000000000000001 per cent. */
function toHundredths(value: unknown): number | undefined {
  const scaled = scale(value, 10_000);
  return scaled === undefined ? undefined : Math.round(scaled) / 100;
}

function scale(value: unknown, factor: number): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value * factor : undefined;
}

function isText(value: unknown, pattern: RegExp): value is string {
  return typeof value === 'string' && pattern.test(value);
}
