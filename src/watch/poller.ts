import type { Backplane, BackplaneNode, LogEntry, OwnedExport } from '../export/backplane.ts';
import { VendorError } from '../export/errors.ts';
import type { ExportKey, ExportSnapshot } from '../export/export.ts';
import type { CancelSignal, Reading, ReadOptions, VendorAccount } from '../export/ports.ts';
import { hasEnded } from '../export/transitions.ts';
import { Cancellation } from '../runtime/cancellation.ts';
import type { Tools } from '../runtime/tools.ts';
import { inSpan, isTracing, type SpanPlan } from '../telemetry/spans.ts';
import { Membership } from './membership.ts';
import type { Outage } from './outage.ts';
import { PollQueue, type TenantLog } from './poll-queue.ts';
import { createTimerWheel, NOT_WAITING, TICK_MS, type TimerWheel } from './timer-wheel.ts';
import type { Watch } from './watch.ts';
import type { Opening, SharedRead } from './watch-types.ts';
import { Writer } from './writer.ts';

/** A poll that came to nothing is done again after this long. */
const RETRY_MS = 1_000;
/** A backplane that has not let go of everything after this long is left as it is. */
const CLOSE_MS = 5_000;
/** Polls of one export that others ask for lie at least this far apart. */
const MIN_NUDGE_MS = 1_000;
/** Accounts' polls are set apart by up to this many ticks. */
const OFFSETS = 32;
/** Subscriptions that a poll's span names as what led to it. */
const MAX_LINKS = 32;

/** Reads exports of one account as one batch, as queries do. */
export type ReadMany = (
  account: VendorAccount,
  keys: readonly ExportKey[],
  options: ReadOptions,
) => Promise<readonly Reading[]>;

export interface PollerSettings {
  readonly backplane: Backplane;
  readonly node: BackplaneNode;
  readonly tools: Tools;
  readonly outage: Outage;
  readonly readMany: ReadMany;
  /** Called with how late each poll began, in milliseconds. */
  readonly onPoll: (lateMs: number) => void;
  /** Called when a watch takes over a stored state that is not of its own making, of which `sequence` is the last entry, or `reading` one of the last. */
  readonly onAdopted: (watch: Watch, sequence: number, reading: LogEntry | null) => void;
  /** True while a watch of that topic is alive here that somebody here looks at. */
  readonly isWatched: (topic: string) => boolean;
  /** Called when this process has lost an account without having left it: each of its watches is to be joined anew. */
  readonly onFenced: (queue: PollQueue<Watch>) => void;
}

/** Asks the vendors when it is time, and writes down what came of it. */
export class Poller {
  private readonly settings: PollerSettings;
  private readonly wheel: TimerWheel<Watch>;
  private readonly queues = new Map<string, PollQueue<Watch>>();
  /** Never forgotten, as there are few. */
  private readonly logs = new Map<string, TenantLog>();
  private queuesOpened = 0;
  private readonly membership: Membership;
  private readonly writer: Writer;
  /** What fell due while an outage is told of. */
  private readonly putOff = new Set<Watch>();
  private readonly nudgedAt = new WeakMap<Watch, number>();
  private isClosed = false;

  constructor(settings: PollerSettings) {
    this.settings = settings;
    this.membership = new Membership(settings);
    this.wheel = createTimerWheel<Watch>(settings.tools.clock, (watches) => this.onDue(watches));
    this.writer = new Writer({
      ...settings,
      wheel: this.wheel,
      onAdopted: (watch, sequence) => this.tellAdopted(watch, sequence),
    });
  }

  /** The queue of the account's identity, which goes on with this account. */
  queueFor(account: VendorAccount): PollQueue<Watch> {
    let queue = this.queues.get(account.identity);
    if (queue === undefined) {
      this.queuesOpened += 1;
      queue = new PollQueue({
        account,
        log: this.logOf(account.tenant),
        offsetMs: (this.queuesOpened % OFFSETS) * TICK_MS,
        now: () => this.now(),
        poll: (of, watches, place) => this.poll(of, watches, place),
      });
      this.queues.set(account.identity, queue);
    }
    queue.account = account;
    return queue;
  }

  private logOf(tenant: string): TenantLog {
    const log = this.logs.get(tenant) ?? { heard: 0 };
    this.logs.set(tenant, log);
    return log;
  }

  /** The queue of an identity that is watched here. */
  queueOf(identity: string): PollQueue<Watch> | undefined {
    return this.queues.get(identity);
  }

  /** Joins new watches, as soon as the backplane can be reached, and asks about those that are not recent where the account is owned here. */
  open(watches: readonly Watch[]): void {
    const byQueue = new Map<PollQueue<Watch>, Watch[]>();
    for (const watch of watches) {
      const those = byQueue.get(watch.queue);
      if (those === undefined) byQueue.set(watch.queue, [watch]);
      else those.push(watch);
    }
    const tries: Promise<void>[] = [];
    const joins = [...byQueue].map(([queue, those]) => {
      const first = this.join(queue, those);
      tries.push(first.catch(ignore));
      return this.untilJoined(queue, those, first);
    });
    const done = Promise.all(joins).then(() => {
      for (const watch of watches) {
        watch.open(null);
        if (isAskable(watch) && watch.wheelSlot === NOT_WAITING) this.wheel.set(watch, watch.askAgainAt());
      }
    });
    const opening: Opening = { tried: Promise.all(tries).then(ignore), done };
    for (const watch of watches) watch.open(opening);
  }

  /** For a queue that nothing is watched through. */
  forgetQueue({ account }: PollQueue<Watch>): void {
    this.queues.delete(account.identity);
  }

  /** Nobody here looks at this export any more. */
  leave(watch: Watch): void {
    watch.isJoined = false;
    watch.queue.joined -= 1;
    // The account is left with the last of them; whoever comes back joins anew.
    if (watch.queue.joined === 0) watch.queue.fence = null;
    this.membership.leave(watch);
  }

  /** Gives an account to another process, now. */
  handOver(): void {
    this.membership.leaveAll();
  }

  /** Stops asking about an export; a read that no other export waits for is given up. */
  stop(watch: Watch): void {
    this.wheel.delete(watch);
    this.putOff.delete(watch);
    this.writer.forget(watch);
    watch.end();
    if (watch.queue.watches === 0) this.forgetQueue(watch.queue);
  }

  /** This process owns the account and is to ask about exports that another did ask about, or that only others look at. */
  takeOver(queue: PollQueue<Watch>, taken: readonly (readonly [Watch, OwnedExport])[]): void {
    const ahead: Watch[] = [];
    for (const [watch, { stored, isAsked, isWantedElsewhere }] of taken) {
      if (isWantedElsewhere) watch.wantElsewhere();
      // One that is being joined learns it from the answer.
      if (watch.phase === 'asking' || (watch.phase === 'opening' && watch.isJoined)) continue;
      if (watch.isAheadOf(stored)) ahead.push(watch);
      const later = watch.own(stored, this.now());
      this.tellAdopted(watch, stored.sequence);
      if (later !== null) void this.learn(watch, later);
      const planned = isAsked ? watch.state?.nextPollAt : null;
      if (isAskable(watch)) this.wheel.set(watch, planned ?? watch.askAgainAt());
    }
    if (ahead.length > 0) void this.writer.writeAgain(queue, ahead);
  }

  /** What this process believed of the export is to be had anew from the backplane. */
  rejoin(watch: Watch): void {
    if (this.isClosed) return;
    watch.disown();
    this.wheel.set(watch, this.now());
  }

  /** Asks about an export at once that waits for its turn, as if it had never been refused. */
  pollNow(watch: Watch): void {
    watch.forgetRefusals();
    if (watch.phase === 'asking' && watch.wheelSlot !== NOT_WAITING) this.wheel.set(watch, this.now());
  }

  /** Asks the process that owns the account to ask now. @returns false where that is no other one */
  nudge({ phase, queue, topic }: Watch): boolean {
    if (phase !== 'following') return false;
    this.settings.node.nudge(queue.account.identity, [topic]);
    return true;
  }

  /** Another process knows of a reason to ask now: at most one poll a second comes of it. */
  nudged(watch: Watch): void {
    if (watch.phase !== 'asking' || watch.wheelSlot === NOT_WAITING) return;
    const at = Math.max(this.now(), (this.nudgedAt.get(watch) ?? 0) + MIN_NUDGE_MS);
    if (at >= watch.dueAt) return;
    this.nudgedAt.set(watch, at);
    this.wheel.set(watch, at);
  }

  /** A read elsewhere brought this of an export that this process asks about: it counts like an own reading. */
  learn(watch: Watch, answer: ExportSnapshot): Promise<void> {
    return this.writer.learn(watch, answer);
  }

  /** The backplane can be reached again: what was put off is asked about within one interval. */
  goOn(): void {
    const { random } = this.settings.tools;
    for (const watch of this.putOff) this.wheel.set(watch, this.now() + random.next() * watch.intervalMs);
    this.putOff.clear();
    this.writer.goOn();
  }

  /** Stops, and resolves when every account has been handed over, or the backplane does not answer. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.writer.close();
    this.wheel.close();
    const { node, tools } = this.settings;
    await new Promise<void>((resolve) => {
      const cancel = tools.clock.setTimer(CLOSE_MS, resolve);
      void node.close().catch(ignore).then(cancel).then(resolve);
    });
  }

  private now(): number {
    return this.settings.tools.clock.now();
  }

  private onDue(watches: readonly Watch[]): void {
    if (this.settings.outage.isTold) {
      for (const watch of watches) this.putOff.add(watch);
      return;
    }
    const queues = new Set<PollQueue<Watch>>();
    for (const watch of watches) {
      watch.queue.enqueue(watch, watch.kind);
      queues.add(watch.queue);
    }
    for (const queue of queues) queue.dispatch();
  }

  /** Never rejects: whatever happens, each watch that is still wanted is asked about again. */
  private async poll(queue: PollQueue<Watch>, due: readonly Watch[], place: number): Promise<boolean> {
    const { outage, tools } = this.settings;
    if (outage.isTold) {
      for (const watch of due) if (!watch.isOver) this.putOff.add(watch);
      return false;
    }
    const { count } = outage;
    try {
      const opening = due.filter(({ phase }) => phase === 'opening');
      if (opening.length > 0) await this.untilJoined(queue, opening, this.join(queue, opening));
      const held = opening.length === 0 ? due.filter(isAskable) : await this.afterJoining(due, opening);
      const readings = held.length === 0 ? null : await this.read(queue, held);
      if (readings !== null) await this.writer.write(held, readings, place);
    } catch (error) {
      tools.log.warn({ error: toErrorName(error) }, 'a poll could not be done: it is tried again');
      for (const watch of due) if (!watch.isOver) this.wheel.set(watch, this.now() + RETRY_MS);
    }
    return outage.count === count;
  }

  // ------------------------------------------------------------------ ownership

  /** Joins again where it could not be done, for as long as anybody needs it. */
  private async untilJoined(
    queue: PollQueue<Watch>,
    watches: readonly Watch[],
    first: Promise<void>,
  ): Promise<void> {
    const { outage } = this.settings;
    for (let attempt = first; ; ) {
      try {
        await attempt;
        outage.succeeded();
        return;
      } catch {
        outage.failed();
        await outage.nextTry();
        // Also one that is being asked about already, for others, and that somebody here looks at by now.
        const wanted = watches.filter(({ isJoined, isOver }) => isJoined && !isOver);
        if (this.isClosed || wanted.length === 0) return;
        attempt = this.join(queue, wanted);
      }
    }
  }

  private async join(queue: PollQueue<Watch>, watches: readonly Watch[]): Promise<void> {
    const wantedAt = this.now();
    const { fence, exports } = await this.settings.node.join(queue.account.identity, watches);
    if (fence !== null && queue.joined > 0) queue.fence = Math.max(queue.fence ?? 0, fence);
    const now = this.now();
    const learnt: Promise<void>[] = [];
    const ahead: Watch[] = [];
    for (const [index, watch] of watches.entries()) {
      const joined = exports[index];
      if (joined === undefined || watch.phase !== 'opening') continue;
      const isAhead = watch.isAheadOf(joined);
      const later = queue.fence === null ? watch.follow(joined, wantedAt, now) : watch.own(joined, now);
      if (queue.fence === null) this.writer.forget(watch);
      else if (isAhead) ahead.push(watch);
      this.tellAdopted(watch, joined.sequence);
      if (later !== null) learnt.push(this.writer.write([watch], [later]));
    }
    if (ahead.length > 0) learnt.push(this.writer.writeAgain(queue, ahead));
    if (learnt.length > 0) await Promise.all(learnt);
  }

  /** @returns what is to be asked about now: neither what has been read already, nor what is planned for later */
  private async afterJoining(due: readonly Watch[], opening: readonly Watch[]): Promise<readonly Watch[]> {
    const unread = await this.writer.writeKept(due.filter(isAskable));
    return unread.filter((watch) => {
      const plannedAt = opening.includes(watch) ? (watch.state?.nextPollAt ?? 0) : 0;
      if (plannedAt <= this.now()) return true;
      this.wheel.set(watch, plannedAt);
      return false;
    });
  }

  /** Tells those who wait for a first state that there is one by now. */
  tellAdopted(watch: Watch, sequence: number, reading: LogEntry | null = null): void {
    if (watch.isAwaited && watch.state !== null && watch.isCurrent(watch.state))
      this.settings.onAdopted(watch, sequence, reading);
  }

  // ------------------------------------------------------------------ reading

  /** @returns null where all have left meanwhile */
  private async read(queue: PollQueue<Watch>, held: readonly Watch[]): Promise<readonly Reading[] | null> {
    const { account } = queue;
    const { tools, onPoll } = this.settings;
    const now = this.now();
    const throttledUntil = queue.throttledUntil(now);
    if (throttledUntil !== null) return held.map(() => toThrottled(account, throttledUntil - now));

    const read: SharedRead = { abort: new Cancellation(), waiting: held.length };
    for (const watch of held) {
      onPoll(now - watch.dueAt);
      watch.beginRead(read);
    }
    const signal = read.abort;
    try {
      return await this.ask(account, held, signal);
    } catch (error) {
      if (signal.aborted) return null;
      tools.log.error(
        { account: account.key, vendor: account.vendor, error: toErrorName(error) },
        'reading a batch threw',
      );
      return [];
    } finally {
      for (const watch of held) watch.endRead(read);
    }
  }

  private ask(
    account: VendorAccount,
    held: readonly Watch[],
    signal: CancelSignal,
  ): Promise<readonly Reading[]> {
    const keys = held.map(({ key }) => key);
    const { readMany } = this.settings;
    if (!isTracing()) return readMany(account, keys, { signal });
    return inSpan(toSpanPlan(account, held), () => readMany(account, keys, { signal }));
  }
}

/** A trace of its own: it is done for all who watch, and none of them waits for it. */
function toSpanPlan(account: VendorAccount, held: readonly Watch[]): SpanPlan {
  const origins = new Set(held.flatMap(({ origin }) => origin ?? []));
  return {
    name: 'poll',
    isRoot: true,
    links: [...origins].slice(0, MAX_LINKS),
    attributes: {
      'waybill.vendor': account.vendor,
      'waybill.account': account.key,
      'waybill.exports': held.length,
    },
  };
}

function isAskable({ phase, state }: Watch): boolean {
  return phase === 'asking' && state !== null && !hasEnded(state);
}

function ignore(): void {}

function toThrottled({ vendor, key }: VendorAccount, retryAfterMs: number): VendorError {
  const message = 'The account waits, because its vendor asked it to.';
  return new VendorError({ code: 'VENDOR_RATE_LIMITED', message, vendor, account: key, retryAfterMs });
}

function toErrorName(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown';
}
