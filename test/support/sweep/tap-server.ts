import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Sweep } from './sweep.ts';

/**
 * The one place where a secret may stand: a browser that opens a file link is sent to the vendor's own signed link, which is
 * what it asked for. Nothing else of such an answer is left out.
 */
const REDIRECT = /^(HTTP\/1\.1 302 (?:.*\r\n)*?location: ).*/i;

const MAX_ANSWER_LENGTH = 250_000;
/** Heads of answers are shorter. */
const HEAD_LENGTH = 16_384;

/** Sweeps every byte that a gateway's server writes: heads, bodies, event streams, websocket frames. */
export function tapServer<Tapped extends Server>(server: Tapped, sweep: () => Sweep): Tapped {
  server.on('connection', (socket) => tapSocket(socket, sweep));
  server.prependListener('request', (request) => noteCredentials(request, sweep()));
  return server;
}

function tapSocket(socket: Socket, sweep: () => Sweep): void {
  const look = createLook(sweep);
  for (const name of ['write', 'end'] as const) {
    const original = socket[name] as (...args: unknown[]) => unknown;
    Reflect.set(socket, name, function tapped(this: Socket, ...args: unknown[]) {
      look(args[0], args[1]);
      return original.apply(this, args);
    });
  }
}

/** Looks at what one connection is given; of a file longer than most, the first quarter of a megabyte. */
function createLook(sweep: () => Sweep): (chunk: unknown, encoding: unknown) => void {
  let length = 0;
  let isEndless = false;
  return (chunk, encoding) => {
    if (typeof chunk !== 'string' && !(chunk instanceof Uint8Array)) return;
    if (length > MAX_ANSWER_LENGTH && !isEndless && chunk.length > HEAD_LENGTH) return;
    const text = toLatin1(chunk, encoding).slice(0, MAX_ANSWER_LENGTH);
    if (/^HTTP\/1\.1 \d/.test(text)) {
      length = 0;
      isEndless = text.startsWith('HTTP/1.1 101');
    }
    length += text.length;
    sweep().look('HTTP or websocket', text.replace(REDIRECT, '$1'));
  };
}

/** One character per byte, as all that is looked at. */
function toLatin1(chunk: string | Uint8Array, encoding: unknown): string {
  if (typeof chunk !== 'string')
    return Buffer.from(
      chunk.buffer,
      chunk.byteOffset,
      Math.min(chunk.byteLength, MAX_ANSWER_LENGTH),
    ).toString('latin1');
  return encoding === 'latin1' ? chunk : Buffer.from(chunk).toString('latin1');
}

/** What a caller brings must not be told either, good or not. */
function noteCredentials({ headers }: IncomingMessage, sweep: Sweep): void {
  const [, bearer] = /^bearer +(\S{8,})$/i.exec(headers.authorization ?? '') ?? [];
  if (bearer !== undefined) sweep.addSecret("a caller's key or token", bearer);
  for (const [name, value] of Object.entries(headers)) {
    if (!name.startsWith('x-waybill-token-') || typeof value !== 'string') continue;
    sweep.addSecret("a caller's vendor token", value);
  }
}
