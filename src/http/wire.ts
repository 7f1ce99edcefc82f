import type { Readable } from 'node:stream';
import { type Dispatcher, Pool } from 'undici';
import { UnreadableBodyError } from './body.ts';
import type { ResponseHeaders } from './types.ts';

/** One request as it goes onto the wire. */
export interface WireRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'DELETE';
  /** Path and query, encoded. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly signal: AbortSignal;
  /** Called just before the request is written to its connection. */
  readonly onSent: () => void;
}

/** An answer's head; its body is still coming. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: ResponseHeaders;
  readonly body: Readable;
}

/** Connections to one origin. Redirects are answers like any other. */
export class Wire {
  /** Where it leads to. */
  readonly address: { readonly hostname: string; readonly port: number };
  private readonly pool: Pool;

  /** @param connections - null for as many as there are requests */
  constructor(origin: string, connections: number | null, connectTimeoutMs: number) {
    const { hostname, port, protocol } = new URL(origin);
    this.address = { hostname, port: Number(port) || (protocol === 'https:' ? 443 : 80) };
    this.pool = new Pool(origin, {
      connections,
      pipelining: 1,
      // Our own deadline covers connect, headers and body; these would only fight with it.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { timeout: connectTimeoutMs },
    });
  }

  /** @throws whatever undici throws, and the signal's reason */
  async request(request: WireRequest): Promise<WireAnswer> {
    const { method, target, headers, body, signal, onSent } = request;
    const noticing = this.pool.compose(
      (dispatch) => (options, handler) => dispatch(options, announce(handler, onSent)),
    );
    const answer = await noticing.request({ method, path: target, headers, body: body ?? null, signal });
    return { status: answer.statusCode, headers: joinHeaders(answer.headers), body: answer.body };
  }

  async close(): Promise<void> {
    await this.pool.destroy();
  }
}

/** Why there is no whole answer; `undefined` where the error is our own mistake. */
export function classifyFault(error: unknown): 'timeout' | 'connection' | 'unreadable' | undefined {
  if (error instanceof UnreadableBodyError) return 'unreadable';
  if (!(error instanceof Error)) return 'connection';
  const code = 'code' in error ? error.code : undefined;
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return 'timeout';
  if (code === 'UND_ERR_INVALID_ARG') return undefined;
  // undici's parser names itself, and not always the fault it found.
  const isNoHttp = error.name === 'HTTPParserError' || code === 'UND_ERR_HEADERS_OVERFLOW';
  return isNoHttp ? 'unreadable' : 'connection';
}

function announce(handler: Dispatcher.DispatchHandler, onSent: () => void): Dispatcher.DispatchHandler {
  return {
    onRequestStart(controller, context) {
      handler.onRequestStart?.(controller, context);
      if (!controller.aborted) onSent();
    },
    onRequestUpgrade: (...given) => handler.onRequestUpgrade?.(...given),
    onResponseStart: (...given) => handler.onResponseStart?.(...given),
    onResponseData: (...given) => handler.onResponseData?.(...given),
    onResponseEnd: (...given) => handler.onResponseEnd?.(...given),
    onResponseError: (...given) => handler.onResponseError?.(...given),
  };
}

function joinHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): ResponseHeaders {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
}
