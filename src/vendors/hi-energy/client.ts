import type { StartError } from '../../export/errors.ts';
import type { StartOptions } from '../../export/ports.ts';
import { parseRetryAfter } from '../../http/retry-after.ts';
import type { AccountClient, AccountResponse, CallOptions, VendorHttpRules } from '../../http/types.ts';
import { field, readAnswer, toErrorCode } from '../shared/answers.ts';
import { joinMessages, toOrderError, toOutOfReach } from '../shared/orders.ts';
import { type HiEnergyOrder, readConflict, readMessages, readStarted, toOrderBody } from './orders.ts';
import {
  type AnswerFacts,
  checkListAnswer,
  checkSingleAnswer,
  type ListedExport,
  type StartedExportWire,
  type WireExport,
} from './types.ts';

/**
 * How Hi Energy wants to be spoken to: a key or a user's token, never both, and neither is ever renewed. There is no error code
 * where `error` is a plain string, or the body is empty or no JSON.
 *
 * Source: Hi Energy API pages and the vendor's JavaScript and Ruby SDKs; read 2026-11.
 */
export const HI_ENERGY_HTTP_RULES: VendorHttpRules = {
  authHeaders: ({ type, value }): Readonly<Record<string, string>> =>
    type === 'api-key' ? { 'x-api-key': value } : { authorization: `Bearer ${value}` },
  isTokenExpired: () => false,
  vendorCode: ({ json }) => toErrorCode(field(field(json, 'error'), 'code')),
};

/** The most entries one list call is asked for; the vendor publishes no maximum, public clients stop at 100. */
export const MAX_LISTED = 100;

/** A checked answer, and how it came. */
export interface Answer<Wire> {
  readonly wire: Wire;
  readonly facts: AnswerFacts;
}

/** Hi Energy's endpoints for export reports. Each method throws `VendorError`, or the signal's reason. */
export interface HiEnergyClient {
  /** `GET /exports/{id}`; a completed export comes with a fresh link each time. */
  readExport(exportId: string, options?: CallOptions): Promise<Answer<WireExport>>;
  /** `GET /exports?limit=`: the newest ones this credential may see. One that is not in it may still exist. */
  listExports(limit: number, options?: CallOptions): Promise<Answer<readonly ListedExport[]>>;
  /** The error where the list does not tell whether an order has started an export. */
  toOutOfReach(): StartError;
  /** `POST /exports`; the export that is there already, where an identical one is under way or was just made. @throws StartError too */
  startExport(order: HiEnergyOrder, options?: StartOptions): Promise<Answer<StartedExportWire>>;
}

/** Hi Energy's endpoints on one account's way to the vendor. */
export function createHiEnergyClient(http: AccountClient): HiEnergyClient {
  return {
    readExport: (exportId, options) =>
      http.send({ path: ['exports', exportId] }, options, (response) => {
        const asked = 'the status of an export';
        const wire = readAnswer(http, response, asked, checkSingleAnswer);
        if (typeof wire.id === 'string' && wire.id !== exportId)
          throw http.toBadResponse(response, asked, '"export.id" names another export');
        return { wire, facts: toFacts(response, 'single') };
      }),

    listExports(limit, options) {
      const query = { limit: Math.max(1, Math.min(limit, MAX_LISTED)) };
      return http.send({ path: ['exports'], query }, options, (response) => {
        const wire = readAnswer(http, response, 'the list of exports', checkListAnswer);
        return { wire, facts: toFacts(response, 'list') };
      });
    },

    toOutOfReach: () => toOutOfReach(http, 'Hi Energy'),

    startExport: (order, options) =>
      http.order(
        { method: 'POST', path: ['exports'], json: toOrderBody(order) },
        options,
        ORDER,
        (response) => ({
          wire: readOrderAnswer(http, order, response),
          facts: toFacts(response, 'order'),
        }),
      ),
  };
}

const ORDER = 'an export';
const CONFLICT = 409;

function readOrderAnswer(
  http: AccountClient,
  order: HiEnergyOrder,
  response: AccountResponse,
): StartedExportWire {
  const { status, json } = response;
  if (status === CONFLICT) {
    const running = readConflict(json, order);
    if (running !== undefined) return running;
    throw http.toRejection(response, ORDER, joinMessages(readMessages(json)));
  }
  if (status >= 300) throw toOrderError(http, response, ORDER, readMessages(json));
  const started = readStarted(json, order);
  if (started === undefined) throw http.toLostAnswer(response, ORDER, '"export.id" is missing or no id');
  return started;
}

function toFacts({ headers, receivedAt }: AccountResponse, source: AnswerFacts['source']): AnswerFacts {
  return { source, receivedAt, retryAfterMs: parseRetryAfter(headers['retry-after'], receivedAt) ?? null };
}
