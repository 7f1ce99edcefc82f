import type { Clock, Random } from '../runtime/clock.ts';
import type { Log } from '../runtime/tools.ts';
import type { PERMIT_SCRIPT } from './permit-script.ts';

/** Where limits are kept for all gateways. */
export interface LimitScripts {
  /**
   * Runs a script, whole and at one moment.
   *
   * @param key - in whose slot all its keys lie
   * @returns numbers, strings (or buffers of them) and lists
   * @throws where there was no answer within half a second: it may have been carried out
   */
  run(script: typeof PERMIT_SCRIPT, key: string, args: readonly string[]): Promise<unknown>;
}

export interface LimitStoreOptions {
  readonly scripts: LimitScripts;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Pick<Log, 'info' | 'warn'>;
  /** How many gateways are alive, this one included; the last known number while the store is away. */
  readonly nodes: () => number;
  /** The part of the store that an account's tenant lies in, two digits: `07`. */
  readonly partitionOf: (identity: string) => string;
}

/** A gateway that cannot be seen any more may go on with its part for as long as this. */
const ABSENCE_MS = 60_000;
/** One that is seen again has asked the store for its last calls by then. */
const RETURN_MS = 3_000;
/**
 * How long a gateway that has lost the store sends nothing: until the others have noticed (they take it for dead after two seconds)
 * and leave its part to it. A window comes on top, for what they have sent until then.
 */
const NOTICE_MS = 3_000;
/** How often a store that is away is tried. */
const RETRY_MS = 500;
/** By then all gateways have found a store that is back: the pause between two tries, and what one of them may take. */
const ALL_BACK_MS = 2 * RETRY_MS;

/** How the store is: there; away; or back for so short a time that other gateways may not know it yet. */
export type StoreState = 'there' | 'away' | 'back';

/** What depends on the store: the guard of one account. */
export interface StoreUser {
  /** The store was lost, or is back. */
  onStoreChanged(): void;
  /** Asks whether the store is there, whatever is thought of it. */
  tryStore(): Promise<void>;
}

/** The store of the limits that all gateways keep together, as this one knows it: whether it is there, and who else there is. */
export class LimitStore {
  readonly options: LimitStoreOptions;
  /** No other process has it. */
  readonly node: string;
  private readonly users = new Set<StoreUser>();
  private state: StoreState = 'there';
  /** Since when, epoch milliseconds. */
  private stateSince = 0;
  private lastNodes = 1;
  private mostNodes = 1;
  /** Gateways that are not seen any more and may go on sending by themselves, until then. */
  private absent = 0;
  private absentUntil = 0;
  private permits = 0;
  private cancelRetry: (() => void) | undefined;
  private isClosed = false;

  constructor(options: LimitStoreOptions, node: string) {
    this.options = options;
    this.node = node;
  }

  add(user: StoreUser): void {
    this.users.add(user);
  }

  remove(user: StoreUser): void {
    this.users.delete(user);
  }

  /** To be called where it is known from elsewhere. */
  onReachable(isReachable: boolean): void {
    if (isReachable) this.retry();
    else this.onFailure('Redis cannot be reached.');
  }

  /** The store has lost what it knew, or a part of it: limits are divided for one window. */
  onReset(): void {
    if (this.state === 'away') return;
    this.change('back');
  }

  close(): void {
    this.isClosed = true;
    this.cancelRetry?.();
  }

  /** Numbers of permits that were never given before. */
  number(count: number): number {
    this.permits += count;
    return this.permits - count;
  }

  /** @param windowMs - of the account that asks */
  stateFor(windowMs: number): StoreState {
    const { state, stateSince } = this;
    if (state !== 'back') return state;
    return this.options.clock.now() < stateSince + ALL_BACK_MS + windowMs ? 'back' : 'there';
  }

  /** While the store is away: when the first request may go without it, epoch milliseconds. */
  aloneFrom(windowMs: number): number {
    return this.stateSince + NOTICE_MS + windowMs;
  }

  /** How many gateways there are, of whom this one is one. */
  get nodes(): number {
    return Math.max(1, Math.floor(this.options.nodes()));
  }

  /** What part of a limit all gateways that reach the store have together; the rest is for those that are cut off from it. */
  get commonPart(): number {
    const now = this.options.clock.now();
    const { nodes } = this;
    if (nodes < this.lastNodes) {
      this.absent += this.lastNodes - nodes;
      this.absentUntil = now + ABSENCE_MS;
    } else if (nodes > this.lastNodes && nodes >= this.mostNodes) {
      this.absentUntil = Math.min(this.absentUntil, now + RETURN_MS);
    }
    this.lastNodes = nodes;
    if (now >= this.absentUntil) {
      this.absent = 0;
      this.mostNodes = nodes;
    }
    this.mostNodes = Math.max(this.mostNodes, nodes);
    return Math.max(1, this.mostNodes - this.absent) / this.mostNodes;
  }

  /** @param reason - for the log, without any address */
  onFailure(reason: string): void {
    if (this.isClosed || this.state === 'away') return;
    const { nodes } = this;
    this.options.log.warn(
      { reason, gateways: nodes },
      'Limits of accounts are divided by the number of gateways.',
    );
    this.change('away');
    this.armRetry();
  }

  onAnswer(): void {
    if (this.state !== 'away') return;
    this.options.log.info({}, 'Limits of accounts are kept together again.');
    this.change('back');
  }

  private change(state: StoreState): void {
    this.state = state;
    this.stateSince = this.options.clock.now();
    for (const user of this.users) user.onStoreChanged();
  }

  private armRetry(): void {
    this.cancelRetry?.();
    this.cancelRetry = this.options.clock.setTimer(RETRY_MS, () => this.retry());
  }

  /** One account asks for all of them whether the store is back. */
  private retry(): void {
    if (this.isClosed || this.state !== 'away') return;
    const [first] = this.users;
    if (first === undefined) {
      this.armRetry();
      return;
    }
    void first.tryStore().then(() => {
      if (this.state === 'away') this.armRetry();
    });
  }
}
