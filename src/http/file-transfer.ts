import { Readable } from 'node:stream';
import request from 'undici/lib/api/api-request.js';
import Pool from 'undici/lib/dispatcher/pool.js';
import type { VendorError } from '../export/errors.ts';
import type { CancelSignal, FileStream, OpenOptions } from '../export/ports.ts';
import { onAbort } from '../runtime/cancellation.ts';
import type { Clock } from '../runtime/clock.ts';
import {
  isLoopback,
  isPublicAddress,
  pinTo,
  type ResolvedAddress,
  type ResolveHost,
  resolveByDns,
  resolveSafely,
} from './addresses.ts';
import type { BodySink, Exchange } from './transport.ts';

/*
 * Files, in both ways in which a vendor has them: behind the account's own credential (FileBody), and behind a presigned link, which
 * is checked (checkFileLink) before it is given out or opened (openLink).
 */

export interface FileBodyParts {
  /** The vendor's answer. */
  readonly exchange: Exchange;
  readonly clock: Clock;
  /** The longest wait between two pieces, in milliseconds; the time in which no one reads does not count. */
  readonly idleMs: number;
  readonly signal: CancelSignal | undefined;
  /** The error a reader gets where the vendor falls silent or breaks off. */
  toError(end: 'timeout' | 'connection', cause: unknown): VendorError;
}

/** As much is taken ahead of the reader, in bytes: enough to notice that the vendor breaks off. */
const READ_AHEAD_BYTES = 65_536;

/**
 * A vendor's file on its way through: the vendor is read no faster than the reader reads, silence ends it, and destroying it ends
 * the vendor's call.
 */
export class FileBody extends Readable implements BodySink {
  private readonly parts: FileBodyParts;
  private readonly releaseSignal: (() => void) | undefined;
  /** Pieces that came before they were wanted. */
  private readonly ahead: Buffer[] = [];
  private aheadBytes = 0;
  /** True while a reader waits for the next piece. */
  private isWanted = false;
  private hasAll = false;
  private cancelTimer: (() => void) | undefined;

  constructor(parts: FileBodyParts) {
    super();
    this.parts = parts;
    const { signal } = parts;
    // It may break off before there is a reader; a later reader still gets the error.
    this.on('error', () => undefined);
    if (signal?.aborted) this.destroy(signal.reason as Error);
    else if (signal !== undefined)
      this.releaseSignal = onAbort(signal, () => this.destroy(signal.reason as Error));
  }

  onPiece(piece: Buffer): void {
    this.stopWaiting();
    if (this.isWanted) {
      this.isWanted = false;
      this.push(piece);
      return;
    }
    this.ahead.push(piece);
    this.aheadBytes += piece.length;
    if (this.aheadBytes >= READ_AHEAD_BYTES) this.parts.exchange.pause();
  }

  onEnd(): void {
    this.stopWaiting();
    this.hasAll = true;
    if (this.ahead.length === 0) this.push(null);
  }

  onBroken(error: unknown): void {
    this.destroy(this.parts.toError('connection', error));
  }

  override _read(): void {
    const piece = this.ahead.shift();
    if (piece === undefined) {
      this.isWanted = true;
      if (!this.hasAll) this.waitForMore();
      return;
    }
    this.aheadBytes -= piece.length;
    this.push(piece);
    if (this.hasAll && this.ahead.length === 0) this.push(null);
    else if (this.aheadBytes < READ_AHEAD_BYTES) this.parts.exchange.resume();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.stopWaiting();
    this.releaseSignal?.();
    this.parts.exchange.cancel();
    callback(error);
  }

  private waitForMore(): void {
    const { clock, idleMs, toError } = this.parts;
    this.stopWaiting();
    this.cancelTimer = clock.setTimer(idleMs, () => this.destroy(toError('timeout', undefined)));
    this.parts.exchange.resume();
  }

  private stopWaiting(): void {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
  }
}

/** Where the file links of one account may point. */
export interface FileLinkRules {
  /** The account's own base URL; its origin is always allowed. */
  readonly baseUrl: string;
  /**
   * `host`, `*.suffix`, `*end.of.host`, `host/path/` or a whole origin; see docs/configuration.md. `*` is every host with https on the
   * standard port: for vendors in files that do not publish where theirs stand, never to be configured.
   */
  readonly fileOrigins: readonly string[];
}

/** Why a link is refused; for the log. Never shown with the link itself. */
export type LinkRefusal =
  | 'unreadable' // no absolute URL, or one that two parsers may read differently
  | 'scheme' // neither https nor the account's own loopback origin
  | 'user-info'
  | 'port'
  | 'host' // not in the list
  | 'address'; // its name leads into a private network, or nowhere

export interface CheckedLink {
  /** Byte for byte as the vendor wrote it. */
  readonly url: string;
  readonly origin: string;
  /** Path and query, byte for byte. */
  readonly target: string;
  /** What the host's name stood for when it was checked; a connection goes to these and no others. */
  readonly addresses: readonly ResolvedAddress[];
}

const MAX_LINK_LENGTH = 8_192;
/** Authority, path with query, fragment; visible ASCII without a backslash, so that no parser reads it otherwise. */
const PLAIN_LINK =
  /^https?:\/\/([A-Za-z0-9._:[\]@%-]+)((?:[/?][\x21\x22\x24-\x5b\x5d-\x7e]*)?)(#[\x21-\x5b\x5d-\x7e]*)?$/;
/** What a scheme's port is where none is written. */
const DEFAULT_PORT: Readonly<Record<string, string>> = { 'https:': '443', 'http:': '80' };

/**
 * Checks a link that a vendor's answer holds before a browser is sent there. What an answer says is never trusted.
 *
 * @param resolveHost - looked up anew for every link: a name that was harmless a minute ago may lead inside now
 */
export async function checkFileLink(
  link: string,
  rules: FileLinkRules,
  resolveHost: ResolveHost = resolveByDns,
): Promise<CheckedLink | { readonly refusal: LinkRefusal }> {
  const plain = readPlainLink(link);
  if ('refusal' in plain) return plain;
  const { url, target } = plain;

  const own = new URL(rules.baseUrl);
  const refusal = refuse(url, target, own, rules.fileOrigins);
  if (refusal !== null) return { refusal };

  const addresses = await resolveSafely(url.hostname, resolveHost);
  const isAllowed = isLoopback(own.hostname) || addresses.every(isPublicAddress);
  if (addresses.length === 0 || !isAllowed) return { refusal: 'address' };
  return { url: link, origin: url.origin, target, addresses };
}

/** A link that all parsers read alike. @returns its path and query byte for byte beside it */
export function readPlainLink(
  link: string,
): { readonly url: URL; readonly target: string } | { readonly refusal: LinkRefusal } {
  const match = link.length <= MAX_LINK_LENGTH ? PLAIN_LINK.exec(link) : null;
  const url = match === null ? null : parse(link);
  if (match === null || url === null) return { refusal: 'unreadable' };
  const [, authority = '', target = ''] = match;
  if (authority.includes('@')) return { refusal: 'user-info' };
  if (!isPlainAuthority(authority, url)) return { refusal: 'unreadable' };
  return { url, target: target.startsWith('/') ? target : `/${target}` };
}

/** The host stands there as it is meant: not percent-encoded, not as a number in another base, no zeros before the port. */
function isPlainAuthority(authority: string, { protocol, hostname, host }: URL): boolean {
  const written = authority.toLowerCase();
  return written === host || written === `${hostname}:${DEFAULT_PORT[protocol]}`;
}

function refuse(url: URL, target: string, own: URL, fileOrigins: readonly string[]): LinkRefusal | null {
  const isListedOrigin = url.origin === own.origin || fileOrigins.includes(url.origin);
  if (url.protocol !== 'https:' && !(isListedOrigin && isLoopback(url.hostname))) return 'scheme';
  if (isListedOrigin) return null;
  if (url.port !== '') return 'port';
  return fileOrigins.some((pattern) => isBelow(pattern, url, target)) ? null : 'host';
}

/** One entry of a list that has no scheme. @param target - path and query as the vendor wrote them */
function isBelow(pattern: string, { hostname, pathname }: URL, target: string): boolean {
  const slash = pattern.indexOf('/');
  if (slash === -1) return matchesHost(hostname, pattern);
  const path = pattern.slice(slash);
  // As it is written and as a parser reads it: a path with dots in it may be either to the server.
  return hostname === pattern.slice(0, slash) && target.startsWith(path) && pathname.startsWith(path);
}

function matchesHost(host: string, pattern: string): boolean {
  if (pattern === '*') return true;
  if (!pattern.startsWith('*')) return host === pattern;
  const end = pattern.slice(1);
  const start = host.endsWith(end) ? host.slice(0, -end.length) : '';
  return start !== '' && (end.startsWith('.') || !start.includes('.'));
}

function parse(link: string): URL | null {
  try {
    return new URL(link);
  } catch {
    return null;
  }
}

/**
 * Opens a presigned link as a stream: no credential, no redirect, and only to the addresses that were checked.
 *
 * @param timeoutMs - until the headers, and between two pieces of the body
 * @throws the socket's or undici's error; none of its text is for a client
 */
export async function openLink(
  link: CheckedLink,
  options: OpenOptions,
  timeoutMs: number,
): Promise<FileStream> {
  const pool = new Pool(link.origin, {
    connections: 1,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    connect: { timeout: timeoutMs, lookup: pinTo(link.addresses) },
  });
  try {
    const { statusCode, headers, body } = await request.call(pool, {
      method: options.method,
      path: link.target,
      headers: { ...options.headers, 'accept-encoding': 'identity' },
      signal: options.signal,
    });
    body.once('close', () => void pool.destroy());
    // It may break off, or be given up, before there is a reader; a later reader still gets the error.
    body.on('error', () => undefined);
    return { status: statusCode, headers: toSingle(headers), body };
  } catch (error) {
    await pool.destroy();
    throw error;
  }
}

function toSingle(headers: Record<string, string | string[] | undefined>): FileStream['headers'] {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
}
