import type { LogEntry } from '../export/backplane.ts';
import { StoreUnavailableError } from '../export/errors.ts';
import type { ExportEvent } from '../export/events.ts';
import type { ExportKey, ExportSnapshot } from '../export/export.ts';
import type { VendorAccount } from '../export/ports.ts';
import type { Delivery, Store, TrackedChange, TrackedExport, TrackedQuery } from '../export/store.ts';
import { hasEnded, type WatchedState } from '../export/transitions.ts';
import type { Tools } from '../runtime/tools.ts';
import type { EventSource } from '../watch/channel-stream.ts';
import type { FollowListener } from '../watch/follower.ts';
import type { WatchHub } from '../watch/watch-hub.ts';
import type { Estimates } from './estimates.ts';
import { type ListView, TrackedEntry, TrackedList } from './tracked-list.ts';
import { isOlder, isRefused, isWorthWriting, toLimit, toState, toTracked } from './tracked-state.ts';
import { Upkeep } from './upkeep.ts';
import { TrackedWrites } from './writes.ts';

const DAY_MS = 24 * 3_600_000;

export interface TrackerSettings {
  readonly store: Store;
  readonly hub: Pick<
    WatchHub,
    'follow' | 'unfollow' | 'pollNow' | 'keep' | 'listenTo' | 'publish' | 'list' | 'learn'
  >;
  readonly accountOf: (identity: string) => VendorAccount | undefined;
  /** Whose accounts are configured. */
  readonly tenants: () => Iterable<string>;
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
}

export interface TrackOptions {
  /** `undefined`: a label that is there already stays. */
  readonly label?: string | null | undefined;
  readonly trackedBy: string | null;
  readonly startedHere: boolean;
  /** The export as it has just been read. */
  readonly snapshot: ExportSnapshot | null;
  /** Found in the vendor's list: one that was untracked by hand is left alone. */
  readonly isDiscovered?: boolean;
  /** The idempotency key that is done by this. */
  readonly startKey?: string | null | undefined;
  /** A started export runs already: it is tracked although the tenant has too many. */
  readonly ignoresLimit?: boolean;
}

/**
 * Exports that outlive whoever asked: followed until they have ended, written down as they change, remembered for a while.
 *
 * A tracked export is interest without a subscriber: the watches know no difference. What is open stands in memory, all of it in the store.
 */
export class Tracker implements FollowListener {
  private readonly settings: TrackerSettings;
  private readonly writes: TrackedWrites;
  private readonly lists = new Map<string, TrackedList>();
  private readonly upkeep: Upkeep;
  private isClosed = false;

  constructor(settings: TrackerSettings) {
    this.settings = settings;
    this.writes = new TrackedWrites(settings.store, settings.tools, (changes) => {
      if (changes.some(({ deliveries }) => deliveries.length > 0)) settings.onOwed();
    });
    this.upkeep = new Upkeep({
      ...settings,
      takeUp: (page) => this.takeUp(page),
      retryRefused: () => this.followAgain(({ state }) => isRefused(state)),
    });
  }

  /** Takes up what the store remembers; where it cannot be reached, as soon as it can. */
  start(): Promise<void> {
    return this.upkeep.start();
  }

  /** Exports that are followed. */
  get openCount(): number {
    let count = 0;
    for (const list of this.lists.values()) count += list.openCount;
    return count;
  }

  /** Writes what waits to be written. The watches are the hub's to end. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.upkeep.stop();
    await this.writes.close();
  }

  // ------------------------------------------------------------------ tracking

  /** @throws TrackingError where the tenant has as many open ones as it may have; StoreUnavailableError; VendorError */
  async track(account: VendorAccount, key: ExportKey, options: TrackOptions): Promise<TrackedExport> {
    const { tools, store, estimates, onOwed } = this.settings;
    const { maxOpen } = this.settings.limits();
    const now = tools.clock.now();
    const state = options.snapshot === null ? null : toState(options.snapshot, now);
    const isOver = state !== null && hasEnded(state);
    const entry = new TrackedEntry({
      tenant: account.tenant,
      key,
      identity: account.identity,
      label: options.label ?? null,
      startedHere: options.startedHere,
      trackedBy: options.trackedBy,
      trackedAt: now,
      keptUntil: isOver ? this.keptUntil(now) : null,
      state,
    });
    const { startKey, snapshot } = options;
    const duration = snapshot === null ? null : estimates.durationOf(snapshot, []);
    const outcome = await store.track({
      entry: toTracked(entry),
      deliveries: this.settings.owedFor({ tracked: entry, before: null, after: state, isNew: true }),
      duration,
      maxOpen: options.ignoresLimit || isOver ? null : maxOpen,
      setsLabel: options.label !== undefined,
      isDiscovered: options.isDiscovered ?? false,
      startKey: startKey == null || snapshot === null ? null : { key: startKey, started: snapshot },
    });
    if (outcome === 'limit') throw toLimit(maxOpen);
    if (outcome === 'known') return this.rename(entry, options);
    if (duration !== null && snapshot !== null) estimates.count(account.tenant, snapshot, duration);
    onOwed();
    return this.take(entry, account);
  }

  /** @returns false where it was not tracked. @throws StoreUnavailableError */
  async untrack({ tenant, identity }: VendorAccount, key: ExportKey): Promise<boolean> {
    const { store, hub, tools, accountOf } = this.settings;
    const known = await store.untrack(tenant, key.id, tools.clock.now());
    const list = this.lists.get(tenant);
    const entry = list?.find(key.id);
    if (known === null && entry === undefined) return false;
    list?.remove(key.id);
    this.writes.forget({ tenant, exportId: key.id });
    const account = accountOf(entry?.identity ?? identity);
    if (account !== undefined) hub.unfollow(account, key);
    await this.publish(
      tenant,
      { type: 'ExportUntracked', exportId: key.id },
      entry?.state ?? known?.state ?? null,
    );
    return true;
  }

  /** How an export is tracked, where that stands in memory. */
  peek(tenant: string, exportId: string): TrackedExport | undefined {
    return this.lists.get(tenant)?.find(exportId);
  }

  /** As `peek`, but asks the store for those that do not stand in memory. @throws StoreUnavailableError */
  async find(tenant: string, exportIds: readonly string[]): Promise<ReadonlyMap<string, TrackedExport>> {
    const found = new Map<string, TrackedExport>();
    for (const id of exportIds) {
      const known = this.peek(tenant, id);
      if (known !== undefined) found.set(id, known);
    }
    const missing = exportIds.filter((id) => !found.has(id));
    if (missing.length === 0) return found;
    for (const tracked of await this.settings.store.find(tenant, missing)) found.set(tracked.key.id, tracked);
    return found;
  }

  /** Those that fit as they were last written down, as they are known now; without the store, all that stand in memory. */
  async recent(query: TrackedQuery): Promise<readonly TrackedExport[]> {
    try {
      const stored = await this.settings.store.list(query);
      return stored.map((tracked) => this.peek(query.tenant, tracked.key.id) ?? tracked);
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
      return [...(this.lists.get(query.tenant)?.entries() ?? [])].slice(0, query.limit);
    }
  }

  /** What happens to the tracked exports of a tenant. @throws as `WatchHub.list` does */
  events(tenant: string, view: Omit<ListView, 'loadEnded'>, after: string | undefined): EventSource {
    const { store, hub } = this.settings;
    const list = this.listOf(tenant);
    const { filter, first } = view;
    const query: TrackedQuery = {
      tenant,
      accounts: filter?.accounts ?? undefined,
      vendors: (filter?.vendors as TrackedQuery['vendors']) ?? undefined,
      statuses: filter?.statuses ?? undefined,
      text: filter?.text ?? undefined,
      createdAfter: filter?.createdAfter ?? undefined,
      createdBefore: filter?.createdBefore ?? undefined,
      hasEnded: true,
      limit: first,
    };
    const loadEnded = () => store.list(query);
    return hub.list({ source: list.sourceFor({ ...view, loadEnded }) }, after);
  }

  /** Open ones of an account whose ids fit, as far as ids are given. */
  findOpen(identity: string, ids: Readonly<Record<string, string | undefined>>): readonly TrackedExport[] {
    const account = this.settings.accountOf(identity);
    const list = account === undefined ? undefined : this.lists.get(account.tenant);
    return [...(list?.entries() ?? [])].filter(
      ({ identity: own, key }) =>
        own === identity &&
        // An id that only helps to read may not be known of every export.
        Object.entries(ids).every(([name, value]) => key.ids[name] === undefined || key.ids[name] === value),
    );
  }

  // ------------------------------------------------------------------ accounts

  /** Accounts came, went, or have another credential: what waited for them is followed again. */
  accountsChanged(): void {
    this.followAgain((entry) => entry.account === null || isRefused(entry.state));
  }

  // ------------------------------------------------------------------ what the watches tell

  onState({ tenant }: VendorAccount, key: ExportKey, state: WatchedState): void {
    const entry = this.lists.get(tenant)?.findOpen(key.id);
    if (entry === undefined || isOlder(state, entry.state)) return;
    const before = entry.state;
    if (!this.become(entry, state)) return;
    const isNews = before?.snapshot?.status !== state.snapshot?.status;
    if (isNews && entry.isAnnounced) this.lists.get(tenant)?.show(entry);
  }

  onEntry({ tenant }: VendorAccount, key: ExportKey, entry: LogEntry, event: ExportEvent): void {
    const list = this.lists.get(tenant);
    const tracked = list?.findOpen(key.id);
    if (list === undefined || tracked === undefined) return;
    const wasKnown = tracked.state?.snapshot != null;
    tracked.sequence = entry.sequence;
    this.become(tracked, entry.state);
    // A first state is told once, whoever waits for another.
    const isNews = entry.fact.type !== 'ExportSnapshot' || !wasKnown;
    if (isNews && tracked.isAnnounced) list.tell(key.id, entry, event);
  }

  onLost({ tenant }: VendorAccount, key: ExportKey): void {
    const entry = this.lists.get(tenant)?.findOpen(key.id);
    if (entry !== undefined) entry.account = null;
  }

  /** A read brought another status of an export whose watch is over. */
  async onRelearnt({ tenant }: VendorAccount, key: ExportKey, state: WatchedState): Promise<void> {
    const [known] = (
      await this.find(tenant, [key.id]).catch(() => new Map<string, TrackedExport>())
    ).values();
    if (known === undefined || known.keptUntil === null || isOlder(state, known.state)) return;
    const entry = this.lists.get(tenant)?.find(key.id);
    if (entry !== undefined) entry.state = state;
    this.write({ ...known, state }, known.state, null);
  }

  // ------------------------------------------------------------------ inside

  private async rename(entry: TrackedEntry, { label, startKey }: TrackOptions): Promise<TrackedExport> {
    const { tenant, key } = entry;
    if (startKey != null) this.settings.onOwed();
    const known = this.lists.get(tenant)?.find(key.id);
    if (known !== undefined) {
      if (label !== undefined) known.label = label;
      return known;
    }
    const [stored] = await this.settings.store.find(tenant, [key.id]);
    // Discovered, but untracked by hand: nobody is told of it.
    return stored ?? entry;
  }

  /** From now on it is followed, and those who look on are told. */
  private async take(entry: TrackedEntry, account: VendorAccount): Promise<TrackedExport> {
    const list = this.listOf(entry.tenant);
    const isOver = entry.keptUntil !== null;
    if (isOver) list.end(entry);
    else list.add(entry);
    if (entry.state !== null && isOver) this.settings.hub.keep(account, entry.key, entry.state);
    // Watched first: then a cursor from here on misses nothing of its topic.
    if (!isOver) await this.follow([entry]);
    await this.publish(entry.tenant, { type: 'ExportTracked', exportId: entry.key.id }, entry.state);
    entry.isAnnounced = true;
    return entry;
  }

  private listOf(tenant: string): TrackedList {
    let list = this.lists.get(tenant);
    if (list !== undefined) return list;
    list = new TrackedList(tenant);
    this.lists.set(tenant, list);
    const told = list;
    this.settings.hub
      .listenTo(list.journal, (exportId, entry, event) => {
        const tracked = told.find(exportId);
        if (tracked !== undefined) {
          tracked.isAnnounced = true;
          tracked.sequence = Math.max(tracked.sequence, entry.sequence);
        }
        told.tell(exportId, entry, event);
      })
      .catch(() => undefined);
    return list;
  }

  private async publish(
    tenant: string,
    fact: Extract<LogEntry['fact'], { type: 'ExportTracked' | 'ExportUntracked' }>,
    state: WatchedState | null,
  ): Promise<void> {
    try {
      await this.settings.hub.publish(this.listOf(tenant).journal, fact, state);
    } catch {
      this.settings.tools.log.warn(
        { exportId: fact.exportId },
        'Those who look at the tracked exports could not be told: they see it when they subscribe again.',
      );
    }
  }

  private followAgain(isWanted: (entry: TrackedEntry) => boolean): void {
    for (const list of this.lists.values()) void this.follow([...list.entries()].filter(isWanted));
  }

  private takeUp(page: readonly TrackedExport[]): void {
    const entries: TrackedEntry[] = [];
    for (const tracked of page) {
      const list = this.listOf(tracked.tenant);
      if (list.findOpen(tracked.key.id) !== undefined) continue;
      const entry = new TrackedEntry(tracked);
      entry.isAnnounced = true;
      list.add(entry);
      entries.push(entry);
    }
    void this.follow(entries);
  }

  /** Never rejects. */
  private async follow(entries: readonly TrackedEntry[]): Promise<void> {
    const requests = entries.flatMap((entry) => {
      entry.account = this.settings.accountOf(entry.identity) ?? null;
      return entry.account === null ? [] : [{ account: entry.account, key: entry.key, kept: entry.state }];
    });
    if (requests.length === 0 || this.isClosed) return;
    try {
      await this.settings.hub.follow(requests, this);
    } catch {
      // The gateway is going down: the next start takes them up.
    }
  }

  /** @returns false where nothing in it need be written down */
  private become(entry: TrackedEntry, state: WatchedState): boolean {
    const before = entry.state;
    entry.state = state;
    if (!isWorthWriting(before, state) || entry.hasFailedBefore(state)) return false;
    const isOver = hasEnded(state) && !isRefused(state);
    if (isOver) {
      entry.keptUntil = this.keptUntil(this.settings.tools.clock.now());
      this.lists.get(entry.tenant)?.end(entry);
    }
    const { snapshot, transitions } = state;
    const duration =
      isOver && snapshot !== null ? this.settings.estimates.durationOf(snapshot, transitions) : null;
    if (duration !== null && snapshot !== null)
      this.settings.estimates.count(entry.tenant, snapshot, duration);
    this.write(entry, before, duration);
    return true;
  }

  private write(
    tracked: TrackedExport,
    before: WatchedState | null,
    duration: TrackedChange['duration'],
  ): void {
    if (tracked.state === null) return;
    this.writes.add({
      tenant: tracked.tenant,
      exportId: tracked.key.id,
      state: tracked.state,
      keptUntil: tracked.keptUntil,
      duration,
      deliveries: this.settings.owedFor({ tracked, before, after: tracked.state, isNew: false }),
    });
  }

  private keptUntil(now: number): number {
    return now + this.settings.limits().keepDays * DAY_MS;
  }
}
