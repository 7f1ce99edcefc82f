import type { BackplaneListener, BackplaneNode, Loaded, LogEntry, OwnedExport } from '../export/backplane.ts';
import type { ExportFact } from '../export/events.ts';
import type { Export, ExportKey, ExportSnapshot } from '../export/export.ts';
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
import { KnownExports } from './known-exports.ts';
import { ListStream, type ListStreamSettings } from './list-stream.ts';
import { LocalNews } from './local-news.ts';
import { Outage } from './outage.ts';
import { Poller } from './poller.ts';
import { RecentWatches } from './recent-watches.ts';
import { toDraining } from './stream-closed-error.ts';
import { toEvent } from './to-event.ts';
import { toTopic } from './topic.ts';
import { type Subscriber, type Subscription, Watch } from './watch.ts';
import { toTopics, type WatchRequest } from './watch-request.ts';
import type { WatchLoss } from './watch-types.ts';

export type { EventOptions, JournalListener, WatchCounters, WatchHub, WatchHubOptions } from './hub-types.ts';
export type { WatchRequest } from './watch-request.ts';

/** Exports that are remembered after their watch has ended. */
const DEFAULT_MAX_REMEMBERED = 2_000;

/** Opens the hub on its backplane, which need not be reachable yet. */
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
  private readonly outage: Outage;
  private readonly news: LocalNews;
  private readonly remembered: RecentWatches;
  private readonly known: KnownExports;
  private drainReason: string | null = null;

  constructor(options: WatchHubOptions, node: BackplaneNode) {
    const { backplane, tools, onPoll } = options;
    this.options = options;
    this.journals = new Journals(backplane, node, tools.clock, () => this.outage.failed());
    this.codec = createCursorCodec(options.cursorSecret ?? DEFAULT_CURSOR_SECRET, this.epoch);
    this.remembered = new RecentWatches(options.maxRemembered ?? DEFAULT_MAX_REMEMBERED);
    this.known = new KnownExports(this.watches, this.remembered, options);
    this.follower = new Follower(this);
    this.news = new LocalNews({
      now: () => this.now(),
      writeCursor: (position) => this.writeCursor(position),
    });
    this.outage = new Outage({
      clock: tools.clock,
      onTold: () => this.news.interrupt(this.watches.values()),
      onBack: (wasTold) => this.goOn(wasTold),
    });
    this.poller = new Poller({
      backplane,
      node,
      tools,
      outage: this.outage,
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
    const origin = currentOrigin();
    // A stream begins when it is first read, outside of the span that asked for it.
    const marked = origin === null ? requests : requests.map((request) => ({ ...request, origin }));
    return new EventStream({
      host: this,
      requests: marked,
      after: after === undefined ? null : this.codec.read(after),
      maxPending: this.options.maxPending ?? DEFAULT_MAX_PENDING,
      signal: signal ?? null,
    });
  }

  peek(account: VendorAccount, key: ExportKey): Export | undefined {
    return this.known.peek(account, key, !this.outage.isTold);
  }

  lastKnown(account: VendorAccount, key: ExportKey): Export | undefined {
    return this.known.lastKnown(account, key);
  }

  learn(account: VendorAccount, snapshot: ExportSnapshot): void {
    const watch = this.known.find(account, snapshot.key);
    if (watch === undefined) return;
    if (watch.phase !== 'asking') {
      // Its owner tells everybody, once it has seen it too.
      if (this.known.relearn(watch, snapshot)) this.poller.nudge(watch);
    } else if (snapshot.observedAt > (watch.state?.snapshot?.observedAt ?? 0))
      void this.poller.learn(watch, snapshot);
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
    if (!this.poller.nudge(watch)) this.poller.pollNow(watch);
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
    return this.known.recent(accounts);
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
    this.outage.close();
    await this.poller.close();
  }

  // ------------------------------------------------------------------ what the backplane tells

  onEntry(topic: string, entry: LogEntry): void {
    this.outage.heard();
    const watch = this.watches.get(topic);
    if (watch === undefined) {
      this.journals.tell(topic, entry, this.writeCursor(toPlace(entry.sequence)));
      return;
    }
    watch.queue.log.heard = entry.sequence;
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
    const taken = exports.map((owned): [Watch, OwnedExport] => {
      const { topic, key, stored } = owned;
      // What the backplane does not know any more goes on from what is remembered here.
      const kept = stored.state === null ? this.remembered.get(topic)?.state : null;
      const watch = this.watches.get(topic) ?? this.startWatch(topic, { account: queue.account, key, kept });
      watch.key = fullerKey(watch.key, key);
      return [watch, owned];
    });
    this.poller.takeOver(queue, taken);
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
      if (watch !== undefined) this.poller.nudged(watch);
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

  onReachable(isReachable: boolean): void {
    this.outage.say(isReachable);
  }

  private goOn(wasTold: boolean): void {
    if (wasTold) this.news.resume(this.watches.values());
    this.journals.goOn();
    this.poller.goOn();
  }

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
    if (opened.length > 0) this.poller.open(opened);
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

  greet(subscriptions: readonly Subscription[]): void {
    if (this.outage.isTold) this.news.interruptNewcomers(subscriptions);
  }

  async opened(watches: readonly Watch[]): Promise<void> {
    for (const { opening } of watches) if (opening !== null) await opening.done;
  }

  async tried(watches: readonly Watch[]): Promise<void> {
    for (const { opening } of watches) if (opening !== null) await opening.tried;
  }

  load(topics: readonly string[], after: number | null): Promise<Loaded> {
    return this.options.backplane.load(topics, after);
  }

  loadLater(topics: readonly string[], after: number | null, isNeeded: () => boolean): Promise<Loaded> {
    return this.outage.until(() => this.load(topics, after), isNeeded);
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

  private endWatch(watch: Watch): void {
    if (this.watches.get(watch.topic) !== watch) return;
    const { queue } = watch;
    this.watches.delete(watch.topic);
    queue.watches -= 1;
    this.poller.stop(watch);
    if (queue.watches === 0) this.options.onWatched?.(queue.account.identity, false);
  }

  private loseWatch(watch: Watch, loss: WatchLoss): void {
    this.news.lose(watch, loss);
    if (watch.isJoined) this.poller.leave(watch);
    this.endWatch(watch);
  }
}
