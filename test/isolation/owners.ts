import type { IncomingHttpHeaders } from 'node:http';
import type { CodedVendorId } from '../../src/export/vendor-id.ts';
import {
  ACCOUNT_NAMES,
  ACCOUNTS,
  type AccountName,
  CALLERS,
  type Caller,
  isOwn,
  TENANT_COUNT,
  toMovingOwner,
  toOwnerName,
  toOwnToken,
  toSecret,
  UNTROUBLED_TENANT,
} from './cast.ts';
import type { Expectation } from './ledger.ts';

/** Whose data a credential opens at the vendor. */
export interface Owner {
  readonly name: string;
  readonly tenant: number;
  readonly account: AccountName;
  readonly vendor: CodedVendorId;
  /** Which accounts fail together: all versions of one token. */
  readonly scope: string;
  /** 0 to 999: the milliseconds in which all its creation times end. */
  readonly code: number;
}

/** Every credential that is good at the vendor, and whom it belongs to. */
export class Owners {
  readonly all: Owner[] = [];
  /** One owner of every account at which something may go wrong. */
  readonly troubled: Owner[] = [];
  /** Every secret and token that was ever good for something. */
  readonly credentials = new Set<string>();
  private readonly byName = new Map<string, Owner>();
  private readonly byCredential = new Map<string, Owner>();
  private readonly versions = new Map<string, number>();
  private readonly secretVersions = new Map<string, number>();
  private readonly expectations = new Map<string, Expectation>();
  private tokensIssued = 0;

  constructor() {
    for (let tenant = 0; tenant < TENANT_COUNT; tenant += 1) {
      for (const account of ACCOUNT_NAMES.filter((name) => !isOwn(name))) {
        const owner = this.add(tenant, account, toOwnerName(tenant, account));
        if (account === 'hi' || account === 'admit') this.renewSecret(owner);
        else this.credentials.add(toSecret(owner.name));
      }
      this.renewSecret(this.add(tenant, 'hi', toMovingOwner(tenant)));
    }
    for (const { group } of CALLERS) this.renewOwnToken(group, 1);
  }

  find(name: string): Owner | undefined {
    return this.byName.get(name);
  }

  /**
   * Whose call this is; undefined for a credential that is good for nothing there.
   *
   * @param area - `own2` where callers' own tokens are good, else empty
   */
  whose(
    area: string,
    vendor: CodedVendorId,
    { authorization, 'x-api-key': key }: IncomingHttpHeaders,
  ): Owner | undefined {
    if (key !== undefined && authorization !== undefined) return undefined;
    const proof = key === undefined ? authorization : `key ${String(key)}`;
    const owner = this.byCredential.get(area === '' ? `${proof}` : `${area} ${proof} ${vendor}`);
    return owner?.vendor === vendor ? owner : undefined;
  }

  /** A fixed credential gets a new secret; the one before stays good for whoever still uses it. */
  renewSecret(owner: Owner): void {
    const version = (this.secretVersions.get(owner.name) ?? 0) + 1;
    this.secretVersions.set(owner.name, version);
    this.credentials.add(toSecret(owner.name, version));
    this.byCredential.set(`key ${toSecret(owner.name, version)}`, owner);
  }

  secretOf(name: string): string {
    return toSecret(name, this.secretVersions.get(name));
  }

  /** A new access token of an account with client credentials. */
  issueToken(owner: Owner): string {
    this.tokensIssued += 1;
    const token = `access-token-${owner.name}-${this.tokensIssued}-9b2e`;
    this.credentials.add(token);
    this.byCredential.set(`Bearer ${token}`, owner);
    return token;
  }

  /** From now on none of the tokens issued to it is good. */
  revokeTokens(owner: Owner): void {
    for (const [credential, known] of this.byCredential)
      if (known === owner && credential.startsWith('Bearer ')) this.byCredential.delete(credential);
  }

  /** A group's callers bring another token from now on; the one before stays good for whoever still uses it. */
  renewOwnToken(group: string, version = this.versionOf(group) + 1): void {
    this.versions.set(group, version);
    this.credentials.add(toOwnToken(group, version));
    const tenants = new Set(CALLERS.filter((caller) => caller.group === group).map(({ tenant }) => tenant));
    for (const tenant of tenants) {
      for (const account of ACCOUNT_NAMES.filter(isOwn)) {
        const name = toOwnerName(tenant, account, group, version);
        const owner = this.add(tenant, account, name, `t${tenant}${account}${group}`);
        this.byCredential.set(`own${tenant} Bearer ${toOwnToken(group, version)} ${owner.vendor}`, owner);
      }
    }
  }

  versionOf(group: string): number {
    return this.versions.get(group) ?? 0;
  }

  tokenOf({ group }: Caller): string {
    return toOwnToken(group, this.versionOf(group));
  }

  /** The name of whoever stands behind a caller's account at this moment. */
  nameFor({ tenant, group }: Caller, account: AccountName): string {
    return toOwnerName(tenant, account, group, this.versionOf(group));
  }

  /** What a caller may see with what it brings at this moment. */
  expect(caller: Caller, hasToken = true): Expectation {
    const id = `${caller.index} ${hasToken ? this.versionOf(caller.group) : 'none'}`;
    const known = this.expectations.get(id);
    if (known !== undefined) return known;
    const accounts = ACCOUNT_NAMES.filter((account) => hasToken || !isOwn(account));
    const named = accounts.map((account) => this.nameFor(caller, account));
    const owners = [...named, toMovingOwner(caller.tenant)];
    const expectation = {
      tenant: caller.tenant,
      owners: new Set(owners),
      codes: new Set(owners.map((name) => toCode(this.byName.get(name)?.code ?? 0))),
    };
    this.expectations.set(id, expectation);
    return expectation;
  }

  private add(tenant: number, account: AccountName, name: string, scope = name): Owner {
    const owner = { name, tenant, account, vendor: ACCOUNTS[account], scope, code: this.all.length % 1_000 };
    this.all.push(owner);
    const isNew = this.troubled.every((known) => known.scope !== scope);
    if (isNew && tenant !== UNTROUBLED_TENANT) this.troubled.push(owner);
    this.byName.set(name, owner);
    return owner;
  }
}

/** The milliseconds in which an owner's creation times end, as an answer writes them. */
export function toCode(code: number): string {
  return String(code).padStart(3, '0');
}
