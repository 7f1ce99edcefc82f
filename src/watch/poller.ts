import type { Backplane, BackplaneFeed, Claim, Commit } from '../export/backplane.ts';
import { VendorError } from '../export/errors.ts';
import type { ExportKey } from '../export/export.ts';
import { isTerminal } from '../export/export.ts';
import type { Reading, ReadOptions, VendorAccount } from '../export/ports.ts';
import {
  advance,
  forgetRefusals,
  hasEnded,
  NOT_FOUND_GRACE_MS,
  restartWatch,
  startWatch,
  type WatchedState,
} from '../export/transitions.ts';
import type { Tools } from '../runtime/tools.ts';
import { inSpan, type SpanPlan } from '../telemetry/spans.ts';
import type { Lane } from './lane.ts';
import { alignPoll, nextPollDelay } from './pace.ts';
import { createTimerWheel, NOT_WAITING, type TimerWheel } from './timer-wheel.ts';
import type { Batch, Watch } from './watch.ts';

/** A lease outlives the next poll by this much; longer than a read may take. */
export const LEASE_MARGIN_MS = 45_000;
/** After a lease of another process has run out, wait up to this long: several may be waiting for it. */
const TAKE_OVER_SPREAD_MS = 1_000;
/** When the backplane cannot be reached, ask again after this long. */
const BACKPLANE_RETRY_MS = 1_000;

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

interface Plan {
  readonly watch: Watch;
  readonly commit: Commit;
}

/** Asks the vendors when it is time, and writes down what came of it. */
export class Poller {
  private readonly settings: PollerSettings;
  private readonly wheel: TimerWheel<Watch>;
  private toRelease: { readonly topic: string; readonly token: number }[] = [];
  private releasing: Promise<void> = Promise.resolve();

  constructor(settings: PollerSettings) {
    this.settings = settings;
    this.wheel = createTimerWheel<Watch>(settings.tools.clock, (watches) => this.onDue(watches));
  }

  /** Follows and claims new watches, and asks about those that are not recent. Rejects when the backplane does. */
  async open(watches: readonly Watch[]): Promise<void> {
    await this.settings.feed.follow(watches.map(({ topic }) => topic));
    await this.claim(watches);
    for (const watch of watches) if (!watch.isEnded && watch.token !== null) this.scheduleFirst(watch);
  }

  /** Stops asking about an export; a read that nobody else waits for is given up. */
  stop(watch: Watch): void {
    this.wheel.delete(watch);
    const { batch } = watch;
    watch.batch = null;
    if (batch !== null) {
      batch.waiting -= 1;
      if (batch.waiting === 0) batch.controller.abort();
    }
    if (watch.token !== null) this.release(watch.topic, watch.token);
  }

  /** The process that asked about this export has stopped: somebody else has to. */
  takeOver(watch: Watch): void {
    if (watch.token === null && !watch.isEnded) this.wheel.set(watch, this.now());
  }

  /** Asks about an export at once that waits for its turn, as if it had never been refused. */
  askAnew(watch: Watch): void {
    if (watch.state !== null) watch.state = forgetRefusals(watch.state);
    if (watch.token !== null && watch.wheelSlot !== NOT_WAITING) this.wheel.set(watch, this.now());
  }

  /** Stops, and resolves when every lease has been given up. */
  async close(): Promise<void> {
    this.wheel.close();
    await this.releasing;
  }

  private now(): number {
    return this.settings.tools.clock.now();
  }

  private onDue(watches: readonly Watch[]): void {
    const lanes = new Set<Lane>();
    for (const watch of watches) {
      watch.lane.enqueue(watch);
      lanes.add(watch.lane);
    }
    for (const lane of lanes)
      lane.pump(
        () => this.now(),
        (batch) => this.poll(lane, batch),
      );
  }

  /** Never rejects: whatever happens, each watch that is still wanted is asked about again. */
  private async poll(lane: Lane, due: readonly Watch[]): Promise<void> {
    const watches = due.filter(({ isEnded }) => !isEnded);
    try {
      await this.claim(watches.filter(({ token }) => token === null));
      const held = watches.filter(isAskable);
      const readings = held.length === 0 ? null : await this.read(lane, held);
      if (readings !== null) await this.write(lane, held, readings);
    } catch (error) {
      this.settings.tools.log.warn(
        { error: toErrorName(error) },
        'a poll could not be done: it is tried again',
      );
      const retryAt = this.now() + BACKPLANE_RETRY_MS;
      for (const watch of watches) if (!watch.isEnded) this.wheel.set(watch, retryAt);
    }
  }

  private async claim(watches: readonly Watch[]): Promise<void> {
    if (watches.length === 0) return;
    const { backplane, holder } = this.settings;
    const claims = await backplane.claim(
      watches.map(({ topic }) => topic),
      holder,
      LEASE_MARGIN_MS,
    );
    for (const [index, watch] of watches.entries()) {
      const claim = claims[index];
      if (claim !== undefined) this.adopt(watch, claim);
    }
  }

  private adopt(watch: Watch, { token, leaseUntil, stored }: Claim): void {
    if (watch.isEnded) {
      if (token !== null) this.release(watch.topic, token);
      return;
    }
    const now = this.now();
    watch.token = token;
    watch.version = stored.version;
    if (token === null) {
      watch.state = stored.state;
      watch.isCurrent ||= stored.state !== null && stored.state.snapshot !== null;
      this.wheel.set(watch, leaseUntil + this.settings.tools.random.next() * TAKE_OVER_SPREAD_MS);
    } else {
      watch.state = stored.state === null ? startWatch(now) : restartWatch(stored.state, now);
      watch.isCurrent ||= hasEnded(watch.state) || now < askAgainAt(watch, watch.state);
    }
    if (watch.isCurrent && watch.awaiting > 0) this.settings.onAdopted(watch, stored.sequence);
  }

  private scheduleFirst(watch: Watch): void {
    if (watch.state !== null && !hasEnded(watch.state)) this.wheel.set(watch, askAgainAt(watch, watch.state));
  }

  private async read(lane: Lane, held: readonly Watch[]): Promise<readonly Reading[] | null> {
    const { account } = lane;
    const now = this.now();
    const throttledUntil = lane.throttledUntil(now);
    if (throttledUntil !== null) return held.map(() => toThrottled(account, throttledUntil - now));

    for (const { dueAt } of held) this.settings.onPoll(now - dueAt);
    const batch: Batch = { controller: new AbortController(), waiting: held.length };
    for (const watch of held) watch.batch = batch;
    const { signal } = batch.controller;
    try {
      const keys = held.map(({ key }) => key);
      return await inSpan(toSpanPlan(lane, held), () => this.settings.readMany(account, keys, { signal }));
    } catch (error) {
      if (signal.aborted) return null;
      this.settings.tools.log.error(
        { account: account.key, vendor: account.vendor, error: toErrorName(error) },
        'reading a batch threw',
      );
      return [];
    } finally {
      for (const watch of held) if (watch.batch === batch) watch.batch = null;
    }
  }

  private async write(lane: Lane, held: readonly Watch[], readings: readonly Reading[]): Promise<void> {
    const now = this.now();
    lane.noteThrottling(readings, now);
    const throttledUntil = lane.throttledUntil(now);
    const plans: Plan[] = [];
    for (const [index, watch] of held.entries()) {
      if (watch.isEnded || watch.token === null) continue;
      const reading = readings[index] ?? toUnread(lane.account);
      plans.push(this.plan(watch, watch.token, reading, now, throttledUntil));
    }
    const versions = await this.settings.backplane.commit(plans.map(({ commit }) => commit));
    for (const [index, plan] of plans.entries()) this.settle(plan, versions[index] ?? null);
  }

  private plan(
    watch: Watch,
    token: number,
    reading: Reading,
    now: number,
    throttledUntil: number | null,
  ): Plan {
    const { state: advanced, facts } = advance(watch.state, reading, now, {
      stallAfterMs: watch.lane.account.pacing.stallAfterMs,
      isSnapshotOwed: watch.awaiting > 0,
    });
    // Before the commit: a newcomer that loads right after it must not wait for a state that has been told already.
    watch.isHopeless = advanced.failed !== null;
    watch.isCurrent ||= advanced.snapshot !== watch.state?.snapshot || watch.isHopeless;
    const nextPollAt = hasEnded(advanced)
      ? null
      : this.nextPollAt(watch, advanced, reading, now, throttledUntil);
    const state: WatchedState = { ...advanced, nextPollAt, throttledUntil };
    const leaseMs = (nextPollAt ?? now) - now + LEASE_MARGIN_MS;
    return {
      watch,
      commit: { topic: watch.topic, token, version: watch.version, state, facts, at: now, leaseMs },
    };
  }

  private nextPollAt(
    watch: Watch,
    state: WatchedState,
    reading: Reading,
    now: number,
    throttledUntil: number | null,
  ): number {
    const { pacing } = watch.lane.account;
    const { snapshot, trouble } = state;
    // A vendor that asks for no wait at all says nothing about pace.
    const own = (reading instanceof VendorError ? reading.retryAfterMs : reading.pollAfterMs) || null;
    const delayMs = nextPollDelay(
      {
        pacing,
        status: snapshot?.status ?? null,
        // A refused credential is soon renewed or never: an old job is no reason to wait.
        ageMs: trouble?.refusedSince
          ? 0
          : now - (snapshot?.createdAt ?? snapshot?.startedAt ?? state.startedAt),
        sinceChangeMs: now - state.changedAt,
        vendorWaitMs: throttledUntil === null ? own : Math.max(own ?? 0, throttledUntil - now),
        failures: trouble?.failures ?? 0,
        roundMs: watch.lane.roundMs,
      },
      this.settings.tools.random,
    );
    return alignPoll(now, Math.min(delayMs, graceLeftMs(state, pacing.minMs, now)), watch.lane);
  }

  private settle({ watch, commit }: Plan, version: number | null): void {
    if (version !== null) {
      watch.version = version;
      watch.state = commit.state;
    }
    if (watch.isEnded) return;
    if (version === null) {
      // Another process took the export, or wrote first: what it wrote counts, and a claim brings it.
      watch.token = null;
      this.wheel.set(watch, this.now());
      return;
    }
    if (commit.state.nextPollAt !== null) this.wheel.set(watch, commit.state.nextPollAt);
  }

  /** Leases that are given up in one turn go in one call. */
  private release(topic: string, token: number): void {
    this.toRelease.push({ topic, token });
    if (this.toRelease.length === 1) this.releasing = Promise.resolve().then(() => this.giveUp());
  }

  private async giveUp(): Promise<void> {
    const { backplane, isWatched, tools } = this.settings;
    // Somebody came back in the meantime: the new watch goes on under the same lease.
    const leases = this.toRelease.filter(({ topic }) => !isWatched(topic));
    this.toRelease = [];
    try {
      if (leases.length > 0) await backplane.release(leases);
    } catch (error) {
      tools.log.warn({ error: toErrorName(error) }, 'leases could not be given up: they will run out');
    }
  }
}

/** A trace of its own: it is done for all who watch, and none of them waits for it. */
function toSpanPlan({ account }: Lane, held: readonly Watch[]): SpanPlan {
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

function isAskable({ isEnded, token, state }: Watch): boolean {
  return !isEnded && token !== null && state !== null && !hasEnded(state);
}

/** Not before its own pace allows, even where everybody had left and somebody came back. */
function askAgainAt({ lane }: Watch, { snapshot }: WatchedState): number {
  if (snapshot === null || isTerminal(snapshot.status)) return 0;
  return snapshot.observedAt + Math.max(lane.account.pacing.minMs, snapshot.pollAfterMs ?? 0);
}

/** An export that nobody has seen yet is asked for when its grace ends, so that its failure is told in time. */
function graceLeftMs({ snapshot, trouble, startedAt }: WatchedState, minMs: number, now: number): number {
  if (snapshot !== null || trouble !== null) return Number.POSITIVE_INFINITY;
  return Math.max(minMs, startedAt + NOT_FOUND_GRACE_MS - now);
}

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
