/** What went wrong, as a person reads it: what it is, and what to do. */
import type { WaybillError } from '@waybill/client';
import { toWait } from '../time.ts';

const ASK_OPERATOR = 'Tell whoever runs this gateway.';
const LATER = 'Try again in a moment.';

/** What each code of the gateway means to somebody who reads none of its documents. */
const EXPLANATION: Readonly<Record<string, string>> = {
  EXPORT_NOT_FOUND:
    'No such export is known: the vendor has none with these ids, or this account may not see it. Check the ids, and which account they belong to.',
  VENDOR_UNAUTHENTICATED: `The vendor refuses this account’s credential. ${ASK_OPERATOR}`,
  VENDOR_FORBIDDEN: `The vendor lets this account in, but not to this. ${ASK_OPERATOR}`,
  VENDOR_RATE_LIMITED: 'The vendor asks us to wait.',
  VENDOR_TIMEOUT: `The vendor did not answer in time. ${LATER}`,
  VENDOR_UNAVAILABLE: `The vendor cannot be reached. ${LATER}`,
  VENDOR_BAD_RESPONSE: `The vendor’s answer makes no sense. ${LATER} ${ASK_OPERATOR}`,
  RATE_LIMITED: 'You have asked this gateway a lot in a short time.',
  INTERNAL_SERVER_ERROR: `Something went wrong inside the gateway. ${ASK_OPERATOR}`,
  UNAUTHENTICATED: 'This gateway does not know who you are, or not any more. Give your access token again.',
  SUBSCRIPTION_TOKEN_EXPIRED: 'Your access token has expired. Give a newer one.',
  FORBIDDEN: `A page at this address may not ask this gateway. ${ASK_OPERATOR}`,
  OPERATION_NOT_TRUSTED: `This gateway does not know this page’s questions: it is another version. Load the page anew. ${ASK_OPERATOR}`,
  ACCESS_UNAVAILABLE: `The gateway cannot check who you are at the moment. ${LATER}`,
  STORE_UNAVAILABLE: `The gateway cannot write anything down at the moment, so nothing was changed. ${LATER}`,
  TRACKING_LIMIT:
    'As many exports are tracked as this gateway allows. Untrack some, or wait until some have ended.',
  IDEMPOTENCY_KEY_REUSED: 'Another order was sent under this order’s key. Press the button again.',
};

/** Where the gateway's own sentence says more than a general one could; what to do is added to it. */
const ADVICE: Readonly<Record<string, string>> = {
  VENDOR_REJECTED: 'Change the order, then start it again.',
  UNSUPPORTED_BY_VENDOR: '',
  START_OUTCOME_UNKNOWN: '',
  BAD_USER_INPUT: '',
};

/**
 * One paragraph for a person.
 *
 * @param lost - what to do where no answer came
 */
export function problemText(error: unknown, lost = LATER): string {
  const { code, message, retryAfterMs, vendorMessage } = readError(error);
  if (code === '') return `No answer came from the gateway. ${lost}`;
  const known = Object.hasOwn(EXPLANATION, code) ? EXPLANATION[code] : undefined;
  const words = vendorMessage && !message.includes(vendorMessage) ? `${message} “${vendorMessage}”` : message;
  const advice = Object.hasOwn(ADVICE, code) ? ADVICE[code] : '';
  const wait = retryAfterMs === undefined ? '' : `Try again in ${toWait(retryAfterMs)}.`;
  return [known ?? words, advice, wait].filter(Boolean).join(' ');
}

/** The gateway's own sentence and code, for whoever runs it; empty where no answer came. */
export function problemDetails(error: unknown): string {
  const { code, message, requestId } = readError(error);
  if (code === '') return '';
  return [message, `(${code})`, requestId && `Request ${requestId}`].filter(Boolean).join(' ');
}

/** Empty where no answer came. */
export function codeOf(error: unknown): string {
  return readError(error).code;
}

interface ReadError {
  readonly code: string;
  readonly message: string;
  readonly retryAfterMs?: number | undefined;
  readonly requestId?: string | undefined;
  readonly vendorMessage?: string | undefined;
}

/** Codes of the kit's own, where no answer of the gateway came. */
const NO_ANSWER = new Set(['NETWORK', 'TIMEOUT', 'CLOSED', 'BAD_ANSWER']);

function readError(error: unknown): ReadError {
  const { code, message, retryAfterMs, requestId } = (error ?? {}) as Partial<WaybillError>;
  if (typeof code !== 'string' || NO_ANSWER.has(code)) return { code: '', message: '' };
  const said = (error as WaybillError).extensions?.vendorMessage;
  return {
    code,
    message: message ?? '',
    retryAfterMs,
    requestId,
    vendorMessage: typeof said === 'string' ? said : undefined,
  };
}
