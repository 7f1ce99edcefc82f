import { createRefreshRequest, createTokenRequest } from '../../http/token-request.ts';
import type { VendorHttpRules } from '../../http/types.ts';
import type { CredentialRules, SendRule } from '../../vendor-file/declaration.ts';

/** How a credential shows who asks, where a file says nothing of its kind. */
const AS_BEARER: SendRule = { header: 'authorization', prefix: 'Bearer ' };

type AuthRules = Pick<
  VendorHttpRules,
  'authHeaders' | 'tokenRequest' | 'refreshRequest' | 'rotatesRefreshTokens'
>;

/** How the vendor of a file is shown who asks, and how tokens are got for it. */
export function toAuthRules(credentials: CredentialRules): AuthRules {
  const { 'client-credentials': client, 'refresh-token': refresh, bearer, 'api-key': key } = credentials;
  const rules: Readonly<Record<string, SendRule>> = {
    // A caller's own token is sent as a key where the vendor knows nothing else, and the other way round.
    'api-key': key ?? bearer ?? AS_BEARER,
    bearer: bearer ?? key ?? AS_BEARER,
    'client-credentials': client?.send ?? AS_BEARER,
    'refresh-token': refresh?.send ?? AS_BEARER,
  };
  return {
    authHeaders: ({ type, value }) => toHeaders(rules[type] ?? AS_BEARER, value),
    ...(client && { tokenRequest: createTokenRequest(client) }),
    ...(refresh && {
      refreshRequest: createRefreshRequest(refresh),
      rotatesRefreshTokens: refresh.rotates,
    }),
  };
}

function toHeaders(rule: SendRule, value: string): Readonly<Record<string, string>> {
  if ('header' in rule) return { [rule.header.toLowerCase()]: rule.prefix + value };
  const pair = rule.basic === 'username' ? `${value}:` : `:${value}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}
