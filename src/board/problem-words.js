/** What went wrong, as a person reads it: the gateway's sentence, its code, and what to do. */
import { RefusedError } from './ask.js';
import { toDuration } from './time.js';

const ASK_OPERATOR = 'Tell whoever runs this gateway.';
const LATER = 'Try again in a moment.';

/**
 * Only where the gateway's own sentence does not say what to do.
 *
 * @type {Readonly<Record<string, string>>}
 */
const ADVICE = {
  VENDOR_REJECTED: 'Change the order, then start it again.',
  VENDOR_UNAUTHENTICATED: ASK_OPERATOR,
  VENDOR_FORBIDDEN: ASK_OPERATOR,
  VENDOR_TIMEOUT: LATER,
  VENDOR_UNAVAILABLE: LATER,
  VENDOR_BAD_RESPONSE: LATER,
  VENDOR_RATE_LIMITED: LATER,
  RATE_LIMITED: LATER,
  INTERNAL_SERVER_ERROR: ASK_OPERATOR,
};

/** @param {unknown} error */
export function codeOf(error) {
  return error instanceof RefusedError ? (error.extensions.code ?? '') : '';
}

/**
 * @param {unknown} error
 * @param {string} lost - what to do where no answer came
 * @returns {string}
 */
export function problemText(error, lost) {
  if (!(error instanceof RefusedError)) return `No answer came from the gateway. ${lost}`;
  const { code = '', retryAfterMs, vendorMessage } = error.extensions;
  const vendorWords = vendorMessage && !error.message.includes(vendorMessage) ? ` “${vendorMessage}”` : '';
  const advice = retryAfterMs === undefined ? ADVICE[code] : `Try again in ${toWait(retryAfterMs)}.`;
  return [error.message + vendorWords, code && `(${code})`, advice].filter(Boolean).join(' ');
}

/** Never less than has to be waited. @param {number} ms */
function toWait(ms) {
  return toDuration(ms < 60_000 ? Math.ceil(ms / 1_000) * 1_000 : Math.ceil(ms / 60_000) * 60_000);
}
