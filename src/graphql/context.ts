import type { Caller } from '../access/caller.ts';
import type { FileLinkSigner, FileLinks } from '../access/file-links.ts';
import type { AccountDirectory } from '../accounts/directory.ts';
import type { ExportReader } from '../accounts/reader.ts';
import type { CancelSignal, VendorInfo, WorkScope } from '../export/ports.ts';
import { ExportGateway, type ExportWatches } from './export-gateway.ts';
import { toVendorFields, type VendorFields } from './locator-input.ts';
import { OperationCosts } from './operation-costs.ts';
import { TrackedExports, type TrackingParts } from './tracked-exports.ts';

/** What every resolver gets: one caller's view of the gateway, made anew for each operation and for each event that is shown. */
export interface GatewayContext {
  /** Whose log lines are whose. */
  readonly scope: WorkScope;
  readonly exports: ExportGateway;
  readonly tracked: TrackedExports;
  readonly fileLinks: FileLinks;
}

/** Whom a context is made for. */
export interface ContextOrigin {
  readonly caller: Caller;
  readonly scope: WorkScope;
  /** The reader's `moment` when the operation came: a vendor's answer that came since then is shared with it. */
  readonly askedAt: number;
  /** Asked for only where something listens to it. */
  readonly signal: () => CancelSignal | undefined;
  /** See `Call`. */
  readonly resumeAfter?: string | undefined;
}

export interface ContextSettings {
  readonly vendors: readonly VendorInfo[];
  readonly directoryFor: (caller: Caller) => AccountDirectory;
  readonly reader: ExportReader;
  readonly watches: ExportWatches;
  readonly tracking: TrackingParts;
  readonly signer: FileLinkSigner;
  readonly limits: { readonly locators: number; readonly locatorsPerOperation: number };
  /** Asks for so many exports on behalf of the caller. @throws RateLimitedError */
  readonly admitLocators: (caller: Caller, count: number) => Promise<void> | undefined;
}

/** Makes the contexts of operations. */
export function createContexts(settings: ContextSettings): (origin: ContextOrigin) => GatewayContext {
  const parts: ContextParts = { ...settings, vendorFields: toVendorFields(settings.vendors) };
  return (origin) => new OperationContext(parts, origin);
}

interface ContextParts extends ContextSettings {
  readonly vendorFields: VendorFields;
}

class OperationContext implements GatewayContext {
  readonly scope: WorkScope;
  readonly exports: ExportGateway;
  private readonly parts: ContextParts;
  private readonly origin: ContextOrigin;
  private readonly directory: AccountDirectory;
  private readonly costs: OperationCosts;
  private links: FileLinks | null = null;
  private trackedExports: TrackedExports | null = null;

  constructor(parts: ContextParts, origin: ContextOrigin) {
    const { vendors, vendorFields, directoryFor, reader, watches, limits, admitLocators } = parts;
    const { caller, scope, resumeAfter } = origin;
    this.scope = scope;
    this.parts = parts;
    this.origin = origin;
    this.directory = directoryFor(caller);
    this.costs = new OperationCosts(limits.locatorsPerOperation, (count) => admitLocators(caller, count));
    this.exports = new ExportGateway({
      vendors,
      vendorFields,
      directory: this.directory,
      reader,
      watches,
      tracked: () => this.tracked,
      maxLocators: limits.locators,
      costs: this.costs,
      options: () => this.readOptions(),
      resumeAfter,
    });
  }

  /** Made where something is tracked, or asked about as such: most operations do not. */
  get tracked(): TrackedExports {
    const { vendors, vendorFields, reader, tracking } = this.parts;
    this.trackedExports ??= new TrackedExports({
      ...tracking,
      vendors,
      vendorFields,
      reader,
      directory: this.directory,
      costs: this.costs,
      options: () => this.readOptions(),
      resumeAfter: this.origin.resumeAfter,
    });
    return this.trackedExports;
  }

  /** Made where a file is shown: most operations show none. */
  get fileLinks(): FileLinks {
    this.links ??= this.parts.signer.linksFor((file) => this.exports.account(file.export.key));
    return this.links;
  }

  private readOptions() {
    const { signal, scope, askedAt } = this.origin;
    return { signal: signal(), scope, askedAt };
  }
}
