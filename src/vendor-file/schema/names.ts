import * as z from 'zod';
import { lineOfText, mapping, patternText, text, yesOrNo } from '../../yaml/scalars.ts';
import { inspectPattern } from '../pattern/pattern.ts';
import { NAME_PATTERN } from '../template.ts';
import { named } from './values.ts';

export const FIELD_NAME = {
  pattern: NAME_PATTERN,
  allowed: 'a name of letters, digits and "_" that begins with a letter, at most 40 characters',
} as const;

const PATTERN_ALLOWED =
  'a regular expression of at most 500 characters that runs in linear time: no back references, no lookaround, no repetition inside a repetition';

/** A regular expression that the whole of a value has to match. */
export function pattern() {
  return z.string({ error: PATTERN_ALLOWED }).superRefine((value, context) => {
    const inspected = inspectPattern(value);
    if (!('found' in inspected)) return;
    context.addIssue({ code: 'custom', message: PATTERN_ALLOWED, params: { found: inspected.found } });
  });
}

export function description() {
  return text(
    'text of at most 2000 characters',
    (value) => value !== '' && value.length <= 2_000 && !/[^\P{Cc}\n]/u.test(value),
  );
}

function example() {
  return lineOfText(512).describe('A value that fits the pattern, for the docs and the simulator.');
}

export function locatorSchema() {
  return named(
    FIELD_NAME,
    mapping({
      pattern: pattern().describe('What the whole id has to match.'),
      optional: yesOrNo().default(false).describe('Whether an export may be named without it.'),
      description: description().optional().describe('What it is, for the schema.'),
      example: example().optional(),
    }),
    10,
  ).describe("The vendor's ids of an export, in the order in which they stand in acme-reports:PROJECT/JOB.");
}

export function settingsSchema() {
  return named(
    FIELD_NAME,
    mapping({
      pattern: pattern().describe('What the whole value has to match.'),
      default: lineOfText(512)
        .optional()
        .describe('Where an account does not say. Without it, every account has to.'),
      optional: yesOrNo()
        .default(false)
        .describe(
          'Whether an account may leave it out without a default: what is {name} alone then falls away.',
        ),
      description: description().optional().describe('What it is, for the docs.'),
      example: example().optional(),
    }),
    20,
  ).describe('What an account has to say beside its credential; used as {name}.');
}

export function idPrefix() {
  return patternText('visible ASCII, at most 200 characters', /^[!-~]{1,200}$/).describe(
    'What the vendor writes before the id.',
  );
}
