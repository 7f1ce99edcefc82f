import * as z from 'zod';
import { list, mapping, patternText, wholeNumber, word, yesOrNo } from '../../yaml/scalars.ts';
import { rows } from './errors.ts';
import { description, FIELD_NAME, idPrefix, pattern } from './names.ts';
import { HEADER_NAME, request, startRequest } from './request.ts';
import { named, pointer, pointers } from './values.ts';

const ORDER_TYPE_ALLOWED =
  'Int, Float, String, Boolean, ID, DateTime, URL or JSON, or a list such as [String!]; with "!" where it has to be given';
const ORDER_TYPE_PATTERN =
  /^(?:(?:Int|Float|String|Boolean|ID|DateTime|URL|JSON)|\[(?:Int|Float|String|Boolean|ID|DateTime|URL|JSON)!\])!?$/;

const SUCCESSES = [200, 201, 202, 203, 204, 205, 206];

function successes() {
  return list(wholeNumber(200, 299), 10)
    .min(1, { error: 'at least one HTTP status' })
    .default(SUCCESSES)
    .describe('HTTP statuses of success. Default: every 2xx.');
}

function startThenSchema() {
  return mapping({
    request: request('POST'),
    waiting: list(z.string({ error: 'a word of status.words' }), 20)
      .default([])
      .describe(
        'Words of an export that waits for this call: one that is found again after a lost answer is sent it first.',
      ),
    done: rows().describe('Answers by which the vendor says that this call was made before.'),
  })
    .optional()
    .describe('A second call, with the id of the first; only both together count.');
}

function thenSchema() {
  return mapping({ request: request('POST') })
    .optional()
    .describe('A second call, with the id of the first; only both together count.');
}

export function startSchema() {
  return mapping({
    request: startRequest().describe('The call that starts an export; the order is laid into its body.'),
    body: word(['json', 'form']).optional().describe('How the body is written; the same as request.body.'),
    nesting: word(['brackets']).optional().describe('How a form writes what is nested: a[b]=c.'),
    under: pointer().optional().describe('What the order is laid below.'),
    order: named(
      FIELD_NAME,
      mapping({
        type: z
          .string({ error: ORDER_TYPE_ALLOWED })
          .regex(ORDER_TYPE_PATTERN, { error: ORDER_TYPE_ALLOWED }),
        at: pointer().describe('Where it goes in the body.'),
        description: description().optional().describe('What it is, for the schema.'),
        pattern: pattern().optional().describe('What the whole of a text has to match.'),
        multiline: yesOrNo()
          .default(false)
          .describe('Whether a String may have several lines, of at most 65535 bytes.'),
        example: z.unknown().optional().describe('For the docs, the demo and the simulator.'),
      }),
      100,
    )
      .default({})
      .describe('What a caller may order, and where it goes in the body.'),
    constants: named({ pattern: /^\//, allowed: 'a JSON Pointer such as /type' }, z.unknown(), 50)
      .default({})
      .describe('What is in every body, by pointer.'),
    idempotency: z
      .union([mapping({ header: patternText(HEADER_NAME.allowed, HEADER_NAME.pattern) }), word(['none'])], {
        error: 'a mapping with header, or "none"',
      })
      .optional()
      .describe(
        'The header in which the vendor takes a key: a start whose answer is lost is then asked again once. none, as where it is left out: START_OUTCOME_UNKNOWN.',
      ),
    answer: mapping({
      at: pointers().default('').describe('Where the export stands in the answer.'),
      id: pointers().optional().describe("Where the locator's last id stands, below at."),
      idPrefix: idPrefix().optional(),
      ids: named(FIELD_NAME, pointers(), 10)
        .optional()
        .describe('Where further ids of the locator stand, below at.'),
    }).describe('The answer to a start.'),
    existing: mapping({ status: wholeNumber(200, 599), at: pointers() })
      .optional()
      .describe('An answer that names an export that runs already: it is taken for the started one.'),
    success: successes(),
    // biome-ignore lint/suspicious/noThenProperty: a key of the file's
    then: startThenSchema(),
    once: yesOrNo().default(false).describe('Whether the vendor runs one at a time per account.'),
  });
}

export function cancelSchema() {
  return mapping({
    request: request('POST'),
    gone: list(wholeNumber(200, 599), 20)
      .default([])
      .describe(
        'HTTP statuses by which the vendor says that nothing is left to cancel: what is true is then read.',
      ),
    success: successes(),
    // biome-ignore lint/suspicious/noThenProperty: a key of the file's
    then: thenSchema(),
  });
}

export function callbackSchema() {
  return mapping({
    at: pointer().optional().describe("Where a start's body says our address."),
    query: z.string({ error: 'the name of a query parameter' }).min(1).max(100).optional(),
    body: word(['form', 'json']).default('json').describe('How the call comes.'),
    id: pointers().describe("Where the export's id stands in what comes."),
  });
}
