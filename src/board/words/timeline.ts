/** An export's life as spans and moments on one line, from what the vendor says and what the gateway saw. */
import type { Export } from '@waybill/client';
import { beganAt, endedAt } from '../filters.ts';
import { type StatusWords, transitionWords } from './status.ts';

export interface Span {
  readonly from: number;
  readonly to: number;
  readonly words: StatusWords;
}

export interface Moment {
  readonly at: number;
  readonly text: string;
  /** The vendor's own word; empty where it has none for this. */
  readonly rawStatus: string;
  readonly words: StatusWords | null;
  readonly source: 'vendor' | 'gateway';
}

export interface Timeline {
  readonly from: number;
  /** The end, or for an export that moves the last instant that is drawn. */
  readonly to: number;
  readonly spans: readonly Span[];
  readonly moments: readonly Moment[];
  /** Between which instants it will probably end; null after the end and where nothing is known. */
  readonly expected: { readonly from: number; readonly to: number } | null;
}

/** Null where nobody has told a single instant. */
export function toTimeline(shown: Export, now: number): Timeline | null {
  const moments = toMoments(shown);
  const [first] = moments;
  if (first === undefined) return null;
  const lastAt = moments.at(-1)?.at ?? first.at;
  const end = shown.isTerminal
    ? Math.max(endedAt(shown)?.getTime() ?? lastAt, lastAt)
    : Math.max(now, lastAt);
  const expected = toExpected(shown, end);
  return {
    from: first.at,
    to: Math.max(end, expected?.to ?? 0),
    spans: toSpans(shown, first.at, end),
    moments,
    expected,
  };
}

function toMoments(shown: Export): readonly Moment[] {
  const { createdAt, startedAt, finishedAt, transitions } = shown;
  const said = (at: Date | null, text: string): readonly Moment[] =>
    at === null ? [] : [{ at: at.getTime(), text, rawStatus: '', words: null, source: 'vendor' }];
  const seen = transitions.map(({ at, to, rawStatus, from }): Moment => {
    const words = transitionWords(to);
    const text = from === null ? `${words.text} when first seen` : words.text;
    return { at: at.getTime(), text, rawStatus, words, source: 'gateway' };
  });
  const all = [
    ...said(createdAt, 'Accepted'),
    ...said(startedAt, 'Begun'),
    ...seen,
    ...said(finishedAt, 'Ended'),
  ];
  return all
    .map((moment, index) => ({ moment, index }))
    .sort((one, other) => one.moment.at - other.moment.at || one.index - other.index)
    .map(({ moment }) => moment);
}

/** Where waiting and work cannot be told apart. */
const UNDER_WAY: StatusWords = { text: 'Under way', tone: 'moving', shape: 'arrow' };

interface Mark {
  readonly at: number;
  readonly words: StatusWords;
}

/** What it was when: by the vendor's times until the gateway looked, by what the gateway saw from then on. */
function toSpans(shown: Export, from: number, end: number): readonly Span[] {
  const seen = shown.transitions.map(({ at, to }) => ({ at: at.getTime(), words: transitionWords(to) }));
  const told = toldMarks(shown).filter(({ at }) => at < (seen[0]?.at ?? Number.POSITIVE_INFINITY));
  const marks = [...told, ...seen];
  if (marks.length === 0) marks.push({ at: from, words: transitionWords(shown.status) });
  return marks.flatMap(({ at, words }, index) => {
    const to = Math.min(marks[index + 1]?.at ?? end, end);
    return to <= at ? [] : [{ from: at, to, words }];
  });
}

function toldMarks(shown: Export): readonly Mark[] {
  const { startedAt, transitions, status } = shown;
  const began = beganAt(shown)?.getTime();
  if (began === undefined) return [];
  const startAt = startedAt?.getTime();
  const isWaiting = startAt !== undefined || (transitions[0]?.to ?? status) === 'QUEUED';
  const marks: Mark[] = [{ at: began, words: isWaiting ? transitionWords('QUEUED') : UNDER_WAY }];
  if (startAt !== undefined) marks.push({ at: startAt, words: transitionWords('RUNNING') });
  return marks;
}

function toExpected({ estimate, isTerminal }: Export, now: number): Timeline['expected'] {
  if (estimate === null || isTerminal) return null;
  const to = estimate.finishAtLatest.getTime();
  return to <= now ? null : { from: Math.max(estimate.finishAt.getTime(), now), to };
}

const STEPS_MS = [
  ...[1, 2, 5, 10, 20, 30].map((seconds) => seconds * 1_000),
  ...[1, 2, 5, 10, 20, 30].map((minutes) => minutes * 60_000),
  ...[1, 2, 4, 8, 12, 24, 48, 96, 168, 336].map((hours) => hours * 3_600_000),
];
const MAX_TICKS = 7;

/** Where the scale has its marks: round spans since the beginning. */
export function toTicks({ from, to }: Pick<Timeline, 'from' | 'to'>): readonly number[] {
  const spanMs = to - from;
  const step = STEPS_MS.find((each) => spanMs / each <= MAX_TICKS) ?? spanMs / MAX_TICKS;
  if (step <= 0) return [0];
  return Array.from({ length: Math.floor(spanMs / step) + 1 }, (_tick, index) => index * step);
}
