import { CommandError, TryAgain } from '../command-error.ts';
import { toTerminalText } from '../display/terminal-text.ts';
import { EXIT } from '../exit-codes.ts';
import { toConnectionText } from '../gateway/trouble.ts';
import type { Destination } from './destination.ts';
import { type FileAnswer, headerOf, type OpenFileOptions, openFile } from './open-file.ts';

export interface TransferOptions extends Pick<OpenFileOptions, 'signal' | 'dispatcher'> {
  /** Told how much of the file is there, in bytes; `length` is null where it is unknown. */
  readonly onProgress: (bytes: number, length: number | null) => void;
  /** What was there already is being used. */
  readonly onResumed: (bytes: number) => void;
}

/**
 * Fetches what is missing of a file: the rest by `Range` and `If-Range` where a part of the very same file is there, else all.
 *
 * Returns only when every byte has come and been handed on.
 *
 * @throws TryAgain where a fresh link and the bytes so far may lead on; CommandError; the destination's error; the signal's reason
 */
export async function transfer(
  url: string,
  destination: Destination,
  options: TransferOptions,
): Promise<void> {
  const { heldBytes, heldEtag } = destination;
  const canResume = heldBytes > 0 && heldEtag !== null;
  const headers = canResume ? { range: `bytes=${heldBytes}-`, 'if-range': heldEtag } : undefined;
  const answer = await openFile(url, { ...options, headers: headers ?? {} });
  try {
    checkEncoding(answer);
    if (answer.statusCode === 200) return await takeAll(answer, destination, options);
    if (canResume && answer.statusCode === 206) return await takeRest(answer, destination, options);
    return await discard(destination);
  } finally {
    answer.body.on('error', () => undefined).destroy();
  }
}

async function takeAll(
  answer: FileAnswer,
  destination: Destination,
  options: TransferOptions,
): Promise<void> {
  await destination.restart(strongEtagOf(answer));
  await pour(answer, destination, lengthOf(answer), options);
}

async function takeRest(
  answer: FileAnswer,
  destination: Destination,
  options: TransferOptions,
): Promise<void> {
  const { heldBytes, heldEtag } = destination;
  const range = /^bytes (\d{1,15})-\d{1,15}\/(\d{1,15}|\*)$/.exec(headerOf(answer, 'content-range') ?? '');
  const etag = headerOf(answer, 'etag') ?? heldEtag;
  if (range === null || Number(range[1]) !== heldBytes || etag !== heldEtag) return discard(destination);
  options.onResumed(heldBytes);
  await pour(answer, destination, range[2] === '*' ? null : Number(range[2]), options);
}

/** A piece that does not fit what is there: the next try asks for the whole file. */
async function discard(destination: Destination): Promise<never> {
  await destination.restart(null);
  throw new TryAgain('the file has changed since, so it is fetched from its beginning');
}

async function pour(
  { body }: FileAnswer,
  destination: Destination,
  length: number | null,
  { signal, onProgress }: TransferOptions,
): Promise<void> {
  onProgress(destination.heldBytes, length);
  for await (const chunk of readBody(body, signal)) {
    const bytes = destination.heldBytes + chunk.byteLength;
    if (length !== null && bytes > length) throw toMismatch(`more than ${length}`, length);
    await destination.write(chunk);
    onProgress(bytes, length);
  }
  const { heldBytes } = destination;
  if (length !== null && heldBytes !== length) throw toMismatch(String(heldBytes), length);
}

/** The body's pieces; its errors are the network's, told apart here from those of the destination. */
async function* readBody(
  body: FileAnswer['body'],
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, void> {
  try {
    for await (const chunk of body) yield chunk as Uint8Array;
  } catch (error) {
    throw signal.aborted ? signal.reason : new TryAgain(toConnectionText(error));
  }
}

function toMismatch(found: string, length: number): TryAgain {
  return new TryAgain(`${found} bytes came where ${length} were promised`);
}

/** We ask for plain bytes; some storage hands out what it holds all the same. */
function checkEncoding(answer: FileAnswer): void {
  const encoding = headerOf(answer, 'content-encoding') ?? 'identity';
  if (encoding === 'identity') return;
  throw new CommandError(
    EXIT.failed,
    `The file comes packed as "${toTerminalText(encoding)}", which was not asked for. Open its link in a browser instead.`,
  );
}

/** If-Range takes strong validators only. Source: RFC 9110, section 13.1.5; read 2026-11. */
function strongEtagOf(answer: FileAnswer): string | null {
  const etag = headerOf(answer, 'etag');
  return etag !== undefined && /^"[\x21\x23-\x7e]{1,256}"$/.test(etag) ? etag : null;
}

function lengthOf(answer: FileAnswer): number | null {
  const text = headerOf(answer, 'content-length');
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null;
}
