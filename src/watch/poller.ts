import type { Backplane, BackplaneFeed, Claim, Commit } from '../export/backplane.ts';
import { VendorError } from '../export/errors.ts';
import type { ExportKey, ExportSnapshot } from '../export/export.ts';
import type { CancelSignal, Reading, ReadOptions, VendorAccount } from '../export/ports.ts';
import { hasEnded } from '../export/transitions.ts';
import { Cancellation } from '../runtime/cancellation.ts';
import type { Tools } from '../runtime/tools.ts';
import { inSpan, isTracing, type SpanPlan } from '../telemetry/spans.ts';
import { LEASE_MARGIN_MS, Leases } from './leases.ts';
import { PollQueue } from './poll-queue.ts';
import { type Moment, planNextPoll } from './schedule.ts';
import { createTimerWheel, NOT_WAITING, TICK_MS, type TimerWheel } from './timer-wheel.ts';
import type { SharedRead, Watch } from './watch.ts';

/** After a lease of another process has run out, wait up to this long: several may be waiting for it. */
const TAKE_OVER_SPREAD_MS = 1_000;
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
  readonly feed: BackplaneFeed;
  readonly tools: Tools;
  readonly readMany: ReadMany;
  /** Names this process in leases. */
  readonly holder: string;
  /** Called with how late each poll began, in milliseconds. */
  readonly onPoll: (lateMs: number) => void;
  /** Called when a watch takes over a stored state that is not of its own making, of which `sequence` is the last entry. */
  readonly onAdopted: (watch: Watch, sequence: number) => void;
  /** True while a watch of that topic is alive here. */
  readonly isWatched: (topic: string) => boolean;
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
  private readonly leases: Leases;

  constructor(settings: PollerSettings) {
    this.settings = settings;
    this.leases = new Leases(settings);
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

  /** Follows and claims new watches, and asks about those that are not recent. Rejects when the backplane does. */
  async open(watches: readonly Watch[]): Promise<void> {
    await this.settings.feed.follow(watches.map(({ topic }) => topic));
    await this.claim(watches);
    for (const watch of watches) if (isAskable(watch)) this.wheel.set(watch, watch.askAgainAt());
  }

  /** For a queue that nothing is watched through. */
  forgetQueue({ account }: PollQueue<Watch>): void {
    this.queues.delete(account.identity);
  }

  /** Stops asking about an export; a read that no other export waits for is given up. */
  stop(watch: Watch): void {
    this.wheel.delete(watch);
    const token = watch.end();
    if (token !== null) this.leases.release(watch.topic, token);
    if (watch.queue.watches === 0) this.forgetQueue(watch.queue);
  }

  /** The process that asked about this export has stopped: some other has to. */
  takeOver(watch: Watch): void {
    if (watch.phase === 'opening' || watch.phase === 'following') this.wheel.set(watch, this.now());
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

  /** Stops, and resolves when every lease has been given up. */
  async close(): Promise<void> {
    this.wheel.close();
    await this.leases.released();
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
      const unclaimed = due.filter(({ phase }) => phase === 'opening' || phase === 'following');
      if (unclaimed.length > 0) await this.claim(unclaimed);
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

  // ------------------------------------------------------------------ leases

  private async claim(watches: readonly Watch[]): Promise<void> {
    const claims = await this.leases.claim(watches.map(({ topic }) => topic));
    const learnt: Promise<void>[] = [];
    for (const [index, watch] of watches.entries()) {
      const claim = claims[index];
      const later = claim === undefined ? null : this.adopt(watch, claim);
      if (later !== null) learnt.push(this.write([watch], [later]));
    }
    if (learnt.length > 0) await Promise.all(learnt);
  }

  /** @returns what is known here and not there */
  private adopt(watch: Watch, claim: Claim): ExportSnapshot | null {
    if (watch.isOver) {
      if (claim.token !== null) this.leases.release(watch.topic, claim.token);
      return null;
    }
    const later = watch.claimed(claim, this.now());
    if (claim.token === null) {
      const spreadMs = this.settings.tools.random.next() * TAKE_OVER_SPREAD_MS;
      this.wheel.set(watch, claim.leaseUntil + spreadMs);
    }
    if (watch.isAwaited && watch.state !== null && watch.isCurrent(watch.state))
      this.settings.onAdopted(watch, claim.stored.sequence);
    return later;
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

    const now = this.now();
    const throttledUntil = watches[0]?.queue.throttledUntil(now) ?? null;
    const plans: Plan[] = [];
    for (const [index, watch] of watches.entries()) {
      if (watch.isOver) continue;
      const reading = readings[index] ?? toUnread(watch.queue.account);
      const commit = this.plan(watch, reading, { now, throttledUntil, place: place ?? 0 });
      if (commit !== null) plans.push({ watch, commit });
      // The lease was lost meanwhile.
      else if (place !== undefined) this.wheel.set(watch, now);
    }
    if (plans.length === 0) return;
    const written = this.settings.backplane.commit(plans.map(({ commit }) => commit));
    for (const { watch } of plans) watch.write(written);
    try {
      const versions = await written;
      for (const [index, plan] of plans.entries())
        this.settle(plan, versions[index] ?? null, place !== undefined);
    } finally {
      for (const { watch } of plans) watch.write(null);
    }
  }

  /** @returns null where this process does not ask about the export any more */
  private plan(watch: Watch, reading: Reading, moment: Moment): Commit | null {
    const { now, throttledUntil } = moment;
    const { state: advanced, facts } = watch.advance(reading, now);
    const nextPollAt = hasEnded(advanced)
      ? null
      : planNextPoll(watch.queue, advanced, reading, moment, this.settings.tools.random);
    const leaseMs = (nextPollAt ?? now) - now + LEASE_MARGIN_MS;
    return watch.toCommit({ ...advanced, nextPollAt, throttledUntil }, facts, now, leaseMs);
  }

  /** @param isPolled - it waits in no wheel, so that it is to be set there */
  private settle({ watch, commit }: Plan, version: number | null, isPolled: boolean): void {
    if (version === null) watch.leaseLost();
    else watch.written(version, commit.state);
    if (watch.isOver || (!isPolled && watch.wheelSlot === NOT_WAITING)) return;
    // Another process took the export, or wrote first: what it wrote counts, and a claim brings it.
    if (version === null) this.wheel.set(watch, this.now());
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
