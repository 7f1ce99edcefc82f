import { type Export, type ExportKey, type ExportSnapshot, isTerminal } from '../export/export.ts';
import type { VendorAccount } from '../export/ports.ts';
import type { WatchedState } from '../export/transitions.ts';
import type { WatchHubOptions } from './hub-types.ts';
import type { RecentWatches } from './recent-watches.ts';
import { plansFor, toExport } from './to-event.ts';
import { toTopic } from './topic.ts';
import type { Watch } from './watch.ts';

type KnownExportsOptions = Pick<WatchHubOptions, 'tools' | 'onRelearnt'>;

/** What watches know of exports, alive and remembered: nobody is asked. */
export class KnownExports {
  private readonly watches: ReadonlyMap<string, Watch>;
  private readonly remembered: RecentWatches;
  private readonly options: KnownExportsOptions;

  constructor(watches: ReadonlyMap<string, Watch>, remembered: RecentWatches, options: KnownExportsOptions) {
    this.watches = watches;
    this.remembered = remembered;
    this.options = options;
  }

  /** The live watch of an export, else what is remembered of the last one. */
  find(account: VendorAccount, key: ExportKey): Watch | undefined {
    const topic = toTopic(account.identity, key.id);
    return this.watches.get(topic) ?? this.remembered.get(topic);
  }

  /** @param isAsking - watches that are alive are being asked about, so that what they know is the state now */
  peek(account: VendorAccount, key: ExportKey, isAsking: boolean): Export | undefined {
    const watch = this.find(account, key);
    const state = watch?.state ?? null;
    if (watch === undefined || state === null) return undefined;
    const isEnd = state.failed === null && state.snapshot !== null && isTerminal(state.snapshot.status);
    return isEnd || (isAsking && !watch.isOver && watch.isCurrent(state))
      ? this.show(watch, state)
      : undefined;
  }

  lastKnown(account: VendorAccount, key: ExportKey): Export | undefined {
    const watch = this.find(account, key);
    const shown = watch?.state && this.show(watch, watch.state);
    return shown ? { ...shown, observation: { ...shown.observation, isStale: true } } : undefined;
  }

  /** The latest watch first. */
  recent(accounts: readonly VendorAccount[]): readonly Export[] {
    return this.remembered
      .of(new Set(accounts.map(({ identity }) => identity)))
      .map((watch) => (watch.state === null ? undefined : this.show(watch, watch.state)))
      .filter((shown) => shown !== undefined);
  }

  /**
   * A read brought this of an export that is not asked about here. Where its watch is over, whoever keeps it longer hears of another status.
   *
   * @returns true where it brought another status
   */
  relearn(watch: Watch, snapshot: ExportSnapshot): boolean {
    const before = watch.state?.snapshot?.status;
    watch.learn(snapshot, this.now());
    const { state } = watch;
    if (state === null || state.snapshot?.status === before) return false;
    if (watch.isOver) this.options.onRelearnt?.(watch.queue.account, watch.key, state);
    return true;
  }

  private now(): number {
    return this.options.tools.clock.now();
  }

  private show(watch: Watch, state: WatchedState): Export | undefined {
    return toExport(state, plansFor(watch, state, this.now())) ?? undefined;
  }
}
