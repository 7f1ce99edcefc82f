import type { AccountDirectory, Target } from '../export/directory.ts';
import { InputError, VendorError } from '../export/errors.ts';
import type { ExportEvent } from '../export/events.ts';
import type { Export, ExportKey } from '../export/export.ts';
import { type LinkableFile, toLinkableFiles } from '../export/files.ts';
import { parseGlobalId } from '../export/locator.ts';
import type { VendorAccount, VendorInfo } from '../export/ports.ts';
import type { ExportReader } from '../export/reader.ts';
import { type ExportPage, type RecentOptions, readRecent } from '../export/recent.ts';
import type { ExportLocator } from './generated/resolver-types.ts';
import { ExportLoaders } from './loaders.ts';
import { toLocator } from './locator-input.ts';
import type { NodeObject } from './node.ts';
import type { HiEnergyExportObject } from './vendor-types.ts';

/** The live half: what the subscription root stands on. */
export interface ExportWatches {
  events(
    targets: readonly Target[],
    options: { readonly after?: string | undefined; readonly signal?: AbortSignal | undefined },
  ): AsyncIterable<ExportEvent>;
  /** What is or was watched through these accounts. */
  recent(accounts: readonly VendorAccount[]): readonly Export[];
}

export interface ExportGatewayParts {
  readonly vendors: readonly VendorInfo[];
  readonly directory: AccountDirectory;
  readonly reader: ExportReader;
  readonly watches: ExportWatches;
  /** Most locators or ids in one argument. */
  readonly maxLocators: number;
  /** Aborts when the caller has left. */
  readonly signal?: AbortSignal | undefined;
}

/** Everything one caller may ask about exports: what the resolvers call, one method each. */
export class ExportGateway {
  private readonly parts: ExportGatewayParts;
  private readonly loaders: ExportLoaders;

  constructor(parts: ExportGatewayParts) {
    this.parts = parts;
    this.loaders = new ExportLoaders(parts.reader, parts.signal);
  }

  get vendors(): readonly VendorInfo[] {
    return this.parts.vendors;
  }

  get accounts(): readonly VendorAccount[] {
    return this.parts.directory.accounts;
  }

  vendor(account: VendorAccount): VendorInfo {
    return this.parts.vendors.find((vendor) => vendor.id === account.vendor) as VendorInfo;
  }

  account(key: ExportKey): VendorAccount {
    return this.parts.directory.account(key.account) as VendorAccount;
  }

  /** @throws InputError, VendorError */
  async byLocator(locator: ExportLocator, maxAgeMs: number): Promise<Export> {
    const { account, key } = this.parts.directory.resolve(toLocator(locator));
    return this.loaders.load(account, key, parseMaxAge(maxAgeMs));
  }

  /** One entry per locator, in their order; one that fails is a rejected promise. @throws InputError */
  byLocators(locators: readonly ExportLocator[], maxAgeMs: number): Promise<Export>[] {
    this.checkCount(locators, 'locators');
    return locators.map((locator) => this.byLocator(locator, maxAgeMs));
  }

  /** Null where there is no such object for this caller. @throws InputError, VendorError */
  async byId(id: string): Promise<NodeObject | null> {
    const parsed = parseGlobalId(id);
    if (parsed.type === 'account') return this.parts.directory.account(parsed.account) ?? null;
    try {
      const { account, key } = this.parts.directory.resolveGlobalId(parsed);
      return await this.loaders.load(account, key, 0);
    } catch (error) {
      if (error instanceof VendorError && error.code === 'EXPORT_NOT_FOUND') return null;
      throw error;
    }
  }

  /** One entry per id, in their order; each may be null. @throws InputError */
  byIds(ids: readonly string[]): Promise<NodeObject>[] {
    this.checkCount(ids, 'ids');
    // The list's entries are nullable; the generated types have no promise of null in a list.
    return ids.map((id) => this.byId(id) as Promise<NodeObject>);
  }

  /** The export that a chunk belongs to; null where it is none. @throws VendorError */
  async parentOf(chunk: HiEnergyExportObject): Promise<HiEnergyExportObject | null> {
    const exportId = chunk.details.parentExportId;
    if (exportId === null) return null;
    const { vendor, account } = chunk.key;
    const target = this.parts.directory.resolve({ vendor, account, ids: { exportId }, where: 'parent' });
    return (await this.loaders.load(target.account, target.key, 0)) as HiEnergyExportObject;
  }

  /** Null before the end. @throws VendorError */
  async files(of: Export): Promise<readonly LinkableFile[] | null> {
    return toLinkableFiles(of, await this.parts.reader.files(this.account(of.key), of, this.parts.signal));
  }

  /** @throws InputError */
  recent(options: Omit<RecentOptions, 'signal'>): Promise<ExportPage> {
    const { reader, directory, vendors, watches, signal } = this.parts;
    const sources = {
      vendors,
      list: (account: VendorAccount, limit: number) => reader.listRecent(account, limit, signal),
      watched: (accounts: readonly VendorAccount[]) => watches.recent(accounts),
    };
    return readRecent(directory.accounts, sources, options);
  }

  /** What happens to these exports. @throws InputError; a locator of an unknown account is an event, not an error */
  events(locators: readonly ExportLocator[], after: string | null | undefined): AsyncIterable<ExportEvent> {
    this.checkCount(locators, 'locators');
    if (locators.length === 0)
      throw new InputError('locators is empty: name at least one export.', 'locators');
    const targets = locators.map((locator) => this.parts.directory.resolveLeniently(toLocator(locator)));
    return this.parts.watches.events(targets, { after: after ?? undefined, signal: this.parts.signal });
  }

  private checkCount(values: readonly unknown[], field: string): void {
    const { maxLocators } = this.parts;
    if (values.length <= maxLocators) return;
    throw new InputError(
      `${field} holds ${values.length}, at most ${maxLocators} are allowed: ask in several operations.`,
      field,
    );
  }
}

function parseMaxAge(maxAgeMs: number): number {
  if (maxAgeMs >= 0) return maxAgeMs;
  throw new InputError('maxAgeMs must be 0 or more, in milliseconds.', 'maxAgeMs');
}
