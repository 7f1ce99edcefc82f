import { InputError, VendorError } from './errors.ts';
import type { ExportKey } from './export.ts';
import { type GlobalId, parseGlobalId, parseIds, toExportKey, toKeyFromGlobalId } from './locator.ts';
import type { VendorAccount, VendorInfo } from './ports.ts';
import type { VendorId } from './vendor-id.ts';

/** An export to read: which one, and through which account. */
export interface Target {
  readonly account: VendorAccount;
  readonly key: ExportKey;
}

/** A locator as a caller gives it: a global id, or one vendor's ids. */
export type Locator =
  | { readonly id: string }
  | {
      readonly vendor: VendorId;
      readonly account?: string | null;
      readonly ids: Readonly<Record<string, unknown>>;
      readonly where: string;
    };

/**
 * The accounts one caller may use, and the way from its locators to exports.
 *
 * Another tenant's account and one that does not exist are the same here: not found, without asking any vendor.
 */
export class AccountDirectory {
  readonly accounts: readonly VendorAccount[];
  private readonly vendors: readonly VendorInfo[];
  private readonly byKey: ReadonlyMap<string, VendorAccount>;

  constructor(vendors: readonly VendorInfo[], accounts: readonly VendorAccount[]) {
    this.vendors = vendors;
    this.accounts = accounts;
    this.byKey = new Map(accounts.map((account) => [account.key, account]));
  }

  /**
   * Where a locator points.
   *
   * @throws InputError where it can be refused as it stands; VendorError EXPORT_NOT_FOUND where the caller has no such account
   */
  resolve(locator: Locator): Target {
    if (!('vendor' in locator)) return this.resolveGlobalId(parseExportId(locator.id));
    const { vendor, where } = locator;
    const ids = parseIds(this.grammarOf(vendor), locator.ids, where);
    const account = this.accountFor(vendor, locator.account ?? null, where);
    return { account, key: toExportKey(this.grammarOf(vendor), vendor, account.key, ids) };
  }

  /** Where a parsed export id points. @throws as `resolve` does */
  resolveGlobalId(parsed: Extract<GlobalId, { type: 'export' }>): Target {
    const key = toKeyFromGlobalId(this.grammarOf(parsed.vendor), parsed);
    return { account: this.known(parsed.vendor, parsed.account), key };
  }

  /** The caller's account of this key, or undefined. */
  account(key: string): VendorAccount | undefined {
    return this.byKey.get(key);
  }

  private grammarOf(vendor: VendorId): VendorInfo['locator'] {
    const info = this.vendors.find((candidate) => candidate.id === vendor);
    if (info === undefined) throw new InputError(`This gateway does not speak to the vendor ${vendor}.`);
    return info.locator;
  }

  private accountFor(vendor: VendorId, account: string | null, where: string): VendorAccount {
    if (account !== null) return this.known(vendor, account);
    const candidates = this.accounts.filter((candidate) => candidate.vendor === vendor);
    const [only] = candidates;
    if (only !== undefined && candidates.length === 1) return only;
    const field = `${where}.account`;
    if (only === undefined)
      throw new InputError(`You have no ${vendor} account here: see the query "accounts".`, field);
    const keys = candidates.map((candidate) => candidate.key).join(', ');
    throw new InputError(
      `${field} is missing, and you have several ${vendor} accounts: name one of ${keys}.`,
      field,
    );
  }

  private known(vendor: VendorId, account: string): VendorAccount {
    const known = this.byKey.get(account);
    if (known?.vendor === vendor) return known;
    throw new VendorError({
      code: 'EXPORT_NOT_FOUND',
      message: 'There is no such account for you: see the query "accounts" for those you may use.',
      vendor,
      account,
    });
  }
}

function parseExportId(id: string): Extract<GlobalId, { type: 'export' }> {
  const parsed = parseGlobalId(id, 'locator.id');
  if (parsed.type === 'export') return parsed;
  throw new InputError(
    'locator.id names an account, not an export: give the `id` of an export.',
    'locator.id',
  );
}
