import type { ExportKey, ExportSnapshot, LocatorIds } from '../../export/export.ts';
import { toExportKey } from '../../export/locator.ts';
import type {
  ExportOrder,
  FileAccess,
  StartedExport,
  StartedSearch,
  StartOptions,
  VendorAccount,
  VendorInfo,
} from '../../export/ports.ts';
import { createAccountClient } from '../../http/client.ts';
import type { AccountClient, CallOptions, VendorHttpRules } from '../../http/types.ts';
import type { Tools } from '../../runtime/tools.ts';
import type { VendorAccountSettings, VendorDefinition } from '../vendor.ts';
import { createReads, type ListCall } from './reads.ts';
import { createWordReporter } from './unlisted-words.ts';

/** What a vendor's own account is made of. */
export interface AccountParts<Ids extends LocatorIds> {
  readonly http: AccountClient;
  readonly settings: VendorAccountSettings;
  readonly tools: Tools;
  /** The key of an export that only the vendor has named so far; its ids must fit the grammar. */
  toKey(ids: Ids): ExportKey<Ids>;
}

/** What is different at every vendor. All throw VendorError, or the signal's reason. */
export interface OwnReads<Ids extends LocatorIds> {
  /** One export by a call of its own. */
  readOne(key: ExportKey<Ids>, options?: CallOptions): Promise<ExportSnapshot>;
  /** The call that tells of many exports at once, where the vendor has one. */
  readonly list?: ListCall<Ids>;
  /** See `VendorAccount.listRecent`; left out where there is no such call. */
  listRecent?(limit: number, options?: CallOptions): Promise<readonly ExportSnapshot[]>;
  /** See `VendorAccount`, for these four; each left out where the vendor has no such call. */
  start?(order: ExportOrder, options?: StartOptions): Promise<StartedExport>;
  markStart?(order: ExportOrder, options?: StartOptions): Promise<string | null>;
  findStarted?(search: StartedSearch, options?: StartOptions): Promise<readonly ExportSnapshot[]>;
  cancel?(key: ExportKey<Ids>, options?: StartOptions): Promise<void>;
  /** See `VendorAccount.locateFile`. */
  locateFile(key: ExportKey<Ids>, index: number, options?: CallOptions): Promise<FileAccess>;
}

/** A vendor as its folder describes it. */
export interface VendorDescription<Ids extends LocatorIds> extends VendorInfo<Ids> {
  readonly rules: VendorHttpRules;
  /** Status words that read as UNKNOWN although they are known: they are not logged. */
  readonly knownWords?: readonly string[];
  open(parts: AccountParts<Ids>): OwnReads<Ids>;
}

/** Makes of a description what the gateway opens accounts with: everything that is the same for every vendor happens here. */
export function defineVendor<Ids extends LocatorIds>(vendor: VendorDescription<Ids>): VendorDefinition<Ids> {
  const { id, name, capabilities, locator, parseOrder, kindOf, readCallback } = vendor;
  return {
    id,
    name,
    capabilities,
    locator,
    parseOrder,
    kindOf,
    ...(readCallback && { readCallback }),
    createAccount: (settings, tools) => createAccount(vendor, settings, tools),
  };
}

function createAccount<Ids extends LocatorIds>(
  { id, name, locator, rules, knownWords, open }: VendorDescription<Ids>,
  settings: VendorAccountSettings,
  tools: Tools,
): VendorAccount {
  const { key: account, tenant, identity, pacing, baseUrl, credential, limits, onCall } = settings;
  const { clock, log } = tools;
  const http = createAccountClient({
    vendor: id,
    vendorName: name,
    account,
    baseUrl,
    credential,
    limits,
    rules,
    tools,
    onCall,
  });
  const toKey = (ids: Ids): ExportKey<Ids> => toExportKey(locator, id, account, ids);
  const own = open({ http, settings, tools, toKey });
  const report = createWordReporter(log, name, knownWords);

  const reads = createReads<Ids>({
    http,
    clock,
    vendorName: name,
    timeoutMs: limits.timeoutMs,
    readOne: own.readOne,
    list: own.list,
    onSnapshot: report,
  });

  return {
    key: account,
    vendor: id,
    tenant,
    identity,
    pacing,
    readMany: (keys, options) => reads.readMany(keys, options),
    readOne: (key, options) => reads.readOne(key, options),
    listPays: (count) => reads.listPays(count),
    async describeFiles(key, options) {
      const { files } = await own.readOne(toOwn<Ids>(key), options);
      return files ?? [];
    },
    async listRecent(limit, options) {
      if (own.listRecent === undefined)
        throw http.toError('UNSUPPORTED_BY_VENDOR', `${name} has no call that lists exports.`);
      const snapshots = await own.listRecent(limit, options);
      for (const snapshot of snapshots) report(snapshot);
      return snapshots;
    },
    locateFile: (key, index, options) => own.locateFile(toOwn<Ids>(key), index, options),
    ...toOrders(own, report),
    health: () => http.health(),
    close: () => http.close(),
  };
}

/** What changes something at the vendor, as far as it can; every snapshot is reported. */
function toOrders<Ids extends LocatorIds>(
  { start, markStart, findStarted, cancel }: OwnReads<Ids>,
  report: (snapshot: ExportSnapshot) => void,
): Pick<VendorAccount, 'start' | 'markStart' | 'findStarted' | 'cancel'> {
  return {
    ...(start && {
      async start(order, options) {
        const started = await start(order, options);
        report(started.snapshot);
        return started;
      },
    }),
    ...(markStart && { markStart }),
    ...(findStarted && {
      async findStarted(search, options) {
        const found = await findStarted(search, options);
        for (const snapshot of found) report(snapshot);
        return found;
      },
    }),
    ...(cancel && { cancel: (key, options) => cancel(toOwn<Ids>(key), options) }),
  };
}

/** Every key of an account was built from its vendor's grammar, so it holds exactly these ids. */
function toOwn<Ids extends LocatorIds>(key: ExportKey): ExportKey<Ids> {
  return key as ExportKey<Ids>;
}
