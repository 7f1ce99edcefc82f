import { randomUUID } from 'node:crypto';
import type { Backplane, BackplaneFeed, BackplaneListener, Loaded, LogEntry } from '../export/backplane.ts';
import type { Export, ExportKey } from '../export/export.ts';
import type { VendorAccount } from '../export/ports.ts';
import { hasEnded, startWatch, type WatchedState } from '../export/transitions.ts';
import type { Tools } from '../runtime/tools.ts';
import { currentOrigin, type SpanOrigin } from '../telemetry/spans.ts';
import { DEFAULT_MAX_PENDING } from './channel.ts';
import {
  type CursorCodec,
  createCursorCodec,
  DEFAULT_CURSOR_SECRET,
  type Position,
  toPlace,
} from './cursor.ts';
import { type EventSource, EventStream, type StreamHost } from './event-stream.ts';
import { Lane } from './lane.ts';
import { Poller, type ReadMany } from './poller.ts';
import { StreamClosedError } from './stream-closed-error.ts';
import { addSubscriber, forEachSubscriber, removeSubscriber, Subscription } from './subscription.ts';
import { NOT_WAITING, TICK_MS } from './timer-wheel.ts';
import { type Plans, toEvent, toExport } from './to-event.ts';
import { toTopic, Watch, type WatchLoss } from './watch.ts';

/** Exports that are remembered after their watch has ended. */
const DEFAULT_MAX_REMEMBERED = 2_000;
/** Accounts' polls are set apart by up to this many ticks. */
const OFFSETS = 32;

/** One export to watch, through the account that may read it. */
export interface WatchRequest {
  readonly account: VendorAccount;
  readonly key: ExportKey;
  /** The span that asks, where somebody records. */
  readonly origin?: SpanOrigin | undefined;
}

export interface EventOptions {
  /** The cursor of the last event seen. */
  readonly after?: string | undefined;
  /** Ends the stream, without an error. */
  readonly signal?: AbortSignal | undefined;
}

/** What the watches amount to; the later ones count from the start of the process. */
export interface WatchCounters {
  /** Exports being watched. */
  readonly watches: number;
  /** Open streams. */
  readonly subscribers: number;
  /** Exports asked for, one by one or in a batch. */
  readonly polls: number;
  /** Events given to subscribers, each for itself. */
  readonly events: number;
  readonly slowConsumersClosed: number;
}

export interface WatchHubOptions {
  readonly backplane: Backplane;
  readonly tools: Tools;
  /** How a batch is read. Default: the account's own `readMany`. */
  readonly readMany?: ReadMany | undefined;
  /** Authenticates cursors; the same in every process and after a restart, or earlier cursors are refused as forged. */
  readonly cursorSecret?: string | undefined;
  /** Events that may wait for one subscriber before it is closed. Default 256. */
  readonly maxPending?: number | undefined;
  /** Default 2,000. */
  readonly maxRemembered?: number | undefined;
  /** Called with an account's identity when the first of its exports is watched, and when none is any more. */
  readonly onWatched?: ((identity: string, isWatched: boolean) => void) | undefined;
  /** Called for each poll with how late it began, in milliseconds; for metrics. */
  readonly onPoll?: ((lateMs: number) => void) | undefined;
}

/** Follows exports for any number of subscribers: one watch per export and account identity. */
export interface WatchHub {
  /**
   * What happens to these exports, from now until all of them have ended. The same export twice is one; no export is an
   * empty stream. Subscribers of one export are given the very same event objects, but while a stream still waits for a first state.
   *
   * @returns rejects from `next()` with a StreamClosedError where this subscriber reads too slowly or the gateway drains
   * @throws InputError where `after` is no cursor of ours; StreamClosedError after `drain`
   */
  events(requests: readonly WatchRequest[], options?: EventOptions): EventSource;
  /** The export as a watch last saw it, without asking anybody; `observation` says how long ago that was and what is planned. */
  peek(account: VendorAccount, key: ExportKey): Export | undefined;
  /** Exports of these accounts that are or were watched, the latest watch first; bounded. */
  recent(accounts: readonly VendorAccount[]): readonly Export[];
  counters(): WatchCounters;
  /** These accounts have another credential: what is in trouble is asked about at once, and refusals count anew. */
  renewAccounts(identities: ReadonlySet<string>): void;
  /** Accounts are gone, by identity and with the reason: each of their exports ends with one last event, and is forgotten. */
  endAccounts(reasons: ReadonlyMap<string, Omit<WatchLoss, 'type'>>): void;
  /** Ends every stream with SERVER_DRAINING, after what waits in it, and lets other processes take over. */
  drain(reason: string): Promise<void>;
}

/** Opens the hub on its backplane; rejects when that cannot be reached. */
export async function createWatchHub(options: WatchHubOptions): Promise<WatchHub> {
  let hub: Hub | undefined;
  const feed = await options.backplane.listen({
    onEntry: (topic, entry) => hub?.onEntry(topic, entry),
    onReleased: (topic) => hub?.onReleased(topic),
  });
  hub = new Hub(options, feed);
  return hub;
}

class Hub implements WatchHub, StreamHost, BackplaneListener {
  readonly epoch: string;
  readonly tally = { polls: 0, events: 0, slowConsumersClosed: 0 };
  private readonly options: WatchHubOptions;
  private readonly feed: BackplaneFeed;
  private readonly codec: CursorCodec;
  private readonly poller: Poller;
  private readonly watches = new Map<string, Watch>();
  private readonly lanes = new Map<string, Lane>();
  private readonly streams = new Set<EventStream>();
  /** The latest watches, ended ones too; the oldest first. */
  private readonly remembered = new Map<string, Watch>();
  private readonly maxRemembered: number;
  /** The last entry that the log told: everything up to it has reached the streams that follow it. */
  private heard = 0;
  private lanesOpened = 0;
  private drainReason: string | null = null;

  constructor(options: WatchHubOptions, feed: BackplaneFeed) {
    const { backplane, tools, onPoll } = options;
    this.options = options;
    this.feed = feed;
    this.epoch = backplane.epoch;
    this.codec = createCursorCodec(options.cursorSecret ?? DEFAULT_CURSOR_SECRET, backplane.epoch);
    this.maxRemembered = options.maxRemembered ?? DEFAULT_MAX_REMEMBERED;
    this.poller = new Poller({
      backplane,
      feed,
      tools,
      readMany: options.readMany ?? ((account, keys, readOptions) => account.readMany(keys, readOptions)),
      holder: randomUUID(),
      onPoll: (lateMs) => {
        this.tally.polls += 1;
        onPoll?.(lateMs);
      },
      onAdopted: (watch, sequence) =>
        forEachSubscriber(watch, (subscription) => subscription.stream.adopt(subscription, sequence)),
      isWatched: (topic) => this.watches.has(topic),
    });
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
    const topic = toTopic(account.identity, key.id);
    const watch = this.watches.get(topic) ?? this.remembered.get(topic);
    return watch === undefined ? undefined : this.show(watch);
  }

  recent(accounts: readonly VendorAccount[]): readonly Export[] {
    const identities = new Set(accounts.map(({ identity }) => identity));
    return [...this.remembered.values()]
      .filter(({ lane }) => identities.has(lane.account.identity))
      .map((watch) => this.show(watch))
      .filter((shown) => shown !== undefined)
      .reverse();
  }

  counters(): WatchCounters {
    return { ...this.tally, watches: this.watches.size, subscribers: this.streams.size };
  }

  renewAccounts(identities: ReadonlySet<string>): void {
    for (const identity of identities) this.lanes.get(identity)?.forgetThrottling();
    for (const watch of this.watches.values()) {
      if (watch.state?.trouble && identities.has(watch.lane.account.identity)) this.poller.askAnew(watch);
    }
  }

  endAccounts(reasons: ReadonlyMap<string, Omit<WatchLoss, 'type'>>): void {
    for (const watch of this.watches.values()) {
      const reason = reasons.get(watch.lane.account.identity);
      if (reason !== undefined) this.loseWatch(watch, { type: 'ExportWatchFailed', ...reason });
    }
    for (const [topic, { lane }] of this.remembered) {
      if (reasons.has(lane.account.identity)) this.remembered.delete(topic);
    }
  }

  async drain(reason: string): Promise<void> {
    this.drainReason = reason;
    for (const stream of this.streams) stream.fail((cursor) => toDraining(reason, cursor));
    await this.poller.close();
    this.feed.close();
  }

  // ------------------------------------------------------------------ what the backplane tells

  onEntry(topic: string, entry: LogEntry): void {
    this.heard = entry.sequence;
    const watch = this.watches.get(topic);
    if (watch === undefined) return;
    // Whoever asks knows better: the log may come late.
    if (watch.token === null) watch.state = entry.state;
    // One object for all: whoever serialises it can do so once.
    const event = toEvent(entry, watch.key.id, this.writeCursor(toPlace(entry.sequence)));
    forEachSubscriber(watch, (subscription) => subscription.stream.accept(subscription, entry, event));
  }

  onReleased(topic: string): void {
    const watch = this.watches.get(topic);
    if (watch !== undefined) this.poller.takeOver(watch);
  }

  // ------------------------------------------------------------------ what streams ask for

  attach(stream: EventStream, requests: readonly WatchRequest[]): readonly Subscription[] {
    if (this.drainReason !== null) throw toDraining(this.drainReason, null);
    const byTopic = new Map(
      requests.map((request) => [toTopic(request.account.identity, request.key.id), request]),
    );
    // In one order for the same exports, however they were named: cursors count by it.
    const topics = [...byTopic].sort(([one], [other]) => (one < other ? -1 : 1));
    const opened: Watch[] = [];
    const subscriptions = topics.map(([topic, request], index) => {
      const watch = this.watches.get(topic) ?? this.startWatch(topic, request, opened);
      watch.lane.account = request.account;
      watch.awaiting += 1;
      const subscription = new Subscription(stream, watch, index);
      addSubscriber(watch, subscription);
      return subscription;
    });
    this.streams.add(stream);
    if (opened.length > 0) this.open(opened);
    return subscriptions;
  }

  detach(subscription: Subscription): void {
    const { watch } = subscription;
    removeSubscriber(watch, subscription);
    if (watch.subscribers === null) this.endWatch(watch);
  }

  forget(stream: EventStream): void {
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

  private startWatch(topic: string, { account, key, origin }: WatchRequest, opened: Watch[]): Watch {
    const lane = this.lanes.get(account.identity) ?? this.openLane(account);
    const watch = new Watch(topic, key, lane);
    watch.origin = origin ?? null;
    lane.watches += 1;
    if (lane.watches === 1) this.options.onWatched?.(account.identity, true);
    this.watches.set(topic, watch);
    this.remember(watch);
    opened.push(watch);
    return watch;
  }

  private open(watches: readonly Watch[]): void {
    const opening = this.poller.open(watches).then(() => {
      for (const watch of watches) watch.opening = null;
    });
    // The streams that wait for it fail; where they have left already, nobody minds.
    opening.catch(() => undefined);
    for (const watch of watches) watch.opening = opening;
  }

  private endWatch(watch: Watch): void {
    if (watch.isEnded) return;
    watch.isEnded = true;
    this.watches.delete(watch.topic);
    this.poller.stop(watch);
    this.feed.unfollow([watch.topic]);
    watch.lane.watches -= 1;
    if (watch.lane.watches > 0) return;
    this.options.onWatched?.(watch.lane.account.identity, false);
    this.closeIdleLanes();
  }

  /** Told to each stream for itself, and to no log: other processes may know the account still. */
  private loseWatch(watch: Watch, loss: WatchLoss): void {
    watch.loss = loss;
    const { code, message } = loss;
    const at = this.now();
    const state = { ...(watch.state ?? startWatch(at)), failed: { code, message } };
    const event = toEvent({ at, state, fact: loss }, watch.key.id, this.writeCursor(toPlace(this.heard)));
    forEachSubscriber(watch, (subscription) => subscription.stream.lose(subscription, event, this.heard));
    this.endWatch(watch);
  }

  private openLane(account: VendorAccount): Lane {
    this.lanesOpened += 1;
    const lane = new Lane(account, (this.lanesOpened % OFFSETS) * TICK_MS);
    this.lanes.set(account.identity, lane);
    return lane;
  }

  /** A throttled account is remembered until it may be asked again, even when nobody watches. */
  private closeIdleLanes(): void {
    const now = this.now();
    for (const [identity, lane] of this.lanes) {
      if (lane.watches === 0 && lane.throttledUntil(now) === null) this.lanes.delete(identity);
    }
  }

  private remember(watch: Watch): void {
    this.remembered.delete(watch.topic);
    this.remembered.set(watch.topic, watch);
    if (this.remembered.size <= this.maxRemembered) return;
    const [oldest] = this.remembered.keys();
    if (oldest !== undefined) this.remembered.delete(oldest);
  }

  private show(watch: Watch): Export | undefined {
    if (watch.state === null) return undefined;
    return toExport(watch.state, this.plansFor(watch, watch.state)) ?? undefined;
  }

  private plansFor(watch: Watch, state: WatchedState): Plans {
    const now = this.now();
    if (watch.isEnded || hasEnded(state)) return { nextPollAt: null, throttledUntil: null };
    if (watch.token === null) return { nextPollAt: state.nextPollAt, throttledUntil: state.throttledUntil };
    const throttledUntil = watch.lane.throttledUntil(now);
    // An export that waits for nothing is being asked about at this moment.
    const dueAt = watch.wheelSlot === NOT_WAITING ? now : watch.dueAt;
    return { nextPollAt: Math.max(dueAt, throttledUntil ?? 0), throttledUntil };
  }
}

function toDraining(reason: string, cursor: string | null): StreamClosedError {
  return new StreamClosedError('SERVER_DRAINING', reason, cursor);
}
