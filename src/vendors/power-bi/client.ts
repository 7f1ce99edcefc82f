import { VendorError } from '../../export/errors.ts';
import type { FileStream, OpenOptions, StartOptions } from '../../export/ports.ts';
import type {
  AccountClient,
  AccountResponse,
  CallOptions,
  Credential,
  VendorHttpRules,
} from '../../http/types.ts';
import type { Clock } from '../../runtime/clock.ts';
import { field, readAnswer, toErrorCode } from '../shared/answers.ts';
import { toOrderError } from '../shared/orders.ts';
import { asStatusAnswer, type PowerBiOrder, readMessages, toOrderBody } from './orders.ts';
import { checkExport, POWER_BI_LOCATOR, type PowerBiAnswer, type PowerBiIds } from './types.ts';

/** What every token is asked for unless the configuration says otherwise. Source: vendor's OAuth page; read 2026-11. */
const DEFAULT_SCOPE = 'https://analysis.windows.net/powerbi/api/.default';

/** Tokens live about an hour. */
const TOKEN_RENEWAL_MS = 5 * 60_000;

/** How Power BI wants to be spoken to. */
export const POWER_BI_HTTP_RULES: VendorHttpRules = {
  authHeaders: ({ value }) => ({ authorization: `Bearer ${value}` }),
  tokenRequest: toTokenRequest,
  tokenRenewalMs: TOKEN_RENEWAL_MS,
  isTokenExpired,
  vendorCode: readVendorCode,
};

/** An export that was begun, and how the vendor's answer describes it. */
export interface PowerBiStarted {
  readonly ids: PowerBiIds;
  readonly answer: PowerBiAnswer;
}

/** Power BI's endpoints for exports. All throw VendorError. */
export interface PowerBiClient {
  /** "Reports - Get Export To File Status", in a workspace or in My workspace. */
  readExport(ids: PowerBiIds, options?: CallOptions): Promise<PowerBiAnswer>;
  /** "Reports - Export To File", in a workspace or in My workspace. @throws StartError too */
  startExport(order: PowerBiOrder, options?: StartOptions): Promise<PowerBiStarted>;
  /** "Reports - Get File Of Export To File". The address is built from the ids: the one in an answer is never opened. */
  openFile(ids: PowerBiIds, options: OpenOptions): Promise<FileStream>;
}

const STATUS_CALL = 'the status of an export';
const ORDER = 'an export';
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
    readExport: (ids, options) =>
      http.send({ path: toExportPath(ids) }, options, (response) => {
        const { status, headers, receivedAt } = response;
        if (!STATUS_ANSWERS.has(status)) throw toRefusal(http, response, STATUS_CALL);
        const wire = readAnswer(http, response, STATUS_CALL, checkExport);
        // An answer about another job must never be shown as this one's.
        if (wire.id !== null && wire.id !== ids.exportId)
          throw http.toBadResponse(response, STATUS_CALL, '"id" names another export');
        return { wire, retryAfter: headers['retry-after'], receivedAt };
      }),

    startExport: (order, options) =>
      http.order(
        { method: 'POST', path: [...toReportPath(order), 'ExportTo'], json: toOrderBody(order) },
        options,
        ORDER,
        (response) => readStarted(http, order, response),
      ),

    async openFile(ids, options) {
      const stream = await http.open({ path: [...toExportPath(ids), 'file'], ...options });
      if (FILE_ANSWERS.has(stream.status)) return stream;
      stream.body.destroy();
      throw toFileRefusal(http, stream, clock.now());
    },
  };
}

function toExportPath(ids: PowerBiIds): readonly string[] {
  return [...toReportPath(ids), 'exports', ids.exportId];
}

function toReportPath({ groupId, reportId }: Pick<PowerBiOrder, 'groupId' | 'reportId'>): readonly string[] {
  return groupId === undefined ? ['reports', reportId] : ['groups', groupId, 'reports', reportId];
}

/** Without an id that can be asked about, the export runs where nobody finds it. */
function readStarted(http: AccountClient, order: PowerBiOrder, response: AccountResponse): PowerBiStarted {
  const { status, headers, json, receivedAt } = response;
  if (status === 400 || status === 422) throw toOrderError(http, response, ORDER, readMessages(json));
  if (status >= 300) throw toRefusal(http, response, ORDER);
  const checked = checkExport(asStatusAnswer(json));
  if ('problem' in checked) throw http.toLostAnswer(response, ORDER, checked.problem);
  const { wire } = checked;
  const { groupId, reportId } = order;
  if (wire.id === null) throw http.toLostAnswer(response, ORDER, '"id" is missing');
  if (!POWER_BI_LOCATOR.exportId.test(wire.id))
    throw http.toLostAnswer(response, ORDER, '"id" is none that can be asked about');
  const ids = { ...(groupId === undefined ? {} : { groupId }), reportId, exportId: wire.id };
  return { ids, answer: { wire, retryAfter: headers['retry-after'], receivedAt } };
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

/** The v2 endpoint takes a scope; the old one (`…/oauth2/token`) takes the bare resource in its place. */
function toTokenRequest(credential: Extract<Credential, { type: 'client-credentials' }>) {
  const { tokenUrl, clientId, clientSecret, scope = DEFAULT_SCOPE } = credential;
  const isOld = new URL(tokenUrl).pathname.replace(/\/+$/, '').endsWith('/oauth2/token');
  const purpose: Record<string, string> = isOld ? { resource: scope.replace(/\/\.default$/, '') } : { scope };
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
    ...purpose,
  });
  return {
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: form.toString(),
  };
}

/** Power BI says 403 `TokenExpired` where others say 401; any other 403 is a matter of rights. */
function isTokenExpired(response: AccountResponse): boolean {
  return response.status === 401 || (response.status === 403 && readVendorCode(response) === 'TokenExpired');
}

/** The code in whichever error envelope came: `error.code`, the one nested in `pbi.error`, or a token error's bare word. */
function readVendorCode(response: AccountResponse): string | undefined {
  const error = field(response.json, 'error');
  return (
    toErrorCode(error) ??
    toErrorCode(field(error, 'code')) ??
    toErrorCode(field(field(error, 'pbi.error'), 'code'))
  );
}
