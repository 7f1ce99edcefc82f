import type { z } from 'zod';
import { VendorError } from '../../export/errors.ts';
import type { FileStream, OpenOptions } from '../../export/ports.ts';
import type { AccountClient, AccountResponse } from '../../http/types.ts';
import type { Clock } from '../../runtime/clock.ts';
import { isTokenExpired } from './http-rules.ts';
import { exportSchema, type PowerBiAnswer, type PowerBiIds } from './types.ts';

/** Power BI's endpoints, as far as a reader of exports needs them. All throw VendorError. */
export interface PowerBiClient {
  /** "Reports - Get Export To File Status", in a workspace or in My workspace. */
  readExport(ids: PowerBiIds, signal?: AbortSignal): Promise<PowerBiAnswer>;
  /** "Reports - Get File Of Export To File". The address is built from the ids: the one in an answer is never opened. */
  openFile(ids: PowerBiIds, options: OpenOptions): Promise<FileStream>;
}

const STATUS_CALL = 'the status of an export';
const FILE_CALL = 'the file of an export';

/** Which of the two comes is no signal: clients have seen unfinished exports with either. */
const STATUS_ANSWERS: ReadonlySet<number> = new Set([200, 202]);

/** What a file call may answer with a body or, to a conditional or ranged request, without one. */
const FILE_ANSWERS: ReadonlySet<number> = new Set([200, 206, 304, 412, 416]);

/** How `/file` may say that the bytes are not there yet; nobody documents it. */
const NOT_READY: ReadonlySet<number> = new Set([202, 400, 409]);

const DROPPED: ReadonlySet<number> = new Set([404, 410]);

/** Power BI's endpoints over one account's client. */
export function createPowerBiClient(http: AccountClient, clock: Clock): PowerBiClient {
  return {
    async readExport(ids, signal) {
      const response = await http.send({ path: toExportPath(ids), signal });
      if (!STATUS_ANSWERS.has(response.status)) throw toRefusal(http, response, STATUS_CALL);
      return checkExport(http, response, ids);
    },

    async openFile(ids, options) {
      const stream = await http.open({ path: [...toExportPath(ids), 'file'], ...options });
      if (FILE_ANSWERS.has(stream.status)) return stream;
      stream.body.destroy();
      throw toFileRefusal(http, stream, clock.now());
    },
  };
}

function toExportPath(ids: PowerBiIds): readonly string[] {
  const workspace = ids.groupId === undefined ? [] : ['groups', ids.groupId];
  return [...workspace, 'reports', ids.reportId, 'exports', ids.exportId];
}

function checkExport(http: AccountClient, response: AccountResponse, ids: PowerBiIds): PowerBiAnswer {
  const parsed = exportSchema.safeParse(response.json);
  if (!parsed.success) throw http.toBadResponse(response, STATUS_CALL, toProblem(parsed.error));
  const { id } = parsed.data;
  // An answer about another job must never be shown as this one's.
  if (typeof id === 'string' && id !== ids.exportId) {
    throw http.toBadResponse(response, STATUS_CALL, '"id" names another export');
  }
  return {
    wire: parsed.data,
    retryAfter: response.headers['retry-after'],
    receivedAt: response.receivedAt,
  };
}

function toProblem(error: z.ZodError): string {
  const field = error.issues[0]?.path[0];
  return field === undefined ? 'the body is no JSON object' : `"${String(field)}" is missing or no text`;
}

/** A redirect would carry the token to another host (client routing, 307): it is an answer we cannot read. */
function toRefusal(http: AccountClient, response: AccountResponse, asked: string): VendorError {
  if (response.status < 400) {
    return http.toBadResponse(response, asked, `HTTP ${response.status} is none of its answers`);
  }
  const error = http.toVendorError(response, asked);
  // Its 403 for an expired token is about the credential, where every other 403 is about rights.
  return isTokenExpired(response)
    ? new VendorError({ ...error, message: error.message, code: 'VENDOR_UNAUTHENTICATED' })
    : error;
}

function toFileRefusal(http: AccountClient, stream: FileStream, receivedAt: number): VendorError {
  if (DROPPED.has(stream.status)) {
    return http.toError('EXPORT_NOT_FOUND', 'Power BI no longer has the file of this export.');
  }
  if (NOT_READY.has(stream.status)) {
    return http.toError('VENDOR_UNAVAILABLE', 'Power BI does not have the file of this export ready yet.');
  }
  // The body was left unread, so there is nothing in it to look at.
  const { status, headers } = stream;
  return toRefusal(http, { status, headers, text: '', json: undefined, receivedAt }, FILE_CALL);
}
