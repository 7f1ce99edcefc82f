import { toVendorCode } from '../../http/errors.ts';
import type { AccountResponse, Credential, VendorHttpRules } from '../../http/types.ts';

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

/** The v2 endpoint takes a scope; the old one (`…/oauth2/token`) takes the bare resource in its place. */
function toTokenRequest(credential: Extract<Credential, { type: 'client-credentials' }>) {
  const scope = credential.scope ?? DEFAULT_SCOPE;
  const purpose: Record<string, string> = isOldTokenUrl(credential.tokenUrl)
    ? { resource: scope.replace(/\/\.default$/, '') }
    : { scope };
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: credential.clientId,
    client_secret: credential.clientSecret,
    ...purpose,
  });
  return {
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: form.toString(),
  };
}

function isOldTokenUrl(tokenUrl: string): boolean {
  return new URL(tokenUrl).pathname.replace(/\/+$/, '').endsWith('/oauth2/token');
}

/** Power BI says 403 `TokenExpired` where others say 401; any other 403 is a matter of rights. */
export function isTokenExpired(response: AccountResponse): boolean {
  return response.status === 401 || (response.status === 403 && readVendorCode(response) === 'TokenExpired');
}

/** The code in whichever error envelope came: `error.code`, the one nested in `pbi.error`, or a token error's bare word. */
function readVendorCode(response: AccountResponse): string | undefined {
  const error = field(response.json, 'error');
  return (
    toVendorCode(error) ??
    toVendorCode(field(error, 'code')) ??
    toVendorCode(field(field(error, 'pbi.error'), 'code'))
  );
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}
