import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeader,
  type OutgoingHttpHeaders,
  type Server,
  type ServerOptions,
  ServerResponse,
} from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createRequestId } from '../telemetry/scope.ts';
import { EVERY_ANSWER } from './security-headers.ts';

/** How long a request may take to arrive; a slower sender is answered 408 and cut off. */
export interface ArrivalTimes {
  /** From its first byte to the end of its headers. */
  readonly headersMs: number;
  /** To the end of its body. */
  readonly requestMs: number;
  /** How often this is looked at. */
  readonly checkMs: number;
}

export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

export interface HttpServerSettings {
  readonly arrival?: ArrivalTimes | undefined;
  /** Takes over what becomes a websocket; without it nothing does. */
  readonly onUpgrade?: UpgradeHandler | undefined;
}

/** Node's HTTP server, which also knows how to end. */
export interface HttpServer extends Server {
  /** Ends each connection that has no answer under way now, and each other one as soon as its answer is sent. */
  closeWhenIdle(): void;
}

const ARRIVAL_TIMES: ArrivalTimes = { headersMs: 10_000, requestMs: 30_000, checkMs: 5_000 };
const MAX_HEADER_BYTES = 16_384;
/** Node keeps that many names and values of a request's headers, and drops the others without a word. */
const MAX_RAW_HEADERS = 2_000;
/** How long a client that was answered before its whole body had come may take to read the answer, or to end the body. */
const LINGER_MS = 2_000;

const STANDING_HEADERS = Object.entries(EVERY_ANSWER);

type OutgoingHeaders = OutgoingHttpHeaders | OutgoingHttpHeader[];

/** An answer with a request id and the standing headers, which give way to its own. */
export class Answer<Request extends IncomingMessage = IncomingMessage> extends ServerResponse<Request> {
  readonly requestId = createRequestId();
  private whenClosedCallbacks: (() => void)[] | null = null;

  /** Calls back once it was sent or its connection is gone, in the order of the calls. All share one listener. */
  whenClosed(callback: () => void): void {
    if (this.whenClosedCallbacks === null) {
      this.whenClosedCallbacks = [];
      this.on('close', () => this.callBack());
    }
    this.whenClosedCallbacks.push(callback);
  }

  private callBack(): void {
    for (const callback of this.whenClosedCallbacks ?? []) callback();
  }

  override writeHead(status: number, ...rest: readonly (string | OutgoingHeaders | undefined)[]): this {
    const own = toHeaders(rest.at(-1));
    const isLast = endsBeforeItsBody(this.req);
    // A request that was destroyed half-way has lost its socket; an answer that waits for others has none yet.
    if (isLast) closeGently(this.socket ?? this.req.socket);
    if (this.getHeaderNames().length > 0) {
      this.setHeader('x-request-id', this.requestId);
      if (isLast) this.setHeader('connection', 'close');
      for (const [name, value] of STANDING_HEADERS) if (!this.hasHeader(name)) this.setHeader(name, value);
      return super.writeHead(status, own);
    }
    // In one piece: to set eight headers one by one costs more than all the rest of the head.
    const headers: OutgoingHttpHeader[] = ['x-request-id', this.requestId];
    if (isLast) headers.push('connection', 'close');
    for (let index = 0; index < STANDING_HEADERS.length; index += 1) {
      const [name, value] = STANDING_HEADERS[index] as (typeof STANDING_HEADERS)[number];
      if (own[name] === undefined) headers.push(name, value);
    }
    for (const name in own) {
      const value = own[name];
      if (value !== undefined) headers.push(name, value);
    }
    return super.writeHead(status, headers);
  }
}

/** Names in lower case. A status message is dropped: HTTP/2 has none, and no client reads it. */
function toHeaders(headers: string | OutgoingHeaders | undefined): OutgoingHttpHeaders {
  if (headers === undefined || typeof headers === 'string') return {};
  if (!Array.isArray(headers)) return headers;
  return Object.fromEntries(
    headers.flatMap((name, index) => (index % 2 === 0 ? [[String(name), headers[index + 1]]] : [])),
  );
}

/** True where a request is answered before all of its body has come: a refusal, as a rule. */
function endsBeforeItsBody({ complete, headers }: IncomingMessage): boolean {
  if (complete) return false;
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = headers;
  return encoding !== undefined || length !== '0';
}

/**
 * Ends the connection after the answer that is about to be written, since the rest of the body may never be read: the next request
 * would not be seen.
 *
 * Node destroys a connection as soon as such an answer is written; with unread bytes the answer would be lost on its way.
 */
function closeGently(socket: Socket | null): void {
  if (socket === null) return;
  socket.destroySoon = () => {
    socket.end();
    setTimeout(() => socket.destroy(), LINGER_MS).unref();
  };
}

/**
 * Creates the server that every port of the gateway has: request ids, standing headers, times for slow senders, and what HTTP/1.1
 * asks of a server where Node does something else.
 *
 * - An `Upgrade` to anything but a websocket is ignored (RFC 9110, section 7.8), as is any in HTTP/1.0: Java's HttpClient
 *   offers h2c with each first request.
 * - `100 Continue` is sent when the body is about to be read, and not to a request that is refused (RFC 9110, section 10.1.1).
 * - An answer that comes before the end of the request's body says that it closes the connection.
 */
export function createHttpServer(
  handle: (request: IncomingMessage, response: Answer) => void,
  { arrival = ARRIVAL_TIMES, onUpgrade }: HttpServerSettings,
): HttpServer {
  const options: ServerOptions = {
    headersTimeout: arrival.headersMs,
    requestTimeout: arrival.requestMs,
    maxHeaderSize: MAX_HEADER_BYTES,
    connectionsCheckingInterval: arrival.checkMs,
    ServerResponse: Answer,
  };
  const server = createServer(options, (request, response) => handle(request, response as Answer));
  const connections = new Connections(server);

  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    if (onUpgrade !== undefined && isWebSocket(request)) {
      connections.release(socket);
      onUpgrade(request, socket, head);
    } else connections.whenIdle(socket, () => withoutUpgrade(server, request, socket, head));
  });
  server.on('checkContinue', (request: IncomingMessage, response: Answer) => {
    continueWhenRead(request, response);
    server.emit('request', request, response);
  });
  return Object.assign(server, { closeWhenIdle: () => connections.closeWhenIdle() });
}

function isWebSocket({ headers, httpVersion }: IncomingMessage): boolean {
  return httpVersion !== '1.0' && headers.upgrade?.trim().toLowerCase() === 'websocket';
}

/**
 * Hands a request on as if it had not asked for an upgrade. It has left the parser already, so it is put back in front of the bytes
 * that follow it, and parsed once more.
 *
 * Newer releases of Node have `shouldUpgradeCallback` for this. Node 20 has not, and Node 24.21 loses what was pipelined behind such a
 * request.
 */
function withoutUpgrade(server: Server, request: IncomingMessage, socket: Socket, head: Buffer): void {
  const { method, url, httpVersion, rawHeaders } = request;
  if (rawHeaders.length >= MAX_RAW_HEADERS) {
    // The lines that were dropped may say how long the body is.
    socket.once('error', () => socket.destroy());
    socket.end('HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\n\r\n');
    return;
  }
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    if (name.toLowerCase() !== 'upgrade') lines.push(`${name}: ${rawHeaders[index + 1]}`);
  }
  // The time for the next request, which may run since the answer before this one.
  socket.setTimeout(0);
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]));
  server.emit('connection', socket);
}

function continueWhenRead(request: IncomingMessage, response: ServerResponse): void {
  const read = request._read;
  request._read = (size) => {
    request._read = read;
    if (!response.headersSent) response.writeContinue();
    read.call(request, size);
  };
}

/**
 * Keeps count of the answers under way on each connection; websockets are not among them.
 *
 * Node's own `closeIdleConnections` leaves connections alone on which nothing was ever asked, as browsers open them in
 * advance, and those whose answer ends later stay open for the time of keep-alive: a drain would wait for both.
 */
class Connections {
  private readonly underWay = new Map<Socket, number>();
  private readonly waiting = new Map<Socket, () => void>();
  private isClosing = false;

  constructor(server: Server) {
    server.on('connection', (socket: Socket) => {
      // A connection whose request was put back is announced a second time.
      if (this.underWay.has(socket)) return;
      this.underWay.set(socket, 0);
      socket.once('close', () => this.release(socket));
    });
    server.on('request', ({ socket }: IncomingMessage, response: Answer) => {
      this.underWay.set(socket, (this.underWay.get(socket) ?? 0) + 1);
      response.whenClosed(() => this.onAnswered(socket));
    });
  }

  closeWhenIdle(): void {
    this.isClosing = true;
    for (const [socket, answers] of this.underWay) if (answers === 0) socket.destroySoon();
  }

  /** Does this once no answer is under way on the connection; never where it closes before. */
  whenIdle(socket: Socket, work: () => void): void {
    if ((this.underWay.get(socket) ?? 0) === 0) {
      work();
      return;
    }
    // Node listens no more: an error without a listener would end the process.
    const onError = (): void => void socket.destroy();
    socket.once('error', onError);
    this.waiting.set(socket, () => {
      socket.off('error', onError);
      work();
    });
  }

  /** Leaves the connection to others. */
  release(socket: Socket): void {
    this.underWay.delete(socket);
    this.waiting.delete(socket);
  }

  private onAnswered(socket: Socket): void {
    const answers = this.underWay.get(socket);
    if (answers === undefined) return;
    this.underWay.set(socket, answers - 1);
    if (answers > 1) return;
    const work = this.waiting.get(socket);
    this.waiting.delete(socket);
    if (work !== undefined) work();
    else if (this.isClosing) socket.destroySoon();
  }
}
