import { InputError } from '../../export/errors.ts';
import type { ExportKey, ExportSnapshot, LocatorIds } from '../../export/export.ts';
import { toExportKey } from '../../export/locator.ts';
import type {
  ExportOrder,
  FileAccess,
  StartedExport,
  StartedSearch,
  StartOptions,
  VendorAccount,
  VendorCapabilities,
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
  /** See `VendorAccount`, for these six; each left out where the vendor has no such call. None is called as a method. */
  readonly start?: (order: ExportOrder, options?: StartOptions) => Promise<StartedExport>;
  readonly knowsOrders?: boolean;
  readonly markStart?: (order: ExportOrder, options?: StartOptions) => Promise<string | null>;
  readonly findStarted?: (
    search: StartedSearch,
    options?: StartOptions,
  ) => Promise<readonly ExportSnapshot[]>;
  readonly finishStart?: (snapshot: ExportSnapshot, options?: StartOptions) => Promise<ExportSnapshot>;
  readonly cancel?: (key: ExportKey<Ids>, options?: StartOptions) => Promise<void>;
  /** See `VendorAccount.locateFile`. */
  locateFile(key: ExportKey<Ids>, index: number, options?: CallOptions): Promise<FileAccess>;
}

/** What a vendor can do; what is left out it cannot. */
type DescribedCapabilities = Omit<VendorCapabilities, 'canStart' | 'canCancel'> & Partial<VendorCapabilities>;

/** What a vendor without a call that starts exports has no need to describe. */
type OrderInfo<Ids extends LocatorIds> = Pick<VendorInfo<Ids>, 'parseOrder' | 'kindOf'>;

/** A vendor as its folder describes it. */
export interface VendorDescription<Ids extends LocatorIds>
  extends Omit<VendorInfo<Ids>, 'capabilities' | keyof OrderInfo<Ids>>,
    Partial<OrderInfo<Ids>> {
  readonly capabilities: DescribedCapabilities;
  readonly rules: VendorHttpRules;
  /** See `AccountClientSettings.origins`; none where it is left out. */
  readonly originsOf?: (settings: VendorAccountSettings) => readonly string[];
  /** Status words that read as UNKNOWN although they are known: they are not logged. */
  readonly knownWords?: readonly string[];
  open(parts: AccountParts<Ids>): OwnReads<Ids>;
}

/** Makes of a description what the gateway opens accounts with: everything that is the same for every vendor happens here. */
export function defineVendor<Ids extends LocatorIds>(vendor: VendorDescription<Ids>): VendorDefinition<Ids> {
  const { id, name, capabilities, locator, orderHints, readCallback } = vendor;
  return {
    id,
    name,
    capabilities: { canStart: false, canCancel: false, ...capabilities },
    locator,
    ...(orderHints && { orderHints }),
    parseOrder: vendor.parseOrder ?? ((_input, where) => refuseOrder(name, where)),
    kindOf: vendor.kindOf ?? (() => null),
    ...(readCallback && { readCallback }),
    createAccount: (settings, tools) => createAccount(vendor, settings, tools),
  };
}

function createAccount<Ids extends LocatorIds>(
  { id, name, locator, rules, originsOf, knownWords, open }: VendorDescription<Ids>,
  settings: VendorAccountSettings,
  tools: Tools,
): VendorAccount {
  const {
    key: account,
    tenant,
    identity,
    pacing,
    baseUrl,
    credential,
    limits,
    onCall,
    guard,
    tokens,
  } = settings;
  const keptTokens = tokens && { keeper: tokens, identity };
  const { clock, log } = tools;
  const http = createAccountClient(
    {
      vendor: id,
      vendorName: name,
      account,
      baseUrl,
      origins: originsOf?.(settings),
      credential,
      limits,
      rules,
      tools,
      onCall,
      keptTokens,
    },
    guard,
  );
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
    ...toOrderCalls(own, report),
    health: () => http.health(),
    close: () => http.close(),
  };
}

type OrderCalls = Pick<
  VendorAccount,
  'start' | 'knowsOrders' | 'markStart' | 'findStarted' | 'finishStart' | 'cancel'
>;

/** The calls that change something, and what belongs to them; only those that the vendor has. */
function toOrderCalls<Ids extends LocatorIds>(
  own: OwnReads<Ids>,
  report: (snapshot: ExportSnapshot) => void,
): OrderCalls {
  const { start, knowsOrders, markStart, findStarted, finishStart, cancel } = own;
  const calls: { -readonly [Name in keyof OrderCalls]: OrderCalls[Name] } = {};
  if (start !== undefined) {
    calls.start = async (order, options) => {
      const started = await start(order, options);
      report(started.snapshot);
      return started;
    };
  }
  if (knowsOrders === true) calls.knowsOrders = true;
  if (markStart !== undefined) calls.markStart = markStart;
  if (findStarted !== undefined) {
    calls.findStarted = async (search, options) => {
      const snapshots = await findStarted(search, options);
      for (const snapshot of snapshots) report(snapshot);
      return snapshots;
    };
  }
  if (finishStart !== undefined) calls.finishStart = finishStart;
  if (cancel !== undefined) calls.cancel = (key, options) => cancel(toOwn<Ids>(key), options);
  return calls;
}

function refuseOrder(vendorName: string, where: string): never {
  throw new InputError(`${where} cannot be ordered: ${vendorName} has no call that starts an export.`, where);
}

/** Every key of an account was built from its vendor's grammar, so it holds exactly these ids. */
function toOwn<Ids extends LocatorIds>(key: ExportKey): ExportKey<Ids> {
  return key as ExportKey<Ids>;
}
