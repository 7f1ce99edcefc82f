import type { ExportKey, ExportSnapshot } from '../../../src/export/export.ts';
import type { AccountHealth, Pacing, Reading, VendorAccount } from '../../../src/export/ports.ts';
import { CircuitBreaker } from '../../../src/http/circuit-breaker.ts';
import { ErrorMapper } from '../../../src/http/errors.ts';
import { RateLimiter, RateWindow, type Slot } from '../../../src/http/rate-limiter.ts';
import { ThrottleGate } from '../../../src/http/throttle-gate.ts';
import type { Tools } from '../../../src/runtime/tools.ts';

export interface VendorsSettings {
  readonly exports: number;
  readonly accounts: number;
  readonly intervalMs: number;
  readonly requestsPerSecond: number;
  /** An export gets on once in so many intervals. */
  readonly intervalsPerChange: number;
}

/** How long a request travels to its vendor, and then its answer back: from the first to the second, milliseconds. */
const TRAVEL_MS = [5, 60] as const;
const ANSWER_MS = [20, 120] as const;
const LIFETIME_MS = 30_000;

/**
 * All vendors, as a formula: how far an export is follows from its number and the time. They count who asks for what.
 *
 * Accounts with an even number have a list call, which tells of all their exports; the others tell of one export at a time.
 */
export class SimulatedVendors {
  readonly settings: VendorsSettings;
  readonly perAccount: number;
  /** Calls of each kind, and exports told of, since the last `takeCounts`. */
  private counts = { polls: 0, listCalls: 0, singleCalls: 0 };
  /** When each export was last told of; 0 before. */
  readonly polledAt: Float64Array;
  /** How often each was told of again before its interval had passed, since `countAnew`. */
  readonly earlyPolls: Uint8Array;
  /** Most time between two polls of one export since `countAnew`. */
  longestGapMs = 0;
  /** The most calls that any account got within a second, however the second is laid. */
  mostInOneSecond = 0;
  /** Exports of which each gateway was told something that has not reached it yet. */
  readonly underWay = new Map<number, number>();
  /** Is told of each call as it arrives. */
  onCall: (account: number, gateway: number) => void = () => {};
  private readonly startedAt: number;
  /** When the calls of the last second came to each account. */
  private readonly arrivals: number[][];
  private readonly names: string[];
  private readonly keys: ExportKey[];

  constructor(settings: VendorsSettings, startedAt: number) {
    const { exports, accounts } = settings;
    this.settings = settings;
    this.startedAt = startedAt;
    this.perAccount = exports / accounts;
    this.polledAt = new Float64Array(exports);
    this.earlyPolls = new Uint8Array(exports);
    this.arrivals = Array.from({ length: accounts }, () => []);
    this.names = Array.from({ length: accounts }, (_, account) => `a${account}`);
    this.keys = Array.from({ length: exports }, (_, index) => this.toKey(index));
  }

  key(index: number): ExportKey {
    return this.keys[index] as ExportKey;
  }

  hasList(account: number): boolean {
    return account % 2 === 0;
  }

  accountOf(index: number): number {
    return Math.floor(index / this.perAccount);
  }

  takeCounts(): SimulatedVendors['counts'] {
    const taken = this.counts;
    this.counts = { polls: 0, listCalls: 0, singleCalls: 0 };
    return taken;
  }

  countAnew(): void {
    this.earlyPolls.fill(0);
    this.longestGapMs = 0;
  }

  /** A call has come. */
  answer(account: number, keys: readonly ExportKey[], gateway: number, now: number): readonly Reading[] {
    this.onCall(account, gateway);
    this.count(account, now);
    if (this.hasList(account)) this.counts.listCalls += 1;
    else this.counts.singleCalls += 1;
    return keys.map((key) => this.tell(toIndex(key.id), now));
  }

  private count(account: number, now: number): void {
    const arrivals = this.arrivals[account] ?? [];
    while ((arrivals[0] ?? now) <= now - 1_000) arrivals.shift();
    arrivals.push(now);
    this.mostInOneSecond = Math.max(this.mostInOneSecond, arrivals.length);
  }

  private tell(index: number, now: number): ExportSnapshot {
    const before = this.polledAt[index] ?? 0;
    if (before > 0) this.longestGapMs = Math.max(this.longestGapMs, now - before);
    if (now - before < this.settings.intervalMs) this.earlyPolls[index] = (this.earlyPolls[index] ?? 0) + 1;
    this.polledAt[index] = now;
    this.counts.polls += 1;
    const key = this.key(index);
    return {
      key,
      name: null,
      status: 'RUNNING',
      rawStatus: 'processing',
      outcome: null,
      failure: null,
      progress: { percent: this.percent(index, now), completedParts: null, totalParts: null },
      createdAt: this.startedAt,
      startedAt: this.startedAt,
      updatedAt: null,
      finishedAt: null,
      files: null,
      pollAfterMs: null,
      observedAt: now,
      details: null,
    };
  }

  private percent(index: number, now: number): number {
    const { intervalMs, intervalsPerChange } = this.settings;
    // No two exports of an account get on at the same time.
    const phase = (index * 0.618034) % 1;
    return Math.floor((now - this.startedAt) / (intervalMs * intervalsPerChange) + phase);
  }

  private toKey(index: number): ExportKey {
    const account = this.names[this.accountOf(index)] ?? '';
    return { id: `e${index}`, vendor: 'talkdesk', account, ids: NO_IDS };
  }
}

const NO_IDS = {};

/** The number of an export, from its global id. */
export function toIndex(id: string): number {
  return Number(id.slice(1));
}

const HEALTHY: AccountHealth = { state: 'HEALTHY', throttledUntil: null, lastError: null };

/** What all gateways share of an account's limit: the window. In life it is in the store, and each gateway has its own queue. */
export function createWindows({ accounts, requestsPerSecond }: VendorsSettings): readonly RateWindow[] {
  return Array.from({ length: accounts }, () => new RateWindow(requestsPerSecond));
}

export interface AccountSettings {
  readonly account: number;
  readonly gateway: number;
  readonly vendors: SimulatedVendors;
  readonly window: RateWindow;
  readonly tools: Tools;
}

/** One account as one gateway reads it: through the real limiter, over calls that take their time. */
export class SimulatedAccount implements VendorAccount {
  readonly key: string;
  readonly vendor = 'talkdesk';
  readonly tenant = 'acme';
  readonly identity: string;
  readonly pacing: Pacing;
  private readonly settings: AccountSettings;
  private readonly breaker: CircuitBreaker;
  private readonly limiter: RateLimiter;

  constructor(settings: AccountSettings) {
    const { account, vendors, window, tools } = settings;
    const { intervalMs } = vendors.settings;
    this.settings = settings;
    this.key = `a${account}`;
    this.identity = `acme/${this.key}`;
    this.pacing = { minMs: intervalMs, maxMs: intervalMs, stallAfterMs: 86_400_000 };
    const { clock } = tools;
    const gate = new ThrottleGate(clock, tools.random);
    this.breaker = new CircuitBreaker(clock);
    this.limiter = new RateLimiter({
      ...{ clock, gate, window, breakers: [this.breaker], maxConcurrent: 100 },
      errors: createErrors(this.key, tools, gate),
    });
  }

  listPays(): boolean {
    return this.settings.vendors.hasList(this.settings.account);
  }

  async readMany(keys: readonly ExportKey[]): Promise<readonly Reading[]> {
    if (this.listPays()) return this.call(keys);
    return (await Promise.all(keys.map((key) => this.call([key])))).flat();
  }

  health(): AccountHealth {
    return HEALTHY;
  }

  describeFiles = async () => [];
  listRecent = async () => [];
  locateFile = async () => ({ type: 'unfinished' }) as const;
  close = async () => undefined;

  private call(keys: readonly ExportKey[]): Promise<readonly Reading[]> {
    const { account, gateway, vendors, tools } = this.settings;
    const { clock, random } = tools;
    const between = ([from, to]: readonly [number, number]) => from + random.next() * (to - from);
    return new Promise((resolve) => {
      const admit = (slot: Slot): void => {
        slot.sent();
        clock.setTimer(between(TRAVEL_MS), () => {
          const readings = vendors.answer(account, keys, gateway, clock.now());
          vendors.underWay.set(gateway, (vendors.underWay.get(gateway) ?? 0) + keys.length);
          clock.setTimer(between(ANSWER_MS), () => {
            vendors.underWay.set(gateway, (vendors.underWay.get(gateway) ?? 0) - keys.length);
            slot.answered();
            slot.permit.succeed();
            slot.leave();
            resolve(readings);
          });
        });
      };
      this.limiter.enter({
        breaker: this.breaker,
        endsAt: clock.now() + LIFETIME_MS,
        isUrgent: false,
        isReady: () => true,
        admit,
        refuse: (error) => resolve(keys.map(() => error)),
      });
    });
  }
}

function createErrors(account: string, tools: Tools, gate: ThrottleGate): ErrorMapper {
  const rules = { authHeaders: () => ({}), isTokenExpired: () => false, vendorCode: () => undefined };
  const settings = { vendor: 'talkdesk', vendorName: 'Talkdesk', account, baseUrl: '' } as const;
  const limits = { requestsPerSecond: 1, maxConcurrent: 1, timeoutMs: LIFETIME_MS };
  return new ErrorMapper(
    { ...settings, credential: { type: 'bearer', token: '' }, limits, rules, tools },
    gate,
  );
}
