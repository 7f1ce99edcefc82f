import { isCleanText, mapping, text, wholeNumber } from '../../yaml/scalars.ts';

const MIN_SECRET_BYTES = 32;
const MAX_SECRET_BYTES = 4_096;
const MAX_TTL_MS = 365 * 24 * 3_600_000;

/** The section `files`. */
export const filesSchema = mapping({
  linkSecret: text(
    `a string of at least ${MIN_SECRET_BYTES} bytes, without control characters`,
    (value) =>
      isCleanText(value) &&
      Buffer.byteLength(value) >= MIN_SECRET_BYTES &&
      Buffer.byteLength(value) <= MAX_SECRET_BYTES,
  )
    .optional()
    .describe(
      'Signs file links: at least 32 bytes. Made anew at each start when left out, so that older links end with a restart.',
    ),
  linkTtlMs: wholeNumber(1_000, MAX_TTL_MS)
    .default(900_000)
    .describe('How long a file link works, in milliseconds.'),
})
  .prefault({})
  .describe('Links to finished files.');
