/** The gateway's words as a person reads them. Each status has a word, a sign and a tone: never a colour alone. */

/**
 * @typedef {object} StatusWords
 * @property {string} text
 * @property {'waiting' | 'moving' | 'good' | 'warning' | 'bad' | 'gone'} tone
 * @property {string} sign - the path of a 16 by 16 icon
 */

const CHECK = 'M3.5 8.5l3 3 6-7';
const CROSS = 'M4.5 4.5l7 7m0-7l-7 7';
const DASH = 'M4 8h8';
const CLOCK = 'M8 4.5V8l2.5 1.5M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2';
const ARROW = 'M3 8h9.5M8.5 4l4 4-4 4';
const MARK = 'M8 3v6.2m0 3.1v.2';
const QUESTION = 'M5.8 6a2.2 2.2 0 1 1 3.2 2c-.7.4-1 .8-1 1.6m0 2.7v.2';

/** @type {Readonly<Record<string, StatusWords>>} */
const STATUS = {
  QUEUED: { text: 'Waiting', tone: 'waiting', sign: CLOCK },
  RUNNING: { text: 'Running', tone: 'moving', sign: ARROW },
  CANCELING: { text: 'Being canceled', tone: 'warning', sign: DASH },
  SUCCEEDED: { text: 'Finished', tone: 'good', sign: CHECK },
  FAILED: { text: 'Failed', tone: 'bad', sign: CROSS },
  CANCELED: { text: 'Canceled', tone: 'gone', sign: DASH },
  EXPIRED: { text: 'Gone', tone: 'gone', sign: DASH },
  UNKNOWN: { text: 'Unknown', tone: 'warning', sign: QUESTION },
};

/** @type {Readonly<Record<string, StatusWords>>} */
const OUTCOME = {
  PARTIAL: { text: 'Finished, in part', tone: 'warning', sign: CHECK },
  EMPTY: { text: 'Finished, empty', tone: 'gone', sign: CHECK },
};

const UNREADABLE = /** @type {StatusWords} */ ({ text: 'Not readable', tone: 'bad', sign: MARK });

/**
 * @param {import('./types.d.ts').Row} row
 * @returns {StatusWords}
 */
export function statusWords({ export: shown, problem }) {
  if (shown === null || problem !== null) return UNREADABLE;
  const { status, outcome, rawStatus } = shown;
  const words = (outcome !== null && OUTCOME[outcome]) || STATUS[status];
  // A status of a later gateway is shown as it came.
  return words ?? { text: rawStatus, tone: 'waiting', sign: QUESTION };
}

/** @type {Readonly<Record<string, string>>} */
const INTERRUPTION = {
  VENDOR_RATE_LIMITED: 'The vendor asks us to wait',
  VENDOR_UNAUTHENTICATED: 'The vendor refuses our credential',
  VENDOR_FORBIDDEN: 'The vendor refuses our credential',
  EXPORT_NOT_FOUND: 'The vendor does not know it yet',
  VENDOR_BAD_RESPONSE: 'The vendor’s answer cannot be read',
};

/** @param {string} code */
export function interruptionWords(code) {
  return `${INTERRUPTION[code] ?? 'Vendor not reachable'}, last known state`;
}

/** @type {Readonly<Record<import('./types.d.ts').ConnectionState, string>>} */
export const CONNECTION_WORDS = {
  asking: 'Asking…',
  live: 'Live',
  reconnecting: 'Reconnecting…',
  locked: 'Key needed',
};
