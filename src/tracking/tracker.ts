import { StoreUnavailableError } from '../export/errors.ts';
import type { ExportEvent } from '../export/events.ts';
import type { ExportKey, ExportSnapshot } from '../export/export.ts';
import type { VendorAccount } from '../export/ports.ts';
import type { TrackedExport, TrackedQuery } from '../export/store.ts';
import { hasEnded, type WatchedState } from '../export/transitions.ts';
import type { EventSource } from '../watch/channel-stream.ts';
import type { FollowedEntry, FollowListener } from '../watch/follower.ts';
import type { WatchHub } from '../watch/watch-hub.ts';
import { Recorder, type RecorderSettings } from './recorder.ts';
import { Sharing } from './sharing.ts';
import { type ListView, TrackedEntry, TrackedList } from './tracked-list.ts';
import { isOlder, isRefused, toLimit, toState, toTracked } from './tracked-state.ts';
import { Upkeep } from './upkeep.ts';

/** Tenants whose journals are followed at once, at the start. */
const MAX_LISTENING = 50;

export interface TrackerSettings extends Omit<RecorderSettings, 'onEnded'> {
  readonly hub: Pick<
    WatchHub,
    'follow' | 'unfollow' | 'pollNow' | 'keep' | 'listenTo' | 'publish' | 'load' | 'list' | 'learn'
  >;
  readonly accountOf: (identity: string) => VendorAccount | undefined;
  /** Whose accounts are configured. */
  readonly tenants: () => Iterable<string>;
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
  private readonly recorder: Recorder;
  private readonly lists = new Map<string, TrackedList>();
  private readonly sharing: Sharing;
  private readonly upkeep: Upkeep;
  private isClosed = false;

  constructor(settings: TrackerSettings) {
    this.settings = settings;
    const { store, tools, hub } = settings;
    this.recorder = new Recorder({
      ...settings,
      onEnded: (entry) => this.lists.get(entry.tenant)?.end(entry),
    });
    this.sharing = new Sharing({
      ...{ store, tools, hub, lists: this.lists, listOf: (tenant) => this.listOf(tenant) },
      takeUp: (tracked, isAnnounced) => this.takeUpOther(tracked, isAnnounced),
      drop: (entry) => this.drop(entry),
      end: (entry, stored) => this.endAsStored(entry, stored),
    });
    this.upkeep = new Upkeep({
      ...settings,
      takeUp: (page) => this.takeUp(page),
      onTakenUp: () => this.sharing.begin(),
      retryRefused: () => this.followAgain(({ state }) => isRefused(state)),
    });
  }

  /** Takes up what the store remembers; where it cannot be reached, as soon as it can. */
  async start(): Promise<void> {
    await this.listenToAll();
    await this.upkeep.start();
  }

  /** Exports that are followed. */
  get openCount(): number {
    return [...this.lists.values()].reduce((count, { openCount }) => count + openCount, 0);
  }

  /** Writes what waits to be written. The watches are the hub's to end. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.upkeep.stop();
    this.sharing.close();
    await this.recorder.close();
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
      keptUntil: isOver ? this.recorder.keptUntil(now) : null,
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
    this.recorder.forget({ tenant, exportId: key.id });
    const account = accountOf(entry?.identity ?? identity);
    if (account !== undefined) hub.unfollow(account, key);
    const state = entry?.state ?? known?.state ?? null;
    await this.sharing.tell(this.listOf(tenant), { type: 'ExportUntracked', exportId: key.id }, state);
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
    const source = this.listOf(tenant).sourceFor({ ...view, loadEnded: () => store.list(query) });
    return hub.list({ source }, after);
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
    void this.listenToAll();
    this.followAgain((entry) => entry.account === null || isRefused(entry.state));
  }

  // ------------------------------------------------------------------ what the watches tell

  onState({ tenant }: VendorAccount, key: ExportKey, state: WatchedState, isOurs: boolean): void {
    const entry = this.lists.get(tenant)?.findOpen(key.id);
    if (entry === undefined || isOlder(state, entry.state)) return;
    const before = entry.state;
    if (!this.recorder.become(entry, state, { at: this.settings.tools.clock.now(), isOurs })) return;
    // Its place in the log is not known here.
    if (entry.keptUntil !== null) entry.sequence = null;
    const isNews = before?.snapshot?.status !== state.snapshot?.status;
    if (isNews && entry.isAnnounced) this.lists.get(tenant)?.show(entry);
  }

  onEntry({ tenant }: VendorAccount, key: ExportKey, { entry, event, isOurs }: FollowedEntry): void {
    const list = this.lists.get(tenant);
    const tracked = list?.findOpen(key.id);
    if (list === undefined || tracked === undefined) return;
    const wasKnown = tracked.state?.snapshot != null;
    tracked.sequence = entry.sequence;
    this.recorder.become(tracked, entry.state, { at: entry.at, isOurs });
    // A first state is told once, whoever waits for another.
    const isNews = entry.fact.type !== 'ExportSnapshot' || !wasKnown;
    if (isNews && tracked.isAnnounced) list.tell(key.id, entry, event);
  }

  onNews({ tenant }: VendorAccount, { id }: ExportKey, event: ExportEvent): void {
    this.lists.get(tenant)?.tellLocally(id, event);
  }

  onLost({ tenant }: VendorAccount, key: ExportKey): void {
    this.lists.get(tenant)?.lose(key.id);
  }

  /** A read brought another status of an export whose watch is over. */
  async onRelearnt({ tenant }: VendorAccount, key: ExportKey, state: WatchedState): Promise<void> {
    const [known] = (
      await this.find(tenant, [key.id]).catch(() => new Map<string, TrackedExport>())
    ).values();
    if (known === undefined || known.keptUntil === null || isOlder(state, known.state)) return;
    const entry = this.lists.get(tenant)?.find(key.id);
    if (entry !== undefined) entry.state = state;
    this.recorder.write({ ...known, state }, { before: known.state, duration: null, isOurs: true });
  }

  // ------------------------------------------------------------------ inside

  private async rename(entry: TrackedEntry, { label, startKey }: TrackOptions): Promise<TrackedExport> {
    const { tenant, key } = entry;
    if (startKey != null) this.settings.onOwed();
    if (label !== undefined) this.sharing.notice(tenant, key.id);
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
    await this.sharing.tell(list, { type: 'ExportTracked', exportId: entry.key.id }, entry.state);
    entry.isAnnounced = true;
    return entry;
  }

  private listOf(tenant: string): TrackedList {
    let list = this.lists.get(tenant);
    if (list !== undefined) return list;
    list = this.createList(tenant);
    void this.sharing.listen(list, tenant);
    return list;
  }

  private createList(tenant: string): TrackedList {
    const list = new TrackedList(tenant, this.settings.tools.clock, this.sharing.isShared);
    this.lists.set(tenant, list);
    return list;
  }

  /** Tenants of whose exports other gateways may tell, whether or not any is tracked. */
  private async listenToAll(): Promise<void> {
    if (!this.sharing.isShared) return;
    const tenants = [...new Set(this.settings.tenants())].filter((tenant) => !this.lists.has(tenant));
    for (let start = 0; start < tenants.length; start += MAX_LISTENING) {
      await Promise.all(
        tenants.slice(start, start + MAX_LISTENING).map((tenant) => {
          return this.sharing.listen(this.createList(tenant), tenant);
        }),
      );
    }
  }

  private followAgain(isWanted: (entry: TrackedEntry) => boolean): void {
    for (const list of this.lists.values()) void this.follow([...list.entries()].filter(isWanted));
  }

  private takeUp(page: readonly TrackedExport[], isAnnounced = true): void {
    const entries: TrackedEntry[] = [];
    for (const tracked of page) {
      const list = this.listOf(tracked.tenant);
      if (list.findOpen(tracked.key.id) !== undefined) continue;
      const entry = new TrackedEntry(tracked);
      entry.isAnnounced = isAnnounced;
      list.add(entry);
      entries.push(entry);
    }
    void this.follow(entries);
  }

  /** One that another gateway tracks. */
  private takeUpOther(tracked: TrackedExport, isAnnounced: boolean): void {
    const { accountOf, hub } = this.settings;
    if (tracked.keptUntil === null) {
      this.takeUp([tracked], isAnnounced);
      return;
    }
    const entry = new TrackedEntry(tracked);
    entry.isAnnounced = true;
    entry.sequence = null;
    this.listOf(tracked.tenant).end(entry);
    const account = accountOf(tracked.identity);
    if (account !== undefined && tracked.state !== null) hub.keep(account, tracked.key, tracked.state);
  }

  /** Another gateway has untracked it. */
  private drop(entry: TrackedEntry): void {
    this.leave(entry);
    this.recorder.forget({ tenant: entry.tenant, exportId: entry.key.id });
  }

  private leave({ tenant, key, identity }: TrackedEntry): void {
    this.lists.get(tenant)?.remove(key.id);
    const account = this.settings.accountOf(identity);
    if (account !== undefined) this.settings.hub.unfollow(account, key);
  }

  /** It has ended without a word of the log: what the store says is the last word. */
  private endAsStored(entry: TrackedEntry, stored: TrackedExport): void {
    const list = this.lists.get(entry.tenant);
    this.leave(entry);
    this.takeUpOther(stored, true);
    const ended = list?.find(entry.key.id);
    if (ended !== undefined) list?.show(ended);
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
}
