import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import * as z from 'zod';
import { type Clock, type Random, sleep } from '../src/runtime/clock.ts';
import { MOUNT_NAMES, type MountName } from './calls.ts';
import { sendAnswer, serializeAnswer } from './http-message.ts';
import type { CallKind, SimulatorResponse } from './simulator.ts';

/** The ways an answer can go wrong, with what each does. */
export const FAULT_KINDS = {
  status: 'an error status (400 to 599, field "status") with the vendor\'s own error body',
  throttle: '429 with Retry-After (field "retryAfterSeconds", default 5)',
  html: '502 with an HTML page',
  garbage: '200 with bytes that are no JSON',
  truncated: 'the true answer, its body cut in half',
  empty: '200 with an empty body',
  null: '200 with the JSON value null',
  huge: '200 with 50 MB of valid JSON',
  'gzip-bomb': '200 with half a megabyte that unpacks to 512 MB',
  hang: 'no answer at all, the connection stays open',
  slow: 'the true answer, late (field "delayMs", default 3000)',
  reset: 'the connection is reset before an answer',
  'half-body': 'the true answer, the connection dies half-way through its body',
} as const;

export type FaultKind = keyof typeof FAULT_KINDS;

const KIND_NAMES = Object.keys(FAULT_KINDS) as [FaultKind, ...FaultKind[]];

const faultSchema = z
  .strictObject(
    {
      vendor: z.enum(MOUNT_NAMES, { error: `"vendor" must be one of ${MOUNT_NAMES.join(', ')}.` }),
      kind: z.enum(KIND_NAMES, { error: `"kind" must be one of ${KIND_NAMES.join(', ')}.` }),
      times: toWhole('times', 1, 1_000_000).default(1),
      pathPrefix: toText('pathPrefix').startsWith('/', '"pathPrefix" must begin with "/".').optional(),
      pathIncludes: toText('pathIncludes').optional(),
      status: toWhole('status', 400, 599).optional(),
      retryAfterSeconds: toWhole('retryAfterSeconds', 0, 86_400).optional(),
      delayMs: toWhole('delayMs', 0, 600_000).optional(),
    },
    {
      error: ({ code }) =>
        code === 'unrecognized_keys'
          ? 'The fields of an order are vendor, kind, times, pathPrefix, pathIncludes, status, retryAfterSeconds and delayMs; there is no other.'
          : 'An order is a JSON object, such as {"vendor":"talkdesk","kind":"throttle"}.',
    },
  )
  .refine(({ kind, status }) => (kind === 'status') === (status !== undefined), {
    error: '"status" (400 to 599) must be given for the kind "status", and for no other.',
  });

/** What to order: `vendor` and `kind`, where it strikes, how often, and how hard. */
export type FaultOrder = z.input<typeof faultSchema>;

/** An order as it stands: `times` is how often it will still strike. */
export type Fault = Readonly<z.output<typeof faultSchema>>;

/**
 * Reads an order.
 *
 * @throws RangeError with a sentence that says what is allowed
 */
export function parseFaultOrder(input: unknown): Fault {
  const result = faultSchema.safeParse(input);
  if (result.success) return result.data;
  throw new RangeError([...new Set(result.error.issues.map(({ message }) => message))].join(' '));
}

/** The faults ordered and not yet spent. The oldest that fits a request strikes. */
export class FaultBook {
  private faults: Fault[] = [];

  /**
   * Orders a fault. Without a path it meets every call but those for tokens, whose time cannot be foreseen.
   *
   * @throws RangeError with a sentence that says what is allowed
   */
  order(order: FaultOrder): Fault {
    const fault = parseFaultOrder(order);
    this.faults.push(fault);
    return fault;
  }

  list(): readonly Fault[] {
    return this.faults;
  }

  clear(): void {
    this.faults = [];
  }

  /** The fault that strikes this request, one time of it spent; `undefined` for a request that is left in peace. */
  take(mount: MountName, kind: CallKind, path: string): Fault | undefined {
    const index = this.faults.findIndex((fault) => fault.vendor === mount && isAimedAt(fault, kind, path));
    const fault = this.faults[index];
    if (fault === undefined) return undefined;
    if (fault.times > 1) this.faults[index] = { ...fault, times: fault.times - 1 };
    else this.faults.splice(index, 1);
    return fault;
  }
}

function isAimedAt({ pathPrefix, pathIncludes }: Fault, kind: CallKind, path: string): boolean {
  if (pathPrefix === undefined && pathIncludes === undefined) return kind !== 'token';
  return path.startsWith(pathPrefix ?? '') && path.includes(pathIncludes ?? '');
}

function toWhole(name: string, least: number, most: number) {
  const error = `"${name}" must be a whole number from ${least} to ${most}.`;
  return z.int({ error }).min(least, { error }).max(most, { error });
}

function toText(name: string) {
  const error = `"${name}" must be a text of 1 to 500 characters.`;
  return z.string({ error }).min(1, { error }).max(500, { error });
}

/** A request that is about to be spoilt, and what is needed for it. */
export interface FaultScene {
  readonly fault: Fault;
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
  /** Asks the simulator as if nothing were wrong. */
  trueAnswer(): Promise<SimulatorResponse>;
  /** The vendor's body for an error status. */
  errorBody(status: number): SimulatorResponse['body'];
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
  throttle: (scene) => playError(scene, 429),
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
} as const satisfies Record<FaultKind, Player>;

/** Spoils one request, after the fault's delay. */
export async function playFault(scene: FaultScene): Promise<void> {
  const { fault, clock, response } = scene;
  const delayMs = fault.delayMs ?? (fault.kind === 'slow' ? DEFAULT_DELAY_MS : 0);
  if (delayMs > 0) await sleep(clock, delayMs);
  if (response.destroyed) return;
  await PLAYERS[fault.kind](scene);
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
