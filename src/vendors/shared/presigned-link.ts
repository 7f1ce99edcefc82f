import { parse } from 'content-disposition';
import { parseInstant } from './instant.ts';
import { isMediaType } from './media-types.ts';

/** A longer link is opened by nobody (S3 takes 8 kB of request line and headers), and reading it would only cost time. */
const MAX_READ_LENGTH = 16_384;

/** What a presigned S3 link says about the file behind it; null where it does not say. */
export interface LinkFacts {
  /** As the store will announce it: not yet safe. */
  readonly fileName: string | null;
  readonly mediaType: string | null;
}

/**
 * Reads the query of a presigned link. The link itself is never rebuilt: encoding it anew would break its signature. Never
 * throws, whatever the text.
 */
export function readLink(url: string): LinkFacts {
  const disposition = readParameter(url, 'response-content-disposition');
  const mediaType = (readParameter(url, 'response-content-type') ?? '').trim();
  return {
    fileName: disposition === null ? null : readDispositionName(disposition),
    mediaType: isMediaType(mediaType) ? mediaType : null,
  };
}

/** The path of a link without its query; empty where it is too long to be one. */
export function linkPath(url: string): string {
  return url.length > MAX_READ_LENGTH ? '' : url.replace(/[?#].*/s, '');
}

/** When a link was signed, and for how long it works; by signature version 4. All in milliseconds. */
export interface SignedLifetime {
  readonly signedAt: number;
  readonly lifetimeMs: number;
}

/** `X-Amz-Date` and `X-Amz-Expires`, the two parts of a version-4 signature that say when it ends; null where it has none. */
export function readSignedLifetime(url: string): SignedLifetime | null {
  const date = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(readParameter(url, 'X-Amz-Date') ?? '');
  const seconds = readParameter(url, 'X-Amz-Expires') ?? '';
  if (date === null || !/^\d{1,7}$/.test(seconds)) return null;
  const [, year, month, day, hour, minute, second] = date;
  const signedAt = parseInstant(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return signedAt === null ? null : { signedAt, lifetimeMs: Number(seconds) * 1_000 };
}

/** When a link says that it stops working, by either version of the signature; epoch milliseconds, null where it does not say. */
export function readLinkExpiry(url: string): number | null {
  const signed = readSignedLifetime(url);
  if (signed !== null) return signed.signedAt + signed.lifetimeMs;
  // Version 2: epoch seconds, at most eleven digits: beyond that it is no date.
  const seconds = readParameter(url, 'Expires') ?? '';
  return /^[1-9]\d{0,10}$/.test(seconds) ? Number(seconds) * 1_000 : null;
}

/** One query parameter, decoded; null where it is absent or empty. */
function readParameter(url: string, name: string): string | null {
  if (url.length > MAX_READ_LENGTH) return null;
  const [, query = ''] = /^[^?#]*\?([^#]*)/.exec(url) ?? [];
  const prefix = `${name}=`;
  const pair = query.split('&').find((candidate) => candidate.startsWith(prefix));
  return pair === undefined ? null : decodeText(pair.slice(prefix.length)) || null;
}

/** Percent-decodes as UTF-8, and as ISO-8859-1 where that is what came: some vendors write their names in it. */
function decodeText(encoded: string): string {
  const bytes = Buffer.from(
    encoded
      .replaceAll('+', ' ')
      .replace(/[^\x20-\x7e]/gu, (character) => encodeURIComponent(character.toWellFormed()))
      .replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return bytes.toString('latin1');
  }
}

/** The name in `attachment; filename=…`, quoted or not; a name with bare spaces is no valid header, but it occurs. */
function readDispositionName(disposition: string): string | null {
  const name = parseStrictly(disposition) ?? /filename\s*=\s*"?([^";]+)/i.exec(disposition)?.[1];
  return name?.trim() || null;
}

function parseStrictly(disposition: string): string | undefined {
  try {
    const name: unknown = parse(disposition).parameters.filename;
    return typeof name === 'string' ? name : undefined;
  } catch {
    return undefined;
  }
}
