import { createHmac, randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Caller } from '../access/caller.ts';
import type { VendorAccount } from '../export/ports.ts';
import type { AccountGuard } from '../http/account-guard.ts';
import type { TokenKeeper } from '../http/token-keeper.ts';
import type { AccountLimits, Credential } from '../http/types.ts';
import type { Tools } from '../runtime/tools.ts';
import { VendorCatalogue } from '../vendors/catalogue.ts';
import type { VendorAccountSettings } from '../vendors/vendor.ts';
import { CallerAccounts } from './caller-accounts.ts';
import { AccountDirectory } from './directory.ts';
import { type AccountPlan, toIdentity } from './plan.ts';
import { PooledAccount } from './pooled-account.ts';
import { createUnknownAccount } from './unknown-account.ts';

export type { AccountPlan } from './plan.ts';

/** What a vendor's token is made of; with anything else in it no header could carry it, so it is as good as not brought. */
const TOKEN = /^[\x21-\x7e]+$/;

/** What new plans did to open accounts. */
export interface AccountChanges {
  /** Taken away: every export is unknown there from now on. */
  readonly removed: readonly VendorAccount[];
  /** The same accounts with a new credential. */
  readonly renewed: readonly VendorAccount[];
}

/** Every open account, and who may use which. */
export interface AccountPool {
  /** The accounts of this caller's tenant; those that need the caller's own token only where it brought one. */
  directoryFor(caller: Caller): AccountDirectory;
  /** The open account of this identity; undefined where there is none (any more). */
  byIdentity(identity: string): VendorAccount | undefined;
  /** Every open account. */
  all(): readonly VendorAccount[];
  /**
   * Goes on with these plans, at once and as a whole. An account whose plan is the same stays as it is, connections, tokens and
   * all; a changed one is opened anew behind the same object; one that is gone, or is another now, ends.
   *
   * @throws TypeError where an account cannot be opened; nothing has changed then
   */
  replace(plans: readonly AccountPlan[]): AccountChanges;
  /** To be called when the first watch of an identity begins, and when its last one has ended. */
  onWatched(identity: string, isWatched: boolean): void;
  close(): Promise<void>;
}

/** What the pool gives to every account that it opens, and how it names those of callers' tokens. */
export interface AccountPoolOptions {
  /** Left out: those that come with Waybill. */
  readonly vendors?: VendorCatalogue | undefined;
  readonly onCall?: VendorAccountSettings['onCall'];
  /** Where tokens that replace each other are kept. */
  readonly tokens?: TokenKeeper | undefined;
  /** Where accounts share their limits with those of other gateways: what watches over the calls of the account of this identity. */
  readonly openGuard?: ((identity: string, limits: AccountLimits) => AccountGuard) | undefined;
  /** With the same secret a caller's token has the same identity in every gateway. Without one it is known in this process alone. */
  readonly identitySecret?: string | Uint8Array | undefined;
}

/** Opens the configured accounts; those of callers' tokens are opened when first used. */
export function createAccountPool(
  plans: readonly AccountPlan[],
  tools: Tools,
  options: AccountPoolOptions = {},
): AccountPool {
  return new Pool(plans, tools, options);
}

/** The key of the identities of callers' tokens: a key of its own, so that an identity helps nobody to forge a link. */
export function toIdentitySecret(linkSecret: string): Uint8Array {
  return createHmac('sha256', linkSecret).update('waybill identities 1').digest();
}

/** An account of the configuration's own credential, and what a new plan makes of it. */
interface Draft {
  readonly plan: AccountPlan;
  readonly account: PooledAccount;
  /** What is to stand behind it from now on; null where it stays as it is. */
  readonly opened: VendorAccount | null;
}

/** The accounts of one tenant as configured. */
interface Tenant {
  /** In the configuration's order. */
  readonly plans: AccountPlan[];
  /** Those whose credential each caller brings. */
  readonly callerPlans: AccountPlan[];
  /** For callers that bring none; made when first asked for. */
  directory: AccountDirectory | null;
}

class Pool implements AccountPool {
  private readonly tools: Tools;
  private readonly options: AccountPoolOptions;
  private readonly vendors: VendorCatalogue;
  /** Tells tokens apart; an identity says nothing about the token it stands for. */
  private readonly identitySecret: string | Uint8Array;
  private plans: ReadonlyMap<string, AccountPlan> = new Map();
  private tenants: ReadonlyMap<string, Tenant> = new Map();
  /** Accounts with a credential of their own, by key and by identity. */
  private own: ReadonlyMap<string, PooledAccount> = new Map();
  private ownByIdentity: ReadonlyMap<string, PooledAccount> = new Map();
  private readonly callers = new CallerAccounts();
  private isClosed = false;

  constructor(plans: readonly AccountPlan[], tools: Tools, options: AccountPoolOptions) {
    this.vendors = options.vendors ?? new VendorCatalogue();
    this.tools = tools;
    this.options = options;
    this.identitySecret = options.identitySecret ?? randomBytes(32);
    this.replace(plans);
  }

  directoryFor(caller: Caller): AccountDirectory {
    const tenant = this.tenants.get(caller.tenant);
    // Not kept: a caller's token may name any tenant.
    if (tenant === undefined) return new AccountDirectory(this.vendors.all, [], caller.tenant);
    const brought = this.callerAccounts(tenant, caller);
    if (brought.size > 0) return this.createDirectory(tenant, caller.tenant, brought);
    tenant.directory ??= this.createDirectory(tenant, caller.tenant, NONE_BROUGHT);
    return tenant.directory;
  }

  byIdentity(identity: string): VendorAccount | undefined {
    return this.ownByIdentity.get(identity) ?? this.callers.find(identity);
  }

  all(): readonly VendorAccount[] {
    return [...this.own.values(), ...this.callers.all()];
  }

  replace(plans: readonly AccountPlan[]): AccountChanges {
    const drafts = this.draft(plans.filter(({ credential }) => credential.type !== 'caller'));
    const before = [...this.own.values()];
    this.plans = new Map(plans.map((plan) => [plan.key, plan]));
    this.tenants = groupByTenant(plans);
    this.own = new Map(drafts.map(({ plan, account }) => [plan.key, account]));
    this.ownByIdentity = new Map(drafts.map(({ account }) => [account.identity, account]));

    const renewed: PooledAccount[] = [];
    for (const { plan, account, opened } of drafts) {
      if (opened === null) continue;
      const isSameCredential = isDeepStrictEqual(plan.credential, account.plan.credential);
      account.replace(plan, isSameCredential, opened);
      if (!isSameCredential) renewed.push(account);
    }
    const removed = before.filter((account) => this.own.get(account.key) !== account);
    for (const account of removed) account.remove();
    return { renewed, removed: [...removed, ...this.replaceCallers()] };
  }

  onWatched(identity: string, isWatched: boolean): void {
    this.callers.onWatched(identity, isWatched);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.all(this.all().map((account) => account.close()));
  }

  /** Opens what has to be opened, before anything is changed. */
  private draft(plans: readonly AccountPlan[]): readonly Draft[] {
    const drafts: Draft[] = [];
    try {
      for (const plan of plans) drafts.push(this.draftOne(plan));
      return drafts;
    } catch (error) {
      for (const { opened } of drafts) void opened?.close();
      throw error;
    }
  }

  private draftOne(plan: AccountPlan): Draft {
    const identity = toIdentity(plan);
    const known = this.own.get(plan.key);
    const isKnown = known?.identity === identity;
    if (isKnown && isDeepStrictEqual(plan, known.plan)) return { plan, account: known, opened: null };
    const opened = this.open(plan, identity, plan.credential as Credential);
    if (isKnown) return { plan, account: known, opened };
    const { clock } = this.tools;
    return { plan, account: new PooledAccount({ plan, identity, clock, open: () => opened }), opened };
  }

  /** @returns the accounts that are gone */
  private replaceCallers(): readonly PooledAccount[] {
    const removed: PooledAccount[] = [];
    for (const account of this.callers.all()) {
      const plan = this.plans.get(account.key);
      if (plan === undefined || toIdentity(plan) !== toIdentity(account.plan)) {
        this.callers.remove(account);
        removed.push(account);
      } else if (!isDeepStrictEqual(plan, account.plan)) account.replace(plan, true, null);
    }
    return removed;
  }

  private createDirectory(
    { plans }: Tenant,
    name: string,
    brought: ReadonlyMap<string, VendorAccount>,
  ): AccountDirectory {
    const accounts = plans.flatMap(({ key }) => this.own.get(key) ?? brought.get(key) ?? []);
    return new AccountDirectory(this.vendors.all, accounts, name);
  }

  /** The accounts for which this caller brings a token, by key. */
  private callerAccounts(
    { callerPlans }: Tenant,
    { vendorTokens }: Caller,
  ): ReadonlyMap<string, VendorAccount> {
    if (callerPlans.length === 0) return NONE_BROUGHT;
    const brought = new Map<string, VendorAccount>();
    for (const plan of callerPlans) {
      const token = Object.hasOwn(vendorTokens, plan.key) ? vendorTokens[plan.key] : undefined;
      if (token !== undefined && TOKEN.test(token)) brought.set(plan.key, this.callerAccount(plan, token));
    }
    return brought;
  }

  private callerAccount(plan: AccountPlan, token: string): VendorAccount {
    this.tools.secrets.addPassing(token);
    const place = toIdentity(plan);
    const hash = createHmac('sha256', this.identitySecret).update(`${place}\n${token}`).digest('base64url');
    const identity = `${plan.tenant}/${plan.key}/${hash}`;
    return this.callers.obtain(
      identity,
      () =>
        new PooledAccount({
          plan,
          identity,
          clock: this.tools.clock,
          open: () => this.openForCaller(place, identity, plan, token),
          onUsage: (account) => this.callers.onUsage(account),
        }),
    );
  }

  /** By the plan as it is now: an account may be used again that was at rest while the configuration changed. */
  private openForCaller(place: string, identity: string, plan: AccountPlan, token: string): VendorAccount {
    const now = this.plans.get(plan.key);
    const isGone = this.isClosed || now === undefined || toIdentity(now) !== place;
    return isGone
      ? createUnknownAccount(plan.vendor, plan.key)
      : this.open(now, identity, { type: 'bearer', token });
  }

  private open(plan: AccountPlan, identity: string, credential: Credential): VendorAccount {
    const { onCall, openGuard, tokens } = this.options;
    const guard = openGuard?.(identity, plan.limits);
    const settings = { ...plan, identity, credential, onCall, guard, tokens };
    return this.vendors.of(plan.vendor).createAccount(settings, this.tools);
  }
}

const NONE_BROUGHT: ReadonlyMap<string, VendorAccount> = new Map();

function groupByTenant(plans: readonly AccountPlan[]): ReadonlyMap<string, Tenant> {
  const tenants = new Map<string, Tenant>();
  for (const plan of plans) {
    const tenant = tenants.get(plan.tenant) ?? { plans: [], callerPlans: [], directory: null };
    tenants.set(plan.tenant, tenant);
    tenant.plans.push(plan);
    if (plan.credential.type === 'caller') tenant.callerPlans.push(plan);
  }
  return tenants;
}
