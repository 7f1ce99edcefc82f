import * as z from 'zod';
import { lineOfText, list, mapping, wholeNumber, word, yesOrNo } from '../../yaml/scalars.ts';
import { description, FIELD_NAME, idPrefix } from './names.ts';
import { HEADER_NAME, request } from './request.ts';
import {
  computedKeys,
  INSTANT_CONVERSIONS,
  instantRule,
  named,
  pointer,
  pointers,
  scalar,
  valueRule,
} from './values.ts';

export const STATUSES = [
  'QUEUED',
  'RUNNING',
  'CANCELING',
  'SUCCEEDED',
  'FAILED',
  'CANCELED',
  'EXPIRED',
  'UNKNOWN',
] as const;
const OUTCOMES = ['COMPLETE', 'PARTIAL', 'EMPTY'] as const;

/** A status, or a mapping that also says how well a success ended. */
function reading() {
  return z.union(
    [
      word(STATUSES),
      mapping({
        status: word(STATUSES).describe('Where the export stands, in our words.'),
        outcome: word(OUTCOMES)
          .optional()
          .describe('How well a job that SUCCEEDED ended. Default: COMPLETE.'),
      }),
    ],
    { error: `one of ${STATUSES.join(', ')}, or a mapping with status and outcome` },
  );
}

/** Comparisons with what is written in the file, by pointer. */
export function where() {
  const comparison = mapping({
    is: scalar().optional().describe('Equal to it.'),
    above: z.number({ error: 'a number' }).optional().describe('A number above it.'),
    below: z.number({ error: 'a number' }).optional().describe('A number below it.'),
    empty: yesOrNo().optional().describe('No text, no list, no object, or one without anything in it.'),
    absent: yesOrNo().optional().describe('Missing or null.'),
  });
  return named(
    { pattern: /^(?:\/|$)/, allowed: 'a JSON Pointer' },
    z.union([scalar(), comparison], {
      error: 'a text, a number, true, false or null; or a mapping with is, above, below, empty or absent',
    }),
    10,
  ).refine((conditions) => Object.keys(conditions).length > 0, { error: 'at least one comparison' });
}

export const WORD = {
  pattern: /^[^\p{Cc}]{1,100}$/u,
  allowed: "a vendor's word of at most 100 characters, without control characters",
} as const;

const NUMBER_CONVERSIONS = ['integer-text'] as const;

function fieldsSchema() {
  return mapping({
    name: valueRule([]).optional(),
    createdAt: instantRule().optional(),
    startedAt: instantRule().optional(),
    updatedAt: instantRule().optional(),
    finishedAt: instantRule()
      .optional()
      .describe('Null until the export has ended, whatever the answer says.'),
    percent: valueRule(['fraction', 'integer-text'])
      .optional()
      .describe('0 to 100; as: fraction for 0 to 1.'),
    completedParts: valueRule(NUMBER_CONVERSIONS).optional(),
    totalParts: valueRule(NUMBER_CONVERSIONS).optional(),
    failureCode: valueRule([]).optional(),
    failureMessage: valueRule([]).optional(),
    retryAfterMs: z
      .union(
        [
          pointer(),
          mapping({
            header: z.string().regex(HEADER_NAME.pattern, { error: HEADER_NAME.allowed }).optional(),
            at: pointers().optional(),
            as: word(['seconds', 'milliseconds', 'integer-text']).optional(),
            absent: list(scalar(), 20).optional(),
          }),
        ],
        { error: 'a JSON Pointer, or a mapping with header or at' },
      )
      .optional()
      .describe('How long the vendor asks to wait: a header with seconds or an HTTP date, or a value.'),
  }).describe("The Export's own fields, each with a pointer below at.");
}

const DETAIL_CONVERSIONS = [...INSTANT_CONVERSIONS, 'integer-text', 'fraction'] as const;

export const TYPE_ALLOWED =
  'Int, Float, String, Boolean, ID, DateTime, URL or JSON, or a list such as [String!]';
/** Taken apart by `toType`. */
export const TYPE_PATTERN =
  /^(?:(?:Int|Float|String|Boolean|ID|DateTime|URL|JSON)|\[(?:Int|Float|String|Boolean|ID|DateTime|URL|JSON)!\])$/;

export function detailsSchema() {
  return named(
    FIELD_NAME,
    mapping({
      type: z.string({ error: TYPE_ALLOWED }).regex(TYPE_PATTERN, { error: TYPE_ALLOWED }),
      at: pointers().optional(),
      as: word(DETAIL_CONVERSIONS)
        .optional()
        .describe('What the value is, where its JSON type does not tell.'),
      absent: list(scalar(), 20).optional().describe('Values that mean null.'),
      ...computedKeys(),
      description: description().optional().describe('What it is, for the schema.'),
    }),
    100,
  ).describe("Further fields of the vendor's type.");
}

function words() {
  return named(WORD, reading(), 200).refine((each) => Object.keys(each).length > 0, {
    error: 'at least one word',
  });
}

function refine() {
  return list(
    mapping({
      word: z.string({ error: 'a word of words' }).optional().describe('Only for this word.'),
      where: where().describe('What has to hold: comparisons by pointer, below at.'),
      is: reading(),
    }),
    50,
  )
    .default([])
    .describe('What else decides, after the word; the first that fits wins.');
}

function furtherSchema() {
  return mapping({
    request: request('GET').describe('The further call.'),
    when: mapping({
      words: list(z.string({ error: 'a word of status.words' }), 200)
        .default([])
        .describe('Where the status answer has one of these words.'),
      stalled: yesOrNo()
        .default(false)
        .describe('Of an export that has not ended, where nothing has changed for pacing.stallAfterMs.'),
    }).describe('Which exports it is asked about.'),
    at: pointers().default('').describe('Where the export stands in its answer.'),
    id: pointers().optional().describe("Where the export's id stands, below at."),
    idPrefix: idPrefix().optional(),
    word: pointers().describe('Where its word for the status stands, below at.'),
    words: words().describe(
      'Its words, and what they mean: one that says how the export has ended counts, every other leaves the first as it is.',
    ),
    refine: refine(),
    fields: fieldsSchema().omit({ retryAfterMs: true }).prefault({}),
    details: detailsSchema().default({}),
  });
}

export function statusSchema() {
  return mapping({
    request: request('GET').describe('The call that tells where one export stands.'),
    answers: list(wholeNumber(200, 599), 20)
      .optional()
      .describe(
        'HTTP statuses whose body is an answer where the word stands in it; every 2xx is one anyway.',
      ),
    success: mapping({ at: pointer(), is: scalar() })
      .optional()
      .describe('Whether the call succeeded, where the body tells.'),
    at: pointers().default('').describe('Where the export stands in the answer; "" is the whole.'),
    id: z
      .union([pointer(), list(pointer(), 10).min(1), mapping({ idFrom: word(['locator']) })], {
        error: 'a JSON Pointer, a list of them, or { idFrom: locator }',
      })
      .optional()
      .describe("Where the export's id stands, below at: it has to equal the locator's last id."),
    idFrom: word(['locator']).optional().describe('locator: the answer holds no id.'),
    idPrefix: idPrefix().optional(),
    word: pointers().describe("Where the vendor's word for the status stands, below at."),
    caseless: yesOrNo().default(false).describe('Whether words are compared without regard to case.'),
    words: words().describe(
      "The vendor's words, in its own spelling, and what they mean. What is not listed is UNKNOWN.",
    ),
    refine: refine(),
    fields: fieldsSchema().prefault({}),
    failureIsRetryable: z
      .union([yesOrNo(), list(lineOfText(100), 50)], { error: 'true, false, or a list of failure codes' })
      .default(false)
      .describe(
        'Whether an export that failed may well succeed when it is started anew; a list: where fields.failureCode is one of these.',
      ),
    details: detailsSchema().default({}),
    batch: mapping({
      request: request('GET').describe('The call; {ids} in its body is the list of ids.'),
      items: pointers().describe('Where the exports stand in the answer.'),
      id: pointers()
        .optional()
        .describe("Where an export's id stands in an item. Default: as in a single answer."),
      idPrefix: idPrefix().optional(),
      max: wholeNumber(1, 1_000).describe('As many ids in one call.'),
    })
      .optional()
      .describe('Many exports in one call.'),
    further: furtherSchema()
      .optional()
      .describe(
        'A second call about an export whose answer leaves something open: how it has ended, or what it holds. Fields of the first answer stay.',
      ),
  });
}

export function listSchema() {
  return mapping({
    request: request('GET').describe('The call; {limit} is how many the gateway wants.'),
    items: pointers().describe(
      'Where the exports stand in the answer; each looks as a single answer does at status.at.',
    ),
    next: mapping({
      cursor: pointers().optional().describe('Where the cursor of the next page stands.'),
      query: z
        .string({ error: 'the name of a query parameter' })
        .optional()
        .describe('The parameter that it goes into.'),
      alone: yesOrNo()
        .optional()
        .describe(
          'true: with a cursor, the call has no other parameter; those of the first page are left out.',
        ),
      body: pointer().optional().describe("Where it goes in the call's body, which is JSON."),
      link: z
        .string({ error: 'a relation such as next' })
        .optional()
        .describe("The Link header's relation (RFC 8288)."),
      offset: z
        .string({ error: 'the name of a query parameter' })
        .optional()
        .describe('The parameter for how many come before.'),
      size: z
        .string({ error: 'the name of a query parameter' })
        .optional()
        .describe('The parameter for how many are wanted.'),
      url: pointers()
        .optional()
        .describe("Where the next page's address stands; followed on baseUrl's origin only."),
      last: word(['id']).optional().describe("id: the next page begins behind the last one's id."),
      more: pointers().optional().describe('Where the answer says that there are more.'),
    })
      .optional()
      .describe(
        'How the next page is asked for: cursor with query (and alone or not) or body, and with more or not; link; offset and size; url; or last, query and more.',
      ),
    holds: word(['all', 'newest'])
      .default('newest')
      .describe('all: an export that is not in it is not there.'),
    asBatch: z
      .union([z.boolean(), z.literal('unfinished')], { error: 'true, false or "unfinished"' })
      .default(true)
      .describe(
        'Whether watched exports are read by it too, not only recentExports; unfinished: those that it shows as ended are read singly.',
      ),
  });
}
