import { DONE_WORD, readTalkdeskStatus } from './mapping.ts';
import { EMPTY_JOB, parseJob, type TalkdeskIds, type WireJob } from './types.ts';

/**
 * The redirects that may mean "done" on the status path: 300 is the documented one, 303 the predecessor's, 302 was seen.
 *
 * Source: Talkdesk API docs, "Get job report execution details"; Talkdesk/api `reporting-api/README.md`; read 2026-11.
 */
export const REDIRECT_STATUSES: ReadonlySet<number> = new Set([300, 301, 302, 303, 307, 308]);

export interface RedirectAnswer {
  readonly location: string | undefined;
  /** The body as JSON; undefined where it is none. */
  readonly body: unknown;
  /** The account's API host, possibly with a path prefix; never ends in `/`. */
  readonly baseUrl: string;
  readonly ids: TalkdeskIds;
}

export type RedirectDecision =
  | { readonly type: 'done'; readonly word: string; readonly job: WireJob }
  | { readonly type: 'error'; readonly problem: string };

/**
 * What a redirect on the status path means. It is read, never followed: following would download the report on every poll.
 *
 * Done, where `Location` is the files resource of this very job, or where it is no help and the body says done. A Location on
 * a foreign host is an error whatever the body says, and so is one to any other page without such a body.
 */
export function decideRedirect({ location, body, baseUrl, ids }: RedirectAnswer): RedirectDecision {
  const target = classifyLocation(location, baseUrl, ids);
  if (target === 'foreign') return { type: 'error', problem: 'it redirects to another host' };
  const job = parseJob(body);
  const isOther = job !== undefined && isOtherJob(job, ids);
  if (target === 'files') {
    return isOther ? OTHER_JOB : { type: 'done', word: doneWord(job), job: job ?? EMPTY_JOB };
  }
  if (job === undefined || !saysDone(job)) {
    return { type: 'error', problem: 'it redirects to something else than the file of this job' };
  }
  return isOther ? OTHER_JOB : { type: 'done', word: doneWord(job), job };
}

/** True where the answer names a job, and it is not the one that was asked for. Capitals do not matter: it may be a UUID. */
export function isOtherJob(job: WireJob, ids: TalkdeskIds): boolean {
  return job.id !== null && job.id.toLowerCase() !== ids.jobId.toLowerCase();
}

/** What is wrong with an answer about another job. */
export const OTHER_JOB_PROBLEM = '"id" is not the one asked for';

const OTHER_JOB: RedirectDecision = { type: 'error', problem: OTHER_JOB_PROBLEM };

function saysDone(job: WireJob): boolean {
  return readTalkdeskStatus(job.status ?? '').status === 'SUCCEEDED';
}

/** The body's own word where it agrees; a body that was written a moment before the redirect may still say `uploading`. */
function doneWord(job: WireJob | undefined): string {
  return job !== undefined && saysDone(job) ? (job.status ?? DONE_WORD) : DONE_WORD;
}

function classifyLocation(
  location: string | undefined,
  baseUrl: string,
  { reportType, jobId }: TalkdeskIds,
): 'files' | 'foreign' | 'elsewhere' {
  const base = `${baseUrl}/data/reports/${reportType}/jobs/${jobId}`;
  if (location === undefined || !URL.canParse(location, base)) return 'elsewhere';
  const target = new URL(location, base);
  const own = new URL(baseUrl);
  if (target.host !== own.host) return 'foreign';
  if (target.origin !== own.origin) return 'elsewhere';
  const file = `/data/reports/${reportType}/files/${jobId}`;
  const prefix = own.pathname.replace(/\/$/, '');
  return target.pathname === file || target.pathname === `${prefix}${file}` ? 'files' : 'elsewhere';
}
