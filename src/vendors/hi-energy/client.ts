import type { ReadOptions } from '../../export/ports.ts';
import type { AccountClient, AccountResponse, VendorHttpRules } from '../../http/types.ts';
import {
  type Checked,
  checkListAnswer,
  checkSingleAnswer,
  type ListedExport,
  type WireExport,
} from './types.ts';

/** The most entries one list call is asked for; the vendor publishes no maximum, public clients stop at 100. */
export const MAX_LISTED = 100;

/** A checked answer, and when it came. */
export interface Answer<Wire> {
  readonly wire: Wire;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
}

/** Hi Energy's endpoints for export reports. Each method throws `VendorError`, or the signal's reason. */
export interface HiEnergyClient {
  /** `GET /exports/{id}`; a completed export comes with a fresh link each time. */
  readExport(exportId: string, options?: ReadOptions): Promise<Answer<WireExport>>;
  /** `GET /exports?limit=`: the newest ones this credential may see. One that is not in it may still exist. */
  listExports(limit: number, options?: ReadOptions): Promise<Answer<readonly ListedExport[]>>;
}

/**
 * How Hi Energy wants to be spoken to: a key or a user's token, never both, and neither is ever renewed.
 *
 * Source: Hi Energy API pages and the vendor's JavaScript and Ruby SDKs; read 2026-11.
 */
export const HI_ENERGY_HTTP_RULES: VendorHttpRules = {
  authHeaders: toAuthHeaders,
  isTokenExpired: () => false,
  vendorCode: readVendorCode,
};

export function createHiEnergyClient(http: AccountClient): HiEnergyClient {
  return {
    async readExport(exportId, options = {}) {
      const asked = `export ${exportId}`;
      const response = await http.send({ path: ['exports', exportId], signal: options.signal });
      const wire = readBody(http, response, asked, checkSingleAnswer);
      if (typeof wire.id === 'string' && wire.id !== exportId)
        throw http.toBadResponse(response, asked, '"export.id" names another export');
      return { wire, receivedAt: response.receivedAt };
    },

    async listExports(limit, options = {}) {
      const query = { limit: Math.max(1, Math.min(limit, MAX_LISTED)) };
      const response = await http.send({ path: ['exports'], query, signal: options.signal });
      const wire = readBody(http, response, 'the list of exports', checkListAnswer);
      return { wire, receivedAt: response.receivedAt };
    },
  };
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

function toAuthHeaders({
  type,
  value,
}: Parameters<VendorHttpRules['authHeaders']>[0]): Record<string, string> {
  return type === 'api-key' ? { 'x-api-key': value } : { authorization: `Bearer ${value}` };
}

/** `error.code`; there is none where `error` is a plain string, or the body is empty or no JSON. */
function readVendorCode({ json }: AccountResponse): string | undefined {
  const code = toRecord(toRecord(json)?.error)?.code;
  return typeof code === 'string' && /^[A-Za-z0-9_.-]{1,64}$/.test(code) ? code : undefined;
}

function toRecord(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}
