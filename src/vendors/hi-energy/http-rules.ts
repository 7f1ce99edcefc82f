import type { AccountResponse, VendorHttpRules } from '../../http/types.ts';

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

function toAuthHeaders({
  type,
  value,
}: Parameters<VendorHttpRules['authHeaders']>[0]): Readonly<Record<string, string>> {
  return type === 'api-key' ? { 'x-api-key': value } : { authorization: `Bearer ${value}` };
}

/** `error.code`; there is none where `error` is a plain string, or the body is empty or no JSON. */
function readVendorCode({ json }: AccountResponse): string | undefined {
  const code = field(field(json, 'error'), 'code');
  return typeof code === 'string' ? code : undefined;
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}
