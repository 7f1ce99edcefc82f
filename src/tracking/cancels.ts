import { VendorError } from '../export/errors.ts';
import { type Export, type ExportKey, type ExportSnapshot, isTerminal } from '../export/export.ts';
import type { ReadOptions, VendorAccount, VendorInfo } from '../export/ports.ts';
import { toSnapshot } from '../export/present.ts';
import { startWatch } from '../export/transitions.ts';
import type { Clock } from '../runtime/clock.ts';
import type { FollowListener } from '../watch/follower.ts';
import type { WatchHub } from '../watch/watch-hub.ts';
import { toUnsupported } from './start-errors.ts';

/** How long a job that was asked to stop is watched where nobody else watches it. */
const WATCH_MS = 3_600_000;

const NOBODY: FollowListener = { onState: ignore, onEntry: ignore, onNews: ignore, onLost: ignore };

export interface CancelsSettings {
  readonly hub: Pick<WatchHub, 'follow' | 'unfollow' | 'learn' | 'isFollowed'>;
  readonly clock: Clock;
  /** The export as its vendor says it is now. @throws VendorError */
  readonly read: (account: VendorAccount, key: ExportKey, options: ReadOptions) => Promise<Export>;
}

/** Asks vendors to stop jobs. */
export class Cancels {
  private readonly settings: CancelsSettings;

  constructor(settings: CancelsSettings) {
    this.settings = settings;
  }

  /**
   * @returns the export as it is now: CANCELING until the vendor confirms, and however it had ended where it had
   * @throws VendorError
   */
  async cancel(
    account: VendorAccount,
    vendor: VendorInfo,
    key: ExportKey,
    options: ReadOptions,
  ): Promise<Export> {
    const { read } = this.settings;
    if (account.cancel === undefined) throw toUnsupported(account, vendor, 'stops a job');
    // The call that stops a running job may drop the file of one that has ended.
    const before = await read(account, key, options);
    if (isTerminal(before.status)) return before;
    try {
      await account.cancel(key, { scope: options.scope });
    } catch (error) {
      return this.unlessOver(error, account, key, options);
    }
    this.markCanceling(account, before);
    const after = await read(account, key, options).catch(ifPassing);
    return after ?? { ...before, status: 'CANCELING' };
  }

  /**
   * Vendors refuse to stop a job that has just ended: then its end is the answer. Where the vendor says that there is nothing to stop, the
   * answer is how the job stands, whatever that is.
   */
  private async unlessOver(
    error: unknown,
    account: VendorAccount,
    key: ExportKey,
    options: ReadOptions,
  ): Promise<Export> {
    const code = error instanceof VendorError ? error.code : undefined;
    const isRefusal = code === 'VENDOR_FORBIDDEN' || code === 'EXPORT_NOT_FOUND';
    const after = isRefusal ? await this.settings.read(account, key, options).catch(() => null) : null;
    if (after !== null && (code === 'EXPORT_NOT_FOUND' || isTerminal(after.status))) return after;
    throw error;
  }

  /** What is known says CANCELING from now on: a vendor that still says RUNNING has not confirmed yet. */
  private markCanceling(account: VendorAccount, before: Export): void {
    const { hub, clock } = this.settings;
    const now = clock.now();
    const snapshot: ExportSnapshot = { ...toSnapshot(before), status: 'CANCELING', observedAt: now };
    if (!hub.isFollowed(account, before.key)) {
      const kept = { ...startWatch(now), snapshot };
      // Where the gateway is going down, whoever looks at the export later sees how it ended.
      hub.follow([{ account, key: before.key, kept }], NOBODY).catch(ignore);
      clock.setTimer(WATCH_MS, () => hub.unfollow(account, before.key));
    }
    hub.learn(account, snapshot);
  }
}

/** The job was asked to stop: that it cannot be read just now takes nothing from that. */
function ifPassing(error: unknown): null {
  if (error instanceof VendorError) return null;
  throw error;
}

function ignore(): void {}
