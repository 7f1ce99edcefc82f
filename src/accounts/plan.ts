import { createHash } from 'node:crypto';
import type { VendorId } from '../export/vendor-id.ts';
import type { Credential } from '../http/types.ts';
import type { VendorAccountSettings } from '../vendors/vendor.ts';

/** One account as configured. `caller`: each caller brings the vendor's token itself. */
export type AccountPlan = Omit<VendorAccountSettings, 'identity' | 'credential' | 'onCall' | 'guard'> & {
  readonly vendor: VendorId;
  readonly credential: Credential | { readonly type: 'caller' };
};

/** Names whose account it is, where, and as whom it is used; one that shares none of another's answers has another name. */
const DIGEST_LENGTH = 12;

/**
 * The identity of an account with a credential of its own; the beginning of those of callers' tokens.
 *
 * The same in every process and after a restart, so that file links and cursors stay good. A new secret of the same principal
 * changes nothing: what is cached and watched goes on. Another base URL, token URL, client id or setting may see other exports behind
 * the same ids, so it is another account, though its key is the same. Of an API key or a fixed token nobody can tell whose it
 * is: a new one counts as the old one renewed.
 */
export function toIdentity({ key, tenant, vendor, baseUrl, credential, settings = {} }: AccountPlan): string {
  const principal = 'tokenUrl' in credential ? [credential.tokenUrl, credential.clientId] : [];
  const set = Object.entries(settings).sort(([one], [other]) => (one < other ? -1 : 1));
  const place = [
    credential.type === 'caller' ? 'caller' : 'own',
    vendor,
    baseUrl,
    ...principal,
    // Not where there are none: identities of coded vendors' accounts are older than settings.
    ...(set.length === 0 ? [] : [set]),
  ];
  const digest = createHash('sha256').update(JSON.stringify(place)).digest('base64url');
  return `${tenant}/${key}/${digest.slice(0, DIGEST_LENGTH)}`;
}
