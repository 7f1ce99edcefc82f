import type { BackplaneListener, BackplaneNode, Loaded, LogEntry, OwnedExport } from '../export/backplane.ts';
import type { ExportFact } from '../export/events.ts';
import { type Export, type ExportKey, type ExportSnapshot, isTerminal } from '../export/export.ts';
import { fullerKey } from '../export/locator.ts';
import type { VendorAccount } from '../export/ports.ts';
import type { WatchedState } from '../export/transitions.ts';
import { currentOrigin } from '../telemetry/spans.ts';
import { DEFAULT_MAX_PENDING } from './channel.ts';
import type { EventSource } from './channel-stream.ts';
import {
  type CursorCodec,
  createCursorCodec,
  DEFAULT_CURSOR_SECRET,
  type Position,
  toPlace,
} from './cursor.ts';
import { EventStream, type StreamHost } from './event-stream.ts';
import { Follower, type FollowListener } from './follower.ts';
import type { EventOptions, JournalListener, WatchCounters, WatchHub, WatchHubOptions } from './hub-types.ts';
import { Journals } from './journals.ts';
import { ListStream, type ListStreamSettings } from './list-stream.ts';
import { Poller } from './poller.ts';
import { RecentWatches } from './recent-watches.ts';
import { toDraining } from './stream-closed-error.ts';
import { plansFor, toEvent, toExport } from './to-event.ts';
import { type Subscriber, type Subscription, toTopic, Watch, type WatchLoss } from './watch.ts';
import { toTopics, type WatchRequest } from './watch-request.ts';

export type { EventOptions, JournalListener, WatchCounters, WatchHub, WatchHubOptions } from './hub-types.ts';
export type { WatchRequest } from './watch-request.ts';

/** Exports that are remembered after their watch has ended. */
const DEFAULT_MAX_REMEMBERED = 2_000;

/** Opens the hub on its backplane; rejects when that cannot be reached. */
export async function createWatchHub(options: WatchHubOptions): Promise<WatchHub> {
  let hub: Hub | undefined;
  const node = await options.backplane.connect({
    onEntry: (topic, entry) => hub?.onEntry(topic, entry),
    onWanted: (account, fence, exports) => hub?.onWanted(account, fence, exports),
    onUnwanted: (account, topics) => hub?.onUnwanted(account, topics),
    onNudged: (account, topics) => hub?.onNudged(account, topics),
    onReset: () => hub?.onReset(),
    onReachable: (isReachable) => hub?.onReachable(isReachable),
  });
  hub = new Hub(options, node);
  return hub;
}

class Hub implements WatchHub, StreamHost, BackplaneListener {
  readonly tally = { polls: 0, events: 0, slowConsumersClosed: 0 };
  private readonly options: WatchHubOptions;
  private codec: CursorCodec;
  private readonly poller: Poller;
  private readonly watches = new Map<string, Watch>();
  private readonly streams = new Set<EventSource>();
  private readonly journals: Journals;
  private readonly follower: Follower;
  private readonly remembered: RecentWatches;
  /** The last entry that the log told: everything up to it has reached the streams that follow it. */
  private heard = 0;
  private drainReason: string | null = null;

  constructor(options: WatchHubOptions, node: BackplaneNode) {
    const { backplane, tools, onPoll } = options;
    this.options = options;
    this.journals = new Journals(backplane, node, tools.clock);
    this.codec = createCursorCodec(options.cursorSecret ?? DEFAULT_CURSOR_SECRET, this.epoch);
    this.remembered = new RecentWatches(options.maxRemembered ?? DEFAULT_MAX_REMEMBERED);
    this.follower = new Follower(this, options.tools.clock);
    this.poller = new Poller({
      backplane,
      node,
      tools,
      readMany: options.readMany ?? ((account, keys, readOptions) => account.readMany(keys, readOptions)),
      onPoll: (lateMs) => {
        this.tally.polls += 1;
        onPoll?.(lateMs);
      },
      onAdopted: (watch, sequence, reading) =>
        watch.forEachSubscriber((subscription) => subscription.stream.adopt(subscription, sequence, reading)),
      isWatched: (topic) => this.watches.get(topic)?.isJoined === true,
      onFenced: (queue) => this.rejoin(queue),
    });
  }

  get epoch(): string {
    return this.options.backplane.epoch;
  }

  events(requests: readonly WatchRequest[], { after, signal }: EventOptions = {}): EventSource {
    if (this.drainReason !== null) throw toDraining(this.drainReason, after ?? null);
    const position = after === undefined ? null : this.codec.read(after);
    const maxPending = this.options.maxPending ?? DEFAULT_MAX_PENDING;
    const origin = currentOrigin();
    // A stream begins when it is first read, outside of the span that asked for it.
    const marked = origin === null ? requests : requests.map((request) => ({ ...request, origin }));
    return new EventStream({
      host: this,
      requests: marked,
      after: position,
      maxPending,
      signal: signal ?? null,
    });
  }

  peek(account: VendorAccount, key: ExportKey): Export | undefined {
    const watch = this.find(account, key);
    const state = watch?.state ?? null;
    if (watch === undefined || state === null) return undefined;
    const isEnd = state.failed === null && state.snapshot !== null && isTerminal(state.snapshot.status);
    return isEnd || (!watch.isOver && watch.isCurrent(state)) ? this.show(watch, state) : undefined;
  }

  lastKnown(account: VendorAccount, key: ExportKey): Export | undefined {
    const watch = this.find(account, key);
    const shown = watch?.state && this.show(watch, watch.state);
    return shown ? { ...shown, observation: { ...shown.observation, isStale: true } } : undefined;
  }

  learn(account: VendorAccount, snapshot: ExportSnapshot): void {
    const watch = this.find(account, snapshot.key);
    if (watch === undefined) return;
    if (watch.phase !== 'asking') this.relearn(watch, snapshot);
    else if (snapshot.observedAt > (watch.state?.snapshot?.observedAt ?? 0))
      void this.poller.learn(watch, snapshot);
  }

  /** What is remembered of an export whose watch is over: whoever keeps it longer hears of it where its status changed. */
  private relearn(watch: Watch, snapshot: ExportSnapshot): void {
    const before = watch.state?.snapshot?.status;
    watch.learn(snapshot, this.now());
    const { state } = watch;
    if (watch.isOver && state !== null && state.snapshot?.status !== before)
      this.options.onRelearnt?.(watch.queue.account, watch.key, state);
  }

  follow(requests: readonly WatchRequest[], listener: FollowListener): Promise<void> {
    return this.follower.follow(requests, listener);
  }

  unfollow(account: VendorAccount, key: ExportKey): void {
    this.follower.unfollow(toTopic(account.identity, key.id));
  }

  isFollowed(account: VendorAccount, key: ExportKey): boolean {
    return this.follower.has(toTopic(account.identity, key.id));
  }

  pollNow(account: VendorAccount, key: ExportKey): boolean {
    const watch = this.watches.get(toTopic(account.identity, key.id));
    if (watch === undefined) return false;
    this.poller.pollNow(watch);
    return true;
  }

  keep(account: VendorAccount, key: ExportKey, known: WatchedState): void {
    const topic = toTopic(account.identity, key.id);
    if (this.watches.has(topic) || this.remembered.get(topic) !== undefined) return;
    const watch = new Watch({ topic, key, queue: this.poller.queueFor(account), origin: null, known });
    watch.end();
    this.remembered.add(watch);
    if (watch.queue.watches === 0) this.poller.forgetQueue(watch.queue);
  }

  listenTo(journal: string, listener: JournalListener): Promise<void> {
    return this.journals.listenTo(journal, listener);
  }

  publish(journal: string, fact: ExportFact, state: WatchedState | null): Promise<number> {
    return this.journals.publish(journal, fact, state);
  }

  list(settings: Omit<ListStreamSettings, 'host' | 'maxPending' | 'after'>, after?: string): ListStream {
    if (this.drainReason !== null) throw toDraining(this.drainReason, after ?? null);
    return new ListStream({
      ...settings,
      host: this,
      maxPending: this.options.maxPending ?? DEFAULT_MAX_PENDING,
      after: after === undefined ? null : this.codec.read(after),
    });
  }

  recent(accounts: readonly VendorAccount[]): readonly Export[] {
    return this.remembered
      .of(new Set(accounts.map(({ identity }) => identity)))
      .flatMap((watch) => (watch.state && this.show(watch, watch.state)) ?? []);
  }

  counters(): WatchCounters {
    return { ...this.tally, watches: this.watches.size, subscribers: this.streams.size };
  }

  renewAccounts(identities: ReadonlySet<string>): void {
    for (const watch of this.watches.values()) {
      if (watch.state?.trouble && identities.has(watch.queue.account.identity)) this.poller.pollNow(watch);
    }
  }

  endAccounts(reasons: ReadonlyMap<string, WatchLoss>): void {
    for (const watch of this.watches.values()) {
      const reason = reasons.get(watch.queue.account.identity);
      if (reason !== undefined) this.loseWatch(watch, reason);
    }
    for (const identity of reasons.keys()) this.remembered.forget(identity);
  }

  async drain(reason: string): Promise<void> {
    this.drainReason = reason;
    for (const stream of this.streams) stream.fail((cursor) => toDraining(reason, cursor));
    await this.poller.close();
  }

  // ------------------------------------------------------------------ what the backplane tells

  onEntry(topic: string, entry: LogEntry): void {
    this.heard = entry.sequence;
    const watch = this.watches.get(topic);
    if (watch === undefined) {
      this.journals.tell(topic, entry, this.writeCursor(toPlace(entry.sequence)));
      return;
    }
    watch.heard(entry);
    // One object for all, so that it can be serialised once.
    const event = toEvent(entry, watch.key.id, this.writeCursor(toPlace(entry.sequence)));
    watch.forEachSubscriber((subscription) => subscription.stream.accept(subscription, entry, event));
    // A stream may have looked at the log after this entry was there, and before it could know that the state in it is a new one.
    if (watch.isAwaited && watch.phase === 'following') this.poller.tellAdopted(watch, entry.sequence, entry);
  }

  onWanted(account: string, fence: number, exports: readonly OwnedExport[]): void {
    const queue = this.poller.queueOf(account);
    // It was left meanwhile, or is owned under a larger fence.
    if (queue === undefined || queue.joined === 0 || fence < (queue.fence ?? 0)) return;
    if (this.drainReason !== null) return;
    queue.fence = fence;
    for (const owned of exports) {
      const { topic, key } = owned;
      const watch = this.watches.get(topic) ?? this.startWatch(topic, { account: queue.account, key });
      watch.key = fullerKey(watch.key, key);
      this.poller.takeOver(watch, owned);
    }
  }

  onUnwanted(_account: string, topics: readonly string[]): void {
    for (const topic of topics) {
      const watch = this.watches.get(topic);
      if (watch === undefined) continue;
      watch.isWantedElsewhere = false;
      if (!watch.isJoined) this.endWatch(watch);
    }
  }

  onNudged(_account: string, topics: readonly string[]): void {
    for (const topic of topics) {
      const watch = this.watches.get(topic);
      if (watch !== undefined) this.poller.pollNow(watch);
    }
  }

  /** What is looked at here goes on under the new epoch; what only others looked at is theirs to say again. */
  onReset(): void {
    this.codec = createCursorCodec(this.options.cursorSecret ?? DEFAULT_CURSOR_SECRET, this.epoch);
    for (const queue of new Set([...this.watches.values()].map(({ queue }) => queue))) {
      queue.fence = null;
      this.rejoin(queue);
    }
  }

  /** A backplane that is away for a moment changes nothing: what could not be done is tried again. */
  onReachable(_isReachable: boolean): void {}

  /** The account is owned elsewhere: what is looked at here goes on there. */
  private rejoin(queue: Watch['queue']): void {
    for (const watch of this.watches.values()) {
      if (watch.queue !== queue) continue;
      if (watch.isJoined) this.poller.rejoin(watch);
      else this.endWatch(watch);
    }
  }

  // ------------------------------------------------------------------ what streams ask for

  attach(stream: Subscriber, requests: readonly WatchRequest[]): readonly Subscription[] {
    if (this.drainReason !== null) throw toDraining(this.drainReason, null);
    const opened: Watch[] = [];
    const subscriptions = toTopics(requests).map(([topic, request], index) => {
      const watch = this.watches.get(topic) ?? this.startWatch(topic, request);
      if (!watch.isJoined) {
        watch.isJoined = true;
        watch.queue.joined += 1;
        opened.push(watch);
      }
      watch.queue.account = request.account;
      watch.key = fullerKey(watch.key, request.key);
      const subscription: Subscription = {
        stream,
        watch,
        index,
        phase: 'awaiting',
        sequence: 0,
        reading: null,
      };
      watch.addSubscriber(subscription);
      return subscription;
    });
    if (opened.length > 0) this.open(opened);
    return subscriptions;
  }

  remember(stream: EventSource): void {
    this.streams.add(stream);
  }

  detach(subscription: Subscription): void {
    const { watch } = subscription;
    if (!watch.removeSubscriber(subscription) || this.watches.get(watch.topic) !== watch) return;
    const { queue } = watch;
    if (watch.isJoined) this.poller.leave(watch);
    if (!watch.isWantedElsewhere) this.endWatch(watch);
    // With the last export that this process wants itself, it gives the account to another.
    if (queue.joined > 0 || queue.watches === 0) return;
    this.poller.handOver();
    this.rejoin(queue);
  }

  forget(stream: EventSource): void {
    this.streams.delete(stream);
  }

  async opened(watches: readonly Watch[]): Promise<void> {
    for (const { opening } of watches) if (opening !== null) await opening;
  }

  load(topics: readonly string[], after: number | null): Promise<Loaded> {
    return this.options.backplane.load(topics, after);
  }

  now(): number {
    return this.options.tools.clock.now();
  }

  writeCursor(position: Omit<Position, 'epoch'>): string {
    return this.codec.write(position);
  }

  // ------------------------------------------------------------------ watches

  private startWatch(topic: string, request: WatchRequest): Watch {
    const { account, key, origin } = request;
    const queue = this.poller.queueFor(account);
    const known = this.remembered.get(topic)?.state ?? null;
    const { kept } = request;
    const watch = new Watch({ topic, key, queue, origin: origin ?? null, known, kept });
    queue.watches += 1;
    if (queue.watches === 1) this.options.onWatched?.(account.identity, true);
    this.watches.set(topic, watch);
    this.remembered.add(watch);
    return watch;
  }

  private open(watches: readonly Watch[]): void {
    const opening = this.poller.open(watches).then(() => {
      for (const watch of watches) watch.open(null);
    });
    // The streams that wait for it fail; where they have left already, there is none to tell.
    opening.catch(() => undefined);
    for (const watch of watches) watch.open(opening);
  }

  private endWatch(watch: Watch): void {
    if (this.watches.get(watch.topic) !== watch) return;
    const { queue } = watch;
    this.watches.delete(watch.topic);
    queue.watches -= 1;
    this.poller.stop(watch);
    if (queue.watches === 0) this.options.onWatched?.(queue.account.identity, false);
  }

  /** Told to each stream for itself, and to no log: other processes may know the account still. */
  private loseWatch(watch: Watch, loss: WatchLoss): void {
    const at = this.now();
    const state = watch.lose(loss, at);
    const fact: ExportFact = { type: 'ExportWatchFailed', ...loss };
    const event = toEvent({ at, state, fact }, watch.key.id, this.writeCursor(toPlace(this.heard)));
    watch.forEachSubscriber((subscription) => subscription.stream.lose(subscription, event, this.heard));
    if (watch.isJoined) this.poller.leave(watch);
    this.endWatch(watch);
  }

  /** The live watch of an export, else what is remembered of the last one. */
  private find(account: VendorAccount, key: ExportKey): Watch | undefined {
    const topic = toTopic(account.identity, key.id);
    return this.watches.get(topic) ?? this.remembered.get(topic);
  }

  private show(watch: Watch, state: WatchedState): Export | undefined {
    return toExport(state, plansFor(watch, state, this.now())) ?? undefined;
  }
}
