import type { Commit, JoinedExport, LogEntry, StoredWatch } from '../export/backplane.ts';
import type { ExportEvent, ExportFact } from '../export/events.ts';
import { type ExportKey, type ExportSnapshot, isTerminal } from '../export/export.ts';
import type { Reading } from '../export/ports.ts';
import {
  type Advance,
  advance,
  forgetRefusals,
  hasEnded,
  relearn,
  restartWatch,
  startWatch,
  type WatchedState,
} from '../export/transitions.ts';
import type { SpanOrigin } from '../telemetry/spans.ts';
import type { PollKind, PollQueue } from './poll-queue.ts';
import { NOT_WAITING, type WheelItem } from './timer-wheel.ts';
import { isFirstState, isSameReading, observedAt } from './told.ts';
import type { Opening, SharedRead, SubscriptionPhase, WatchLoss, WatchPhase } from './watch-types.ts';

/** One stream's interest in one export; it belongs to the stream. */
export interface Subscription {
  readonly stream: Subscriber;
  readonly watch: Watch;
  /** Its place in the stream. */
  readonly index: number;
  phase: SubscriptionPhase;
  /** Entries of this export up to here are in the first state it was told, however late they come. */
  sequence: number;
  /** The entry that brought the first state it was told, where that was told of the state beside it: the rest of its reading is in it. */
  reading: LogEntry | null;
}

/** A stream, as its watches know it. */
export interface Subscriber {
  /** Takes one entry of one of its exports; `event` is the object that all subscribers share. */
  accept(subscription: Subscription, entry: LogEntry, event: ExportEvent): void;
  /**
   * Takes a state that another process has written meanwhile as the first one, where this stream still waits for one. Should it
   * resume from here, what that process did until then may be told again.
   *
   * @param reading - the entry that brought it; null where the whole reading is known to lie before the sequence
   */
  adopt(subscription: Subscription, sequence: number, reading: LogEntry | null): void;
  /**
   * Nothing more can be known of one export here, as `event` says. A stream that has not begun tells it as soon as it has.
   *
   * @param sequence - what the event's cursor stands for
   */
  lose(subscription: Subscription, event: ExportEvent, sequence: number): void;
  /**
   * Something that stands in no log has happened to the watch, and it goes on.
   *
   * @param sequence - what the event's cursor stands for
   */
  tell(subscription: Subscription, event: ExportEvent, sequence: number): void;
}

export interface WatchSettings {
  readonly topic: string;
  readonly key: ExportKey;
  readonly queue: PollQueue<Watch>;
  /** What began it, for traces; null where none are recorded. */
  readonly origin: SpanOrigin | null;
  /** What is remembered of an earlier watch. */
  readonly known: WatchedState | null;
  /** What a store has kept of it: it goes on from there. */
  readonly kept?: WatchedState | null | undefined;
}

/**
 * One export being watched in this process, however many look at it. What changes in it changes here.
 *
 * There may be a hundred thousand: plain fields, no closure, no promise and no timer of its own while it waits.
 */
export class Watch implements WheelItem<Watch> {
  /** Names it in the backplane: the account's identity and the export's global id. */
  readonly topic: string;
  /** The fullest that any subscriber has given: its hints help to read it. */
  key: ExportKey;
  readonly queue: PollQueue<Watch>;
  readonly origin: SpanOrigin | null;
  private currentPhase: WatchPhase = 'opening';
  private known: WatchedState | null;
  /**
   * What subscribers were told last, where that is not what is known: kept by a store, or heard in the log before something was learnt or
   * written. Where the log loses that, the next answer is told as a change from it.
   */
  private told: WatchedState | null;
  /** Of the stored state that `known` stands on. */
  private version = 0;
  /** This process has said in the backplane that it wants it, since somebody here looks at it. */
  isJoined = false;
  /** Another process wants it, and this one owns the account. */
  isWantedElsewhere = false;
  /** Another process waits for a first state. */
  private isOwedElsewhere = false;
  /** Answers from here on may be shown to a newcomer as the state now, epoch milliseconds. */
  private currentFrom = Number.POSITIVE_INFINITY;
  private subscribers: Subscription | Set<Subscription> | null = null;
  /** Subscribers that still wait for a first state. */
  private awaiting = 0;
  private opened: Opening | null = null;
  private read: SharedRead | null = null;
  private commit: Promise<unknown> | null = null;

  // The timer wheel's own.
  dueAt = 0;
  wheelSlot = NOT_WAITING;
  wheelNext: Watch | null = null;
  wheelPrevious: Watch | null = null;

  constructor({ topic, key, queue, origin, known, kept = null }: WatchSettings) {
    this.topic = topic;
    this.key = key;
    this.queue = queue;
    this.origin = origin;
    this.known = known ?? kept;
    this.told = kept;
  }

  get phase(): WatchPhase {
    return this.currentPhase;
  }

  /** As last known here; null where nothing is. */
  get state(): WatchedState | null {
    return this.known;
  }

  /** As subscribers were told last. */
  get lastTold(): WatchedState | null {
    return this.told ?? this.known;
  }

  get isOver(): boolean {
    return this.currentPhase === 'lost' || this.currentPhase === 'ended';
  }

  /** Some subscriber still waits for a first state. */
  get isAwaited(): boolean {
    return this.awaiting > 0;
  }

  /** Joining in the backplane; null once that is done. */
  get opening(): Opening | null {
    return this.opened;
  }

  /** A write of it is under way; null when none is. */
  get writing(): Promise<unknown> | null {
    return this.commit;
  }

  get kind(): PollKind {
    if (this.known === null) return 'first';
    if (this.known.trouble !== null) return 'troubled';
    return this.isCurrent(this.known) ? 'again' : 'first';
  }

  /**
   * True where a newcomer may be told this state as the one now: it comes from the process that asks, is recent, or final. What an
   * earlier watch gave up on is not: this one asks again.
   */
  isCurrent({ snapshot, failed, startedAt }: WatchedState): boolean {
    if (failed !== null) return this.isFollowed || startedAt >= this.startedAt;
    return snapshot !== null && (isTerminal(snapshot.status) || snapshot.observedAt >= this.currentFrom);
  }

  /** How long it is left alone at present, in milliseconds. */
  get intervalMs(): number {
    const { minMs, maxMs } = this.queue.account.pacing;
    const planned = (this.known?.nextPollAt ?? 0) - observedAt(this.known);
    return Math.min(Math.max(planned, minMs), maxMs);
  }

  /** Not before its own pace allows, even where all had left and one came back. */
  askAgainAt(): number {
    const snapshot = this.known?.snapshot ?? null;
    return snapshot === null ? 0 : this.freshUntil(snapshot);
  }

  // ------------------------------------------------------------------ opening and ownership

  /** @param opening - null once it is joined */
  open(opening: Opening | null): void {
    this.opened = opening;
  }

  /**
   * Joined: another process owns the account, and asks.
   *
   * What is stored stands for the state now where it was asked about before, or where it is recent; else the log brings the next answer.
   *
   * @param wantedAt - when this process asked to join it
   * @returns null: what is known here and not there is kept here
   */
  follow(joined: JoinedExport, wantedAt: number, now: number): null {
    const remembered = this.currentPhase === 'opening' ? (this.known?.snapshot ?? null) : null;
    const { state, isAsked } = joined;
    const told = this.toldBefore(state);
    this.currentPhase = 'following';
    // What an earlier watch gave up on is asked about again.
    if (this.isAheadOf(joined)) this.known = this.lastTold;
    else this.known = isAsked || state === null ? state : restartWatch(state, now);
    if (state !== null) this.told = told;
    const snapshot = state?.snapshot ?? null;
    const isRecent = snapshot !== null && state?.failed === null && now < this.freshUntil(snapshot);
    this.currentFrom = isAsked || isRecent ? 0 : Math.min(this.currentFrom, wantedAt);
    if (remembered !== null && remembered.observedAt > observedAt(this.known)) this.learn(remembered, now);
    return null;
  }

  /**
   * This process owns the account, so that it asks from here on.
   *
   * @returns what is known here and not there: a later answer that may stand for the state now
   */
  own(stored: StoredWatch, now: number): ExportSnapshot | null {
    const remembered = this.currentPhase === 'opening' ? (this.known?.snapshot ?? null) : null;
    const isAhead = this.isAheadOf(stored);
    const known = isAhead ? this.lastTold : (stored.state ?? this.told);
    const told = this.toldBefore(stored.state);
    this.version = stored.version;
    this.currentPhase = 'asking';
    if (known === null) this.known = startWatch(now);
    else this.known = isAhead ? known : restartWatch(known, now);
    this.told = told;
    const { snapshot } = this.known;
    const isRecent = snapshot !== null && now < this.freshUntil(snapshot);
    this.currentFrom = Math.min(this.currentFrom, isRecent ? 0 : now);
    const isNews =
      (stored.state === null && !isAhead) || (remembered?.observedAt ?? 0) > observedAt(this.known);
    if (remembered === null || !isNews || now >= this.freshUntil(remembered)) return null;
    this.currentFrom = Math.min(this.currentFrom, remembered.observedAt);
    return remembered;
  }

  /** The backplane knows less than was told here before: it has begun anew, or lost what was written last. */
  isAheadOf({ state }: StoredWatch): boolean {
    return this.currentFrom !== Number.POSITIVE_INFINITY && observedAt(this.lastTold) > observedAt(state);
  }

  /** Another process has come to want it. */
  wantElsewhere(): void {
    this.isWantedElsewhere = true;
    this.isOwedElsewhere = true;
  }

  /** Another process owns the account by now: it is to be joined anew. */
  disown(): void {
    this.isWantedElsewhere = false;
    this.isOwedElsewhere = false;
    if (!this.isOver) this.currentPhase = 'opening';
  }

  // ------------------------------------------------------------------ what becomes known

  /** What a reading comes to; nothing is known of it before it is written. */
  advance(reading: Reading, now: number): Advance {
    return advance(this.known, reading, now, {
      stallAfterMs: this.queue.account.pacing.stallAfterMs,
      // Who joins while this is being written must find a first state in it, too.
      isSnapshotOwed:
        this.isAwaited || this.isOwedElsewhere || this.known === null || !this.isCurrent(this.known),
    });
  }

  toCommit(state: WatchedState, facts: readonly ExportFact[], at: number): Commit {
    const { topic, version } = this;
    return { topic, version, state, facts, at };
  }

  /** @param commit - null once it is done */
  write(commit: Promise<unknown> | null): void {
    this.commit = commit;
  }

  /** Written, so it is known; also where all have left meanwhile, unless something newer has been learnt since. */
  written(version: number, { state, facts }: Commit): void {
    this.version = version;
    if (this.isOwedElsewhere && facts.some(isFirstState)) this.isOwedElsewhere = false;
    if (this.isOver && observedAt(state) < observedAt(this.known)) return;
    // The log may bring it before or after.
    if (this.told === state) this.told = null;
    else if (facts.length > 0) this.told ??= this.known;
    this.known = state;
  }

  /** The log's word counts where another process asks; the one that asks knows better, since the log may come late. */
  heard({ state, fact }: LogEntry): void {
    const { phase } = this;
    if (phase !== 'asking' && isFirstState(fact)) this.currentFrom = 0;
    if (phase !== 'asking' && phase !== 'following') return;
    const isEnd = hasEnded(state);
    // It may come twice.
    if (!isEnd && observedAt(state) < observedAt(this.lastTold)) return;
    if (phase === 'following' && (isEnd || observedAt(state) >= observedAt(this.known))) this.known = state;
    this.told = isSameReading(state, this.known) ? null : state;
  }

  /** A read elsewhere brought this. Not for a watch that asks: it writes what it learns. */
  learn(answer: ExportSnapshot, now: number): void {
    if (this.currentPhase === 'following') {
      this.told ??= this.known;
      this.known = this.advance(answer, now).state;
    } else if (this.currentPhase === 'ended' || this.currentPhase === 'opening')
      this.known = relearn(this.known ?? startWatch(now), answer, now);
  }

  /** The account has another credential: its refusals count anew. */
  forgetRefusals(): void {
    if (this.known !== null) this.known = forgetRefusals(this.known);
  }

  // ------------------------------------------------------------------ reads

  beginRead(read: SharedRead): void {
    this.read = read;
  }

  endRead(read: SharedRead): void {
    if (this.read === read) this.read = null;
  }

  /** Gives up a read that no other export waits for. */
  private leaveRead(): void {
    const { read } = this;
    this.read = null;
    if (read === null) return;
    read.waiting -= 1;
    if (read.waiting === 0) read.abort.abort();
  }

  // ------------------------------------------------------------------ the end

  /** @returns the state that its subscribers are shown last */
  lose({ code, message }: WatchLoss, now: number): WatchedState {
    const state = { ...(this.known ?? startWatch(now)), failed: { code, message } };
    this.known = state;
    this.currentPhase = 'lost';
    return state;
  }

  end(): void {
    if (this.currentPhase !== 'lost') this.currentPhase = 'ended';
    this.leaveRead();
  }

  // ------------------------------------------------------------------ subscribers

  addSubscriber(subscription: Subscription): void {
    this.awaiting += 1;
    // A Set only from the second one on.
    if (this.subscribers === null) this.subscribers = subscription;
    else if (this.subscribers instanceof Set) this.subscribers.add(subscription);
    else this.subscribers = new Set([this.subscribers, subscription]);
  }

  /** @returns true where it was the last one */
  removeSubscriber(subscription: Subscription): boolean {
    const { subscribers } = this;
    if (subscribers instanceof Set) subscribers.delete(subscription);
    if (subscribers === subscription || (subscribers instanceof Set && subscribers.size === 0))
      this.subscribers = null;
    return this.subscribers === null;
  }

  /** A subscriber has been told its first state, or leaves without one. */
  firstStateTold(): void {
    this.awaiting -= 1;
  }

  /** Calls back for each subscriber; one that leaves meanwhile is no trouble. */
  forEachSubscriber(callback: (subscription: Subscription) => void): void {
    if (this.subscribers instanceof Set) for (const subscription of this.subscribers) callback(subscription);
    else if (this.subscribers !== null) callback(this.subscribers);
  }

  /** The owner's word is the state now. */
  private get isFollowed(): boolean {
    return this.currentPhase === 'following' && this.currentFrom === 0;
  }

  /** What was told until now, where the log has still to bring what is stored. */
  private toldBefore(stored: WatchedState | null): WatchedState | null {
    const isJoined = this.currentFrom !== Number.POSITIVE_INFINITY;
    return isJoined && observedAt(this.lastTold) < observedAt(stored) ? this.lastTold : null;
  }

  private get startedAt(): number {
    return this.known?.startedAt ?? Number.POSITIVE_INFINITY;
  }

  private freshUntil({ status, observedAt, pollAfterMs }: ExportSnapshot): number {
    if (isTerminal(status)) return Number.POSITIVE_INFINITY;
    return observedAt + Math.max(this.queue.account.pacing.minMs, pollAfterMs ?? 0);
  }
}
