import type { Credential, VendorHttpRules } from '../../http/types.ts';
import type { CredentialRules, SendRule } from '../../vendor-file/declaration.ts';

/** How a credential shows who asks, where a file says nothing of its kind. */
const AS_BEARER: SendRule = { header: 'authorization', prefix: 'Bearer ' };

type AuthRules = Pick<VendorHttpRules, 'authHeaders' | 'tokenRequest'>;

/** @param type - of the account's own credential: a token got for it comes back as a bearer's */
export function toAuthRules(credentials: CredentialRules, type: Credential['type']): AuthRules {
  const tokens = credentials['client-credentials'];
  const send = type === 'client-credentials' ? tokens?.send : credentials[type];
  // A caller's own token is a key where the vendor knows nothing else.
  const rule = send ?? credentials['api-key'] ?? credentials.bearer ?? AS_BEARER;
  return { authHeaders: ({ value }) => toHeaders(rule, value) };
}

function toHeaders(rule: SendRule, value: string): Readonly<Record<string, string>> {
  if ('header' in rule) return { [rule.header.toLowerCase()]: rule.prefix + value };
  const pair = rule.basic === 'username' ? `${value}:` : `:${value}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}
