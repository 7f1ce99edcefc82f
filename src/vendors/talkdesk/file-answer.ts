import type { AccountResponse } from '../../http/types.ts';
import { isJsonContent, isJsonType, isPageType } from './content.ts';
import { readTalkdeskStatus } from './mapping.ts';
import { isOtherJob, OTHER_JOB_PROBLEM, REDIRECT_STATUSES } from './redirect.ts';
import { isReport, type JobReading, parseJob, type TalkdeskIds } from './types.ts';

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

/** The instant a signed link says it expires at, by its `X-Amz-Date` and `X-Amz-Expires`; null where it does not. */
export function readLinkExpiry(url: string): number | null {
  const { searchParams } = new URL(url);
  const signed = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(searchParams.get('X-Amz-Date') ?? '');
  const seconds = searchParams.get('X-Amz-Expires') ?? '';
  if (signed === null || !/^\d{1,7}$/.test(seconds)) return null;
  const [, year, month, day, hour, minute, second] = signed;
  const signedAt = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(signedAt) ? null : signedAt + Number(seconds) * 1000;
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
