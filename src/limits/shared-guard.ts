import type { AccountGuard } from '../http/account-guard.ts';
import type { Breaker } from '../http/circuit-breaker.ts';
import {
  MAX_TRAVEL_MS,
  Passage,
  RateWindow,
  type RequestWindow,
  type WindowUser,
} from '../http/rate-limiter.ts';
import type { AccountLimits } from '../http/types.ts';
import type { Clock } from '../runtime/clock.ts';
import { Arrivals } from './arrivals.ts';
import type { LimitStore, StoreState, StoreUser } from './limit-store.ts';
import {
  ADDRESSES,
  type Address,
  type Exchange,
  type ExchangeAnswer,
  PERMIT_SCRIPT,
  readAnswer,
  type WindowShape,
} from './permit-script.ts';
import { SharedBreaker } from './shared-breaker.ts';
import { SharedGate } from './shared-gate.ts';

/** A permit that was not used by then is given back: it must not be sent later than its lease allows for. */
const USE_WITHIN_MS = 1_000;
/** What there is to tell waits for so long, unless something is asked for earlier. */
const TELL_WITHIN_MS = 20;
/** When to ask again where the answer does not say. */
const ASK_AGAIN_MS = 20;
/** So much is told at once, and kept while nobody can be told; what is not told counts for as long as a permit nothing is heard of. */
const MAX_TOLD = 1_000;

interface Permit {
  readonly name: string;
  /** When it was asked for, epoch milliseconds. */
  readonly askedAt: number;
}

/** What one request took: a permit of the store, a place in this gateway's own part, or both. */
interface Taken {
  readonly permit: string | null;
  readonly own: { readonly window: RateWindow; readonly passage: Passage } | null;
}

/** What the others have not been told yet. */
interface News {
  arrived: (readonly [name: string, at: number])[];
  unused: string[];
  events: Exchange['events'][number][];
}

/**
 * One account's limits as all gateways keep them together.
 *
 * Permits are taken in the store, several at once where several requests wait; that requests have arrived is told with the next
 * question, or a moment later. While the store is away this gateway goes on with its part of the limit.
 */
export class SharedGuard implements AccountGuard, RequestWindow, StoreUser {
  readonly gate: SharedGate;
  private readonly store: LimitStore;
  private readonly identity: string;
  private readonly limits: AccountLimits;
  private readonly clock: Clock;
  private readonly breakers: Readonly<Record<Address, SharedBreaker>>;
  private readonly arrivals: Arrivals;
  private readonly whole: WindowShape;
  private readonly taken = new Map<Passage, Taken>();
  private readonly news: News = { arrived: [], unused: [], events: [] };
  private user: WindowUser | undefined;
  private hand: Permit[] = [];
  /** When the store is to be asked again, epoch milliseconds. */
  private asksAt = 0;
  private isAsking = false;
  private isAskingSoon = false;
  private cancelTelling: (() => void) | undefined;
  private knownSince = '';
  /** Where the next request is to go. */
  private address: Address = 'api';
  /** This gateway's part of the limit, for while the store is away and just after. */
  private own: RateWindow | undefined;
  private ownUsedAt = 0;
  private isClosed = false;

  constructor(store: LimitStore, identity: string, limits: AccountLimits) {
    const { clock, random } = store.options;
    this.store = store;
    this.identity = identity;
    this.limits = limits;
    this.clock = clock;
    this.whole = toShape(limits.requestsPerSecond);
    this.gate = new SharedGate(clock, random, () => this.tellSoon());
    this.breakers = { api: this.openBreaker('api'), token: this.openBreaker('token') };
    this.arrivals = new Arrivals(clock, (passage, at) => this.onArrived(passage, at));
    store.add(this);
    this.onStoreChanged();
  }

  get window(): RequestWindow {
    return this;
  }

  breaker(address: Address): Breaker {
    return this.breakers[address];
  }

  serve(user: WindowUser): void {
    this.user = user;
  }

  readyAt(now: number, ahead = 0): number {
    const ownReadyAt = this.own?.readyAt(now, ahead) ?? now;
    const state = this.storeState;
    if (state === 'away') return Math.max(ownReadyAt, this.store.aloneFrom(this.whole.windowMs));
    this.dropStale(now);
    const { capacity, windowMs } = this.whole;
    const missing = ahead - this.hand.length;
    const readyAt =
      missing < 0 ? now : Math.max(now, this.asksAt) + Math.floor(missing / capacity) * windowMs;
    return state === 'there' ? readyAt : Math.max(readyAt, ownReadyAt);
  }

  claim(breaker: Breaker): boolean {
    // A call that its breaker refuses needs no place.
    if (breaker.refusalMs() !== undefined || this.storeState === 'away') return true;
    this.address = ADDRESSES.find((name) => this.breakers[name] === breaker) ?? 'api';
    if (this.hand.length > 0 && !this.breakers[this.address].needsLease) return true;
    this.askSoon();
    return false;
  }

  take(passage: Passage): void {
    const state = this.storeState;
    const permit = state === 'away' ? undefined : this.hand.shift();
    let own: Taken['own'] = null;
    if (state !== 'there' && this.own !== undefined) {
      own = { window: this.own, passage: new Passage() };
      own.window.take();
      this.ownUsedAt = this.clock.now();
    }
    this.taken.set(passage, { permit: permit?.name ?? null, own });
  }

  sent(passage: Passage, now: number): void {
    const own = this.taken.get(passage)?.own;
    own?.window.sent(own.passage, now);
    this.arrivals.sent(passage, now);
  }

  arrived(passage: Passage, now: number): void {
    this.arrivals.arrived(passage, now);
  }

  cancel(passage: Passage): void {
    if (passage.isOver) return;
    passage.isOver = true;
    const taken = this.taken.get(passage);
    this.taken.delete(passage);
    taken?.own?.window.cancel(taken.own.passage);
    if (taken?.permit != null) this.giveBack([taken.permit]);
  }

  close(): void {
    this.giveBack(this.hand.map(({ name }) => name));
    this.hand = [];
    this.isClosed = true;
    this.cancelTelling?.();
    this.arrivals.close();
    this.store.remove(this);
    if (this.hasNews && this.storeState !== 'away') void this.ask();
  }

  /** All that is known here is known to the others, or cannot be told. */
  get isQuiet(): boolean {
    return !this.isAsking && !this.isAskingSoon && (!this.hasNews || this.storeState === 'away');
  }

  onStoreChanged(): void {
    const now = this.clock.now();
    const state = this.storeState;
    for (const address of ADDRESSES) this.breakers[address].isAlone = state === 'away';
    if (state === 'there') return;
    if (this.own === undefined || now > this.ownUsedAt + this.leaseMs) {
      this.own = new RateWindow(this.limits.requestsPerSecond / this.store.nodes);
    }
    if (state === 'away') {
      this.giveBack(this.hand.map(({ name }) => name));
      this.hand = [];
      this.asksAt = 0;
    } else if (this.hasNews) this.tellSoon();
    this.user?.advance();
  }

  async tryStore(): Promise<void> {
    if (!this.isAsking) await this.ask();
  }

  private get storeState(): StoreState {
    return this.store.stateFor(this.whole.windowMs);
  }

  /** For so long a permit counts that nothing more is heard of: until its request must have arrived, and a window more. */
  private get leaseMs(): number {
    const longest = toShape(this.limits.requestsPerSecond / this.store.nodes).windowMs;
    return USE_WITHIN_MS + this.limits.timeoutMs + MAX_TRAVEL_MS + longest;
  }

  private get hasNews(): boolean {
    const { arrived, unused, events } = this.news;
    return arrived.length > 0 || unused.length > 0 || events.length > 0 || this.gate.hasNews;
  }

  private openBreaker(address: Address): SharedBreaker {
    return new SharedBreaker(this.clock, (event, generation) => {
      if (this.storeState === 'away') return;
      this.news.events.push([address, event, generation]);
      this.tellSoon();
    });
  }

  private onArrived(passage: Passage, at: number): void {
    const taken = this.taken.get(passage);
    this.taken.delete(passage);
    taken?.own?.window.arrived(taken.own.passage, at);
    if (taken?.permit == null) return;
    this.news.arrived.push([taken.permit, at]);
    if (this.news.arrived.length > MAX_TOLD) this.news.arrived.shift();
    this.tellSoon();
  }

  private giveBack(names: readonly string[]): void {
    if (names.length === 0) return;
    this.news.unused = [...this.news.unused, ...names].slice(-MAX_TOLD);
    this.tellSoon();
  }

  private dropStale(now: number): void {
    const first = this.hand[0];
    if (first === undefined || now <= first.askedAt + USE_WITHIN_MS) return;
    const stale = this.hand.filter(({ askedAt }) => now > askedAt + USE_WITHIN_MS);
    this.hand = this.hand.slice(stale.length);
    this.giveBack(stale.map(({ name }) => name));
  }

  /** Once for all who come in the same turn. */
  private askSoon(): void {
    if (this.isAskingSoon || this.isAsking) return;
    this.isAskingSoon = true;
    queueMicrotask(() => {
      this.isAskingSoon = false;
      if (!this.isAsking && !this.isClosed) void this.ask();
    });
  }

  private tellSoon(): void {
    if (this.isClosed || this.cancelTelling !== undefined || this.storeState === 'away') return;
    this.cancelTelling = this.clock.setTimer(TELL_WITHIN_MS, () => {
      this.cancelTelling = undefined;
      if (!this.isAsking && this.hasNews) void this.ask();
    });
  }

  /** One round trip: tells what is new, and asks for as many permits as can be used. */
  private async ask(): Promise<void> {
    const { identity, store } = this;
    const { scripts, partitionOf } = store.options;
    const prefix = `wb:{${partitionOf(identity)}}:`;
    const askedAt = this.clock.now();
    const request = this.toExchange(prefix, askedAt);
    this.isAsking = true;
    this.cancelTelling?.();
    this.cancelTelling = undefined;
    let answer: ExchangeAnswer;
    try {
      const key = `${prefix}win:${identity}`;
      answer = readAnswer(await scripts.run(PERMIT_SCRIPT, key, [JSON.stringify(request)]));
    } catch (error) {
      this.isAsking = false;
      this.keepNews(request, askedAt);
      store.onFailure(error instanceof Error ? error.message : typeof error);
      return;
    }
    this.isAsking = false;
    if (this.isClosed) return;
    store.onAnswer();
    this.accept(answer, request, askedAt);
  }

  private toExchange(prefix: string, now: number): Exchange {
    const { store, identity, news } = this;
    const { requestsPerSecond } = this.limits;
    const { nodes } = store;
    const usable = this.isClosed ? 0 : (this.user?.usable ?? 0);
    const want = Math.min(Math.max(0, usable - this.hand.length), this.whole.capacity);
    const shape = toShape(requestsPerSecond * store.commonPart);
    const exchange: Exchange = {
      ...{ prefix, account: identity, node: store.node, shape, want, leaseMs: this.leaseMs },
      newcomerShape: toShape(requestsPerSecond / nodes),
      knownSince: this.knownSince,
      first: store.number(want),
      turn: Math.max(1, Math.floor(shape.capacity / nodes)),
      address: usable > 0 ? this.address : '',
      probeMs: USE_WITHIN_MS + this.limits.timeoutMs,
      arrived: news.arrived.map(([name, at]) => [name, Math.max(0, now - at)] as const),
      unused: news.unused,
      events: news.events,
      ...this.gate.takeNews(),
    };
    Object.assign(news, { arrived: [], unused: [], events: [] } satisfies News);
    return exchange;
  }

  /** Telling an arrival twice is harmless; how calls ended is not told twice. */
  private keepNews({ arrived, unused }: Exchange, askedAt: number): void {
    const again = arrived.map(([name, agoMs]) => [name, askedAt - agoMs] as const);
    this.news.arrived = [...again, ...this.news.arrived].slice(-MAX_TOLD);
    this.news.unused = [...unused, ...this.news.unused].slice(-MAX_TOLD);
    this.gate.keepNews();
  }

  private accept(answer: ExchangeAnswer, { first, want, node }: Exchange, askedAt: number): void {
    const now = this.clock.now();
    // The store began anew: it does not know of a gate either.
    if (this.knownSince !== '' && this.knownSince !== answer.knownSince) this.gate.keepNews();
    this.knownSince = answer.knownSince;
    for (let index = 0; index < answer.granted; index += 1) {
      this.hand.push({ name: `${node}:${first + index}`, askedAt });
    }
    const isShort = answer.granted < want;
    this.asksAt = isShort ? now + Math.max(1, answer.askAgainInMs ?? ASK_AGAIN_MS) : 0;
    const isBehind = this.news.events.length > 0;
    for (const address of ADDRESSES) this.breakers[address].adopt(answer.breakers[address], isBehind);
    this.gate.adopt(answer.gateMs, answer.throttledInARow);
    this.user?.advance();
    if ((this.user?.usable ?? 0) <= 0) this.putDown();
    if (this.hasNews) this.tellSoon();
  }

  /** Nobody is there who could use what was given. */
  private putDown(): void {
    this.giveBack(this.hand.map(({ name }) => name));
    this.hand = [];
    for (const address of ADDRESSES) this.breakers[address].giveBack();
  }
}

function toShape(requestsPerSecond: number): WindowShape {
  const { capacity, windowMs } = new RateWindow(requestsPerSecond);
  return { capacity, windowMs };
}
