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

/** A state much like most, in the order in which one is written: what is compressed with it is a third as long. Part of the format. */
const DICTIONARY = Buffer.from(
  [
    '"trouble":{"code":"VENDOR_RATE_LIMITED","failures":1,"refusals":0,"refusedSince":null},"failed":{"code":"EXPORT_NOT_FOUND","message":"',
    'VENDOR_UNAVAILABLE","VENDOR_TIMEOUT","outcome":"WITH_DATA","failure":{"code":null,"message":"","status":"FAILED","status":"CANCELED",',
    '"files":[{"name":"export.csv","mediaType":"text/csv","availableUntil":null}],"status":"SUCCEEDED",',
    '"vendor":"power-bi","ids":{"exportId":"","workspaceId":"","reportId":"","vendor":"hi-energy","ids":{"jobId":"","vendor":"web-admit","ids":{"exportFileId":"',
    '{"startedAt":17,"knownStatus":"RUNNING","changedAt":17,"transitions":[{"from":null,"to":"QUEUED","rawStatus":"queued","at":17},',
    '{"from":"QUEUED","to":"RUNNING","rawStatus":"in_progress","at":17},{"from":"RUNNING","to":"SUCCEEDED","rawStatus":"completed","at":17}],',
    '"isStallTold":false,"trouble":null,"failed":null,"snapshot":{"key":{"id":"RXhwb3J0","vendor":"talkdesk","account":"desk","ids":{"reportType":"calls",',
    '"jobId":""}},"name":null,"status":"QUEUED","rawStatus":"Running","status":"RUNNING","rawStatus":"running","outcome":null,"failure":null,',
    '"progress":null,"progress":{"percent":40,"completedParts":null,"totalParts":null},"createdAt":17,"startedAt":17,"updatedAt":17,',
    '"startedAt":null,"updatedAt":null,"finishedAt":null,"files":null,"details":{"format":"csv"}}}',
  ].join(''),
);

/** States are small: a small window is made quicker, and finds as much. */
const COMPRESSION = { dictionary: DICTIONARY, windowBits: 11, memLevel: 3 } as const;

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
    lasting: () => deflateRawSync(lasting, COMPRESSION),
  };
}

function toLasting(snapshot: ExportSnapshot | null): object | null {
  if (snapshot === null) return null;
  const { observedAt, pollAfterMs, ...lasting } = snapshot;
  return lasting;
}

export function decodeState(moving: Buffer | string, lasting: Buffer): WatchedState {
  return toState(JSON.parse(moving.toString()) as Moving, lasting);
}

function toState(moving: Moving, lasting: Buffer): WatchedState {
  const text = inflateRawSync(lasting, { dictionary: DICTIONARY }).toString();
  const { snapshot, ...rest } = JSON.parse(text) as Omit<WatchedState, 'nextPollAt' | 'throttledUntil'>;
  const [observedAt, pollAfterMs, nextPollAt, throttledUntil] = moving;
  return {
    ...rest,
    snapshot: snapshot === null ? null : { ...snapshot, observedAt: observedAt ?? 0, pollAfterMs },
    ...{ nextPollAt, throttledUntil },
  };
}

/** An entry without its place, as one value: a line of text, then the lasting part of its state. */
export function encodeEntry(
  { at, fact, state }: Omit<LogEntry, 'sequence'>,
  moving: string,
  lasting: Buffer,
): Buffer {
  // The state says it too.
  const isSaid = fact.type === 'ExportProgressed' && fact.progress === state.snapshot?.progress;
  const told = isSaid ? { type: fact.type } : fact;
  return Buffer.concat([Buffer.from(`[${at},${JSON.stringify(told)},${moving}]\n`), lasting]);
}

export function decodeEntry(sequence: number, value: Buffer): LogEntry {
  const end = value.indexOf(10);
  const line = JSON.parse(value.subarray(0, end).toString()) as [number, LogEntry['fact'], Moving];
  const [at, told, moving] = line;
  const state = toState(moving, value.subarray(end + 1));
  return { sequence, at, fact: toFact(told, state), state };
}

function toFact(told: LogEntry['fact'], { snapshot }: WatchedState): LogEntry['fact'] {
  if (told.type !== 'ExportProgressed' || told.progress !== undefined) return told;
  return { type: told.type, progress: snapshot?.progress ?? NO_PROGRESS };
}

const NO_PROGRESS = { percent: null, completedParts: null, totalParts: null } as const;
