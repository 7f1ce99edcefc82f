import type { Loaded, LogEntry } from '../export/backplane.ts';
import type { ExportEvent, ExportFact } from '../export/events.ts';
import { hasEnded, type WatchedState } from '../export/transitions.ts';
import { ChannelStream, type EventSource, type StreamTally } from './channel-stream.ts';
import { NOTHING_MISSING, type Position, toPlace } from './cursor.ts';
import { divide, isOver, isReplayGap, type MissedEntry, toReplay } from './joining.ts';
import { isLast, toEvent, toExport } from './to-event.ts';
import { isSameReading } from './told.ts';
import type { Subscriber, Subscription, Watch } from './watch.ts';
import type { WatchRequest } from './watch-request.ts';

/** What a stream needs of the hub it belongs to. */
export interface StreamHost {
  /** Starts or shares the watches, in the stream's order. */
  attach(stream: Subscriber, requests: readonly WatchRequest[]): readonly Subscription[];
  /** One export of the stream is done with. */
  detach(subscription: Subscription): void;
  /** The stream is over. */
  forget(stream: EventSource): void;
  /** The stream is open. */
  remember(stream: EventSource): void;
  /** Tells these, who have come a moment ago, what everybody else was told of the backplane. */
  greet(subscriptions: readonly Subscription[]): void;
  /** Resolves when the watches are joined, or over. */
  opened(watches: readonly Watch[]): Promise<void>;
  /** Resolves when it was tried once to join them. */
  tried(watches: readonly Watch[]): Promise<void>;
  /** Waits for the backplane while it is away. Rejects where the gateway is going down, or it is not needed any more. */
  loadLater(topics: readonly string[], after: number | null, isNeeded: () => boolean): Promise<Loaded>;
  now(): number;
  readonly epoch: string;
  writeCursor(position: Omit<Position, 'epoch'>): string;
  readonly tally: StreamTally;
}

export interface StreamSettings {
  readonly host: StreamHost;
  readonly requests: readonly WatchRequest[];
  /** Where to resume; null for a new stream. */
  readonly after: Position | null;
  readonly maxPending: number;
  readonly signal: AbortSignal | null;
}

const NO_REQUESTS: readonly WatchRequest[] = [];

/**
 * What happens to some exports, for one subscriber.
 *
 * Nothing is held before the first `next()` or `pipe()`. Then: subscribe, read, snapshot, replay, live; done when each export has ended or
 * failed for good. Events come in the order of the log, so that a cursor stands for everything before it; while some export
 * has not told its first state, the cursors of this stream name it, and the event objects are its own.
 */
export class EventStream extends ChannelStream implements Subscriber {
  private readonly host: StreamHost;
  private after: Position | null;
  private requests: readonly WatchRequest[];
  private signal: AbortSignal | null;
  private subscriptions: readonly Subscription[] | null = null;
  /** Exports that are not done with. */
  private remaining = 0;
  /** Entries up to here have been told. */
  private position = 0;
  /** Exports, by their places, whose first state has not been told; null when there is none. */
  private missing: Set<number> | null = null;
  private isGap = false;
  /** Entries that came while joining. */
  private backlog: (MissedEntry & { readonly event: ExportEvent })[] | null = null;
  private onAbort: (() => void) | null = null;
  /** When the caller's access ends, where it is to be warned and has not been. */
  private expiresAt: number | null = null;

  constructor({ host, requests, after, maxPending, signal }: StreamSettings) {
    super(maxPending);
    this.host = host;
    this.requests = requests;
    this.after = after;
    this.signal = signal;
  }

  warn(expiresAt: number): void {
    this.expiresAt = expiresAt;
    if (this.phase === 'live') this.tellExpiry();
  }

  accept(subscription: Subscription, entry: LogEntry, event: ExportEvent): void {
    if (this.phase === 'joining') {
      this.backlog ??= [];
      this.backlog.push({ subscription, entry, event });
      return;
    }
    if (entry.sequence <= this.position || subscription.phase === 'done') return;
    if (isInFirstState(subscription, entry)) return;
    this.position = entry.sequence;
    const isFirst = subscription.phase !== 'live';
    if (isFirst ? !this.isForNewcomer(subscription, entry) : entry.fact.type === 'ExportSnapshot') return;

    const isEnd = isLast(entry.fact, entry.state);
    if (entry.fact.type === 'ExportSnapshot' || isEnd) this.becomeLive(subscription);
    this.push(event);
    if (isEnd) this.drop(subscription);
  }

  adopt(subscription: Subscription, sequence: number, reading: LogEntry | null): void {
    const { state } = subscription.watch;
    const isTold = subscription.phase === 'live' || subscription.phase === 'done';
    if (this.phase !== 'live' || state === null || isTold) return;
    subscription.sequence = sequence;
    subscription.reading = reading;
    this.showState(subscription, state);
  }

  lose(subscription: Subscription, event: ExportEvent, sequence: number): void {
    if (this.phase !== 'live' || subscription.phase === 'done') return;
    this.becomeLive(subscription);
    this.pushAt(event, sequence);
    this.drop(subscription);
  }

  tell(subscription: Subscription, event: ExportEvent, sequence: number): void {
    if (subscription.phase === 'done') return;
    // How many come at once is the backplane's doing.
    this.channel.allow(1);
    // What it will be told first may be of before the watch's state.
    const told = subscription.phase === 'live' ? event : { ...event, export: null };
    if (this.phase === 'joining') this.offer({ ...told, cursor: this.toFirstCursor() }, this.host.tally);
    else if (this.phase === 'live') this.pushAt(told, sequence);
  }

  protected start(): void {
    if (this.signal?.aborted) {
      this.leave();
      return;
    }
    this.phase = 'joining';
    if (this.signal !== null) this.abortOn(this.signal);
    this.join().catch((error: unknown) => {
      this.fail(() => (error instanceof Error ? error : new Error('The stream could not be started.')));
    });
  }

  private async join(): Promise<void> {
    const subscriptions = this.host.attach(this, this.requests);
    this.host.remember(this);
    this.requests = NO_REQUESTS;
    this.subscriptions = subscriptions;
    this.remaining = subscriptions.length;
    this.host.greet(subscriptions);
    await this.host.opened(subscriptions.map(({ watch }) => watch));
    if (this.phase !== 'joining') return;
    const resumed = this.after?.epoch === this.host.epoch ? this.after : null;
    const topics = subscriptions.map(({ watch }) => watch.topic);
    const loaded = await this.host.loadLater(
      topics,
      resumed?.sequence ?? null,
      () => this.phase === 'joining',
    );
    if (this.phase === 'joining') this.begin(subscriptions, loaded, resumed);
  }

  /** Tells what is known already, then what came meanwhile. */
  private begin(subscriptions: readonly Subscription[], loaded: Loaded, resumed: Position | null): void {
    this.phase = 'live';
    const [known, unknown] = divide(subscriptions, loaded, resumed);
    this.missing = new Set(unknown.map(({ index }) => index));
    this.isGap = this.after !== null && isReplayGap(unknown, this.after, resumed);
    this.after = null;

    for (const subscription of known) this.becomeLive(subscription);
    for (const subscription of unknown) {
      // A subscriber that comes back has been told of an interruption then: not again, but of its end.
      if (resumed !== null && loaded.topics[subscription.index]?.isComplete)
        subscription.phase = 'interrupted';
    }
    this.replay(toReplay(subscriptions, loaded));
    this.position = loaded.head;
    for (const subscription of known) {
      // An end that was told before the cursor is not told again.
      if (isOver(loaded.topics[subscription.index])) this.drop(subscription);
    }
    for (const subscription of subscriptions) this.tellLoss(subscription);
    for (const showFirst of [this.showTrouble, this.showState]) {
      for (const subscription of unknown) {
        const state = loaded.topics[subscription.index]?.state;
        if (state) showFirst.call(this, subscription, state);
      }
    }
    this.takeBacklog();
    if (this.remaining === 0) this.end();
    else this.tellExpiry();
  }

  private replay(missed: readonly MissedEntry[]): void {
    this.channel.allow(missed.length + this.remaining);
    for (const { subscription, entry } of missed) {
      const cursor = this.host.writeCursor(toPlace(entry.sequence));
      this.accept(subscription, entry, toEvent(entry, subscription.watch.key.id, cursor));
    }
  }

  private takeBacklog(): void {
    const backlog = this.backlog ?? [];
    this.backlog = null;
    for (const { subscription, entry, event } of backlog) this.accept(subscription, entry, event);
  }

  /** The first state of one export, where there is one; else it comes with the first answer. */
  private showState(subscription: Subscription, state: WatchedState): void {
    const { watch, phase } = subscription;
    if (phase === 'done' || phase === 'live' || !watch.isCurrent(state)) return;
    this.becomeLive(subscription);
    if (state.failed === null) this.show(subscription, state, { type: 'ExportSnapshot' });
    else this.show(subscription, state, { type: 'ExportWatchFailed', ...state.failed });
    if (hasEnded(state)) this.drop(subscription);
  }

  /** The account went away while this stream was joining. */
  private tellLoss(subscription: Subscription): void {
    const { phase, state, key } = subscription.watch;
    if (phase !== 'lost' || state === null || state.failed === null) return;
    const fact: ExportFact = { type: 'ExportWatchFailed', ...state.failed };
    const event = toEvent({ at: this.host.now(), state, fact }, key.id, this.toCursor());
    this.lose(subscription, event, this.position);
  }

  /** An export that cannot be read, and never could be since it is watched. */
  private showTrouble(subscription: Subscription, state: WatchedState): void {
    if (subscription.phase !== 'awaiting' || state.trouble === null || subscription.watch.isCurrent(state))
      return;
    subscription.phase = 'interrupted';
    this.show(subscription, state, { type: 'ExportWatchInterrupted', code: state.trouble.code });
  }

  private show({ watch }: Subscription, state: WatchedState, fact: ExportFact): void {
    this.push(toEvent({ at: this.host.now(), state, fact }, watch.key.id, this.toCursor()));
  }

  private tellExpiry(): void {
    const { expiresAt } = this;
    const about = this.subscriptions?.find(({ phase }) => phase !== 'done')?.watch;
    if (expiresAt === null || about === undefined) return;
    this.expiresAt = null;
    const { state, key } = about;
    const shown = state === null ? null : toExport(state);
    const base = { cursor: this.toCursor(), at: this.host.now(), exportId: key.id, export: shown };
    this.push({ ...base, type: 'SubscriptionTokenExpiring', expiresAt });
  }

  /** What a subscriber is told of an export that has not told its first state. */
  private isForNewcomer(subscription: Subscription, { fact }: LogEntry): boolean {
    switch (fact.type) {
      case 'ExportSnapshot':
      case 'ExportWatchFailed':
        return true;
      case 'ExportWatchInterrupted':
        subscription.phase = 'interrupted';
        return true;
      case 'ExportWatchResumed': {
        const isToldOf = subscription.phase === 'interrupted';
        subscription.phase = 'awaiting';
        return isToldOf;
      }
      default:
        return false;
    }
  }

  private becomeLive(subscription: Subscription): void {
    if (subscription.phase === 'live' || subscription.phase === 'done') return;
    subscription.phase = 'live';
    subscription.watch.firstStateTold();
    this.missing?.delete(subscription.index);
  }

  private push(event: ExportEvent): void {
    if (this.missing?.size === 0) this.missing = null;
    const own = this.missing === null ? event : { ...event, cursor: this.toCursor() };
    const isLate = this.isGap && own.type === 'ExportSnapshot';
    this.offer(isLate ? { ...own, isReplayGap: true } : own, this.host.tally);
  }

  private pushAt(event: ExportEvent, sequence: number): void {
    const isAhead = this.position > sequence;
    if (!isAhead) this.position = sequence;
    this.push(isAhead ? { ...event, cursor: this.toCursor() } : event);
  }

  /** Of what is told before anything is known: the place where the stream came from. */
  private toFirstCursor(): string {
    const { after, host } = this;
    if (after?.epoch === host.epoch) return host.writeCursor(after);
    const size = this.subscriptions?.length ?? 0;
    const missing = new Set(Array.from({ length: size }, (_, index) => index));
    return host.writeCursor({ sequence: 0, missing, isGap: after !== null, size });
  }

  private toCursor(): string {
    return this.host.writeCursor({
      sequence: this.position,
      missing: this.missing ?? NOTHING_MISSING,
      isGap: this.isGap,
      size: this.subscriptions?.length ?? 0,
    });
  }

  private drop(subscription: Subscription): void {
    if (subscription.phase === 'done') return;
    this.becomeLive(subscription);
    subscription.phase = 'done';
    this.host.detach(subscription);
    this.remaining -= 1;
    if (this.remaining === 0) this.end();
  }

  private end(): void {
    this.channel.end();
    this.finish();
  }

  private abortOn(signal: AbortSignal): void {
    this.onAbort = () => this.leave();
    signal.addEventListener('abort', this.onAbort, { once: true });
  }

  /** Lets go of everything. */
  protected finish(): void {
    if (this.phase === 'closed') return;
    const wasStarted = this.phase !== 'new';
    this.phase = 'closed';
    if (this.onAbort !== null) this.signal?.removeEventListener('abort', this.onAbort);
    this.signal = null;
    this.backlog = null;
    for (const subscription of this.subscriptions ?? []) this.drop(subscription);
    this.subscriptions = null;
    if (wasStarted) this.host.forget(this);
  }
}

/** True where the entry tells of something that is in the first state the subscription was told. */
function isInFirstState({ sequence, reading }: Subscription, entry: LogEntry): boolean {
  if (entry.sequence <= sequence) return true;
  // The entries of one reading share its state.
  return reading !== null && entry.at === reading.at && isSameReading(entry.state, reading.state);
}
