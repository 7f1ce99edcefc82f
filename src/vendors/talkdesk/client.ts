import { type StartError, VendorError } from '../../export/errors.ts';
import type { FileStream, OpenOptions, StartOptions } from '../../export/ports.ts';
import { createTokenRequest } from '../../http/token-request.ts';
import type { AccountClient, AccountResponse, CallOptions, VendorHttpRules } from '../../http/types.ts';
import { toOutOfReach } from '../shared/orders.ts';
import { DONE_WORD, NO_CONTENT_WORD, readTalkdeskStatus } from './mapping.ts';
import { readOrderAnswer, type StartedJob, type TalkdeskOrder, toOrderBody } from './orders.ts';
import {
  EMPTY_JOB,
  isReport,
  type JobReading,
  parseErrorCode,
  parseJob,
  parseJobPage,
  type TalkdeskIds,
  type WireJob,
} from './types.ts';

/** Tokens live about ten minutes. */
const TOKEN_RENEWAL_MS = 60_000;

/**
 * How Talkdesk wants to be spoken to.
 *
 * Source: Talkdesk API docs, "Authentication" (client credentials with Basic); read 2026-11.
 */
export const TALKDESK_HTTP_RULES: VendorHttpRules = {
  authHeaders: ({ value }) => ({ authorization: `Bearer ${value}` }),

  // Without a scope the token gets all that the client was granted. Asking for a scope that it was not granted is refused, and not
  // every client may start and cancel jobs.
  tokenRequest: createTokenRequest({ client: 'basic', request: 'form', scope: null }),

  tokenRenewalMs: TOKEN_RENEWAL_MS,

  isTokenExpired({ status }, token, now) {
    if (status === 401) return true;
    // The retired Reporting API answered an expired token with 403; for a young token 403 is a missing scope.
    return status === 403 && now - token.issuedAt > (token.expiresAt - token.issuedAt) / 2;
  },

  vendorCode: ({ json }) => parseErrorCode(json),
};

/** The newest jobs of one report type. */
export interface JobPage {
  readonly jobs: readonly WireJob[];
  /** Epoch milliseconds. */
  readonly receivedAt: number;
}

/** Talkdesk's endpoints for report jobs. Every method throws VendorError. */
export interface TalkdeskClient {
  /** `GET /data/reports/{type}/jobs/{id}`; a redirect is read, never followed. */
  readJob(ids: TalkdeskIds, options?: CallOptions): Promise<JobReading>;
  /** `GET /data/reports/{type}/jobs`, the first page. @param perPage - 1 to 200 */
  listJobs(reportType: string, perPage: number, options?: CallOptions): Promise<JobPage>;
  /** The error where the list does not tell whether an order has started a job. */
  toOutOfReach(): StartError;
  /** `POST /data/reports/{type}/jobs`. @throws StartError too */
  createJob(order: TalkdeskOrder, options?: StartOptions): Promise<StartedJob>;
  /** `DELETE /data/reports/{type}/files/{id}`: the job with the file that it makes. */
  deleteFile(ids: TalkdeskIds, options?: CallOptions): Promise<void>;
  /** `GET /data/reports/{type}/files/{id}`, only to see what it answers; the error of a good answer that cannot be read whole. */
  readFile(ids: TalkdeskIds, options?: CallOptions): Promise<AccountResponse | VendorError>;
  /** The same call as a stream, for an answer that is the content itself. */
  openFile(ids: TalkdeskIds, options: OpenOptions): Promise<FileStream>;
}

/** @param baseUrl - the API host, as `http` has it: what a `Location` is compared with */
export function createTalkdeskClient(
  http: AccountClient,
  baseUrl: string,
  onServerFault: (response: AccountResponse) => void,
): TalkdeskClient {
  function get<Result>(
    path: readonly string[],
    options: CallOptions | undefined,
    read: (response: AccountResponse) => Result,
    query?: Record<string, number>,
  ): Promise<Result> {
    return http.send({ path, query }, options, (response) => {
      if (response.status >= 500) onServerFault(response);
      return read(response);
    });
  }

  function readJobAnswer(ids: TalkdeskIds, response: AccountResponse): JobReading {
    const asked = `the status of a ${ids.reportType} job`;
    const { status, headers, json, receivedAt } = response;
    if (status === 204) return { word: NO_CONTENT_WORD, job: EMPTY_JOB, receivedAt };
    if (REDIRECT_STATUSES.has(status)) {
      const decision = decideRedirect({ location: headers.location, body: json, baseUrl, ids });
      if (decision.type === 'error') throw http.toBadResponse(response, asked, decision.problem);
      return { word: decision.word, job: decision.job, receivedAt };
    }
    if (status !== 200) throw toRefusal(http, response, asked);
    // Somebody between us and Talkdesk followed the redirects: the report itself means done.
    if (isReport(json)) return { word: DONE_WORD, job: EMPTY_JOB, receivedAt };
    const job = parseJob(json);
    if (job === undefined) throw http.toBadResponse(response, asked, 'there is no "job" in it');
    if (isOtherJob(job, ids)) throw http.toBadResponse(response, asked, OTHER_JOB_PROBLEM);
    if (job.status === null) throw http.toBadResponse(response, asked, '"status" is missing');
    return { word: job.status, job, receivedAt };
  }

  return {
    readJob: (ids, options) => get(jobPath(ids), options, (response) => readJobAnswer(ids, response)),

    listJobs(reportType, perPage, options) {
      const asked = `the list of ${reportType} jobs`;
      const read = (response: AccountResponse): JobPage => {
        if (response.status !== 200) throw toRefusal(http, response, asked);
        const jobs = parseJobPage(response.json);
        if (jobs === undefined) throw http.toBadResponse(response, asked, 'it is no list page');
        return { jobs, receivedAt: response.receivedAt };
      };
      return get(jobsPath(reportType), options, read, { page: 1, per_page: perPage });
    },

    toOutOfReach: () => toOutOfReach(http, 'Talkdesk'),

    createJob(order, options) {
      const ordered = `a ${order.reportType} job`;
      const path = jobsPath(order.reportType);
      const request = { method: 'POST', path, json: toOrderBody(order), onServerFault } as const;
      return http.order(request, options, ordered, (response) => readOrderAnswer(http, response, ordered));
    },

    deleteFile(ids, options) {
      const request = { method: 'DELETE', path: filePath(ids) } as const;
      return http.send(request, options, (response) => {
        const { status } = response;
        if (status >= 500) onServerFault(response);
        if (status >= 300) throw http.toVendorError(response, `the end of a ${ids.reportType} job`);
      });
    },

    readFile: (ids, options) =>
      get<AccountResponse | VendorError>(filePath(ids), options, (response) => response).catch(unlessTooBig),

    openFile: (ids, options) => http.open({ ...options, path: filePath(ids) }),
  };
}

function jobsPath(reportType: string): readonly string[] {
  return ['data', 'reports', reportType, 'jobs'];
}

function jobPath({ reportType, jobId }: TalkdeskIds): readonly string[] {
  return [...jobsPath(reportType), jobId];
}

function filePath({ reportType, jobId }: TalkdeskIds): readonly string[] {
  return ['data', 'reports', reportType, 'files', jobId];
}

/** @returns the error for an answer that says no */
export function toRefusal(http: AccountClient, response: AccountResponse, asked: string): VendorError {
  const error = http.toVendorError(response, asked);
  // Type and id are all that a path holds, and both fit the grammar: Talkdesk calls a type that it does not have invalid.
  if (response.status !== 400 || error.vendorCode === undefined) return error;
  const { message, vendor, account, httpStatus, vendorCode } = error;
  return new VendorError({ code: 'EXPORT_NOT_FOUND', message, vendor, account, httpStatus, vendorCode });
}

/** @returns the error of a good answer that cannot be read whole: it may be too big because it is the report itself */
function unlessTooBig(error: unknown): VendorError {
  const isBody =
    error instanceof VendorError && error.code === 'VENDOR_BAD_RESPONSE' && error.httpStatus === undefined;
  if (isBody) return error;
  throw error;
}

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
