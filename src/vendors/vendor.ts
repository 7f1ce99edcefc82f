import type { LocatorIds } from '../export/export.ts';
import type { Pacing, VendorAccount, VendorInfo } from '../export/ports.ts';
import type { AccountGuard } from '../http/account-guard.ts';
import type { TokenKeeper } from '../http/token-keeper.ts';
import type { AccountClientSettings, AccountLimits, Credential } from '../http/types.ts';
import type { Tools } from '../runtime/tools.ts';

/** One account as the configuration describes it, defaults filled in: what a vendor is built from. */
export interface VendorAccountSettings {
  readonly key: string;
  readonly tenant: string;
  /** See `VendorAccount.identity`. */
  readonly identity: string;
  /** What the vendor's paths are appended to; never ends in `/`. */
  readonly baseUrl: string;
  readonly credential: Credential;
  readonly limits: AccountLimits;
  readonly pacing: Pacing;
  /** Hosts that a file link of this account may point to, beside its own origin. */
  readonly fileOrigins: readonly string[];
  /** Talkdesk only: the report types whose jobs `recentExports` lists. */
  readonly reportTypes?: readonly string[] | undefined;
  /** Declared vendors only: what addresses, paths and headers are made of, by name. */
  readonly settings?: Readonly<Record<string, string>> | undefined;
  readonly onCall?: AccountClientSettings['onCall'];
  /** Where tokens that replace each other are kept; left out where no gateway stands behind the account. */
  readonly tokens?: TokenKeeper | undefined;
  /** Shared with other gateways; left out where this process's calls are all that there are. Closed with the account. */
  readonly guard?: AccountGuard | undefined;
}

/** One vendor: its grammar, its abilities, and how to open an account there. The only thing that leaves a vendor's folder. */
export interface VendorDefinition<Ids extends LocatorIds = LocatorIds> extends VendorInfo<Ids> {
  createAccount(settings: VendorAccountSettings, tools: Tools): VendorAccount;
}
