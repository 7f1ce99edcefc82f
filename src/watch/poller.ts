import type {
  Backplane,
  BackplaneNode,
  Commit,
  CommitResult,
  LogEntry,
  OwnedExport,
} from '../export/backplane.ts';
import { VendorError } from '../export/errors.ts';
import type { ExportKey, ExportSnapshot } from '../export/export.ts';
import type { CancelSignal, Reading, ReadOptions, VendorAccount } from '../export/ports.ts';
import { hasEnded } from '../export/transitions.ts';
import { Cancellation } from '../runtime/cancellation.ts';
import type { Tools } from '../runtime/tools.ts';
import { inSpan, isTracing, type SpanPlan } from '../telemetry/spans.ts';
import { Membership } from './membership.ts';
import { PollQueue } from './poll-queue.ts';
import { type Moment, planNextPoll } from './schedule.ts';
import { createTimerWheel, NOT_WAITING, TICK_MS, type TimerWheel } from './timer-wheel.ts';
import type { SharedRead, Watch } from './watch.ts';

/** When the backplane cannot be reached, ask again after this long. */
const BACKPLANE_RETRY_MS = 1_000;
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

/** What one reading came to, and when to ask again. */
interface Plan {
  readonly watch: Watch;
  readonly commit: Commit;
}

/** Asks the vendors when it is time, and writes down what came of it. */
export class Poller {
  private readonly settings: PollerSettings;
  private readonly wheel: TimerWheel<Watch>;
  private readonly queues = new Map<string, PollQueue<Watch>>();
  private queuesOpened = 0;
  private readonly membership: Membership;
  private isClosed = false;

  constructor(settings: PollerSettings) {
    this.settings = settings;
    this.membership = new Membership(settings);
    this.wheel = createTimerWheel<Watch>(settings.tools.clock, (watches) => this.onDue(watches));
  }

  /** The queue of the account's identity, which goes on with this account. */
  queueFor(account: VendorAccount): PollQueue<Watch> {
    let queue = this.queues.get(account.identity);
    if (queue === undefined) {
      this.queuesOpened += 1;
      queue = new PollQueue({
        account,
        offsetMs: (this.queuesOpened % OFFSETS) * TICK_MS,
        now: () => this.now(),
        poll: (of, watches, place) => this.poll(of, watches, place),
      });
      this.queues.set(account.identity, queue);
    }
    queue.account = account;
    return queue;
  }

  /** The queue of an identity that is watched here. */
  queueOf(identity: string): PollQueue<Watch> | undefined {
    return this.queues.get(identity);
  }

  /** Joins new watches, and asks about those that are not recent where the account is owned here. Rejects when the backplane does. */
  async open(watches: readonly Watch[]): Promise<void> {
    const byQueue = new Map<PollQueue<Watch>, Watch[]>();
    for (const watch of watches) {
      const those = byQueue.get(watch.queue);
      if (those === undefined) byQueue.set(watch.queue, [watch]);
      else those.push(watch);
    }
    await Promise.all([...byQueue].map(([queue, those]) => this.join(queue, those)));
    for (const watch of watches) {
      if (isAskable(watch) && watch.wheelSlot === NOT_WAITING) this.wheel.set(watch, watch.askAgainAt());
    }
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
    watch.end();
    if (watch.queue.watches === 0) this.forgetQueue(watch.queue);
  }

  /** This process owns the account and is to ask about an export that another did ask about, or that only others look at. */
  takeOver(watch: Watch, { stored, isAsked, isWantedElsewhere }: OwnedExport): void {
    if (isWantedElsewhere) watch.wantElsewhere();
    // One that is being joined learns it from the answer.
    if (watch.phase === 'asking' || (watch.phase === 'opening' && watch.isJoined)) return;
    const later = watch.own(stored, this.now());
    this.tellAdopted(watch, stored.sequence);
    if (later !== null) void this.learn(watch, later);
    const planned = isAsked ? stored.state?.nextPollAt : null;
    if (isAskable(watch)) this.wheel.set(watch, planned ?? watch.askAgainAt());
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

  /** A read elsewhere brought this of an export that this process asks about: it counts like an own reading. */
  async learn(watch: Watch, answer: ExportSnapshot): Promise<void> {
    try {
      await this.write([watch], [answer]);
    } catch (error) {
      this.settings.tools.log.warn(
        { error: toErrorName(error) },
        'what was read could not be written down: the next poll brings it',
      );
    }
  }

  /** Stops, and resolves when every account has been handed over. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.wheel.close();
    await this.settings.node.close();
  }

  private now(): number {
    return this.settings.tools.clock.now();
  }

  private onDue(watches: readonly Watch[]): void {
    const queues = new Set<PollQueue<Watch>>();
    for (const watch of watches) {
      watch.queue.enqueue(watch, watch.kind);
      queues.add(watch.queue);
    }
    for (const queue of queues) queue.dispatch();
  }

  /** Never rejects: whatever happens, each watch that is still wanted is asked about again. */
  private async poll(queue: PollQueue<Watch>, due: readonly Watch[], place: number): Promise<void> {
    try {
      const opening = due.filter(({ phase }) => phase === 'opening');
      if (opening.length > 0) await this.join(queue, opening);
      const held = due.filter(isAskable);
      const readings = held.length === 0 ? null : await this.read(queue, held);
      if (readings !== null) await this.write(held, readings, place);
    } catch (error) {
      this.settings.tools.log.warn(
        { error: toErrorName(error) },
        'a poll could not be done: it is tried again',
      );
      const retryAt = this.now() + BACKPLANE_RETRY_MS;
      for (const watch of due) if (!watch.isOver) this.wheel.set(watch, retryAt);
    }
  }

  // ------------------------------------------------------------------ ownership

  private async join(queue: PollQueue<Watch>, watches: readonly Watch[]): Promise<void> {
    const wantedAt = this.now();
    const { fence, exports } = await this.settings.node.join(queue.account.identity, watches);
    if (fence !== null && queue.joined > 0) queue.fence = Math.max(queue.fence ?? 0, fence);
    const now = this.now();
    const learnt: Promise<void>[] = [];
    for (const [index, watch] of watches.entries()) {
      const joined = exports[index];
      if (joined === undefined || watch.phase !== 'opening') continue;
      const later = queue.fence === null ? watch.follow(joined, wantedAt, now) : watch.own(joined, now);
      this.tellAdopted(watch, joined.sequence);
      if (later !== null) learnt.push(this.write([watch], [later]));
    }
    if (learnt.length > 0) await Promise.all(learnt);
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

  // ------------------------------------------------------------------ writing

  /**
   * Writes down what readings of one account come to. Nothing is known before it is written; one write of a watch waits for the
   * other.
   *
   * @param place - of a poll among those of the same instant; left out where something was learnt without a poll
   */
  private async write(
    watches: readonly Watch[],
    readings: readonly Reading[],
    place?: number,
  ): Promise<void> {
    for (let busy = findWriting(watches); busy !== null; busy = findWriting(watches))
      await busy.catch(ignore);

    const [first] = watches;
    if (first === undefined) return;
    const { queue } = first;
    const { fence } = queue;
    const now = this.now();
    const throttledUntil = queue.throttledUntil(now);
    const plans: Plan[] = [];
    for (const [index, watch] of watches.entries()) {
      // Another process asks by now, or none does any more.
      if (watch.phase !== 'asking') continue;
      const reading = readings[index] ?? toUnread(queue.account);
      plans.push({ watch, commit: this.plan(watch, reading, { now, throttledUntil, place: place ?? 0 }) });
    }
    if (plans.length === 0 || fence === null) return;
    const commits = plans.map(({ commit }) => commit);
    const written = this.settings.backplane.commit({ account: queue.account.identity, fence, commits });
    for (const { watch } of plans) watch.write(written);
    try {
      const results = await written;
      if (results === 'fenced') this.fenced(queue, fence, plans);
      else
        for (const [index, plan] of plans.entries()) this.settle(plan, results[index], place !== undefined);
    } finally {
      for (const { watch } of plans) watch.write(null);
    }
  }

  private plan(watch: Watch, reading: Reading, moment: Moment): Commit {
    const { now, throttledUntil } = moment;
    const { state: advanced, facts } = watch.advance(reading, now);
    const nextPollAt = hasEnded(advanced)
      ? null
      : planNextPoll(watch.queue, advanced, reading, moment, this.settings.tools.random);
    return watch.toCommit({ ...advanced, nextPollAt, throttledUntil }, facts, now);
  }

  /** Another process owns the account, and none of this was written. */
  private fenced(queue: PollQueue<Watch>, fence: number, plans: readonly Plan[]): void {
    if (queue.fence === fence) {
      queue.fence = null;
      this.settings.onFenced(queue);
      return;
    }
    // That is known by now, and it may be owned here again: then the reading is only late.
    if (this.isClosed) return;
    for (const { watch } of plans) if (!watch.isOver) this.wheel.set(watch, this.now());
  }

  /** @param isPolled - it waits in no wheel, so that it is to be set there */
  private settle({ watch, commit }: Plan, result: CommitResult | undefined, isPolled: boolean): void {
    if (typeof result === 'number') watch.written(result, commit);
    // It was written to meanwhile, by an earlier watch of this process or an earlier owner: that counts.
    else if (result !== undefined && watch.phase === 'asking') {
      watch.own(result, this.now());
      this.tellAdopted(watch, result.sequence);
    }
    if (watch.isOver || (!isPolled && watch.wheelSlot === NOT_WAITING)) return;
    if (typeof result !== 'number') this.wheel.set(watch, watch.askAgainAt());
    else if (commit.state.nextPollAt !== null) this.wheel.set(watch, commit.state.nextPollAt);
    else this.wheel.delete(watch);
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

function findWriting(watches: readonly Watch[]): Promise<unknown> | null {
  for (const { writing } of watches) if (writing !== null) return writing;
  return null;
}

function ignore(): void {}

function toThrottled({ vendor, key }: VendorAccount, retryAfterMs: number): VendorError {
  const message = 'The account waits, because its vendor asked it to.';
  return new VendorError({ code: 'VENDOR_RATE_LIMITED', message, vendor, account: key, retryAfterMs });
}

function toUnread({ vendor, key }: VendorAccount): VendorError {
  const message = 'The export could not be read.';
  return new VendorError({ code: 'VENDOR_UNAVAILABLE', message, vendor, account: key });
}

function toErrorName(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown';
}
