import { parse } from 'content-disposition';
import type { FileDescription } from '../../export/export.ts';
import { toFileName } from '../../export/file-name.ts';
import type { WebAdmitIds } from './types.ts';

/** Links live under 30 seconds from their issue; this is what remains when a link does not say. Docs read 2026-11. */
const ASSUMED_LIFE_MS = 25_000;

/** A longer link is opened by nobody (S3 takes 8 kB of request line and headers), and reading it would only cost time. */
const MAX_READ_LENGTH = 16_384;

const EXTENSION_BY_MEDIA_TYPE: Readonly<Record<string, string>> = {
  'text/csv': 'csv',
  'application/vnd.ms-excel': 'xls',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
  'text/html': 'html',
  'text/plain': 'txt',
  'application/zip': 'zip',
};

/** Endings that already tell a person's computer what to do; any other dot is part of the title. */
const KNOWN_EXTENSION = /\.(csv|xlsx?|html?|txt|zip|pdf)$/i;

const MEDIA_TYPE =
  /^[a-z0-9][a-z0-9!#$&^_.+-]{0,99}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,99}(?:\s*;[\x20-\x7e]{0,100})?$/i;

/** What a presigned link says about the file behind it; null where it does not say. */
export interface DownloadUrlFacts {
  /** Safe, with an extension wherever one is known. */
  readonly fileName: string | null;
  readonly mediaType: string | null;
  /** Epoch milliseconds. */
  readonly expiresAt: number | null;
}

/**
 * Reads the query of a version-2 presigned S3 link. The link itself is never rebuilt: encoding it anew would break
 * its signature. Never throws, whatever the text.
 */
export function readDownloadUrl(url: string): DownloadUrlFacts {
  const mediaType = readMediaType(readParameter(url, 'response-content-type'));
  const disposition = readParameter(url, 'response-content-disposition');
  const title = disposition === null ? null : readDispositionName(disposition);
  return {
    fileName: title === null ? null : toNameWithExtension(title, mediaType, url),
    mediaType,
    expiresAt: readExpiry(readParameter(url, 'Expires')),
  };
}

/** The file behind a link, named after the run where the link gives no name. */
export function describeFile(ids: WebAdmitIds, url: string): FileDescription {
  const { fileName, mediaType } = readDownloadUrl(url);
  const fallback = `export-${ids.exportId}-${ids.exportFileId}`;
  return { name: fileName ?? toNameWithExtension(fallback, mediaType, url), mediaType, availableUntil: null };
}

/** When a link stops working, epoch milliseconds: what it says itself, else a guess from its arrival. */
export function toLinkExpiry(url: string, receivedAt: number): number {
  return readDownloadUrl(url).expiresAt ?? receivedAt + ASSUMED_LIFE_MS;
}

/** One query parameter, decoded; null where it is absent or empty. */
function readParameter(url: string, name: string): string | null {
  if (url.length > MAX_READ_LENGTH) return null;
  const [, query = ''] = /^[^?#]*\?([^#]*)/.exec(url) ?? [];
  const prefix = `${name}=`;
  const pair = query.split('&').find((candidate) => candidate.startsWith(prefix));
  return pair === undefined ? null : decodeText(pair.slice(prefix.length)) || null;
}

/** Percent-decodes as UTF-8, and as ISO-8859-1 where that is what came: this vendor writes its CSV files in it. */
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

function readMediaType(text: string | null): string | null {
  const mediaType = (text ?? '').trim();
  return MEDIA_TYPE.test(mediaType) ? mediaType : null;
}

/** Epoch seconds, at most eleven digits: beyond that it is no date. */
function readExpiry(text: string | null): number | null {
  return text !== null && /^[1-9]\d{0,10}$/.test(text) ? Number(text) * 1_000 : null;
}

function toNameWithExtension(title: string, mediaType: string | null, url: string): string {
  const own = KNOWN_EXTENSION.exec(title)?.[1];
  return toFileName(title, own ?? extensionOf(mediaType) ?? storedExtension(url) ?? '');
}

function extensionOf(mediaType: string | null): string | undefined {
  const type = (mediaType ?? '').replace(/;.*/s, '').trim().toLowerCase();
  return Object.hasOwn(EXTENSION_BY_MEDIA_TYPE, type) ? EXTENSION_BY_MEDIA_TYPE[type] : undefined;
}

/** The extension under which the vendor stores the file: `…/0123456789abcdef_original.txt`. */
function storedExtension(url: string): string | undefined {
  if (url.length > MAX_READ_LENGTH) return undefined;
  return KNOWN_EXTENSION.exec(url.replace(/[?#].*/s, '').toLowerCase())?.[1];
}
