import { VendorError } from '../../export/errors.ts';
import { type ExportKey, type FileDescription, isTerminal } from '../../export/export.ts';
import type { FileAccess, FileStream } from '../../export/ports.ts';
import type { AccountClient, AccountResponse, CallOptions } from '../../http/types.ts';
import { linkPath, readLink, readLinkExpiry } from '../shared/presigned-link.ts';
import {
  isOtherJob,
  OTHER_JOB_PROBLEM,
  REDIRECT_STATUSES,
  type TalkdeskClient,
  toRefusal,
} from './client.ts';
import { readTalkdeskStatus, toFile } from './mapping.ts';
import { EMPTY_JOB, isReport, type JobReading, parseJob, type TalkdeskIds, type WireJob } from './types.ts';

/** What files are looked for with. */
export interface FileParts {
  readonly client: TalkdeskClient;
  readonly http: AccountClient;
  /** The API host, as `http` has it: what a `Location` is compared with. */
  readonly baseUrl: string;
}

/**
 * How the file of a job can be opened, asked of Talkdesk now: usually one call, whose redirect is the signed link.
 *
 * @throws VendorError
 */
export async function locateFile(
  parts: FileParts,
  { ids }: ExportKey<TalkdeskIds>,
  index: number,
  options?: CallOptions,
): Promise<FileAccess> {
  if (index !== 0) return { type: 'gone' };
  const { client } = parts;
  const answer = await readFile(parts, ids, options);
  switch (answer.type) {
    case 'link':
      return {
        type: 'link',
        url: answer.url,
        expiresAt: answer.expiresAt,
        file: describeLink(ids, answer.url),
      };
    case 'content':
      return {
        type: 'stream',
        file: toFile(ids, await readJobIfPossible(client, ids, options)),
        open: (options) => client.openFile(ids, options),
      };
    case 'job':
      return toMissing(answer.reading.word);
    case 'empty':
      return { type: 'unfinished' };
    case 'missing':
      // 404 is also the answer for a job that is still running: the job itself knows.
      return toMissing((await client.readJob(ids, options)).word);
  }
}

/** There is no file: not yet, or not any more. */
function toMissing(word: string): FileAccess {
  return { type: isTerminal(readTalkdeskStatus(word).status) ? 'gone' : 'unfinished' };
}

/** The file is at hand: that its job cannot be read just now costs it only its name. */
async function readJobIfPossible(
  client: TalkdeskClient,
  ids: TalkdeskIds,
  options: CallOptions | undefined,
): Promise<WireJob> {
  try {
    return (await client.readJob(ids, options)).job;
  } catch (error) {
    if (error instanceof VendorError) return EMPTY_JOB;
    throw error;
  }
}

/** The file behind a link, as far as the link tells: asking for the job's name would cost a second call. */
function describeLink(ids: TalkdeskIds, url: string): FileDescription {
  const name = readLink(url).fileName;
  return toFile(ids, { ...EMPTY_JOB, name, format: formatOf(name ?? linkPath(url)) });
}

/** The format by the ending of a name or a path; null for any other ending. */
function formatOf(name: string): string | null {
  const ending = /\.(csv|jsonl?)$/i.exec(name)?.[1]?.toLowerCase();
  return ending === 'jsonl' ? 'json_bulk' : (ending ?? null);
}

/** Asks the files resource what it has. @throws VendorError */
async function readFile(
  { client, http, baseUrl }: FileParts,
  ids: TalkdeskIds,
  options: CallOptions | undefined,
): Promise<FileAnswer> {
  const asked = `the file of a ${ids.reportType} job`;
  const response = await client.readFile(ids, options);
  if (response instanceof VendorError) {
    const stream = await client.openFile(ids, { method: 'GET', headers: {}, ...options });
    if (await isContentStream(stream)) return { type: 'content' };
    throw response;
  }
  const answer = classifyFileAnswer(response, baseUrl, ids);
  if (answer === 'refused') throw toRefusal(http, response, asked);
  if (answer.type === 'unreadable') throw http.toBadResponse(response, asked, answer.problem);
  return answer;
}

/** What the files resource answered. */
export type FileAnswer =
  /** A signed link, byte for byte as it came; `expiresAt` in epoch milliseconds. */
  | { readonly type: 'link'; readonly url: string; readonly expiresAt: number }
  /** The report itself. */
  | { readonly type: 'content' }
  /** A job instead of a file: not finished, says the documentation. */
  | { readonly type: 'job'; readonly reading: JobReading }
  /** Nothing yet. */
  | { readonly type: 'empty' }
  /** No such file: still running, dropped, or never there. */
  | { readonly type: 'missing' };

interface Unreadable {
  readonly type: 'unreadable';
  readonly problem: string;
}

/** How long a link is trusted that does not say itself how long it lives: well below the 900 s that were observed. */
const UNDATED_LINK_LIFETIME_MS = 300_000;

/**
 * Reads the answer of the files resource.
 *
 * @returns `refused` for an HTTP status that says no, `unreadable` for a good one that makes no sense
 */
export function classifyFileAnswer(
  response: AccountResponse,
  baseUrl: string,
  ids: TalkdeskIds,
): FileAnswer | Unreadable | 'refused' {
  const { status, headers, receivedAt } = response;
  if (REDIRECT_STATUSES.has(status)) {
    const url = headers.location;
    if (url === undefined || !isFileLink(url, baseUrl))
      return { type: 'unreadable', problem: '"Location" is no link to a file' };
    return { type: 'link', url, expiresAt: readLinkExpiry(url) ?? receivedAt + UNDATED_LINK_LIFETIME_MS };
  }
  if (status === 404 || status === 410) return { type: 'missing' };
  if (status === 204) return { type: 'empty' };
  return status === 200 ? classifyContent(response, ids) : 'refused';
}

/** Absolute and https (plain http between servers on one machine), without a password, and not another page of the API's. */
function isFileLink(location: string, baseUrl: string): boolean {
  if (!URL.canParse(location)) return false;
  const link = new URL(location);
  const own = new URL(baseUrl);
  const isSecure =
    link.protocol === 'https:' || (link.protocol === 'http:' && isLoopback(link) && isLoopback(own));
  const prefix = own.pathname.replace(/\/$/, '');
  const isApiPage =
    link.host === own.host &&
    ['/data/reports/', `${prefix}/data/reports/`].some((start) => link.pathname.startsWith(start));
  return isSecure && link.username === '' && link.password === '' && !isApiPage;
}

function isLoopback({ hostname }: URL): boolean {
  return /^(?:127(?:\.\d{1,3}){3}|localhost|\[::1\])$/.test(hostname);
}

function classifyContent(
  { json, text, headers, receivedAt }: AccountResponse,
  ids: TalkdeskIds,
): FileAnswer | Unreadable {
  const mediaType = headers['content-type'];
  if (isPageType(mediaType)) return { type: 'unreadable', problem: 'it is a web page instead of a file' };
  const job = isReport(json) ? undefined : parseJob(json);
  // A single line of `json_bulk` is an object too, and may well have a status of its own: then it is no job of ours.
  const isJob = job?.status != null && (isWrapped(json) || (job.id !== null && !isOtherJob(job, ids)));
  if (isJob) return classifyJob({ word: job.status ?? '', job, receivedAt }, ids);
  const isContent = isJsonType(mediaType)
    ? isJsonContent(json, text)
    : text.trim() !== '' || mediaType !== undefined;
  return isContent ? { type: 'content' } : { type: 'unreadable', problem: 'it is neither a file nor a job' };
}

function classifyJob(reading: JobReading, ids: TalkdeskIds): FileAnswer | Unreadable {
  if (isOtherJob(reading.job, ids)) return { type: 'unreadable', problem: OTHER_JOB_PROBLEM };
  return readTalkdeskStatus(reading.word).status === 'SUCCEEDED'
    ? { type: 'unreadable', problem: 'the job is done, but there is neither a file nor a link' }
    : { type: 'job', reading };
}

function isWrapped(json: unknown): boolean {
  return typeof json === 'object' && json !== null && Object.hasOwn(json, 'job');
}

/** How much of an answer that is too big to be read whole is looked at. */
const HEAD_LENGTH = 2_000;

/** A report's first fields are texts and numbers; its entries come last. */
const REPORT_HEAD = /^\s*\{(?:\s*"[^"]*"\s*:\s*(?:"[^"]*"|[\w.+-]+)\s*,)*\s*"entries"\s*:\s*\[/;

/** True where a media type is written as JSON: then the content has to look like a report, since errors are JSON too. */
export function isJsonType(mediaType: string | undefined): boolean {
  return /^\s*application\/(?:[\w.-]+\+)?json\b/i.test(mediaType ?? '');
}

/** True where a media type is a web page's: a login or an error page, never a report. */
export function isPageType(mediaType: string | undefined): boolean {
  return /^\s*(?:text\/html|application\/xhtml)/i.test(mediaType ?? '');
}

/** True where a JSON answer is a report: one object with `entries`, or objects line by line (`json_bulk`). */
export function isJsonContent(json: unknown, text: string): boolean {
  if (json !== undefined) return isReport(json);
  return isObjectLine(text.slice(0, text.indexOf('\n') + 1));
}

/**
 * Looks at the beginning of an answer that is too big to be read whole, and ends its call.
 *
 * @throws VendorError where the body breaks off before its first piece
 */
export async function isContentStream({ status, headers, body }: FileStream): Promise<boolean> {
  try {
    const mediaType = headers['content-type'];
    const isPlain = (headers['content-encoding'] ?? 'identity') === 'identity';
    if (status !== 200 || !isPlain || isPageType(mediaType)) return false;
    return !isJsonType(mediaType) || looksLikeReport(await readHead(body));
  } finally {
    body.destroy();
  }
}

function looksLikeReport(head: string): boolean {
  return REPORT_HEAD.test(head) || isObjectLine(head.slice(0, head.indexOf('\n') + 1));
}

function isObjectLine(line: string): boolean {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

async function readHead(body: FileStream['body']): Promise<string> {
  let head = '';
  for await (const piece of body) {
    head += (piece as Buffer).toString('latin1');
    if (head.length >= HEAD_LENGTH) break;
  }
  return head.slice(0, HEAD_LENGTH);
}
