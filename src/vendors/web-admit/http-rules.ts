import type { VendorHttpRules } from '../../http/types.ts';

/**
 * How WebAdMIT wants to be spoken to: one key in `x-api-key`, never renewed, no error codes.
 *
 * Over the limit is not documented: 429 is expected, and 403 with nothing remaining is read the same way.
 * Source: WebAdMIT API v1 docs, "Authentication" and "Rate limiting"; read 2026-11.
 */
export const webAdmitHttpRules: VendorHttpRules = {
  authHeaders: ({ value }) => ({ 'x-api-key': value }),
  isTokenExpired: () => false,
  isThrottled: ({ status, headers }) =>
    status === 429 || (status === 403 && headers['x-ratelimit-remaining']?.trim() === '0'),
  vendorCode: () => undefined,
};
