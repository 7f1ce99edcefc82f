import { StoreUnavailableError } from '../export/errors.ts';
import type { VendorAccount } from '../export/ports.ts';
import type { Store, TrackedExport } from '../export/store.ts';
import type { Tools } from '../runtime/tools.ts';
import type { WatchHub } from '../watch/watch-hub.ts';
import type { Estimates } from './estimates.ts';

/** Exports that are read from the store, and followed, in one go. */
const PAGE = 1_000;
/** Ended exports that are remembered from before a restart. */
const MAX_REMEMBERED = 1_000;
const MAX_DURATIONS = 10_000;
/** How often what need not be kept is dropped, and exports are tried again whose credential was refused. */
const SWEEP_MS = 3_600_000;
const FIRST_RESTORE_RETRY_MS = 500;
const MAX_RESTORE_RETRY_MS = 30_000;

export interface UpkeepSettings {
  readonly store: Store;
  readonly hub: Pick<WatchHub, 'keep'>;
  readonly accountOf: (identity: string) => VendorAccount | undefined;
  readonly tools: Tools;
  readonly estimates: Estimates;
  /** Follows exports that an earlier process had tracked. */
  readonly takeUp: (page: readonly TrackedExport[]) => void;
  /** All that was open has been taken up. */
  readonly onTakenUp: () => void;
  /** Whose accounts are configured. */
  readonly tenants: () => Iterable<string>;
  /** Tries exports again whose credential was refused. */
  readonly retryRefused: () => void;
}

/** What is done with the store at the start, and every now and then. */
export class Upkeep {
  private readonly settings: UpkeepSettings;
  private cancelSweep: () => void = () => undefined;
  private cancelRestore: () => void = () => undefined;
  private isStopped = false;
  private isRestored = false;
  private isTold = false;

  constructor(settings: UpkeepSettings) {
    this.settings = settings;
  }

  /** Takes up what the store remembers; where it cannot be reached, as soon as it can. */
  async start(): Promise<void> {
    this.planSweep();
    await this.restore(FIRST_RESTORE_RETRY_MS);
  }

  stop(): void {
    this.isStopped = true;
    this.cancelSweep();
    this.cancelRestore();
  }

  private async restore(retryMs: number): Promise<void> {
    const { store, estimates, tools, takeUp } = this.settings;
    try {
      estimates.restore(await store.listDurations(MAX_DURATIONS));
      let after: TrackedExport | null = null;
      for (;;) {
        const page: readonly TrackedExport[] = await store.listOpen(after, PAGE);
        if (this.isStopped) return;
        takeUp(page);
        after = page.at(-1) ?? null;
        if (page.length < PAGE) break;
      }
      if (!this.isRestored) this.settings.onTakenUp();
      this.isRestored = true;
      await this.rememberEnded();
    } catch (error) {
      if (this.isStopped) return;
      this.tell(error);
      this.cancelRestore = tools.clock.setTimer(retryMs, () => {
        void this.restore(Math.min(MAX_RESTORE_RETRY_MS, retryMs * 2));
      });
    }
  }

  /** Once: the store itself says what the trouble is. */
  private tell(error: unknown): void {
    if (this.isTold) return;
    this.isTold = true;
    const cause = error instanceof StoreUnavailableError ? error.code : String(error);
    this.settings.tools.log.warn(
      { error: cause },
      'The store cannot be read: tracked exports are taken up as soon as it can.',
    );
  }

  /** What is known of those that had ended: for reads that take an older answer, and for their transitions. */
  private async rememberEnded(): Promise<void> {
    const { store, accountOf, hub } = this.settings;
    for (const tenant of this.settings.tenants()) {
      const ended = await store.list({ tenant, hasEnded: true, limit: MAX_REMEMBERED });
      for (const { identity, key, state } of [...ended].reverse()) {
        const account = accountOf(identity);
        if (account !== undefined && state !== null) hub.keep(account, key, state);
      }
    }
  }

  private planSweep(): void {
    const { store, tools, retryRefused } = this.settings;
    this.cancelSweep = tools.clock.setTimer(SWEEP_MS, () => {
      // What could not be dropped now is dropped an hour later.
      void store.prune(tools.clock.now()).catch(() => undefined);
      retryRefused();
      this.planSweep();
    });
  }
}
