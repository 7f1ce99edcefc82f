import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import contentDisposition from 'content-disposition';
import { isAbort } from '../export/errors.ts';
import type { FileDescription } from '../export/export.ts';
import type { FileStream, OpenOptions } from '../export/ports.ts';
import type { FileProblem } from './file-problems.ts';
import { FILE_ANSWER } from './security-headers.ts';

export interface PassThrough {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly file: FileDescription;
  open(options: OpenOptions): Promise<FileStream>;
  /** Aborts when the reader has left. */
  readonly signal: AbortSignal;
}

/** How a stream that began came to its end: `abandoned` by its reader, or `broken-off` by the vendor. */
export type StreamEnd = 'streamed' | 'abandoned' | 'broken-off';

/** What became of it: a stream that has ended, or a problem that has not been told yet. */
export type Passed =
  | { readonly outcome: StreamEnd; readonly bytes: number }
  | { readonly problem: FileProblem };

/** What a download manager may say about the piece it wants. */
const CONDITIONS = ['if-none-match', 'if-modified-since'] as const;
const PIECE = ['range', 'if-range'] as const;
/** What a reader may know of the vendor's answer, with the file or without it. */
const ABOUT_FILE = ['content-range', 'accept-ranges', 'etag', 'last-modified'] as const;
/** A vendor's store may keep a file compressed, whatever it was asked for: then the reader has to know. */
const ABOUT_BYTES = ['content-length', 'content-encoding'] as const;

/**
 * Passes a file through as it comes: nothing is kept, and the vendor is read no faster than the reader reads.
 *
 * The vendor gets a GET for a HEAD too, ended after its headers: a presigned link is signed for one method, and not
 * every API knows the other.
 *
 * @throws what `open` throws
 */
export async function passThrough({ request, response, file, open, signal }: PassThrough): Promise<Passed> {
  const isHead = request.method === 'HEAD';
  const wanted = isHead ? CONDITIONS : [...CONDITIONS, ...PIECE];
  const source = await open({ method: 'GET', headers: pick(request.headers, wanted), signal });
  const { status, headers, body } = source;
  if (status === 200 || status === 206) {
    response.writeHead(status, { ...FILE_ANSWER, ...describe(file, source) });
    if (!isHead) return send(source, request, response);
    body.destroy();
    response.end();
    return { outcome: 'streamed', bytes: 0 };
  }
  body.destroy();
  if (status !== 304 && status !== 416) return { problem: problemOf(status) };
  // The vendor's own error body is not for readers, so neither is its length.
  const length: Record<string, string> = status === 416 ? { 'content-length': '0' } : {};
  response.writeHead(status, { ...FILE_ANSWER, ...pick(headers, ABOUT_FILE), ...length }).end();
  return { outcome: 'streamed', bytes: 0 };
}

async function send(
  { headers, body }: FileStream,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Passed> {
  let bytes = 0;
  // HTTP/1.0, which some proxies speak, has no chunks: without a length a mere close would look like the end.
  const endsWithClose = request.httpVersionMinor === 0 && headers['content-length'] === undefined;
  if (endsWithClose) body.once('error', () => request.socket.resetAndDestroy());
  body.on('data', (piece: Uint8Array) => {
    bytes += piece.byteLength;
  });
  body.pause();
  try {
    await pipeline(body, response);
    return { outcome: 'streamed', bytes };
  } catch (error) {
    return { outcome: isReadersDoing(error) ? 'abandoned' : 'broken-off', bytes };
  }
}

function isReadersDoing(error: unknown): boolean {
  return isAbort(error) || (error as NodeJS.ErrnoException).code === 'ERR_STREAM_PREMATURE_CLOSE';
}

function describe(file: FileDescription, { headers }: FileStream): Record<string, string> {
  const type = headers['content-type'];
  // Several pieces in one answer: their boundary stands in its type.
  const isInPieces = type?.startsWith('multipart/byteranges') === true;
  return {
    'content-type': (isInPieces ? type : (file.mediaType ?? type)) ?? 'application/octet-stream',
    'content-disposition': toDisposition(file.name),
    ...pick(headers, ABOUT_FILE),
    ...pick(headers, ABOUT_BYTES),
  };
}

/** RFC 6266: a plain name for old readers and, where that is not the whole name, RFC 8187's spelling beside it. */
function toDisposition(name: string): string {
  return contentDisposition(name, { fallback: name.replace(/[^\x20-\x7e]/gu, '_') });
}

function problemOf(status: number): FileProblem {
  if (status === 404 || status === 410) return 'gone';
  return status === 429 || status >= 500 ? 'busy' : 'vendor';
}

function pick(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  names: readonly string[],
): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = headers[name];
      return typeof value === 'string' ? [[name, value]] : [];
    }),
  );
}
