import { LRUCache } from 'lru-cache';
import { VendorError } from '../export/errors.ts';
import { type Export, isTerminal } from '../export/export.ts';
import type { VendorAccount } from '../export/ports.ts';
import type { Tools } from '../runtime/tools.ts';
import type { Tracker } from './tracker.ts';

/** How many exports one look asks for. */
const LIST_LIMIT = 100;
const MAX_DECLINED = 10_000;
const MIN_WAIT_MS = 100;

/** An account whose open exports are tracked, whoever started them. */
export interface DiscoveredAccount {
  readonly key: string;
  /** How often its list is looked at. */
  readonly discoverMs: number;
}

export interface DiscoverySettings {
  readonly tracker: Tracker;
  readonly tools: Tools;
  readonly accountOf: (key: string) => VendorAccount | undefined;
  /**
   * Asks whether it is this gateway's turn to look: null where it is, else when it may ask again. Left out where there is no other.
   *
   * @throws StoreUnavailableError
   */
  readonly takeTurn?: ((account: VendorAccount, everyMs: number) => Promise<number | null>) | undefined;
  /** The vendor's own list. @throws VendorError */
  readonly list: (account: VendorAccount, limit: number) => Promise<readonly Export[]>;
}

interface Timer {
  readonly discoverMs: number;
  cancel: () => void;
}

/** Finds exports that nobody started here in the vendors' own lists: one list call an interval and account, whichever gateway makes it. */
export class Discovery {
  private readonly settings: DiscoverySettings;
  private readonly timers = new Map<string, Timer>();
  /** Exports that were untracked by hand: they are not asked for each time. */
  private readonly declined = new LRUCache<string, true>({ max: MAX_DECLINED });
  /** Accounts whose list could not be read: said once, until it can. */
  private readonly inTrouble = new Set<string>();

  constructor(settings: DiscoverySettings) {
    this.settings = settings;
  }

  /** Looks through these accounts from now on, and through no others. */
  replace(accounts: readonly DiscoveredAccount[]): void {
    const wanted = new Map(accounts.map((account) => [account.key, account]));
    for (const [key, timer] of this.timers) {
      if (wanted.get(key)?.discoverMs === timer.discoverMs) continue;
      timer.cancel();
      this.timers.delete(key);
    }
    for (const account of accounts) if (!this.timers.has(account.key)) this.plan(account, 0);
  }

  stop(): void {
    this.replace([]);
  }

  private plan(account: DiscoveredAccount, afterMs: number): void {
    const timer: Timer = { discoverMs: account.discoverMs, cancel: () => undefined };
    this.timers.set(account.key, timer);
    timer.cancel = this.settings.tools.clock.setTimer(afterMs, () => {
      void this.look(account).then((nextMs) => {
        if (this.timers.get(account.key) === timer) this.plan(account, nextMs);
      });
    });
  }

  /** Never rejects. @returns when to look again */
  private async look({ key, discoverMs }: DiscoveredAccount): Promise<number> {
    const { accountOf, takeTurn, list, tools } = this.settings;
    const account = accountOf(key);
    if (account === undefined) return discoverMs;
    try {
      const freeAt = (await takeTurn?.(account, discoverMs)) ?? null;
      if (freeAt !== null) return toWaitMs(freeAt - tools.clock.now(), discoverMs);
      const exports = await list(account, LIST_LIMIT);
      for (const found of exports) if (!isTerminal(found.status)) await this.take(account, found);
      this.inTrouble.delete(key);
    } catch (error) {
      this.tell(account, error);
    }
    return discoverMs;
  }

  /** Once, until it goes well again. */
  private tell(account: VendorAccount, error: unknown): void {
    const { tools } = this.settings;
    const { key } = account;
    if (this.inTrouble.has(key)) return;
    this.inTrouble.add(key);
    const code = error instanceof VendorError ? error.code : (error as { code?: unknown }).code;
    tools.log.warn(
      { account: key, vendor: account.vendor, code: String(code ?? 'unknown') },
      'New exports of this account could not be found: its list is looked at again.',
    );
    if (!(error instanceof VendorError))
      tools.log.debug({ error: String(error) }, 'looking for exports failed');
  }

  private async take(account: VendorAccount, found: Export): Promise<void> {
    const { tracker } = this.settings;
    const name = `${account.tenant} ${found.key.id}`;
    if (tracker.peek(account.tenant, found.key.id) !== undefined || this.declined.has(name)) return;
    await tracker.track(account, found.key, {
      trackedBy: null,
      startedHere: false,
      snapshot: found,
      isDiscovered: true,
    });
    if (tracker.peek(account.tenant, found.key.id) === undefined) this.declined.set(name, true);
  }
}

/** By another gateway's clock, which need not be this one's. */
function toWaitMs(ms: number, everyMs: number): number {
  return Math.min(everyMs, Math.max(MIN_WAIT_MS, ms));
}
