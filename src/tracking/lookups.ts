import type { Store, TrackedExport } from '../export/store.ts';
import type { Clock } from '../runtime/clock.ts';
import { groupByTenant, toName } from './tracked-change.ts';

/** Exports that are asked for at once. */
const MAX_BATCH = 500;
const RETRY_MS = 1_000;

export interface LookupsSettings {
  readonly store: Pick<Store, 'find'>;
  readonly clock: Clock;
  /** @param tracked - null where it is not tracked (any more) */
  readonly onFound: (wanted: Lookup, tracked: TrackedExport | null) => void;
  /** It cannot be looked up now, and is tried again. */
  readonly onTrouble: (wanted: Lookup) => void;
}

/** An export to be read from the store. */
export interface Lookup {
  readonly tenant: string;
  readonly exportId: string;
  readonly why:
    | 'tracked' // the log told that it is tracked
    | 'noticed' // another gateway changed something about it
    | 'missing' // the store has it as open, and nothing is known of it here
    | 'gone'; // it counts as open here, and not in the store
}

/** Reads from the store what other gateways have written of single exports: many that come together in one question. */
export class Lookups {
  private readonly settings: LookupsSettings;
  private readonly wanted = new Map<string, Lookup>();
  private isRunning = false;
  private cancelRetry: (() => void) | null = null;
  private isClosed = false;

  constructor(settings: LookupsSettings) {
    this.settings = settings;
  }

  want(lookup: Lookup): void {
    this.wanted.set(toName(lookup), lookup);
    if (!this.isRunning && this.cancelRetry === null) void this.run();
  }

  /** What is being read of it says nothing any more. */
  forget(wanted: Pick<Lookup, 'tenant' | 'exportId'>): void {
    this.wanted.delete(toName(wanted));
  }

  close(): void {
    this.isClosed = true;
    this.cancelRetry?.();
  }

  /** Never rejects. */
  private async run(): Promise<void> {
    this.isRunning = true;
    // In a turn of its own, so that what comes in one turn is one question.
    await Promise.resolve();
    while (this.wanted.size > 0 && !this.isClosed) {
      const batch = [...this.wanted.values()].slice(0, MAX_BATCH);
      const isRead = await this.read(batch);
      if (isRead) continue;
      for (const wanted of batch) if (this.isWanted(wanted)) this.settings.onTrouble(wanted);
      this.cancelRetry = this.settings.clock.setTimer(RETRY_MS, () => {
        this.cancelRetry = null;
        void this.run();
      });
      break;
    }
    this.isRunning = false;
  }

  private async read(batch: readonly Lookup[]): Promise<boolean> {
    try {
      for (const [tenant, wanted] of groupByTenant(batch, (each) => each.tenant)) {
        const ids = wanted.map(({ exportId }) => exportId);
        const found = await this.settings.store.find(tenant, ids);
        const byId = new Map(found.map((tracked) => [tracked.key.id, tracked]));
        for (const each of wanted) this.settle(each, byId.get(each.exportId) ?? null);
      }
      return true;
    } catch {
      return false;
    }
  }

  private settle(wanted: Lookup, tracked: TrackedExport | null): void {
    // Something was told of it meanwhile: that is read again, or it is tracked no longer.
    if (!this.isWanted(wanted)) return;
    this.wanted.delete(toName(wanted));
    this.settings.onFound(wanted, tracked);
  }

  private isWanted(wanted: Lookup): boolean {
    return this.wanted.get(toName(wanted)) === wanted;
  }
}
