import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw } from 'node:zlib';
import type { ResponseHeaders } from './types.ts';

/** The longest body that is read, on the wire and decompressed alike. */
export const MAX_BODY_BYTES = 5 * 1024 * 1024;

/** What `decodeBody` understands, for the request's `accept-encoding`. */
export const ACCEPTED_ENCODINGS = 'gzip, deflate, br';

/** A body that came, and that cannot be used: too long, or broken in its compression. */
export class UnreadableBodyError extends Error {
  override readonly name = 'UnreadableBodyError';
}

const OUTPUT_BOUND = { maxOutputLength: MAX_BODY_BYTES };

type Decoder = (bytes: Buffer) => Promise<Buffer>;

const gunzipAsync = promisify<Buffer, typeof OUTPUT_BOUND, Buffer>(gunzip);
const inflateAsync = promisify<Buffer, typeof OUTPUT_BOUND, Buffer>(inflate);
const inflateRawAsync = promisify<Buffer, typeof OUTPUT_BOUND, Buffer>(inflateRaw);
const brotliAsync = promisify<Buffer, typeof OUTPUT_BOUND, Buffer>(brotliDecompress);

const DECODERS: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  ['', async (bytes) => bytes],
  ['identity', async (bytes) => bytes],
  ['gzip', (bytes) => gunzipAsync(bytes, OUTPUT_BOUND)],
  ['x-gzip', (bytes) => gunzipAsync(bytes, OUTPUT_BOUND)],
  ['br', (bytes) => brotliAsync(bytes, OUTPUT_BOUND)],
  // Some servers mean "raw deflate" by this word; a zlib header always has 8 in its low half.
  ['deflate', (bytes) => ((bytes[0] ?? 0) % 16 === 8 ? inflateAsync : inflateRawAsync)(bytes, OUTPUT_BOUND)],
]);

/**
 * Reads a whole body as text within the bound; a longer one is left at once, which drops its connection.
 *
 * @throws UnreadableBodyError, or the source's own error where it breaks off
 */
export async function readBody(source: Readable, headers: ResponseHeaders): Promise<string> {
  const bytes = await collect(source, Number(headers['content-length'] ?? 0));
  const plain = await decodeBody(bytes, headers['content-encoding'] ?? '');
  return new TextDecoder('utf-8').decode(plain);
}

async function collect(source: Readable, announcedBytes: number): Promise<Buffer> {
  // Destroying a body makes it emit an error, which nobody waits for then.
  source.on('error', () => undefined);
  const chunks: Buffer[] = [];
  let sizeBytes = announcedBytes > MAX_BODY_BYTES ? announcedBytes : 0;
  if (sizeBytes === 0) {
    for await (const chunk of source) {
      sizeBytes += (chunk as Buffer).length;
      if (sizeBytes > MAX_BODY_BYTES) break;
      chunks.push(chunk as Buffer);
    }
  }
  if (sizeBytes <= MAX_BODY_BYTES) return Buffer.concat(chunks);
  source.destroy();
  throw new UnreadableBodyError('The body is longer than the bound.');
}

async function decodeBody(bytes: Buffer, encoding: string): Promise<Buffer> {
  const decoder = DECODERS.get(encoding.trim().toLowerCase());
  if (decoder === undefined) throw new UnreadableBodyError('The body is compressed in an unknown way.');
  if (bytes.length === 0) return bytes;
  try {
    return await decoder(bytes);
  } catch (error) {
    throw new UnreadableBodyError('The body cannot be decompressed within the bound.', { cause: error });
  }
}
