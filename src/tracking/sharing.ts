import type { LogEntry } from '../export/backplane.ts';
import type { ExportEvent } from '../export/events.ts';
import type { Store, TrackedExport } from '../export/store.ts';
import type { WatchedState } from '../export/transitions.ts';
import type { Tools } from '../runtime/tools.ts';
import type { WatchHub } from '../watch/watch-hub.ts';
import { Comparison } from './comparison.ts';
import { type Lookup, Lookups } from './lookups.ts';
import type { TrackedEntry, TrackedList } from './tracked-list.ts';

/** When a journal could not be followed, because the backplane cannot be reached, it is tried again after this long. */
const LISTEN_RETRY_MS = 1_000;
/** An export that has been tracked for so long has been told of by whoever tracks it, if that is still alive. */
const SETTLED_MS = 10_000;

export interface SharingSettings {
  readonly store: Store;
  readonly hub: Pick<WatchHub, 'listenTo' | 'publish' | 'load'>;
  readonly tools: Tools;
  readonly lists: ReadonlyMap<string, TrackedList>;
  readonly listOf: (tenant: string) => TrackedList;
  /** Takes up one that some gateway tracks; one that has ended is remembered. */
  readonly takeUp: (tracked: TrackedExport, isAnnounced: boolean) => void;
  /** It is tracked no longer. */
  readonly drop: (entry: TrackedEntry) => void;
  /** It has ended, as the store says, without a word in the log. */
  readonly end: (entry: TrackedEntry, stored: TrackedExport) => void;
}

/**
 * What gateways tell each other of tracked exports: through a journal for each tenant, which subscribers see as well, through notices, which
 * they do not, and, for whatever was not told or not heard, through the store.
 */
export class Sharing {
  private readonly settings: SharingSettings;
  private readonly lookups: Lookups;
  private readonly comparison: Comparison;
  private hasBegun = false;
  private isClosed = false;

  constructor(settings: SharingSettings) {
    this.settings = settings;
    const { store, tools, lists } = settings;
    this.lookups = new Lookups({
      ...{ store, clock: tools.clock },
      onFound: (wanted, tracked) => this.onFound(wanted, tracked),
      // Whoever looks on is told what is known.
      onTrouble: ({ tenant, exportId }) => lists.get(tenant)?.becomeKnown(exportId),
    });
    this.comparison = new Comparison({
      ...{ store, tools },
      *open() {
        for (const list of lists.values()) yield* list.entries();
      },
      onMissing: ({ tenant, exportId }) => this.lookups.want({ tenant, exportId, why: 'missing' }),
      onDifferent: (entry, name) => this.onDifferent(entry, name.label),
      onGone: ({ tenant, key }) => this.lookups.want({ tenant, exportId: key.id, why: 'gone' }),
    });
  }

  /** Other gateways may use the store. */
  get isShared(): boolean {
    return this.settings.store.kind === 'postgres';
  }

  /** Follows what is told of a tenant's exports; resolves when that is so, or is tried again. */
  async listen(list: TrackedList, tenant: string): Promise<void> {
    const { hub, tools } = this.settings;
    try {
      await Promise.all([
        hub.listenTo(list.journal, (exportId, entry, event) =>
          this.onTold(tenant, list, exportId, entry, event),
        ),
        this.isShared
          ? hub.listenTo(list.notices, (exportId) => this.lookups.want({ tenant, exportId, why: 'noticed' }))
          : null,
      ]);
      if (this.hasBegun) await this.findBeginning(list);
    } catch {
      if (this.isClosed) return;
      tools.clock.setTimer(LISTEN_RETRY_MS, () => void this.listen(list, tenant));
    }
  }

  /** Everything that is open has been taken up. */
  begin(): void {
    if (!this.isShared) return;
    this.hasBegun = true;
    this.comparison.plan();
    for (const list of this.settings.lists.values()) void this.findBeginning(list);
  }

  close(): void {
    this.isClosed = true;
    this.lookups.close();
    this.comparison.close();
  }

  async tell(
    list: TrackedList,
    fact: Extract<LogEntry['fact'], { type: 'ExportTracked' | 'ExportUntracked' }>,
    state: WatchedState | null,
  ): Promise<void> {
    try {
      await this.settings.hub.publish(list.journal, fact, state);
    } catch {
      this.settings.tools.log.warn(
        { exportId: fact.exportId },
        'Those who look at the tracked exports could not be told: they see it when they subscribe again.',
      );
    }
  }

  /** Other gateways read it anew. Where they cannot be told, they see it by comparing. */
  notice(tenant: string, exportId: string): void {
    if (!this.isShared) return;
    const { notices } = this.settings.listOf(tenant);
    this.settings.hub.publish(notices, { type: 'ExportTracked', exportId }, null).catch(() => undefined);
  }

  /** What ended before now is not at hand: nothing is resumed from before now. */
  private async findBeginning(list: TrackedList): Promise<void> {
    const { hub, tools } = this.settings;
    try {
      const { head } = await hub.load([list.journal], null);
      list.resumeFrom(head);
    } catch {
      if (this.isClosed) return;
      tools.clock.setTimer(LISTEN_RETRY_MS, () => void this.findBeginning(list));
    }
  }

  private onTold(
    tenant: string,
    list: TrackedList,
    exportId: string,
    entry: LogEntry,
    event: ExportEvent,
  ): void {
    const known = list.find(exportId);
    if (entry.fact.type === 'ExportUntracked') {
      this.lookups.forget({ tenant, exportId });
      if (known !== undefined && this.isShared) this.settings.drop(known);
      list.tell(exportId, entry, event);
      list.becomeKnown(exportId);
      return;
    }
    if (known !== undefined && known.keptUntil === null) known.noteAnnounced(entry.sequence);
    else if (this.isShared) {
      list.awaitKnown(exportId);
      this.lookups.want({ tenant, exportId, why: 'tracked' });
    }
    list.tell(exportId, entry, event);
  }

  private onFound({ tenant, exportId, why }: Lookup, tracked: TrackedExport | null): void {
    const list = this.settings.listOf(tenant);
    const known = list.find(exportId);
    if (tracked === null) {
      if (why === 'gone' && known !== undefined) this.onVanished(list, known);
    } else if (known === undefined || (known.keptUntil !== null && tracked.keptUntil === null)) {
      this.settings.takeUp(tracked, why !== 'missing');
      const taken = list.find(exportId);
      const isSettled = this.settings.tools.clock.now() - tracked.trackedAt > SETTLED_MS;
      if (why === 'missing' && taken !== undefined && isSettled) this.announce(taken);
    } else {
      known.label = tracked.label;
      if (why === 'gone' && known.keptUntil === null && tracked.keptUntil !== null)
        this.settings.end(known, tracked);
    }
    list.becomeKnown(exportId);
  }

  /** Whoever untracked it did not live to tell. */
  private onVanished(list: TrackedList, entry: TrackedEntry): void {
    this.settings.drop(entry);
    void this.tell(list, { type: 'ExportUntracked', exportId: entry.key.id }, entry.state);
  }

  private onDifferent(entry: TrackedEntry, label: string | null): void {
    const { tenant, key } = entry;
    if (entry.label !== label) this.lookups.want({ tenant, exportId: key.id, why: 'noticed' });
    if (!entry.isAnnounced) this.announce(entry);
  }

  /** Whoever tracked it did not live to tell. */
  private announce(entry: TrackedEntry): void {
    const { tenant, key, state } = entry;
    entry.isAnnounced = true;
    void this.tell(this.settings.listOf(tenant), { type: 'ExportTracked', exportId: key.id }, state);
  }
}
