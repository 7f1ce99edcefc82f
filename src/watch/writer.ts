import type { Backplane, Commit, CommitResult } from '../export/backplane.ts';
import { VendorError } from '../export/errors.ts';
import type { ExportSnapshot } from '../export/export.ts';
import type { Reading, VendorAccount } from '../export/ports.ts';
import { hasEnded } from '../export/transitions.ts';
import type { Tools } from '../runtime/tools.ts';
import type { Outage } from './outage.ts';
import { MAX_BATCH } from './pace.ts';
import type { PollQueue } from './poll-queue.ts';
import { planNextPoll } from './schedule.ts';
import { NOT_WAITING, type TimerWheel } from './timer-wheel.ts';
import type { Watch } from './watch.ts';

export interface WriterSettings {
  readonly backplane: Backplane;
  readonly tools: Tools;
  readonly wheel: TimerWheel<Watch>;
  readonly outage: Outage;
  /** Called when a watch takes over a stored state that is not of its own making, of which `sequence` is the last entry. */
  readonly onAdopted: (watch: Watch, sequence: number) => void;
  /** Called when this process has lost an account without having left it: each of its watches is to be joined anew. */
  readonly onFenced: (queue: PollQueue<Watch>) => void;
}

/** What one reading came to. */
interface Plan {
  readonly watch: Watch;
  readonly reading: Reading;
  readonly commit: Commit;
}

/** Readings of one account to be written down together. */
interface Readings {
  readonly queue: PollQueue<Watch>;
  readonly watches: readonly Watch[];
  readonly readings: readonly Reading[];
  /** Epoch milliseconds. */
  readonly readAt: number;
  /** Of a poll among those of the same instant; `undefined` where something was learnt without a poll. */
  readonly place: number | undefined;
}

/**
 * Writes down what readings come to, and sets the next poll. Nothing is known before it is written; one write of a watch waits for the other.
 *
 * A reading is not thrown away while the backplane is away: its watch waits, and is not asked about again.
 */
export class Writer {
  private readonly settings: WriterSettings;
  private isClosed = false;
  /** Readings of watches that are to be joined anew first. */
  private readonly unwritten = new Map<Watch, Reading>();
  /** The latest of what was read elsewhere while an earlier reading waits. */
  private readonly learnt = new Map<Watch, ExportSnapshot>();

  constructor(settings: WriterSettings) {
    this.settings = settings;
  }

  close(): void {
    this.isClosed = true;
  }

  /** A watch is over. */
  forget(watch: Watch): void {
    if (this.unwritten.size > 0) this.unwritten.delete(watch);
    if (this.learnt.size > 0) this.learnt.delete(watch);
  }

  /** A read elsewhere brought this of an export that this process asks about: it counts like an own reading. */
  async learn(watch: Watch, answer: ExportSnapshot): Promise<void> {
    if (this.settings.outage.isNow && watch.writing !== null) this.learnt.set(watch, answer);
    else await this.write([watch], [answer]);
  }

  /** The backplane can be reached again. */
  goOn(): void {
    const learnt = [...this.learnt];
    this.learnt.clear();
    for (const [watch, answer] of learnt) void this.write([watch], [answer]);
  }

  /** @param place - of a poll among those of the same instant; left out where something was learnt without a poll */
  async write(watches: readonly Watch[], readings: readonly Reading[], place?: number): Promise<void> {
    for (let busy = findWriting(watches); busy !== null; busy = findWriting(watches))
      await busy.catch(ignore);
    const [first] = watches;
    if (first === undefined) return;
    const { queue } = first;
    const what: Readings = { queue, watches, readings, readAt: this.now(), place };
    const { fence } = queue;
    const plans = this.planAll(what);
    if (plans.length === 0 || fence === null) return;
    const written = this.commit(queue, fence, plans);
    for (const { watch } of plans) watch.write(written);
    let results: Results | null = null;
    try {
      results = await written;
    } catch {
      const later = this.writeLater(what);
      for (const { watch } of plans) watch.write(later);
      await later;
    }
    for (const { watch } of plans) watch.write(null);
    if (results !== null) this.take(what, { fence, plans, results });
  }

  /** Writes what was read before a watch was joined anew. @returns those for which there was nothing */
  async writeKept(watches: readonly Watch[]): Promise<readonly Watch[]> {
    if (this.unwritten.size === 0) return watches;
    const those = watches.filter((watch) => this.unwritten.has(watch));
    const readings = those.map((watch) => this.unwritten.get(watch) as Reading);
    for (const watch of those) this.unwritten.delete(watch);
    await this.write(those, readings, 0);
    return watches.filter((watch) => !those.includes(watch));
  }

  /** Writes what is known here of exports of which the backplane knows less: it has begun anew. What fails comes with the next reading. */
  async writeAgain(queue: PollQueue<Watch>, watches: readonly Watch[]): Promise<void> {
    for (let from = 0; from < watches.length; from += MAX_BATCH) {
      const { fence } = queue;
      const batch = watches.slice(from, from + MAX_BATCH).filter(({ writing }) => writing === null);
      const plans = batch.flatMap((watch) => {
        const { state } = watch;
        if (watch.phase !== 'asking' || state?.snapshot == null) return [];
        return [{ watch, reading: state.snapshot, commit: watch.toCommit(state, [], this.now()) }];
      });
      if (fence === null || plans.length === 0) continue;
      const written = this.commit(queue, fence, plans);
      for (const { watch } of plans) watch.write(written);
      const results = await written.catch(() => null);
      for (const [index, { watch, commit }] of plans.entries()) {
        watch.write(null);
        const result = results === 'fenced' ? undefined : results?.[index];
        if (typeof result === 'number') watch.written(result, commit);
      }
    }
  }

  private now(): number {
    return this.settings.tools.clock.now();
  }

  /** Tries again and again, until it is written or nobody needs it any more. */
  private async writeLater(what: Readings): Promise<void> {
    const { outage } = this.settings;
    const { queue } = what;
    for (;;) {
      outage.failed();
      await outage.nextTry();
      if (this.isClosed) return;
      const { fence } = queue;
      const plans = this.planAll(what);
      if (plans.length === 0 || fence === null) return;
      let results: Results;
      try {
        results = await this.commit(queue, fence, plans);
      } catch {
        continue;
      }
      this.take(what, { fence, plans, results });
      return;
    }
  }

  private commit(queue: PollQueue<Watch>, fence: number, plans: readonly Plan[]): Promise<Results> {
    const commits = plans.map(({ commit }) => commit);
    return this.settings.backplane.commit({ account: queue.account.identity, fence, commits });
  }

  private planAll(what: Readings): readonly Plan[] {
    const { queue, watches, readings } = what;
    const now = this.now();
    const throttledUntil = queue.throttledUntil(now);
    const plans: Plan[] = [];
    for (const [index, watch] of watches.entries()) {
      const reading = readings[index] ?? toUnread(queue.account);
      if (watch.phase === 'opening') this.unwritten.set(watch, reading);
      // Another process asks by now, or none does any more.
      if (watch.phase !== 'asking') continue;
      plans.push({ watch, reading, commit: this.plan(watch, reading, what, throttledUntil) });
    }
    return plans;
  }

  private plan(
    watch: Watch,
    reading: Reading,
    { readAt, place = 0 }: Readings,
    throttledUntil: number | null,
  ): Commit {
    const { random } = this.settings.tools;
    const now = this.now();
    const { state: advanced, facts } = watch.advance(reading, readAt);
    if (hasEnded(advanced))
      return watch.toCommit({ ...advanced, nextPollAt: null, throttledUntil }, facts, readAt);
    const planned = planNextPoll(watch.queue, advanced, reading, { now, throttledUntil, place }, random);
    // What has waited for the backplane is written in one instant: its polls are spread over the time that it has waited.
    const from = Math.max(now, planned - (now - readAt));
    const nextPollAt = now === readAt ? planned : from + random.next() * (planned - from);
    return watch.toCommit({ ...advanced, nextPollAt, throttledUntil }, facts, readAt);
  }

  private take({ queue, place }: Readings, { fence, plans, results }: Outcome): void {
    this.settings.outage.succeeded();
    if (results === 'fenced') this.fenced(queue, fence, plans);
    else for (const [index, plan] of plans.entries()) this.settle(plan, results[index], place !== undefined);
  }

  /** None of this was written: another process owns the account, or the log has begun anew and this one is to join it. */
  private fenced(queue: PollQueue<Watch>, fence: number, plans: readonly Plan[]): void {
    if (queue.fence === fence) {
      queue.fence = null;
      this.settings.onFenced(queue);
    }
    if (this.isClosed) return;
    for (const { watch, reading } of plans) {
      // It counts where this process comes to own the account again, and nothing newer is known then.
      if (watch.phase === 'opening') this.unwritten.set(watch, reading);
      // It is owned here again by now: then the reading is only late.
      else if (!watch.isOver) this.settings.wheel.set(watch, this.now());
    }
  }

  /** @param isPolled - it waits in no wheel, so that it is to be set there */
  private settle({ watch, commit }: Plan, result: CommitResult | undefined, isPolled: boolean): void {
    const { wheel, onAdopted } = this.settings;
    if (typeof result === 'number') watch.written(result, commit);
    // It was written to meanwhile, by an earlier watch of this process or an earlier owner: that counts.
    else if (result !== undefined && watch.phase === 'asking') {
      watch.own(result, this.now());
      onAdopted(watch, result.sequence);
    }
    if (watch.isOver || (!isPolled && watch.wheelSlot === NOT_WAITING)) return;
    if (typeof result !== 'number') wheel.set(watch, watch.askAgainAt());
    else if (commit.state.nextPollAt !== null) wheel.set(watch, commit.state.nextPollAt);
    else wheel.delete(watch);
  }
}

type Results = readonly CommitResult[] | 'fenced';

interface Outcome {
  readonly fence: number;
  readonly plans: readonly Plan[];
  readonly results: Results;
}

function findWriting(watches: readonly Watch[]): Promise<unknown> | null {
  for (const { writing } of watches) if (writing !== null) return writing;
  return null;
}

function ignore(): void {}

function toUnread({ vendor, key }: VendorAccount): VendorError {
  const message = 'The export could not be read.';
  return new VendorError({ code: 'VENDOR_UNAVAILABLE', message, vendor, account: key });
}
