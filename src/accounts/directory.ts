import { InputError } from '../export/errors.ts';
import type { ExportKey } from '../export/export.ts';
import {
  type GlobalId,
  parseGlobalId,
  parseIds,
  toExportKey,
  toForeignIdError,
  toKeyFromGlobalId,
} from '../export/locator.ts';
import { nameLocatorIds, splitLocatorText, toLocatorForm } from '../export/locator-text.ts';
import type { VendorAccount, VendorInfo } from '../export/ports.ts';
import type { VendorId } from '../export/vendor-id.ts';
import { createUnknownAccount, toUnknownAccountError } from './unknown-account.ts';

/** An account's key has at most 40; longer ones only must not become part of a global id. */
const MAX_ACCOUNT_LENGTH = 512;

/** An export to read: which one, and through which account. */
export interface Target {
  readonly account: VendorAccount;
  readonly key: ExportKey;
}

/** A locator as a caller gives it: a global id, text such as `hi-energy:4213`, or one vendor's ids. */
export type Locator =
  | { readonly id: string }
  | { readonly text: string }
  | {
      readonly vendor: VendorId;
      readonly account?: string | null | undefined;
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
  /** Of the caller. */
  readonly tenant: string;
  private readonly grammars: ReadonlyMap<VendorId, VendorInfo['locator']>;
  private readonly byKey: ReadonlyMap<string, VendorAccount>;
  private readonly keysByVendor = new Map<VendorId, readonly string[]>();

  constructor(vendors: readonly VendorInfo[], accounts: readonly VendorAccount[], tenant = '') {
    this.tenant = tenant;
    this.grammars = new Map(vendors.map(({ id, locator }) => [id, locator]));
    this.accounts = accounts;
    this.byKey = new Map(accounts.map((account) => [account.key, account]));
  }

  /**
   * Where a locator points.
   *
   * @throws InputError where it can be refused as it stands; VendorError EXPORT_NOT_FOUND where the caller has no such account
   */
  resolve(locator: Locator): Target {
    const key = this.toKey(locator);
    return { account: this.known(key), key };
  }

  /**
   * As `resolve`, but an account that the caller does not have is one at which no export is found.
   *
   * @throws InputError where it can be refused as it stands
   */
  resolveLeniently(locator: Locator): Target {
    const key = this.toKey(locator);
    return { account: this.find(key) ?? createUnknownAccount(key.vendor, key.account, this.tenant), key };
  }

  /** Where a parsed export id points. @throws as `resolve` does */
  resolveGlobalId(parsed: Extract<GlobalId, { type: 'export' }>): Target {
    const key = toKeyFromGlobalId(this.grammarOf(parsed.vendor, 'id'), parsed);
    return { account: this.known(key), key };
  }

  /**
   * The account that an order goes to.
   *
   * @param named - its key; left out: the caller's only account of that vendor
   * @throws InputError where it must be named; VendorError EXPORT_NOT_FOUND where the caller has no such account
   */
  accountFor(vendor: VendorId, named: string | null | undefined, where: string): VendorAccount {
    const account = this.byKey.get(named ?? this.onlyAccountKey(vendor, where));
    if (account?.vendor === vendor) return account;
    throw toUnknownAccountError(vendor, named ?? '');
  }

  /** The caller's account of this key, or undefined. */
  account(key: string): VendorAccount | undefined {
    return this.byKey.get(key);
  }

  private toKey(locator: Locator): ExportKey {
    if ('text' in locator) return this.toKey(this.fromText(locator.text));
    if ('id' in locator) {
      const parsed = parseExportId(locator.id);
      return toKeyFromGlobalId(this.grammarOf(parsed.vendor, 'locator.id'), parsed);
    }
    const { vendor, where } = locator;
    const grammar = this.grammarOf(vendor, where);
    const ids = parseIds(grammar, locator.ids, where);
    const account = locator.account ?? this.onlyAccountKey(vendor, where);
    if (account.length > MAX_ACCOUNT_LENGTH)
      throw new InputError(`${where}.account is too long to name an account.`, `${where}.account`);
    return toExportKey(grammar, vendor, account, ids);
  }

  private fromText(text: string): Extract<Locator, { readonly vendor: VendorId }> {
    const where = 'locator.text';
    const split = splitLocatorText(text);
    if (split === undefined) {
      throw new InputError(`${where} names no export: write VENDOR:IDS or ACCOUNT@VENDOR:IDS.`, where);
    }
    const vendors = [...this.grammars.keys()];
    const vendor = vendors.find((known) => known === split.vendor);
    if (vendor === undefined)
      throw new InputError(
        `${where} names no vendor of this gateway: those are ${vendors.join(', ')}.`,
        where,
      );
    const grammar = this.grammarOf(vendor, where);
    const ids = nameLocatorIds(grammar, split.values);
    if (ids !== undefined) return { vendor, account: split.account, ids, where };
    const form = toLocatorForm(vendor, grammar);
    throw new InputError(`${where} has too many or too few ids: write ${form}.`, where);
  }

  /** @throws InputError where an id names a vendor that this gateway does not speak to */
  private grammarOf(vendor: VendorId, where: string): VendorInfo['locator'] {
    const grammar = this.grammars.get(vendor);
    if (grammar === undefined) throw toForeignIdError(where);
    return grammar;
  }

  /** The account that a locator means without naming it. */
  private onlyAccountKey(vendor: VendorId, where: string): string {
    const keys = this.keysOf(vendor);
    const [only] = keys;
    if (only !== undefined && keys.length === 1) return only;
    const field = `${where}.account`;
    if (only === undefined)
      throw new InputError(`You have no ${vendor} account here: see the query "accounts".`, field);
    throw new InputError(
      `${field} is missing, and you have several ${vendor} accounts: name one of ${keys.join(', ')}.`,
      field,
    );
  }

  /** The keys of the accounts at one vendor; a directory serves many operations, so they are looked for once. */
  private keysOf(vendor: VendorId): readonly string[] {
    const known = this.keysByVendor.get(vendor);
    if (known !== undefined) return known;
    const keys = this.accounts.filter((account) => account.vendor === vendor).map(({ key }) => key);
    this.keysByVendor.set(vendor, keys);
    return keys;
  }

  private known(key: ExportKey): VendorAccount {
    const account = this.find(key);
    if (account === undefined) throw toUnknownAccountError(key.vendor, key.account);
    return account;
  }

  private find({ vendor, account }: ExportKey): VendorAccount | undefined {
    const known = this.byKey.get(account);
    return known?.vendor === vendor ? known : undefined;
  }
}

function parseExportId(id: string): Extract<GlobalId, { type: 'export' }> {
  const parsed = parseGlobalId(id, 'locator.id');
  if (parsed.type === 'export') return parsed;
  throw new InputError(
    `locator.id names ${parsed.type === 'vendor' ? 'a vendor' : 'an account'}, not an export: give the \`id\` of an export.`,
    'locator.id',
  );
}
