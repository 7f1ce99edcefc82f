import type { VendorAccount } from '../export/ports.ts';
import { MAX_BATCH } from './pace.ts';

/** What one line may have under way at a time: this many exports read singly, or as many batches as they would fill. */
const MAX_UNDER_WAY = 8 * MAX_BATCH;

/**
 * How due exports are told apart: `first`, its first state is waited for; `again`, it is due again; `troubled`, the vendor could
 * not be read for it.
 */
export type PollKind = 'first' | 'again' | 'troubled';

/**
 * Asks about exports that are due. Never rejects.
 *
 * @param place - how many of the same instant were read singly before this one
 * @returns false where how long it took tells nothing of the account
 */
export type Poll<Item> = (queue: PollQueue<Item>, items: readonly Item[], place: number) => Promise<boolean>;

/** How far one tenant's log has been told here. */
export interface TenantLog {
  /** The last entry: everything up to it has reached the streams that follow it. */
  heard: number;
}

export interface PollQueueSettings<Item> {
  readonly account: VendorAccount;
  readonly log: TenantLog;
  /** Sets its polls apart from other accounts', milliseconds; a multiple of the wheel's tick. */
  readonly offsetMs: number;
  readonly now: () => number;
  readonly poll: Poll<Item>;
}

/**
 * What is due of one account identity, and how much of it is under way.
 *
 * Exports in trouble are read apart from the others, since a batch lasts as long as its slowest export; and those whose first
 * state is waited for do not stand behind those that are only due again. Whether the vendor wants silence is for the account to
 * know.
 */
export class PollQueue<Item> {
  /** The account as it was last given: any with the same identity will do. */
  account: VendorAccount;
  /** Under which fence this process owns the account, and so asks; null where another does, or none yet. */
  fence: number | null = null;
  /** Its tenant's, which all of the tenant's accounts share. */
  readonly log: TenantLog;
  /** Exports of this account that are watched. */
  watches = 0;
  /** Those of them that this process wants itself: while there are any, it may own the account. */
  joined = 0;
  readonly offsetMs: number;
  private readonly now: () => number;
  private readonly poll: Poll<Item>;
  private msPerExport = 0;
  private readonly lines: Readonly<Record<PollKind, Line<Item>>> = {
    first: new Line(),
    again: new Line(),
    troubled: new Line(),
  };

  constructor({ account, log, offsetMs, now, poll }: PollQueueSettings<Item>) {
    this.account = account;
    this.log = log;
    this.offsetMs = offsetMs;
    this.now = now;
    this.poll = poll;
  }

  /** Until when this account waits as a whole, epoch milliseconds; null when it does not. */
  throttledUntil(now: number): number | null {
    const { throttledUntil } = this.account.health();
    return throttledUntil !== null && throttledUntil > now ? throttledUntil : null;
  }

  /** How long one round of all exports takes where the account's limits hold it up; 0 where they do not. */
  get roundMs(): number {
    return this.watches * this.msPerExport;
  }

  /** Polls of this account gain by falling on the same instants. */
  get isGathering(): boolean {
    return isReadTogether(this.account, Math.min(this.watches, MAX_BATCH));
  }

  enqueue(item: Item, kind: PollKind): void {
    this.lines[kind].push(item);
  }

  /** Starts as many reads as may be under way. */
  dispatch(): void {
    this.dispatchLine(this.lines.first);
    this.dispatchLine(this.lines.again);
    this.dispatchLine(this.lines.troubled);
  }

  private dispatchLine(line: Line<Item>): void {
    let place = 0;
    while (line.size > 0 && line.underWay < MAX_UNDER_WAY) {
      if (isReadTogether(this.account, Math.min(line.size, MAX_BATCH))) {
        void this.run(line, line.take(MAX_BATCH), MAX_BATCH, 0);
      } else {
        void this.run(line, line.take(1), 1, place);
        place += 1;
      }
    }
  }

  private async run(line: Line<Item>, items: readonly Item[], weight: number, place: number): Promise<void> {
    const startedAt = this.now();
    line.underWay += weight;
    const isTelling = await this.poll(this, items, place);
    if (isTelling) this.measure(line, (this.now() - startedAt) * (weight / items.length));
    line.underWay -= weight;
    this.dispatch();
  }

  /** Learns how fast the account lets us go, from reads that others had to wait for. */
  private measure(line: Line<Item>, weightedMs: number): void {
    const sample = line.size > 0 ? weightedMs / line.underWay : 0;
    this.msPerExport = this.msPerExport * 0.8 + sample * 0.2;
    if (this.msPerExport < 0.01) this.msPerExport = 0;
  }
}

/** Due exports that wait, the first to come first. */
class Line<Item> {
  underWay = 0;
  private items: Item[] = [];
  private head = 0;

  get size(): number {
    return this.items.length - this.head;
  }

  push(item: Item): void {
    this.items.push(item);
  }

  take(count: number): readonly Item[] {
    const taken = this.items.slice(this.head, this.head + count);
    this.head += taken.length;
    if (this.head * 2 >= this.items.length) {
      this.items = this.items.slice(this.head);
      this.head = 0;
    }
    return taken;
  }
}

function isReadTogether(account: VendorAccount, count: number): boolean {
  return account.listPays?.(count) ?? true;
}
