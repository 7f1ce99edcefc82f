import type { VendorHttpRules } from '../../http/types.ts';
import { parseErrorCode } from './types.ts';

/** Enough for every call this gateway makes; asked for where the configuration names no scope. */
const READ_SCOPE = 'data-reports:read';

/** Tokens live about ten minutes. */
const TOKEN_RENEWAL_MS = 60_000;

/**
 * How Talkdesk wants to be spoken to.
 *
 * Source: Talkdesk API docs, "Authentication" (client credentials with Basic); read 2026-11.
 */
export const TALKDESK_HTTP_RULES: VendorHttpRules = {
  authHeaders: ({ value }) => ({ authorization: `Bearer ${value}` }),

  tokenRequest: ({ clientId, clientSecret, scope = READ_SCOPE }) => ({
    // Base64 of the two as they are: Talkdesk shows no form-encoding before it, as RFC 6749 would have it.
    headers: { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope }).toString(),
  }),

  tokenRenewalMs: TOKEN_RENEWAL_MS,

  isTokenExpired({ status }, token, now) {
    if (status === 401) return true;
    // The retired Reporting API answered an expired token with 403; for a young token 403 is a missing scope.
    return status === 403 && now - token.issuedAt > (token.expiresAt - token.issuedAt) / 2;
  },

  vendorCode: ({ json }) => parseErrorCode(json),
};
