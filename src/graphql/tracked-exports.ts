import DataLoader from 'dataloader';
import type { AccountDirectory, Target } from '../accounts/directory.ts';
import type { ExportReader } from '../accounts/reader.ts';
import { InputError, VendorError } from '../export/errors.ts';
import type { ExportEvent } from '../export/events.ts';
import type { Export, ExportKey } from '../export/export.ts';
import type { ExportFilter } from '../export/filter.ts';
import type { ReadOptions, VendorAccount, VendorInfo } from '../export/ports.ts';
import { toSnapshot } from '../export/present.ts';
import type { DeliveryRecord, DeliveryStatus, Store, TrackedExport } from '../export/store.ts';
import type { ExportEstimate } from '../export/tracking.ts';
import type { Cancels } from '../tracking/cancels.ts';
import type { Estimates } from '../tracking/estimates.ts';
import { parseIdempotencyKey, parseLabel } from '../tracking/start-input.ts';
import type { Starts } from '../tracking/starts.ts';
import type { Tracker } from '../tracking/tracker.ts';
import { readVendorInput, toLocator, type VendorFields, type VendorInput } from './locator-input.ts';
import type { OperationCosts } from './operation-costs.ts';

/** Tracked exports that one page of a list looks at: more than a page holds, since several may have been created at one instant. */
const MAX_RECENT = 1_000;
const MAX_ENDED = 100;
const MAX_DELIVERIES = 100;
const MAX_TEXT_LENGTH = 200;

/** The schema's words for where a delivery stands. */
const DELIVERY_STATUSES = {
  OWED: 'owed',
  DELIVERED: 'delivered',
  GIVEN_UP: 'given-up',
} as const satisfies Record<string, DeliveryStatus>;

/** Webhooks, as far as callers may see them. */
export interface WebhookDeliveries {
  list(query: Parameters<Store['listDeliveries']>[0]): Promise<readonly DeliveryRecord[]>;
  /** Null where the tenant has none such. */
  retry(tenant: string, id: string): Promise<DeliveryRecord | null>;
  /** Null where the tenant has no such endpoint. */
  sendTest(
    tenant: string,
    endpoint: string,
  ): Promise<{ readonly isDelivered: boolean; readonly result: string } | null>;
}

/** What starting, tracking and telling stand on; the same for all callers. */
export interface TrackingParts {
  readonly tracker: Tracker;
  readonly starts: Starts;
  readonly cancels: Cancels;
  readonly estimates: Estimates;
  readonly webhooks: WebhookDeliveries;
  /** True for accounts whose credential each caller brings. */
  readonly isCallers: (account: VendorAccount) => boolean;
}

export interface TrackedExportsParts extends TrackingParts {
  readonly vendors: readonly VendorInfo[];
  readonly vendorFields: VendorFields;
  readonly directory: AccountDirectory;
  readonly reader: ExportReader;
  readonly costs: OperationCosts;
  readonly options: () => ReadOptions;
  readonly resumeAfter?: string | undefined;
}

export interface StartInput {
  readonly order: VendorInput;
  readonly idempotencyKey?: string | null | undefined;
  readonly label?: string | null | undefined;
}

/** Everything one caller may ask about exports that outlive it: what the resolvers call, one method each. */
export class TrackedExports {
  private readonly parts: TrackedExportsParts;
  private readonly loader: DataLoader<string, TrackedExport | null>;

  constructor(parts: TrackedExportsParts) {
    this.parts = parts;
    this.loader = new DataLoader(async (ids) => {
      const found = await parts.tracker.find(parts.directory.tenant, ids);
      return ids.map((id) => found.get(id) ?? null);
    });
  }

  /** @throws InputError, RateLimitedError, StartError, VendorError, TrackingError, StoreUnavailableError */
  async start(input: StartInput): Promise<{ readonly export: Export; readonly isExisting: boolean }> {
    const { vendors, vendorFields, directory, costs, starts, reader, options } = this.parts;
    const { vendor, fields, where } = toOrder(input.order, vendorFields);
    const { account: named, ...rest } = fields;
    const info = vendors.find(({ id }) => id === vendor) as VendorInfo;
    const account = directory.accountFor(vendor, named as string | null | undefined, where);
    const order = info.parseOrder(rest, where);
    const idempotencyKey = parseIdempotencyKey(input.idempotencyKey);
    const label = parseLabel(input.label, 'input.label') ?? null;
    await costs.chargeLists(1);
    const scope = options().scope ?? { requestId: null, tenant: directory.tenant, caller: null };
    const started = await starts.start({ account, vendor: info, order, idempotencyKey, label, scope });
    const { snapshot, isExisting } = started;
    const shown = isExisting
      ? reader.recall(account, { snapshot, transitions: [] })
      : reader.show(account, snapshot);
    return { export: shown, isExisting };
  }

  /** @throws InputError, RateLimitedError, VendorError */
  async cancel(locator: VendorInput): Promise<{ readonly export: Export }> {
    const { account, key } = await this.find(locator);
    return {
      export: await this.parts.cancels.cancel(account, this.vendorOf(account), key, this.lasting()),
    };
  }

  /** @throws InputError, RateLimitedError, VendorError, TrackingError, StoreUnavailableError */
  async track(
    locator: VendorInput,
    label: string | null | undefined,
  ): Promise<{ readonly export: Export | null; readonly tracking: TrackedExport }> {
    const { tracker, isCallers, options } = this.parts;
    const called = parseLabel(label, 'label');
    const { account, key } = await this.find(locator);
    if (isCallers(account)) throw toUntrackable(account);
    const seen = await this.readIfPossible(account, key);
    const tracking = await tracker.track(account, key, {
      label: called,
      trackedBy: options().scope?.caller ?? null,
      startedHere: false,
      snapshot: seen === null ? null : toSnapshot(seen),
    });
    return { export: seen, tracking };
  }

  /** @throws InputError, VendorError, StoreUnavailableError */
  async untrack(locator: VendorInput): Promise<{ readonly exportId: string; readonly wasTracked: boolean }> {
    const { account, key } = this.parts.directory.resolve(toLocator(locator, this.parts.vendorFields));
    return { exportId: key.id, wasTracked: await this.parts.tracker.untrack(account, key) };
  }

  /** @throws InputError, StreamClosedError */
  events(
    filter: ExportFilter | null | undefined,
    first: number,
    after: string | null | undefined,
  ): AsyncIterable<ExportEvent> {
    const { tracker, directory, resumeAfter } = this.parts;
    if (first < 0 || first > MAX_ENDED)
      throw new InputError(`first must be between 0 and ${MAX_ENDED}.`, 'first');
    const checked = filter == null ? null : checkFilter(filter);
    return tracker.events(directory.tenant, { filter: checked, first }, after ?? resumeAfter);
  }

  /** Null where it is not tracked. @throws StoreUnavailableError */
  trackingOf({ key }: Export): TrackedExport | null | Promise<TrackedExport | null> {
    const { tracker, directory } = this.parts;
    return tracker.peek(directory.tenant, key.id) ?? this.loader.load(key.id);
  }

  /** Those that are tracked through these accounts, the newest first. Where the store is away, what stands in memory has to do. */
  async recent(
    accounts: readonly VendorAccount[],
    filter: ExportFilter | null,
    from: number | null | undefined,
  ): Promise<readonly Export[]> {
    const { tracker, directory, reader } = this.parts;
    if (filter?.isTracked === false || accounts.length === 0) return [];
    const found = await tracker.recent({
      tenant: directory.tenant,
      accounts: accounts.map(({ key }) => key),
      statuses: filter?.statuses ?? undefined,
      text: filter?.text ?? undefined,
      createdAfter: filter?.createdAfter ?? undefined,
      createdBefore: filter?.createdBefore ?? undefined,
      from,
      limit: MAX_RECENT,
    });
    return found.flatMap(({ key, identity, state }) => {
      const account = directory.account(key.account);
      if (account?.identity !== identity || state?.snapshot == null) return [];
      return [reader.recall(account, { snapshot: state.snapshot, transitions: state.transitions })];
    });
  }

  /** Of these exports, those that are tracked, and what people call them. @throws StoreUnavailableError */
  async labels(exports: readonly Export[]): Promise<ReadonlyMap<string, string | null>> {
    const { tracker, directory } = this.parts;
    const ids = exports.map(({ key }) => key.id);
    const found = await tracker.find(directory.tenant, ids);
    return new Map([...found].map(([id, { label }]) => [id, label]));
  }

  /** Takes note of how long exports took. */
  learn(account: VendorAccount, exports: readonly Export[]): readonly Export[] {
    this.parts.estimates.learn(this.ownerOf(account), exports);
    return exports;
  }

  estimateOf(each: Export): ExportEstimate | null {
    const account = this.parts.directory.account(each.key.account);
    return account === undefined ? null : this.parts.estimates.of(this.ownerOf(account), each);
  }

  /** @throws InputError, StoreUnavailableError */
  async deliveries(query: {
    readonly endpoint: string | null | undefined;
    readonly status: keyof typeof DELIVERY_STATUSES | null | undefined;
    readonly first: number;
    readonly after: string | null | undefined;
  }): Promise<readonly DeliveryRecord[]> {
    const { endpoint, status, first, after } = query;
    if (first < 1 || first > MAX_DELIVERIES)
      throw new InputError(`first must be between 1 and ${MAX_DELIVERIES}.`, 'first');
    return this.parts.webhooks.list({
      tenant: this.parts.directory.tenant,
      endpoint: endpoint ?? undefined,
      status: status == null ? undefined : DELIVERY_STATUSES[status],
      before: after ?? undefined,
      limit: first,
    });
  }

  /** @throws InputError, StoreUnavailableError */
  async retryDelivery(id: string): Promise<DeliveryRecord> {
    const retried = await this.parts.webhooks.retry(this.parts.directory.tenant, id);
    if (retried !== null) return retried;
    throw new InputError('id names no delivery that could be sent again: see webhookDeliveries.', 'id');
  }

  /** @throws InputError, RateLimitedError */
  async sendTest(endpoint: string): Promise<{ readonly isDelivered: boolean; readonly result: string }> {
    await this.parts.costs.chargeLists(1);
    const sent = await this.parts.webhooks.sendTest(this.parts.directory.tenant, endpoint);
    if (sent !== null) return sent;
    throw new InputError('endpoint names no webhook of this tenant’s configuration.', 'endpoint');
  }

  private async find(locator: VendorInput): Promise<Target> {
    const { directory, costs } = this.parts;
    const target = directory.resolve(toLocator(locator, this.parts.vendorFields));
    await costs.charge([target.key.id], 'locator');
    return target;
  }

  private async readIfPossible(account: VendorAccount, key: ExportKey): Promise<Export | null> {
    const { reader } = this.parts;
    const [found] = await reader.readMany(account, [key], { ...this.lasting(), maxAgeMs: 0 });
    return found === undefined || found instanceof VendorError ? null : found;
  }

  /** What is changed is changed, though its caller leaves meanwhile. */
  private lasting(): ReadOptions {
    const { signal: _signal, ...lasting } = this.parts.options();
    return lasting;
  }

  /** Whose exports an account shows: its tenant's, or those that one caller's token may see. */
  private ownerOf(account: VendorAccount): string {
    return this.parts.isCallers(account) ? account.identity : account.tenant;
  }

  private vendorOf(account: VendorAccount): VendorInfo {
    return this.parts.vendors.find(({ id }) => id === account.vendor) as VendorInfo;
  }
}

/** A filter whose text is of a sensible length. @throws InputError */
export function checkFilter(filter: ExportFilter): ExportFilter {
  if ((filter.text ?? '').length <= MAX_TEXT_LENGTH) return filter;
  throw new InputError(`filter.text must have at most ${MAX_TEXT_LENGTH} characters.`, 'filter.text');
}

/** The argument's `@oneOf` object as one vendor's order. @throws InputError where none of its fields is set */
function toOrder(input: VendorInput, vendors: VendorFields) {
  const named = readVendorInput(input, vendors);
  if (named === null)
    throw new InputError('input.order must name a vendor: give the order of one.', 'input.order');
  const { vendor, field, fields } = named;
  return { vendor, fields, where: `input.order.${field}` };
}

function toUntrackable({ vendor, key: account }: VendorAccount): VendorError {
  const message =
    'Exports of an account whose credential each caller brings cannot be tracked: only the caller can read them.';
  return new VendorError({ code: 'UNSUPPORTED_BY_VENDOR', message, vendor, account });
}
