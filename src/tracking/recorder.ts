import type { Delivery, Store, TrackedChange, TrackedExport } from '../export/store.ts';
import { hasEnded, type WatchedState } from '../export/transitions.ts';
import type { Tools } from '../runtime/tools.ts';
import type { Estimates } from './estimates.ts';
import { Standby } from './standby.ts';
import { mergeChanges } from './tracked-change.ts';
import type { TrackedEntry } from './tracked-list.ts';
import { isRefused, isWorthWriting } from './tracked-state.ts';
import { TrackedWrites } from './writes.ts';

const DAY_MS = 24 * 3_600_000;

export interface RecorderSettings {
  readonly store: Store;
  readonly tools: Tools;
  readonly estimates: Estimates;
  /** As configured now. */
  readonly limits: () => { readonly keepDays: number; readonly maxOpen: number };
  /** The webhooks that follow from a tracked export having come from one state to another. */
  readonly owedFor: (step: {
    readonly tracked: TrackedExport;
    readonly before: WatchedState | null;
    readonly after: WatchedState | null;
    /** It comes to be tracked by this. */
    readonly isNew: boolean;
  }) => readonly Delivery[];
  /** Webhooks may have become due. */
  readonly onOwed: () => void;
  readonly onEnded: (entry: TrackedEntry) => void;
}

/** Decides what of that which happens to tracked exports is written down, and who writes it: the gateway that asks about the export. */
export class Recorder {
  private readonly settings: RecorderSettings;
  /** Other gateways may use the store. */
  private readonly isShared: boolean;
  private readonly writes: TrackedWrites;
  /** What other gateways are to write. */
  private readonly standby: Standby;

  constructor(settings: RecorderSettings) {
    this.settings = settings;
    const { store, tools } = settings;
    this.isShared = store.kind === 'postgres';
    // What another gateway wrote, it may not have lived to send.
    const onWritten = (changes: readonly TrackedChange[]) => {
      if (changes.some(({ deliveries }) => deliveries.length > 0)) settings.onOwed();
    };
    this.writes = new TrackedWrites(store, tools, onWritten);
    this.standby = new Standby({ store, tools, write: (change) => this.writes.add(change), onWritten });
  }

  /**
   * @param at - when it happened
   * @param isOurs - this gateway asks about it, and so writes it down
   * @returns false where nothing in it need be written down
   */
  become(
    entry: TrackedEntry,
    state: WatchedState,
    { at, isOurs }: { readonly at: number; readonly isOurs: boolean },
  ): boolean {
    const before = entry.state;
    entry.state = state;
    if (!isWorthWriting(before, state) || entry.hasFailedBefore(state)) return false;
    const isOver = hasEnded(state) && !isRefused(state);
    if (isOver) {
      entry.keptUntil = this.keptUntil(at);
      this.settings.onEnded(entry);
    }
    const { snapshot, transitions } = state;
    const duration =
      isOver && snapshot !== null ? this.settings.estimates.durationOf(snapshot, transitions) : null;
    if (duration !== null && snapshot !== null)
      this.settings.estimates.count(entry.tenant, snapshot, duration);
    this.write(entry, { before, duration, isOurs });
    return true;
  }

  write(
    tracked: TrackedExport,
    step: {
      readonly before: WatchedState | null;
      readonly duration: TrackedChange['duration'];
      readonly isOurs: boolean;
    },
  ): void {
    const { before, duration, isOurs } = step;
    if (tracked.state === null) return;
    const change: TrackedChange = {
      tenant: tracked.tenant,
      exportId: tracked.key.id,
      state: tracked.state,
      keptUntil: tracked.keptUntil,
      duration,
      deliveries: this.settings.owedFor({ tracked, before, after: tracked.state, isNew: false }),
    };
    // Behind one that waits already, or else its state would come before that one's.
    if (!isOurs && this.isShared && !this.writes.has(change)) {
      this.standby.add(change);
      return;
    }
    const earlier = this.standby.take(change);
    this.writes.add(earlier === null ? change : mergeChanges(earlier, change));
  }

  /** What waits to be written of an export is written no more: it is tracked no longer. */
  forget(change: Pick<TrackedChange, 'tenant' | 'exportId'>): void {
    this.writes.forget(change);
    this.standby.take(change);
  }

  keptUntil(now: number): number {
    return now + this.settings.limits().keepDays * DAY_MS;
  }

  /** Writes what waits. */
  async close(): Promise<void> {
    await this.standby.close().catch(() => undefined);
    await this.writes.close();
  }
}
