import type { VendorError } from '../export/errors.ts';
import { type Problems, toVendorCode } from './problems.ts';
import type { AccessToken, AccountResponse } from './types.ts';

/** How long a token is taken to live whose answer does not say. */
const DEFAULT_LIFETIME_MS = 300_000;

/** Nobody gives tokens for longer; a larger number is a misread unit. */
const MAX_LIFETIME_MS = 86_400_000;

/** A token has to fit into a header, and into the bounds that servers set on one. */
const TOKEN = /^[\x21-\x7e]{1,16384}$/;

/** OAuth's words for "not now" (RFC 6749, 4.1.2.1, read 2026-11), sent with any status. */
const PASSING: ReadonlySet<string> = new Set(['temporarily_unavailable', 'server_error']);

const ASKED = 'an access token';

/**
 * Reads a token endpoint's answer.
 *
 * @throws VendorError; its text never holds the endpoint's own description, which names tenants and applications
 */
export function readToken(response: AccountResponse, problems: Problems): AccessToken {
  if (response.status !== 200 && response.status !== 201) throw toTokenError(response, problems);
  const value = field(response, 'access_token');
  if (typeof value !== 'string' || !TOKEN.test(value)) {
    throw problems.badResponse(response, ASKED, '"access_token" is missing or no token');
  }
  const issuedAt = response.receivedAt;
  return { value, issuedAt, expiresAt: issuedAt + lifetimeMs(field(response, 'expires_in')) };
}

/** Classified by OAuth's word before the status, since endpoints differ in the status they send it with. */
function toTokenError(response: AccountResponse, problems: Problems): VendorError {
  const { status } = response;
  const word = toVendorCode(field(response, 'error'));
  if (word !== undefined && PASSING.has(word)) {
    return problems.refusedToken('VENDOR_UNAVAILABLE', response, word);
  }
  if (status === 429 || status >= 500) return problems.fromResponse(response, ASKED);
  const isRefusal = status === 401 || status === 403 || (status === 400 && word !== undefined);
  return problems.refusedToken(isRefusal ? 'VENDOR_UNAUTHENTICATED' : 'VENDOR_BAD_RESPONSE', response, word);
}

function lifetimeMs(value: unknown): number {
  const seconds = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof seconds !== 'number' || !Number.isFinite(seconds) || seconds <= 0) return DEFAULT_LIFETIME_MS;
  return Math.min(MAX_LIFETIME_MS, seconds * 1_000);
}

function field(response: AccountResponse, name: string): unknown {
  const { json } = response;
  if (typeof json !== 'object' || json === null || !Object.hasOwn(json, name)) return undefined;
  return Reflect.get(json, name);
}
