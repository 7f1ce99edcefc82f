import type { ReadOptions } from '../../export/ports.ts';
import { parseRetryAfter } from '../../http/retry-after.ts';
import type { AccountClient, AccountResponse } from '../../http/types.ts';
import {
  type AnswerFacts,
  type Checked,
  checkListAnswer,
  checkSingleAnswer,
  type ListedExport,
  type WireExport,
} from './types.ts';

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
  readExport(exportId: string, options?: ReadOptions): Promise<Answer<WireExport>>;
  /** `GET /exports?limit=`: the newest ones this credential may see. One that is not in it may still exist. */
  listExports(limit: number, options?: ReadOptions): Promise<Answer<readonly ListedExport[]>>;
}

/** Hi Energy's endpoints on one account's way to the vendor. */
export function createHiEnergyClient(http: AccountClient): HiEnergyClient {
  return {
    async readExport(exportId, options = {}) {
      const asked = 'the status of an export';
      const response = await http.send({ path: ['exports', exportId], signal: options.signal });
      const wire = readBody(http, response, asked, checkSingleAnswer);
      if (typeof wire.id === 'string' && wire.id !== exportId)
        throw http.toBadResponse(response, asked, '"export.id" names another export');
      return { wire, facts: toFacts(response, 'single') };
    },

    async listExports(limit, options = {}) {
      const query = { limit: Math.max(1, Math.min(limit, MAX_LISTED)) };
      const response = await http.send({ path: ['exports'], query, signal: options.signal });
      const wire = readBody(http, response, 'the list of exports', checkListAnswer);
      return { wire, facts: toFacts(response, 'list') };
    },
  };
}

function toFacts({ headers, receivedAt }: AccountResponse, source: AnswerFacts['source']): AnswerFacts {
  return { source, receivedAt, retryAfterMs: parseRetryAfter(headers['retry-after'], receivedAt) ?? null };
}

function readBody<Wire>(
  http: AccountClient,
  response: AccountResponse,
  asked: string,
  check: (json: unknown) => Checked<Wire>,
): Wire {
  if (response.status !== 200) throw http.toVendorError(response, asked);
  const checked = check(response.json);
  if ('problem' in checked) throw http.toBadResponse(response, asked, checked.problem);
  return checked.wire;
}
