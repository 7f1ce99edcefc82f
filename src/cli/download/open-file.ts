import { type Dispatcher, request } from 'undici';
import { CommandError, TryAgain } from '../command-error.ts';
import { toTerminalText } from '../display/terminal-text.ts';
import { EXIT } from '../exit-codes.ts';
import { toConnectionText } from '../gateway/trouble.ts';

/** An answer with a file, or a piece of one, in it. */
export type FileAnswer = Pick<Dispatcher.ResponseData, 'statusCode' | 'headers' | 'body'>;

export interface OpenFileOptions {
  /** Range and If-Range. Never anything secret: the link alone opens the file, and leads to other hosts. */
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly dispatcher: Dispatcher;
}

const MAX_REDIRECTS = 5;
/** Until the headers, and between two pieces of the body. */
const SILENCE_MS = 60_000;
const MAX_PROBLEM_BYTES = 16_384;

/**
 * Opens a file link, and follows it to the vendor's storage.
 *
 * @returns an answer with status 200, 206 or 416
 * @throws CommandError where the file cannot be had, TryAgain where a fresh link may help, the signal's reason
 */
export async function openFile(url: string, options: OpenFileOptions): Promise<FileAnswer> {
  let current = parseLink(url, undefined);
  for (let hops = 0; hops <= MAX_REDIRECTS; hops += 1) {
    const answer = await get(current, options);
    const { statusCode, body } = answer;
    if (statusCode === 200 || statusCode === 206 || statusCode === 416) return answer;
    if (statusCode >= 300 && statusCode < 400) {
      await body.dump();
      current = parseLink(headerOf(answer, 'location') ?? '', current);
      continue;
    }
    const isGateway = hops === 0;
    throw isGateway ? await toGatewayProblem(answer) : await toStorageProblem(answer);
  }
  throw new CommandError(EXIT.failed, 'The file link leads from one place to the next without end.');
}

/** One header's value; the first where there are several. */
export function headerOf({ headers }: FileAnswer, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

async function get(url: URL, { headers, signal, dispatcher }: OpenFileOptions): Promise<FileAnswer> {
  try {
    return await request(url, {
      headers: { accept: '*/*', 'accept-encoding': 'identity', ...headers },
      signal,
      dispatcher,
      headersTimeout: SILENCE_MS,
      bodyTimeout: SILENCE_MS,
    });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw new TryAgain(`${url.host}: ${toConnectionText(error)}`);
  }
}

function parseLink(text: string, from: URL | undefined): URL {
  const link = URL.canParse(text, from) ? new URL(text, from) : undefined;
  const isWeb = link?.protocol === 'https:' || (link?.protocol === 'http:' && from?.protocol !== 'https:');
  if (link === undefined || !isWeb || link.username !== '' || link.password !== '') {
    throw new CommandError(EXIT.failed, 'The file link leads somewhere that is not fit for a download.');
  }
  return link;
}

/** The gateway's own words: see "Answers for people and programs" of its file links. */
async function toGatewayProblem(answer: FileAnswer): Promise<Error> {
  const { code, message } = await readProblem(answer);
  const { statusCode } = answer;
  const text = message === '' ? `The gateway did not hand the file out (HTTP ${statusCode}).` : message;
  // A new link cures an expired one, and one signed before the gateway was started anew.
  const mayPass =
    statusCode === 409 || statusCode === 429 || statusCode >= 500 || code === 'expired' || code === 'unknown';
  if (!mayPass) return new CommandError(EXIT.failed, text);
  return new TryAgain(text.replace(/\.$/, ''), { retryAfterMs: readRetryAfter(answer) });
}

/** Presigned links end, storage has bad moments: both may be gone with the next link. */
async function toStorageProblem(answer: FileAnswer): Promise<Error> {
  await answer.body.dump();
  return new TryAgain(`the vendor's storage answers with HTTP ${answer.statusCode}`, {
    retryAfterMs: readRetryAfter(answer),
  });
}

async function readProblem({
  body,
}: FileAnswer): Promise<{ readonly code: string; readonly message: string }> {
  try {
    let text = '';
    for await (const chunk of body) {
      text += String(chunk);
      if (text.length > MAX_PROBLEM_BYTES) break;
    }
    const { error } = JSON.parse(text) as { error?: { code?: unknown; message?: unknown } };
    return { code: String(error?.code ?? ''), message: toTerminalText(String(error?.message ?? '')) };
  } catch {
    return { code: '', message: '' };
  }
}

function readRetryAfter(answer: FileAnswer): number | undefined {
  const seconds = Number(headerOf(answer, 'retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : undefined;
}
