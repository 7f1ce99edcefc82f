import type * as z from 'zod';
import { closestName } from './closest.ts';
import { quote } from './problem.ts';

/**
 * What is allowed somewhere, with what the value that was found there was most likely meant to be.
 *
 * @param isShown - false where nothing may be told of the value but which word it is close to
 */
export function withHint(issue: z.core.$ZodIssue, value: unknown, isShown: boolean): string {
  if (typeof value !== 'string') return issue.message;
  const word = closestWord(value, wordsOf(issue));
  if (word !== undefined) return withSuggestion(issue.message, word);
  const unit =
    issue.code === 'invalid_type' ? UNITS.find(({ key }) => key.test(lastKeyOf(issue))) : undefined;
  return unit === undefined
    ? issue.message
    : `${issue.message}, in ${unit.name}${isShown ? convert(value, unit) : ''}`;
}

/** `…; did you mean "port"?` */
export function withSuggestion(allowed: string, closest: string): string {
  return `${allowed}; did you mean ${quote(closest)}?`;
}

/** The word that was misspelt, shortened (`prod`) or made longer (`warning`); undefined where none is close. */
export function closestWord(text: string, words: readonly string[]): string | undefined {
  const closest = closestName(text, words);
  if (closest !== undefined || text.length < 3) return closest;
  const lower = text.toLowerCase();
  const related = words.filter(
    (word) => word.startsWith(lower) || (word.length >= 3 && lower.startsWith(word)),
  );
  return related.length === 1 ? related[0] : undefined;
}

/** The words that one of was asked for. */
function wordsOf(issue: z.core.$ZodIssue): readonly string[] {
  const words =
    issue.code === 'invalid_value' ? issue.values : issue.code === 'invalid_union' ? optionsOf(issue) : [];
  return words.filter((word) => typeof word === 'string');
}

/** What a union's discriminator may be. */
function optionsOf(issue: z.core.$ZodIssueInvalidUnion): readonly unknown[] {
  return 'options' in issue && Array.isArray(issue.options) ? issue.options : [];
}

function lastKeyOf({ path }: z.core.$ZodIssue): string {
  return String(path.at(-1) ?? '');
}

interface Unit {
  readonly key: RegExp;
  readonly name: string;
  /** How many of it the units of other files are, by their usual spellings. */
  readonly worth: Readonly<Record<string, number>>;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const KIBIBYTE = 1_024;

/** Units stand in the names of keys. */
const UNITS: readonly Unit[] = [
  {
    key: /Ms$/,
    name: 'milliseconds',
    worth: { ms: 1, s: SECOND_MS, sec: SECOND_MS, m: MINUTE_MS, min: MINUTE_MS, h: HOUR_MS, d: 24 * HOUR_MS },
  },
  {
    key: /Bytes$/,
    name: 'bytes',
    worth: {
      b: 1,
      k: KIBIBYTE,
      kb: KIBIBYTE,
      kib: KIBIBYTE,
      m: KIBIBYTE ** 2,
      mb: KIBIBYTE ** 2,
      mib: KIBIBYTE ** 2,
    },
  },
  { key: /Days$/, name: 'days', worth: { d: 1, day: 1, days: 1, w: 7 } },
];

/** `: 15m is 900000`; nothing where it is no amount that is known here. */
function convert(text: string, { worth }: Unit): string {
  const [, amount = '', unit = ''] = /^(\d{1,9}(?:\.\d{1,3})?) ?([A-Za-z]{1,4})$/.exec(text) ?? [];
  const factor = Object.hasOwn(worth, unit.toLowerCase()) ? worth[unit.toLowerCase()] : undefined;
  return factor === undefined ? '' : `: ${text} is ${Math.round(Number(amount) * factor)}`;
}
