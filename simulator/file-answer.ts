import { createHash } from 'node:crypto';
import type { SimulatorRequest, SimulatorResponse } from './simulator.ts';

/** A file's bytes and the headers they are handed out with. */
export interface FileContent {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  /** A whole `Content-Disposition`; left out where the vendor sends none. */
  readonly disposition?: string | undefined;
}

/**
 * Answers GET and HEAD with a file: `ETag`, `Accept-Ranges`, and one byte range (206, or 416 where it lies outside).
 *
 * A header with several ranges or in another unit is ignored, as RFC 9110 section 14.2 allows; read 2026-11.
 */
export function answerWithFile(request: SimulatorRequest, content: FileContent): SimulatorResponse {
  const { bytes, mediaType, disposition } = content;
  const etag = `"${createHash('md5').update(bytes).digest('hex')}"`;
  const headers = {
    etag,
    'accept-ranges': 'bytes',
    'content-type': mediaType,
    ...(disposition === undefined ? {} : { 'content-disposition': disposition }),
  };
  if (request.headers['if-none-match'] === etag) return { status: 304, headers: { etag } };

  const range = readRange(request, etag, bytes.length);
  if (range === undefined) return { status: 200, headers, body: bytes };
  if (range === 'outside') {
    return { status: 416, headers: { 'content-range': `bytes */${bytes.length}` }, body: '' };
  }
  return {
    status: 206,
    headers: { ...headers, 'content-range': `bytes ${range.first}-${range.last}/${bytes.length}` },
    body: bytes.subarray(range.first, range.last + 1),
  };
}

interface ByteRange {
  readonly first: number;
  readonly last: number;
}

function readRange(
  request: SimulatorRequest,
  etag: string,
  length: number,
): ByteRange | 'outside' | undefined {
  const condition = request.headers['if-range'];
  if (condition !== undefined && condition !== etag) return undefined;
  const match = /^bytes=(\d*)-(\d*)$/.exec(request.headers.range ?? '');
  if (match === null) return undefined;
  const [, first = '', last = ''] = match;
  if (first === '' && last === '') return undefined;
  if (first === '') {
    const count = Math.min(Number(last), length);
    return count === 0 ? 'outside' : { first: length - count, last: length - 1 };
  }
  if (last !== '' && Number(last) < Number(first)) return undefined;
  if (Number(first) >= length) return 'outside';
  return { first: Number(first), last: last === '' ? length - 1 : Math.min(Number(last), length - 1) };
}
