import { VendorError } from '../../export/errors.ts';
import type { FileStream, OpenOptions } from '../../export/ports.ts';
import type { AccountClient, AccountResponse } from '../../http/types.ts';
import { isContentStream } from './content.ts';
import { classifyFileAnswer, type FileAnswer } from './file-answer.ts';
import { DONE_WORD, NO_CONTENT_WORD } from './mapping.ts';
import { decideRedirect, isOtherJob, OTHER_JOB_PROBLEM, REDIRECT_STATUSES } from './redirect.ts';
import {
  EMPTY_JOB,
  isReport,
  type JobReading,
  parseJob,
  parseJobPage,
  type TalkdeskIds,
  type WireJob,
} from './types.ts';

/** The newest jobs of one report type. */
export interface JobPage {
  readonly jobs: readonly WireJob[];
  /** Epoch milliseconds. */
  readonly receivedAt: number;
}

/** Talkdesk's endpoints, as far as a gateway that only reads needs them. Every method throws VendorError. */
export interface TalkdeskClient {
  /** `GET /data/reports/{type}/jobs/{id}`; a redirect is read, never followed. */
  readJob(ids: TalkdeskIds, signal?: AbortSignal): Promise<JobReading>;
  /** `GET /data/reports/{type}/jobs`, the first page. @param perPage - 1 to 200 */
  listJobs(reportType: string, perPage: number, signal?: AbortSignal): Promise<JobPage>;
  /** `GET /data/reports/{type}/files/{id}`, only to see what it answers. */
  readFile(ids: TalkdeskIds, signal?: AbortSignal): Promise<FileAnswer>;
  /** The same call as a stream, for an answer that is the content itself. */
  openFile(ids: TalkdeskIds, options: OpenOptions): Promise<FileStream>;
}

/** @param baseUrl - the API host, as `http` has it: what a `Location` is compared with */
export function createTalkdeskClient(
  http: AccountClient,
  baseUrl: string,
  onServerFault: (response: AccountResponse) => void,
): TalkdeskClient {
  async function get(path: readonly string[], signal?: AbortSignal, query?: Record<string, number>) {
    const response = await http.send({ path, query, signal });
    if (response.status >= 500) onServerFault(response);
    return response;
  }

  return {
    async readJob(ids, signal) {
      const asked = `the status of a ${ids.reportType} job`;
      const response = await get(jobPath(ids), signal);
      const { status, headers, json, receivedAt } = response;
      if (status === 204) return { word: NO_CONTENT_WORD, job: EMPTY_JOB, receivedAt };
      if (REDIRECT_STATUSES.has(status)) {
        const decision = decideRedirect({ location: headers.location, body: json, baseUrl, ids });
        if (decision.type === 'error') throw http.toBadResponse(response, asked, decision.problem);
        return { word: decision.word, job: decision.job, receivedAt };
      }
      if (status !== 200) throw toError(http, response, asked);
      // Somebody between us and Talkdesk followed the redirects: the report itself means done.
      if (isReport(json)) return { word: DONE_WORD, job: EMPTY_JOB, receivedAt };
      const job = parseJob(json);
      if (job === undefined) throw http.toBadResponse(response, asked, 'there is no "job" in it');
      if (isOtherJob(job, ids)) throw http.toBadResponse(response, asked, OTHER_JOB_PROBLEM);
      if (job.status === null) throw http.toBadResponse(response, asked, '"status" is missing');
      return { word: job.status, job, receivedAt };
    },

    async listJobs(reportType, perPage, signal) {
      const asked = `the list of ${reportType} jobs`;
      const path = ['data', 'reports', reportType, 'jobs'];
      const response = await get(path, signal, { page: 1, per_page: perPage });
      if (response.status !== 200) throw toError(http, response, asked);
      const jobs = parseJobPage(response.json);
      if (jobs === undefined) throw http.toBadResponse(response, asked, 'it is no list page');
      return { jobs, receivedAt: response.receivedAt };
    },

    async readFile(ids, signal) {
      const asked = `the file of a ${ids.reportType} job`;
      const response = await get(filePath(ids), signal).catch(unlessTooBig);
      if (response instanceof VendorError) {
        const stream = await http.open({ path: filePath(ids), method: 'GET', headers: {}, signal });
        if (await isContentStream(stream)) return { type: 'content' };
        throw response;
      }
      const answer = classifyFileAnswer(response, baseUrl, ids);
      if (answer === 'refused') throw toError(http, response, asked);
      if (answer.type === 'unreadable') throw http.toBadResponse(response, asked, answer.problem);
      return answer;
    },

    openFile: (ids, options) => http.open({ ...options, path: filePath(ids) }),
  };
}

function jobPath({ reportType, jobId }: TalkdeskIds): readonly string[] {
  return ['data', 'reports', reportType, 'jobs', jobId];
}

function filePath({ reportType, jobId }: TalkdeskIds): readonly string[] {
  return ['data', 'reports', reportType, 'files', jobId];
}

/** @returns the error for an answer that says no */
function toError(http: AccountClient, response: AccountResponse, asked: string): VendorError {
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
