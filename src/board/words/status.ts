/** The gateway's statuses as a person reads them. Each has a word, a shape and a tone: never a colour alone. */
import type { Export } from '@waybill/client';

export type Tone = 'waiting' | 'moving' | 'good' | 'warning' | 'bad' | 'gone';
export type Shape =
  | 'clock'
  | 'arrow'
  | 'square'
  | 'check'
  | 'half'
  | 'ring'
  | 'octagon'
  | 'slash'
  | 'dashes'
  | 'diamond';

export interface StatusWords {
  readonly text: string;
  readonly tone: Tone;
  /** No two statuses share one. */
  readonly shape: Shape;
}

const STATUS: Readonly<Record<string, StatusWords>> = {
  QUEUED: { text: 'Waiting', tone: 'waiting', shape: 'clock' },
  RUNNING: { text: 'Running', tone: 'moving', shape: 'arrow' },
  CANCELING: { text: 'Being canceled', tone: 'warning', shape: 'square' },
  SUCCEEDED: { text: 'Finished', tone: 'good', shape: 'check' },
  FAILED: { text: 'Failed', tone: 'bad', shape: 'octagon' },
  CANCELED: { text: 'Canceled', tone: 'gone', shape: 'slash' },
  EXPIRED: { text: 'Gone', tone: 'gone', shape: 'dashes' },
  UNKNOWN: { text: 'Unknown', tone: 'warning', shape: 'diamond' },
};

const OUTCOME: Readonly<Record<string, StatusWords>> = {
  PARTIAL: { text: 'Finished in part', tone: 'warning', shape: 'half' },
  EMPTY: { text: 'Finished, empty', tone: 'gone', shape: 'ring' },
};

/** The statuses that can be chosen in the filter, in the order of an export's life. */
export const KNOWN_STATUSES = Object.entries(STATUS).map(([status, { text }]) => [status, text] as const);

export function statusWords({
  status,
  outcome,
  rawStatus,
}: Pick<Export, 'status' | 'outcome' | 'rawStatus'>): StatusWords {
  const words = (status === 'SUCCEEDED' && outcome && OUTCOME[outcome]) || wordsOf(status);
  // A status of a later gateway is shown as it came.
  return words ?? { text: rawStatus || status, tone: 'waiting', shape: 'diamond' };
}

/** Of a status alone, as transitions tell them. */
export function transitionWords(status: string): StatusWords {
  return wordsOf(status) ?? { text: status, tone: 'waiting', shape: 'diamond' };
}

function wordsOf(status: string): StatusWords | undefined {
  return Object.hasOwn(STATUS, status) ? STATUS[status] : undefined;
}
