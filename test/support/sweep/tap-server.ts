import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Sweep } from './sweep.ts';

/**
 * The one place where a secret may stand: a browser that opens a file link is sent to the vendor's own signed link, which is
 * what it asked for. Nothing else of such an answer is left out.
 */
const REDIRECT = /^(HTTP\/1\.1 302 (?:.*\r\n)*?location: ).*/i;

/** Sweeps every byte that a gateway's server writes: heads, bodies, event streams, websocket frames. */
export function tapServer(server: Server, sweep: () => Sweep): Server {
  server.on('connection', (socket) => tapSocket(socket, sweep));
  server.prependListener('request', (request) => noteCredentials(request, sweep()));
  return server;
}

function tapSocket(socket: Socket, sweep: () => Sweep): void {
  const look = (chunk: unknown, encoding: unknown): void => {
    if (typeof chunk === 'string') note(sweep(), encoding === 'latin1' ? chunk : toBytes(chunk));
    else if (chunk instanceof Uint8Array) note(sweep(), Buffer.from(chunk).toString('latin1'));
  };
  for (const name of ['write', 'end'] as const) {
    const original = socket[name] as (...args: unknown[]) => unknown;
    Reflect.set(socket, name, function tapped(this: Socket, ...args: unknown[]) {
      look(args[0], args[1]);
      return original.apply(this, args);
    });
  }
}

function note(sweep: Sweep, text: string): void {
  sweep.look('HTTP or websocket', text.replace(REDIRECT, '$1'));
}

/** UTF-8 as one character per byte, as all that is looked at. */
function toBytes(text: string): string {
  return Buffer.from(text).toString('latin1');
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
