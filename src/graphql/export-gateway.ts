import type { AccountDirectory, Target } from '../accounts/directory.ts';
import type { ExportReader } from '../accounts/reader.ts';
import {
  type ExportPage,
  isAsked,
  type RecentOptions,
  type RecentSources,
  readRecent,
} from '../accounts/recent.ts';
import { createUnknownAccount } from '../accounts/unknown-account.ts';
import { InputError, VendorError } from '../export/errors.ts';
import type { ExportEvent } from '../export/events.ts';
import type { Export, ExportKey } from '../export/export.ts';
import { type LinkableFile, toLinkableFiles } from '../export/files.ts';
import { parseGlobalId, toForeignIdError } from '../export/locator.ts';
import type { ReadOptions, VendorAccount, VendorInfo } from '../export/ports.ts';
import { ExportLoaders } from './loaders.ts';
import { toLocator, type VendorFields, type VendorInput } from './locator-input.ts';
import { exportType, type NodeObject, nodeType } from './node.ts';
import type { OperationCosts } from './operation-costs.ts';
import { type Representation, toRepresentation } from './representation.ts';
import { checkFilter, type TrackedExports } from './tracked-exports.ts';
import type { HiEnergyExportObject } from './vendor-types.ts';

/** The live half: what the subscription root stands on. */
export interface ExportWatches {
  events(
    targets: readonly Target[],
    options: { readonly after?: string | undefined },
  ): AsyncIterable<ExportEvent>;
  /** What is or was watched through these accounts. */
  recent(accounts: readonly VendorAccount[]): readonly Export[];
}

export interface ExportGatewayParts {
  readonly vendors: readonly VendorInfo[];
  readonly vendorFields: VendorFields;
  readonly directory: AccountDirectory;
  readonly reader: ExportReader;
  readonly watches: ExportWatches;
  /** Most locators or ids in one argument. */
  readonly maxLocators: number;
  readonly tracked: () => TrackedExports;
  /** Told of everything that may cost a vendor call, before it does. */
  readonly costs: OperationCosts;
  /** Of each read; the signal aborts when the caller has left. Asked when something is read. */
  readonly options: () => ReadOptions;
  /** The cursor after which streams go on where their operation names none; what a transport knows of it. */
  readonly resumeAfter?: string | undefined;
}

/** One export to read, and how old the answer may be. */
interface Question extends Target {
  readonly maxAgeMs: number;
}

/** Everything one caller may ask about exports: what the resolvers call, one method each. */
export class ExportGateway {
  private readonly parts: ExportGatewayParts;
  private readonly loaders: ExportLoaders;

  constructor(parts: ExportGatewayParts) {
    this.parts = parts;
    this.loaders = new ExportLoaders(parts.reader, parts.options);
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

  /** The account of an export that this caller was shown; a stand-in that knows nothing where it was taken away since. */
  account({ account, vendor }: ExportKey): VendorAccount {
    const { directory } = this.parts;
    const known = directory.account(account);
    return known?.vendor === vendor ? known : createUnknownAccount(vendor, account, directory.tenant);
  }

  /** @throws InputError, RateLimitedError, VendorError */
  byLocator(locator: VendorInput, maxAgeMs: number): Promise<Export> {
    const question = this.ask(locator, maxAgeMs);
    const charged = this.parts.costs.charge([question.key.id], 'locator');
    return charged === undefined ? this.read(question) : charged.then(() => this.read(question));
  }

  /** One entry per locator, in their order; one that fails is a rejected promise. @throws InputError */
  byLocators(locators: readonly VendorInput[], maxAgeMs: number): Promise<Export>[] {
    this.checkCount(locators, 'locators');
    return this.readAll<never>(
      locators.map((locator) => attempt(() => this.ask(locator, maxAgeMs))),
      'locators',
    );
  }

  /** Null where there is no such object for this caller. @throws InputError, RateLimitedError, VendorError */
  async byId(id: string): Promise<NodeObject | null> {
    const found = this.find(id);
    if (found === null || !('maxAgeMs' in found)) return found;
    await this.parts.costs.charge([found.key.id], 'id');
    return this.read(found).catch(toMissing);
  }

  /** One entry per id, in their order; each may be null. @throws InputError */
  byIds(ids: readonly string[]): Promise<NodeObject>[] {
    this.checkCount(ids, 'ids');
    const found = ids.map((id) => attempt(() => this.find(id)));
    // The list's entries are nullable; the generated types have no promise of null in a list.
    return this.readAll(found, 'ids').map((node) => node.catch(toMissing) as Promise<NodeObject>);
  }

  /**
   * One entry per representation `{ __typename, id }` of Apollo Federation, in their order: as by id, and null where it is of another type.
   *
   * @throws InputError
   */
  byRepresentations(values: readonly unknown[]): Promise<NodeObject>[] {
    this.checkCount(values, 'representations');
    const found = values.map((value) => attempt(() => this.findOfType(toRepresentation(value))));
    return this.readAll(found, 'representations').map((node) => node.catch(toMissing) as Promise<NodeObject>);
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
    return toLinkableFiles(of, await this.parts.reader.files(this.account(of.key), of, this.parts.options()));
  }

  /** @throws InputError, RateLimitedError */
  async recent(options: Omit<RecentOptions, 'signal'>): Promise<ExportPage> {
    const { reader, directory, watches, costs, options: read } = this.parts;
    const isListed = (account: VendorAccount) =>
      isAsked(account, options.filter) && this.vendor(account).capabilities.canList;
    const filter = options.filter == null ? null : checkFilter(options.filter);
    if (filter?.isTracked !== true) await costs.chargeLists(directory.accounts.filter(isListed).length);
    const tracked = this.parts.tracked();
    const sources: RecentSources = {
      list: async (account, limit) => tracked.learn(account, await reader.listRecent(account, limit, read())),
      watched: (accounts) => watches.recent(accounts),
      tracked: (accounts, from) => tracked.recent(accounts, filter, from),
      labels: (exports) => tracked.labels(exports),
    };
    return readRecent(directory.accounts, sources, { ...options, filter });
  }

  /**
   * What happens to these exports. A locator of an unknown account is an event, not an error.
   *
   * @throws InputError, RateLimitedError
   */
  async events(
    locators: readonly VendorInput[],
    after: string | null | undefined,
  ): Promise<AsyncIterable<ExportEvent>> {
    this.checkCount(locators, 'locators');
    if (locators.length === 0)
      throw new InputError('locators is empty: name at least one export.', 'locators');
    const { directory, costs, watches, resumeAfter } = this.parts;
    const targets = locators.map((locator) =>
      directory.resolveLeniently(toLocator(locator, this.parts.vendorFields)),
    );
    const known = targets.filter(({ key }) => directory.account(key.account) !== undefined);
    await costs.charge(
      known.map(({ key }) => key.id),
      'locators',
    );
    return watches.events(targets, { after: after ?? resumeAfter });
  }

  /** @throws InputError, VendorError */
  private ask(locator: VendorInput, maxAgeMs: number): Question {
    return {
      ...this.parts.directory.resolve(toLocator(locator, this.parts.vendorFields)),
      maxAgeMs: parseMaxAge(maxAgeMs),
    };
  }

  /** What a global id stands for: a vendor, an account, or an export that is still to be read. @throws InputError */
  private find(id: string): VendorInfo | VendorAccount | Question | null {
    const { directory } = this.parts;
    const parsed = parseGlobalId(id);
    if (parsed.type === 'account') return directory.account(parsed.account) ?? null;
    if (parsed.type === 'vendor') return this.findVendor(parsed.vendor);
    try {
      return { ...directory.resolveGlobalId(parsed), maxAgeMs: 0 };
    } catch (error) {
      return toMissing(error);
    }
  }

  /** @throws InputError where the id can be none of an answer */
  private findVendor(id: string): VendorInfo {
    const vendor = this.vendors.find((each) => each.id === id);
    if (vendor === undefined) throw toForeignIdError('id');
    return vendor;
  }

  /** @throws InputError */
  private findOfType({ type, id }: Representation): VendorInfo | VendorAccount | Question | null {
    const found = this.find(id);
    if (found === null) return null;
    if (!isQuestion(found)) return nodeType(found) === type ? found : null;
    return type === 'Export' || type === exportType(found) ? found : null;
  }

  private read({ account, key, maxAgeMs }: Question): Promise<Export> {
    return this.loaders.load(account, key, maxAgeMs);
  }

  /** Charges for all questions of one field at once, then reads them; what is no question stays what it is. */
  private readAll<Other>(
    entries: readonly (Question | Other | Failure)[],
    field: string,
  ): Promise<Export | Other>[] {
    const keys = entries.flatMap((entry) => (isQuestion(entry) ? [entry.key.id] : []));
    const charged = attempt(() => this.parts.costs.charge(keys, field));
    return entries.map((entry) => {
      if (entry instanceof Failure) return Promise.reject(entry.error);
      if (!isQuestion(entry)) return Promise.resolve(entry);
      if (charged instanceof Failure) return Promise.reject(charged.error);
      return charged === undefined ? this.read(entry) : charged.then(() => this.read(entry));
    });
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

/** Why one of several entries could not even be asked for. */
class Failure {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}

function attempt<Result>(work: () => Result): Result | Failure {
  try {
    return work();
  } catch (error) {
    return new Failure(error);
  }
}

function isQuestion(entry: unknown): entry is Question {
  return typeof entry === 'object' && entry !== null && 'maxAgeMs' in entry;
}

/** Null where the error says that there is no such export; any other error goes on. */
function toMissing(error: unknown): null {
  if (error instanceof VendorError && error.code === 'EXPORT_NOT_FOUND') return null;
  throw error;
}
