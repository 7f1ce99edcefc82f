import { createHmac, randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Caller } from '../export/caller.ts';
import { AccountDirectory } from '../export/directory.ts';
import type { Tools, VendorAccount } from '../export/ports.ts';
import type { VendorId } from '../export/vendor-id.ts';
import type { Credential } from '../http/types.ts';
import { VENDORS } from './registry.ts';
import type { VendorAccountSettings } from './vendor.ts';

/** Accounts opened with callers' own tokens that are kept at the same time; the longest unused is closed first. */
const MAX_CALLER_ACCOUNTS = 1_000;

/** What a vendor's token is made of; with anything else in it no header could carry it, so it is as good as not brought. */
const TOKEN = /^[\x21-\x7e]+$/;

/** One account as configured. `caller`: each caller brings the vendor's token itself. */
export type AccountPlan = Omit<VendorAccountSettings, 'identity' | 'credential' | 'onCall'> & {
  readonly vendor: VendorId;
  readonly credential: Credential | { readonly type: 'caller' };
};

/** Every open account, and who may use which. */
export interface AccountPool {
  /** The accounts of this caller's tenant; those that need the caller's own token only where it brought one. */
  directoryFor(caller: Caller): AccountDirectory;
  /** The open account of this identity; undefined where there is none (any more). */
  byIdentity(identity: string): VendorAccount | undefined;
  /** Every open account. */
  all(): readonly VendorAccount[];
  close(): Promise<void>;
}

/** Opens the configured accounts; those of callers' tokens are opened when first used. */
export function createAccountPool(
  plans: readonly AccountPlan[],
  tools: Tools,
  onCall?: VendorAccountSettings['onCall'],
): AccountPool {
  // Only to tell tokens apart inside this process: an identity says nothing about the token it stands for.
  const identityKey = randomBytes(32);
  const vendors = Object.values(VENDORS);
  const open = (plan: AccountPlan, identity: string, credential: Credential): VendorAccount =>
    VENDORS[plan.vendor].createAccount({ ...plan, identity, credential, onCall }, tools);

  const fixed = new Map<string, VendorAccount>();
  for (const plan of plans) {
    const { credential } = plan;
    if (credential.type !== 'caller')
      fixed.set(plan.key, open(plan, `${plan.tenant}/${plan.key}`, credential));
  }
  const byCaller = new LRUCache<string, VendorAccount>({
    max: MAX_CALLER_ACCOUNTS,
    dispose: (account) => void account.close(),
  });

  function callerAccount(plan: AccountPlan, { vendorTokens }: Caller): VendorAccount | undefined {
    const token = Object.hasOwn(vendorTokens, plan.key) ? vendorTokens[plan.key] : undefined;
    if (token === undefined || !TOKEN.test(token)) return undefined;
    tools.secrets.addPassing(token);
    const hash = createHmac('sha256', identityKey).update(`${plan.key}\n${token}`).digest('base64url');
    const identity = `${plan.tenant}/${plan.key}/${hash}`;
    const known = byCaller.get(identity) ?? open(plan, identity, { type: 'bearer', token });
    byCaller.set(identity, known);
    return known;
  }

  return {
    directoryFor(caller) {
      const own = plans.filter((plan) => plan.tenant === caller.tenant);
      const accounts = own.flatMap((plan) => fixed.get(plan.key) ?? callerAccount(plan, caller) ?? []);
      return new AccountDirectory(vendors, accounts);
    },
    byIdentity: (identity) =>
      [...fixed.values()].find((account) => account.identity === identity) ?? byCaller.get(identity),
    all: () => [...fixed.values(), ...byCaller.values()],
    async close() {
      await Promise.all([...fixed.values(), ...byCaller.values()].map((account) => account.close()));
    },
  };
}
