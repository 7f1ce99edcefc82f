import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import { type Clock, type Random, sleep } from '../src/runtime/clock.ts';
import { sendCut } from './cut-answer.ts';
import { type Fault, type FaultKind, isLoss } from './faults.ts';
import { sendAnswer, serializeAnswer } from './http-message.ts';
import type { SimulatorResponse } from './simulator.ts';

/** A request that is about to be spoilt, and what is needed for it. */
export interface FaultScene {
  readonly fault: Fault;
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
  /** Asks the simulator as if nothing were wrong. */
  trueAnswer(): Promise<SimulatorResponse>;
  /** The vendor's body for an error status. */
  errorBody(status: number): SimulatorResponse['body'];
  /** What the vendor says to a token that has run out. */
  tokenExpired(): SimulatorResponse;
  /** How the vendor asks a caller to wait; left out where it does so as HTTP has it. */
  readonly throttled?: ((seconds: number) => SimulatorResponse) | undefined;
  /** Runs at real speed: a fault's delay is meant for the caller's patience. */
  readonly clock: Clock;
  readonly random: Random;
}

const DEFAULT_RETRY_AFTER_SECONDS = 5;
const DEFAULT_DELAY_MS = 3_000;
const JSON_HEADERS = { 'content-type': 'application/json; charset=utf-8' };
const HUGE_BYTES = 50_000_000;

type Player = (scene: FaultScene) => void | Promise<void>;

const PLAYERS = {
  status: (scene) => playError(scene, scene.fault.status ?? 500),
  throttle: (scene) => {
    const { fault, response, throttled } = scene;
    if (throttled === undefined) playError(scene, 429);
    else sendAnswer(response, throttled(fault.retryAfterSeconds ?? DEFAULT_RETRY_AFTER_SECONDS));
  },
  html: ({ response }) =>
    sendAnswer(response, { status: 502, headers: { 'content-type': 'text/html' }, body: BAD_GATEWAY_PAGE }),
  garbage: ({ response, random }) => sendJsonText(response, toGarbage(random)),
  truncated: async ({ response, trueAnswer }) => {
    const answer = await trueAnswer();
    const { headers, bytes } = serializeAnswer(answer);
    sendAnswer(response, { status: answer.status, headers, body: bytes.subarray(0, bytes.length / 2) });
  },
  empty: ({ response }) => sendJsonText(response, ''),
  null: ({ response }) => sendJsonText(response, 'null'),
  huge: async ({ response }) => {
    response.writeHead(200, JSON_HEADERS);
    // The client may hang up in the middle, and is right to.
    await pipeline(Readable.from(toHugeJson()), response).catch(() => undefined);
  },
  'gzip-bomb': ({ response }) =>
    sendAnswer(response, {
      status: 200,
      headers: { ...JSON_HEADERS, 'content-encoding': 'gzip' },
      body: toGzipBomb(),
    }),
  hang: () => undefined,
  slow: async ({ response, trueAnswer }) => sendAnswer(response, await trueAnswer()),
  reset: ({ incoming }) => {
    incoming.socket.resetAndDestroy();
  },
  'half-body': async ({ response, trueAnswer }) => {
    const answer = await trueAnswer();
    const { headers, bytes } = serializeAnswer(answer);
    const whole = bytes.length > 1 ? bytes : Buffer.from('{}');
    response.writeHead(answer.status, { ...headers, 'content-length': String(whole.length) });
    response.write(whole.subarray(0, whole.length / 2), () => response.destroy());
  },
  'token-expired': ({ response, tokenExpired }) => sendAnswer(response, tokenExpired()),
  'lost-answer': async ({ incoming, trueAnswer, fault }) =>
    sendCut(incoming.socket, await trueAnswer(), () => fault.afterBytes ?? 0),
  'lost-after-head': async ({ incoming, trueAnswer }) =>
    // Where there is no body, the end of the head is the end of the answer: it is left out.
    sendCut(incoming.socket, await trueAnswer(), (head, whole) => (head < whole ? head : head - 2)),
  'unreadable-answer': async ({ response, trueAnswer, random }) => {
    const answer = await trueAnswer();
    if (isRefusal(answer)) return sendAnswer(response, answer);
    // A status that forbids a body cannot be unreadable.
    const status = answer.status === 201 || answer.status === 202 ? answer.status : 200;
    sendAnswer(response, { status, headers: JSON_HEADERS, body: toGarbage(random) });
  },
  'answers-500-but-accepts': async (scene) => {
    const answer = await scene.trueAnswer();
    if (isRefusal(answer)) return sendAnswer(scene.response, answer);
    playError(scene, 500);
  },
  'hangs-but-accepts': async ({ trueAnswer }) => {
    await trueAnswer();
  },
  simulate: async ({ response, trueAnswer }) => sendAnswer(response, await trueAnswer()),
} as const satisfies Record<FaultKind, Player>;

/** Spoils one request, after the fault's delay. */
export async function playFault(scene: FaultScene): Promise<void> {
  const { fault, clock, response } = scene;
  const delayMs = fault.delayMs ?? (fault.kind === 'slow' ? DEFAULT_DELAY_MS : 0);
  if (delayMs > 0) await sleep(clock, delayMs);
  // A caller that left cannot take an order back.
  if (response.destroyed && !isLoss(fault.kind)) return;
  await PLAYERS[fault.kind](scene);
}

/** Nothing was done: there is no answer to lose. */
function isRefusal({ status }: SimulatorResponse): boolean {
  return status >= 400;
}

function playError({ fault, response, errorBody }: FaultScene, status: number): void {
  const seconds = fault.retryAfterSeconds ?? (fault.kind === 'throttle' ? DEFAULT_RETRY_AFTER_SECONDS : null);
  const headers: Record<string, string> = seconds === null ? {} : { 'retry-after': String(seconds) };
  const body = errorBody(status);
  sendAnswer(response, body === undefined ? { status, headers } : { status, headers, body });
}

function sendJsonText(response: ServerResponse, body: string | Uint8Array): void {
  sendAnswer(response, { status: 200, headers: JSON_HEADERS, body });
}

/** Random bytes behind one that can begin neither JSON nor UTF-8. */
function toGarbage(random: Random): Uint8Array {
  return Uint8Array.from({ length: 512 }, (_, index) => (index === 0 ? 0xff : random.next() * 256));
}

function* toHugeJson(): Generator<string> {
  const item = `{"id":1,"note":"${'x'.repeat(1_000)}"}`;
  const piece = Array.from({ length: 64 }, () => item).join(',');
  yield `{"value":[${piece}`;
  for (let sent = piece.length; sent < HUGE_BYTES; sent += piece.length + 1) yield `,${piece}`;
  yield ']}';
}

let gzipBomb: Uint8Array | undefined;

/** 64 gzip members of 8 MB of blanks each (RFC 1952 section 2.2 lets members follow one another), then a small object. */
function toGzipBomb(): Uint8Array {
  if (gzipBomb === undefined) {
    const member = gzipSync(Buffer.alloc(8 * 1024 * 1024, ' '));
    gzipBomb = Buffer.concat([...Array.from({ length: 64 }, () => member), gzipSync('{}')]);
  }
  return gzipBomb;
}

const BAD_GATEWAY_PAGE = `<!DOCTYPE html>
<html><head><title>502 Bad Gateway</title></head>
<body><center><h1>502 Bad Gateway</h1></center><hr><center>nginx</center></body></html>
`;
