import type { ServerResponse } from 'node:http';
import type { StepClock } from './step-clock.ts';

/** What a vendor may do instead of answering well. */
export const FAULTS = [
  'error', // 500
  'throttle', // 429 with Retry-After
  'refuse', // 401
  'miss', // 404
  'reset',
  'truncate',
  'garbage', // a web page
  'shape', // JSON without what it needs
  'slow',
  'hang',
] as const;
export type Fault = (typeof FAULTS)[number];

/** What the next calls of one account meet. */
export interface Spell {
  readonly fault: Fault;
  /** For so many calls. */
  left: number;
  /** Milliseconds: how long an answer is held back, or the vendor wants to be left alone. */
  readonly waitMs: number;
}

/** What a fault is played on. */
interface Stage {
  readonly response: ServerResponse;
  readonly clock: StepClock;
  readonly waitMs: number;
  /** With a canary: what a vendor says about a fault must not reach anybody else either. */
  readonly text: string;
  /** Answers well after all. */
  answer(): void;
}

const PLAYS: Readonly<Record<Fault, (stage: Stage) => void>> = {
  error: (stage) => sayPage(stage, 500),
  throttle: (stage) => sayPage(stage, 429, { 'retry-after': String(Math.ceil(stage.waitMs / 1_000)) }),
  refuse: (stage) => sayPage(stage, 401),
  miss: (stage) => sayPage(stage, 404),
  reset: ({ response }) => void response.socket?.resetAndDestroy(),
  truncate({ response, text }) {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '5000' });
    response.write(`{"text":"${text}`, () => response.socket?.resetAndDestroy());
  },
  garbage: (stage) => sayPage(stage, 200),
  shape: ({ response, text }) =>
    void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ text })),
  slow: ({ clock, waitMs, answer }) => void clock.setTimer(waitMs, answer),
  hang: () => undefined,
};

/** Plays a fault in place of an answer, or before it. */
export function playFault({ fault, waitMs }: Spell, stage: Omit<Stage, 'waitMs'>): void {
  PLAYS[fault]({ ...stage, waitMs });
}

function sayPage({ response, text }: Stage, status: number, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'text/html', ...headers }).end(`<html>${text}</html>`);
}
