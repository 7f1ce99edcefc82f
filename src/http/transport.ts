import type { Dispatcher } from 'undici';
import Pool from 'undici/lib/dispatcher/pool.js';
import { pinTo, type ResolvedAddress } from './addresses.ts';
import { MAX_BODY_BYTES, UnreadableBodyError } from './body.ts';
import type { ResponseHeaders } from './types.ts';

/** One request as it is written to its connection. */
export interface TransportRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With its query, encoded. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** What undici would do to keep others from its connection, until the answer begins: none is sent there anyway before it ends. */
  readonly blocking: false;
}

/** Connections to one origin. Redirects are answers like any other. */
export class Transport {
  /** Where it leads to. */
  readonly address: { readonly hostname: string; readonly port: number };
  private readonly pool: InstanceType<typeof Pool>;

  /**
   * @param connections - null for as many as there are requests
   * @param addresses - what its host was found to stand for; left out where it is looked up for each connection
   */
  constructor(
    origin: string,
    connections: number | null,
    connectTimeoutMs: number,
    addresses?: readonly ResolvedAddress[],
  ) {
    const { hostname, port, protocol } = new URL(origin);
    this.address = { hostname, port: Number(port) || (protocol === 'https:' ? 443 : 80) };
    this.pool = new Pool(origin, {
      connections,
      pipelining: 1,
      // Our own deadline covers connect, headers and body; these would only fight with it.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { timeout: connectTimeoutMs, ...(addresses && { lookup: pinTo(addresses) }) },
    });
  }

  /** Sends a request; the listener is told what becomes of it, perhaps before this returns. */
  send(request: TransportRequest, listener: ExchangeListener): Exchange {
    const exchange = new Exchange(listener);
    this.pool.dispatch(request, exchange);
    return exchange;
  }

  async close(): Promise<void> {
    await this.pool.destroy();
  }
}

/** Is told what becomes of one request: `onSent`, `onHead`, then one of `onBody` and `onFault`; nothing after it was cancelled. */
export interface ExchangeListener {
  /** The request is about to be written to its connection. */
  onSent(): void;
  /** @returns what takes the body piece by piece; `undefined` where it is to be collected */
  onHead(status: number, headers: ResponseHeaders, exchange: Exchange): BodySink | undefined;
  onBody(bytes: Buffer): void;
  /** There is no answer, or none within the bound on bodies. */
  onFault(error: unknown): void;
}

/** Takes a body as it comes. */
export interface BodySink {
  onPiece(piece: Buffer): void;
  onEnd(): void;
  onBroken(error: unknown): void;
}

const NO_BYTES = Buffer.alloc(0);
/** The reason given to undici for an abort of ours; it reaches no caller. */
const CANCELLED = new Error('The request was given up.');

/** One request on its way, and its answer: collected within the bound, or handed on piece by piece. */
export class Exchange implements Dispatcher.DispatchHandler {
  private readonly listener: ExchangeListener;
  private controller: Dispatcher.DispatchController | undefined;
  private sink: BodySink | undefined;
  private pieces: Buffer[] | undefined;
  private first: Buffer | undefined;
  private sizeBytes = 0;
  private isOver = false;

  constructor(listener: ExchangeListener) {
    this.listener = listener;
  }

  /** Ends the vendor's call; nothing is told of it any more. */
  cancel(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.controller?.abort(CANCELLED);
  }

  /** No further pieces until `resume`. */
  pause(): void {
    if (!this.isOver) this.controller?.pause();
  }

  resume(): void {
    if (!this.isOver) this.controller?.resume();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    const isFirst = this.controller === undefined;
    this.controller = controller;
    if (this.isOver) controller.abort(CANCELLED);
    else if (isFirst) this.listener.onSent();
    else this.refuseToRepeat();
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (this.isOver || status < 200) return;
    const joined = joinHeaders(headers);
    this.sink = this.listener.onHead(status, joined, this);
    const announced = joined['content-length'];
    if (this.sink === undefined && announced !== undefined && Number(announced) > MAX_BODY_BYTES)
      this.refuse();
  }

  onResponseData(_controller: Dispatcher.DispatchController, piece: Buffer): void {
    if (this.isOver) return;
    if (this.sink !== undefined) {
      this.sink.onPiece(piece);
      return;
    }
    this.sizeBytes += piece.length;
    if (this.sizeBytes > MAX_BODY_BYTES) this.refuse();
    else if (this.first === undefined) this.first = piece;
    else if (this.pieces === undefined) this.pieces = [this.first, piece];
    else this.pieces.push(piece);
  }

  onResponseEnd(): void {
    if (this.isOver) return;
    this.isOver = true;
    if (this.sink !== undefined) this.sink.onEnd();
    else
      this.listener.onBody(
        this.pieces === undefined ? (this.first ?? NO_BYTES) : Buffer.concat(this.pieces, this.sizeBytes),
      );
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.isOver) return;
    this.isOver = true;
    if (this.sink !== undefined) this.sink.onBroken(error);
    else this.listener.onFault(error);
  }

  /** undici writes a request again only by a fault of its own; what was ordered once must not be ordered twice by it. */
  private refuseToRepeat(): void {
    this.cancel();
    this.listener.onFault(new Error('The request was about to be written a second time.'));
  }

  private refuse(): void {
    this.cancel();
    this.listener.onFault(new UnreadableBodyError('The body is longer than the bound.'));
  }
}

/** Why a request was given up whose time was over. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
}

/** Why there is no whole answer; `undefined` where the error is our own mistake. */
export function classifyFault(error: unknown): 'timeout' | 'connection' | 'unreadable' | undefined {
  if (error instanceof UnreadableBodyError) return 'unreadable';
  if (error instanceof TimeoutError) return 'timeout';
  if (!(error instanceof Error)) return 'connection';
  const code = 'code' in error ? error.code : undefined;
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return 'timeout';
  if (code === 'UND_ERR_INVALID_ARG') return undefined;
  // undici's parser names itself, and not always the fault it found.
  const isNoHttp = error.name === 'HTTPParserError' || code === 'UND_ERR_HEADERS_OVERFLOW';
  return isNoHttp ? 'unreadable' : 'connection';
}

/** Joined in place: the object is made for this answer alone. */
function joinHeaders(headers: Record<string, string | string[] | undefined>): ResponseHeaders {
  for (const name in headers) {
    const value = headers[name];
    if (Array.isArray(value)) headers[name] = value.join(', ');
  }
  return headers as ResponseHeaders;
}
