import request from 'undici/lib/api/api-request.js';
import Pool from 'undici/lib/dispatcher/pool.js';
import type { CancelSignal } from '../export/ports.ts';
import { onAbort } from '../runtime/cancellation.ts';
import type { Clock } from '../runtime/clock.ts';
import {
  isPublicAddress,
  pinTo,
  type ResolvedAddress,
  type ResolveHost,
  resolveByDns,
  resolveSafely,
} from './addresses.ts';
import { parseRetryAfter } from './retry-after.ts';

/** Something to send to an address that somebody configured. */
export interface PostRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Lets http and the addresses of private networks through, this machine's own included. */
  readonly allowPrivate: boolean;
}

export interface PostOptions {
  readonly clock: Clock;
  /** For all of it: name, connection, answer. */
  readonly timeoutMs: number;
  readonly signal?: CancelSignal | undefined;
  readonly resolveHost?: ResolveHost | undefined;
}

/** Why there is no answer. */
export type PostFault =
  | 'url' // no URL, or one with a user's name; http without `allowPrivate`
  | 'dns' // its name stands for nothing
  | 'address' // its name leads into a private network
  | 'connection'
  | 'tls'
  | 'timeout'
  | 'stopped'; // given up by the signal

export type PostEnd =
  | {
      readonly status: number;
      /** What `Retry-After` asked for; `undefined` where it said nothing. */
      readonly retryAfterMs: number | undefined;
    }
  | { readonly fault: PostFault };

/** An answer is read so far, so that its sender is not cut off in the middle, and thrown away. */
const MAX_ANSWER_BYTES = 65_536;
/** Node and OpenSSL name what is wrong with a certificate or a handshake in many words. */
const TLS_CODE = /CERT|SIGNATURE|^ERR_(?:TLS|SSL)_|^EPROTO$/;

/**
 * Sends one POST, once, on a connection of its own: no redirect, no proxy, no repetition.
 *
 * The name is looked up once, and the connection goes to the addresses that were judged: another answer of DNS a moment later changes
 * nothing. Never rejects.
 */
export async function postOnce(sent: PostRequest, options: PostOptions): Promise<PostEnd> {
  const url = toUrl(sent);
  if (url === null) return { fault: 'url' };
  const { clock, timeoutMs, signal, resolveHost = resolveByDns } = options;
  const limit = new AbortController();
  const giveUp = (fault: PostFault) => limit.abort(new GivenUp(fault));
  const cancelTimer = clock.setTimer(timeoutMs, () => giveUp('timeout'));
  const release = signal?.aborted ? undefined : signal && onAbort(signal, () => giveUp('stopped'));
  if (signal?.aborted) giveUp('stopped');
  try {
    const addresses = await orAborted(resolveSafely(url.hostname, resolveHost), limit.signal);
    if (addresses.length === 0) return { fault: 'dns' };
    if (!sent.allowPrivate && !addresses.every(isPublicAddress)) return { fault: 'address' };
    return await exchange(sent, url, addresses, { clock, timeoutMs, signal: limit.signal });
  } catch (error) {
    return { fault: toFault(error) };
  } finally {
    cancelTimer();
    release?.();
  }
}

function toUrl({ url: text, allowPrivate }: PostRequest): URL | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  const isAllowed = url.protocol === 'https:' || (url.protocol === 'http:' && allowPrivate);
  return isAllowed && url.username === '' && url.password === '' ? url : null;
}

async function exchange(
  { headers, body: sentBody }: PostRequest,
  url: URL,
  addresses: readonly ResolvedAddress[],
  {
    clock,
    timeoutMs,
    signal,
  }: { readonly clock: Clock; readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<PostEnd> {
  const pool = new Pool(url.origin, {
    connections: 1,
    // Zero closes the connection after its one answer: another attempt looks the name up anew.
    pipelining: 0,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: timeoutMs, lookup: pinTo(addresses) },
  });
  try {
    signal.throwIfAborted();
    const path = `${url.pathname}${url.search}`;
    const answer = await request.call(pool, { method: 'POST', path, headers, body: sentBody, signal });
    const retryAfter = answer.headers['retry-after'];
    const retryAfterMs = parseRetryAfter(Array.isArray(retryAfter) ? retryAfter[0] : retryAfter, clock.now());
    // The status has said all there is to say, however the body ends.
    answer.body.on('error', () => undefined);
    await answer.body.dump({ limit: MAX_ANSWER_BYTES, signal }).catch(() => undefined);
    return { status: answer.statusCode, retryAfterMs };
  } finally {
    await pool.destroy();
  }
}

/** The reason for which this gateway itself ended an attempt. */
class GivenUp extends Error {
  override readonly name = 'GivenUp';
  readonly fault: PostFault;

  constructor(fault: PostFault) {
    super('The request was given up.');
    this.fault = fault;
  }
}

/** A name that is being looked up cannot be called back: its answer is not waited for. */
function orAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    work.then(resolve, reject);
  });
}

function toFault(error: unknown): PostFault {
  if (error instanceof GivenUp) return error.fault;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return 'timeout';
  return TLS_CODE.test(code) ? 'tls' : 'connection';
}
