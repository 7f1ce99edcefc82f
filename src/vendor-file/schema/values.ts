import * as z from 'zod';
import { list, mapping, patternText, text } from '../../yaml/scalars.ts';
import { type Conversion, INSTANT_FIELDS } from '../declaration.ts';
import { parseDuration } from '../duration.ts';
import { isPointer, POINTER_PATTERN, UNSAFE_NAMES } from '../pointer.ts';
import { parseTemplate } from '../template.ts';

const POINTER_ALLOWED = 'a JSON Pointer such as /data/id, or "" for the whole';
export const POINTERS_ALLOWED = `${POINTER_ALLOWED}, or a list of them`;

/** Where something stands in an answer. */
export function pointer() {
  return patternText(POINTER_ALLOWED, POINTER_PATTERN).refine(isPointer, { error: POINTER_ALLOWED });
}

/** One pointer or several, of which the first counts that leads to something. */
export function pointers() {
  return z
    .union([pointer(), list(pointer(), 10).min(1, { error: 'at least one pointer' })], {
      error: POINTERS_ALLOWED,
    })
    .describe(
      'Where it stands: a JSON Pointer, or a list of them, of which the first counts that leads to something.',
    );
}

export function scalar() {
  return z.union([z.string(), z.number(), z.boolean(), z.null()], {
    error: 'a text, a number, true, false or null',
  });
}

/** A pointer, several, or a mapping that says how what stands there is read. */
export function valueRule<const As extends readonly Conversion[]>(conversions: As) {
  const keys = {
    at: pointers(),
    absent: list(scalar(), 20).optional().describe('Values that mean null.'),
  };
  return z.union([pointer(), list(pointer(), 10).min(1), mapping({ ...keys, ...asKey(conversions) })], {
    error: `${POINTER_ALLOWED}, a list of them, or a mapping with at`,
  });
}

/** The key `as`, where there is anything to choose from. */
function asKey(conversions: readonly Conversion[]) {
  const known = conversions.length === 0 ? (['rfc3339'] as const) : conversions;
  return {
    as: z
      .enum(known, {
        error: conversions.length === 0 ? 'nothing' : known.map((each) => JSON.stringify(each)).join(', '),
      })
      .optional()
      .describe('What the value is, where its JSON type does not tell.'),
  };
}

export const INSTANT_CONVERSIONS = [
  'rfc3339',
  'epoch-seconds',
  'epoch-millis',
  'epoch-seconds-text',
] as const satisfies readonly Conversion[];

/** An instant of the answer, or so long after another one. */
export function instantRule() {
  return z.union(
    [
      pointer(),
      list(pointer(), 10).min(1),
      mapping({
        at: pointers().optional(),
        absent: list(scalar(), 20).optional().describe('Values that mean null.'),
        ...asKey(INSTANT_CONVERSIONS),
        ...computedKeys(),
      }),
    ],
    { error: `${POINTER_ALLOWED}, a list of them, or a mapping with at, or with from and plus` },
  );
}

/** Of an instant that is so long after another one. */
export function computedKeys() {
  return {
    from: z
      .enum(INSTANT_FIELDS, { error: INSTANT_FIELDS.join(', ') })
      .optional()
      .describe("One of status.fields' instants, which this one is computed from."),
    plus: duration().optional().describe('How long after that one, as in P7D or PT5M.'),
  };
}

/** ISO 8601, days at most: months are no fixed time. */
export function duration() {
  const allowed = 'an ISO 8601 duration of weeks, days, hours, minutes and seconds, such as P7D or PT5M';
  return text(allowed, (value) => parseDuration(value) !== undefined);
}

/** Text in which `{name}` stands for an id or a setting. */
export function template() {
  const allowed = 'text on one line in which braces hold nothing but a name, such as {jobId}';
  return text(
    allowed,
    (value) => value.length <= 2_000 && !/\p{Cc}/u.test(value) && parseTemplate(value) !== undefined,
  );
}

/** A mapping from names to values, bounded; no name is one that every object knows. */
export function named<Value extends z.core.$ZodType>(
  { pattern, allowed }: { readonly pattern: RegExp; readonly allowed: string },
  value: Value,
  maximum: number,
) {
  const key = z
    .string()
    .regex(pattern, { error: allowed })
    .refine((name) => (name.startsWith('/') ? isPointer(name) : !UNSAFE_NAMES.has(name)), { error: allowed });
  return z
    .record(key, value, { error: 'a mapping' })
    .refine((record) => Object.keys(record).length <= maximum, { error: `at most ${maximum} of them` });
}
