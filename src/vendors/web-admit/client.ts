import type { AccountClient, AccountResponse, CallOptions, VendorHttpRules } from '../../http/types.ts';
import { type Checked, field, readAnswer } from '../shared/answers.ts';
import { toOrderError } from '../shared/orders.ts';
import {
  checkIdentityList,
  checkRunList,
  checkSingleRun,
  checkStartedRun,
  type StartedRun,
  type WireIdentity,
  type WireRun,
} from './types.ts';

/**
 * How WebAdMIT wants to be spoken to: one key in `x-api-key`, never renewed, no error codes.
 *
 * Over the limit is not documented: 429 is expected, and 403 with nothing remaining is read the same way.
 * Source: WebAdMIT API v1 docs, "Authentication" and "Rate limiting"; read 2026-11.
 */
export const WEB_ADMIT_HTTP_RULES: VendorHttpRules = {
  authHeaders: ({ value }) => ({ 'x-api-key': value }),
  isTokenExpired: () => false,
  isThrottled: ({ status, headers }) =>
    status === 429 || (status === 403 && headers['x-ratelimit-remaining']?.trim() === '0'),
  vendorCode: () => undefined,
};

/** A checked answer and when it came, epoch milliseconds. */
export interface Answer<T> {
  readonly value: T;
  readonly receivedAt: number;
}

/** WebAdMIT's endpoints, one method each. All throw VendorError, or the signal's reason when it aborts. */
export interface WebAdmitClient {
  /** One run, with its download link once it has one. Each call mints a new link. */
  readRun(exportId: string, exportFileId: string, options?: CallOptions): Promise<Answer<WireRun>>;
  /** The recent runs of one identity, without download links. How many count as recent is not documented. */
  listRuns(userIdentityId: string, options?: CallOptions): Promise<Answer<readonly WireRun[]>>;
  /**
   * Starts a run of a template, or finds the one that is under way. Sent once.
   *
   * @param callbackUrl - where WebAdMIT says that the run has ended
   * @throws StartError too
   */
  startRun(
    template: { readonly userIdentityId: string; readonly exportId: string },
    callbackUrl?: string,
    options?: CallOptions,
  ): Promise<Answer<StartedRun>>;
  /** The identities of the key's user. */
  listIdentities(options?: CallOptions): Promise<Answer<readonly WireIdentity[]>>;
}

const API = ['api', 'v1'] as const;

/** What a start orders, for messages. */
const ORDERED = 'an export file';

/** Speaks WebAdMIT API v1 over an account's way to its vendor. */
export function createWebAdmitClient(http: AccountClient): WebAdmitClient {
  return {
    readRun: (exportId, exportFileId, options) =>
      get(
        [...API, 'exports', exportId, 'export_files', exportFileId],
        'the status of an export file',
        checkSingleRun,
        options,
      ),
    listRuns: (userIdentityId, options) =>
      get(
        [...API, 'user_identities', userIdentityId, 'export_files'],
        'the recent export files of an identity',
        checkRunList,
        options,
      ),
    startRun: ({ userIdentityId, exportId }, callbackUrl, options) =>
      http.order(
        {
          method: 'POST',
          path: [...API, 'user_identities', userIdentityId, 'exports', exportId, 'export_files'],
          json: callbackUrl === undefined ? undefined : { callback: callbackUrl },
        },
        options,
        ORDERED,
        (response) => ({ value: readStarted(http, response), receivedAt: response.receivedAt }),
      ),
    listIdentities: (options) =>
      get([...API, 'user_identities'], 'the identities of its user', checkIdentityList, options),
  };

  function get<T>(
    path: readonly string[],
    asked: string,
    check: (json: unknown) => Checked<T>,
    options: CallOptions | undefined,
  ): Promise<Answer<T>> {
    return http.send({ path }, options, (response) => ({
      value: readAnswer(http, response, asked, check),
      receivedAt: response.receivedAt,
    }));
  }
}

/** @throws StartError for a refusal and for a good answer that cannot be read, VendorError for any other */
function readStarted(http: AccountClient, response: AccountResponse): StartedRun {
  const { status, json } = response;
  if (status >= 300) throw toOrderError(http, response, ORDERED, readMessages(json));
  const checked = checkStartedRun(json);
  if ('problem' in checked) throw http.toLostAnswer(response, ORDERED, checked.problem);
  return checked.wire;
}

/** The words in `{ "message": string }` or in `{ "errors": { "schema": [string] } }`; both are documented. */
function readMessages(json: unknown): readonly unknown[] {
  const schema = field(field(json, 'errors'), 'schema');
  return [field(json, 'message'), ...(Array.isArray(schema) ? schema : [schema])];
}
