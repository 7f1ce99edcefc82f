import * as z from 'zod';
import { lineOfText, list, mapping, patternText, wholeNumber, word, yesOrNo } from '../../yaml/scalars.ts';
import { HEADER_NAME } from './request.ts';
import { where } from './status.ts';
import { pointers } from './values.ts';

const WAIT_CONVERSIONS = ['seconds', 'milliseconds', 'epoch-seconds', 'epoch-millis', 'rfc3339'] as const;

function wait() {
  return list(
    mapping({
      header: patternText(HEADER_NAME.allowed, HEADER_NAME.pattern).optional(),
      at: pointers().optional(),
      as: word(WAIT_CONVERSIONS).optional().describe('Default: seconds; of a header also an HTTP date.'),
      default: z
        .number({ error: 'seconds' })
        .min(0, { error: 'seconds from 0' })
        .max(86_400, { error: 'seconds, at most 86400' })
        .optional()
        .describe('So many seconds, where nothing is said.'),
    }),
    10,
  ).describe('How long to wait then: the first that is there.');
}

function row<Further extends z.core.$ZodLooseShape>(further: Further) {
  return mapping({
    status: wholeNumber(200, 599).optional().describe('The HTTP status.'),
    code: z
      .union([lineOfText(200), z.number()], { error: 'a text or a number' })
      .optional()
      .describe("The vendor's own code, as errors.code finds it."),
    message: lineOfText(500)
      .optional()
      .describe("A part of the vendor's message, as errors.message finds it."),
    where: where().optional().describe("What has to hold of the answer's body: comparisons by pointer."),
    ...further,
  });
}

/** Answers that mean one thing. */
export function rows() {
  return list(row({}), 50).default([]);
}

function notFoundRow() {
  return row({
    namesId: yesOrNo()
      .default(false)
      .describe("The vendor's message names the export that was asked about, by the locator's last id."),
  });
}

function throttledRow() {
  return row({ wait: wait().optional() });
}

export function errorsSchema() {
  return mapping({
    code: pointers().optional().describe("Where the vendor's own code stands."),
    message: pointers().optional().describe("Where the vendor's sentence stands."),
    expired: rows().describe('The token has run out: asked once more with a new one.'),
    throttled: z
      .union(
        [
          list(throttledRow(), 50),
          mapping({ when: list(throttledRow(), 50).default([{ status: 429 }]), wait: wait() }),
        ],
        {
          error: 'a list, or a mapping with when and wait',
        },
      )
      .default([])
      .describe('Asked to wait.'),
    notFound: list(notFoundRow(), 50).default([]).describe('There is no such export.'),
    conflict: rows().describe('The export is in no state for it.'),
    forbidden: rows().describe('The credential may not do this.'),
    unauthenticated: rows().describe('The credential is not taken.'),
    unavailable: rows().describe('The vendor is away for the moment.'),
  }).describe(
    'What the vendor says by body or code, beside what HTTP says by itself; the first row that fits wins.',
  );
}
