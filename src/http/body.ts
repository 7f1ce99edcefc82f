import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw } from 'node:zlib';

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
  ['gzip', (bytes) => gunzipAsync(bytes, OUTPUT_BOUND)],
  ['x-gzip', (bytes) => gunzipAsync(bytes, OUTPUT_BOUND)],
  ['br', (bytes) => brotliAsync(bytes, OUTPUT_BOUND)],
  // Some servers mean "raw deflate" by this word; a zlib header always has 8 in its low half.
  ['deflate', (bytes) => ((bytes[0] ?? 0) % 16 === 8 ? inflateAsync : inflateRawAsync)(bytes, OUTPUT_BOUND)],
]);

/**
 * A whole body as UTF-8 text: at once where it is not compressed, otherwise when the thread pool has unpacked it.
 *
 * @param encoding - the answer's `content-encoding`
 * @throws UnreadableBodyError, or rejects with it
 */
export function readText(bytes: Buffer, encoding: string | undefined): string | Promise<string> {
  const name = encoding?.trim().toLowerCase() ?? '';
  if (name === '' || name === 'identity') return toText(bytes);
  const decoder = DECODERS.get(name);
  if (decoder === undefined) throw new UnreadableBodyError('The body is compressed in an unknown way.');
  return bytes.length === 0 ? '' : decode(bytes, decoder);
}

async function decode(bytes: Buffer, decoder: Decoder): Promise<string> {
  try {
    return toText(await decoder(bytes));
  } catch (error) {
    throw new UnreadableBodyError('The body cannot be decompressed within the bound.', { cause: error });
  }
}

function toText(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  // A byte order mark is no part of the text.
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}
