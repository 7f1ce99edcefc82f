import { createHash } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { LogEntry } from '../../export/backplane.ts';
import type { ExportSnapshot } from '../../export/export.ts';
import type { WatchedState } from '../../export/transitions.ts';

/*
 * How states and entries are written. What moves with every poll stands apart from what only changes with the export, so that most polls
 * write some forty bytes. A format is only ever added to: another one counts up `FORMAT`.
 */

export const FORMAT = 1;

/** When it was last seen, how soon again, when it is asked about next, and until when its account waits. */
type Moving = readonly [
  observedAt: number | null,
  pollAfterMs: number | null,
  nextPollAt: number | null,
  throttledUntil: number | null,
];

/** A state that may be written without what has not changed. */
export interface EncodedState {
  readonly moving: string;
  /** Tells whether the lasting part is the same. */
  readonly digest: string;
  /** Compressed when it is asked for. */
  lasting(): Buffer;
}

/** Words of most states: what is compressed with them is a third as long. Part of the format. */
const DICTIONARY = Buffer.from(
  JSON.stringify({
    startedAt: 17,
    knownStatus: 'RUNNING',
    changedAt: 17,
    isStallTold: false,
    transitions: [
      { from: 'QUEUED', to: 'RUNNING', rawStatus: 'InProgress', at: 17 },
      { from: 'RUNNING', to: 'SUCCEEDED', rawStatus: 'completed', at: 17 },
      { from: null, to: 'QUEUED', rawStatus: 'queued', at: 17 },
    ],
    trouble: { code: 'VENDOR_UNAVAILABLE', failures: 1, refusals: 0, refusedSince: null },
    failed: { code: 'EXPORT_NOT_FOUND', message: 'answered 404' },
    snapshot: {
      key: {
        id: 'RXhwb3J0',
        vendor: 'power-bi',
        account: 'desk',
        ids: { jobId: '9007', reportType: 'calls' },
      },
      name: null,
      status: 'RUNNING',
      rawStatus: 'Running',
      outcome: null,
      failure: null,
      progress: { percent: 40, completedParts: null, totalParts: null },
      createdAt: 17,
      startedAt: null,
      updatedAt: null,
      finishedAt: null,
      expiresAt: null,
      files: [],
      fields: {},
      isTerminal: false,
    },
  }),
);

export function encodeState(state: WatchedState): EncodedState {
  const { nextPollAt, throttledUntil, snapshot, ...rest } = state;
  const moving: Moving = [
    snapshot?.observedAt ?? null,
    snapshot?.pollAfterMs ?? null,
    nextPollAt,
    throttledUntil,
  ];
  const lasting = JSON.stringify({ ...rest, snapshot: toLasting(snapshot) });
  return {
    moving: JSON.stringify(moving),
    digest: createHash('sha1').update(lasting).digest('base64'),
    lasting: () => deflateRawSync(lasting, { dictionary: DICTIONARY }),
  };
}

function toLasting(snapshot: ExportSnapshot | null): object | null {
  if (snapshot === null) return null;
  const { observedAt, pollAfterMs, ...lasting } = snapshot;
  return lasting;
}

export function decodeState(moving: Buffer | string, lasting: Buffer): WatchedState {
  const text = inflateRawSync(lasting, { dictionary: DICTIONARY }).toString();
  const { snapshot, ...rest } = JSON.parse(text) as Omit<WatchedState, 'nextPollAt' | 'throttledUntil'>;
  const [observedAt, pollAfterMs, nextPollAt, throttledUntil] = JSON.parse(moving.toString()) as Moving;
  return {
    ...rest,
    snapshot: snapshot === null ? null : { ...snapshot, observedAt: observedAt ?? 0, pollAfterMs },
    ...{ nextPollAt, throttledUntil },
  };
}

/** An entry without its place, as one value: a line of text, then the lasting part of its state. */
export function encodeEntry(
  { at, fact }: Pick<LogEntry, 'at' | 'fact'>,
  moving: string,
  lasting: Buffer,
): Buffer {
  return Buffer.concat([Buffer.from(`${JSON.stringify({ at, fact, moving })}\n`), lasting]);
}

export function decodeEntry(sequence: number, value: Buffer): LogEntry {
  const end = value.indexOf(10);
  const { at, fact, moving } = JSON.parse(value.subarray(0, end).toString()) as Pick<
    LogEntry,
    'at' | 'fact'
  > & { readonly moving: string };
  return { sequence, at, fact, state: decodeState(moving, value.subarray(end + 1)) };
}
