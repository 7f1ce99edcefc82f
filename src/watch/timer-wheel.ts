import type { Clock } from '../runtime/clock.ts';

/** What can wait in a wheel: the wheel keeps its lists in the items themselves, so that waiting costs no object. */
export interface WheelItem<Self> {
  /** When it falls due, epoch milliseconds; written by the wheel. */
  dueAt: number;
  wheelSlot: number;
  wheelNext: Self | null;
  wheelPrevious: Self | null;
}

export interface TimerWheel<Item> {
  /** Items waiting. */
  readonly size: number;
  /** Lets the item fall due at the first tick at or after `at`, and never before; moves it where it waits already. */
  set(item: Item, at: number): void;
  delete(item: Item): void;
  close(): void;
}

/** Due instants are whole multiples of this, in milliseconds. */
export const TICK_MS = 8;
const SLOTS = 256;
const LEVELS = 3;
/** The furthest that fits in the wheel, in ticks: 37 hours. What is due later goes round again. */
const HORIZON = SLOTS ** LEVELS;
/** `wheelSlot` of an item that waits in no wheel. */
export const NOT_WAITING = -1;

/**
 * A hierarchical hashed timing wheel: any number of waiting items on one timer of the clock.
 *
 * Level 0 has a slot per tick, level 1 one per 256 ticks, level 2 one per 65,536; a slot of a higher level cascades to
 * the lower ones when its time comes. The one timer is set for the next slot that holds anything.
 *
 * @param onDue - told all items of one instant together
 * Source: G. Varghese and T. Lauck, "Hashed and Hierarchical Timing Wheels", 1987, scheme 7.
 */
export function createTimerWheel<Item extends WheelItem<Item>>(
  clock: Clock,
  onDue: (items: readonly Item[]) => void,
): TimerWheel<Item> {
  return new Wheel(clock, onDue);
}

class Wheel<Item extends WheelItem<Item>> implements TimerWheel<Item> {
  size = 0;
  private readonly clock: Clock;
  private readonly onDue: (items: readonly Item[]) => void;
  private readonly heads: (Item | null)[] = new Array<Item | null>(SLOTS * LEVELS).fill(null);
  /** The last tick that was dealt with. */
  private current: number;
  private armedTick = Number.POSITIVE_INFINITY;
  private cancelTimer: (() => void) | null = null;

  constructor(clock: Clock, onDue: (items: readonly Item[]) => void) {
    this.clock = clock;
    this.onDue = onDue;
    this.current = Math.floor(clock.now() / TICK_MS);
  }

  set(item: Item, at: number): void {
    this.unlink(item);
    const now = this.clock.now();
    if (this.size === 0) this.current = Math.max(this.current, Math.floor(now / TICK_MS));
    const tick = Math.max(Math.ceil(Math.max(at, now) / TICK_MS), this.current + 1);
    item.dueAt = tick * TICK_MS;
    const wakeTick = this.link(item, tick);
    if (wakeTick < this.armedTick) this.arm(wakeTick);
  }

  delete(item: Item): void {
    if (!this.unlink(item)) return;
    if (this.size === 0) this.disarm();
  }

  close(): void {
    this.disarm();
    for (const [slot, head] of this.heads.entries()) {
      for (let item = head; item !== null; ) {
        const next: Item | null = item.wheelNext;
        this.unlink(item);
        item = next;
      }
      this.heads[slot] = null;
    }
  }

  /** @returns the tick at which the item's slot falls due or cascades */
  private link(item: Item, tick: number): number {
    const level = this.levelOf(tick);
    const span = SLOTS ** level;
    const block = Math.floor(Math.min(tick, this.current + HORIZON - 1) / span);
    const slot = level * SLOTS + (block % SLOTS);
    const head = this.heads[slot] ?? null;
    item.wheelSlot = slot;
    item.wheelNext = head;
    item.wheelPrevious = null;
    if (head !== null) head.wheelPrevious = item;
    this.heads[slot] = item;
    this.size += 1;
    return block * span;
  }

  private unlink(item: Item): boolean {
    if (item.wheelSlot === NOT_WAITING) return false;
    if (item.wheelPrevious === null) this.heads[item.wheelSlot] = item.wheelNext;
    else item.wheelPrevious.wheelNext = item.wheelNext;
    if (item.wheelNext !== null) item.wheelNext.wheelPrevious = item.wheelPrevious;
    item.wheelSlot = NOT_WAITING;
    item.wheelNext = null;
    item.wheelPrevious = null;
    this.size -= 1;
    return true;
  }

  private levelOf(tick: number): number {
    const delta = tick - this.current;
    if (delta < SLOTS) return 0;
    return delta < SLOTS * SLOTS ? 1 : 2;
  }

  /** The next tick at which a slot falls due or cascades. */
  private nextTick(): number {
    let next = Number.POSITIVE_INFINITY;
    for (let level = 0, span = 1; level < LEVELS; level += 1, span *= SLOTS) {
      const block = Math.floor(this.current / span);
      for (let ahead = 1; ahead <= SLOTS; ahead += 1) {
        const start = (block + ahead) * span;
        if (start >= next) break;
        if (this.heads[level * SLOTS + ((block + ahead) % SLOTS)] !== null) next = start;
      }
    }
    return next;
  }

  private arm(tick: number): void {
    this.disarm();
    if (tick === Number.POSITIVE_INFINITY) return;
    this.armedTick = tick;
    this.cancelTimer = this.clock.setTimer(Math.max(0, tick * TICK_MS - this.clock.now()), () => this.turn());
  }

  private disarm(): void {
    this.cancelTimer?.();
    this.cancelTimer = null;
    this.armedTick = Number.POSITIVE_INFINITY;
  }

  private turn(): void {
    this.cancelTimer = null;
    this.armedTick = Number.POSITIVE_INFINITY;
    const nowTick = Math.floor(this.clock.now() / TICK_MS);
    const due: Item[] = [];
    for (let tick = this.nextTick(); tick <= nowTick; tick = this.nextTick()) {
      this.current = tick;
      if (tick % (SLOTS * SLOTS) === 0)
        this.cascade(2 * SLOTS + (Math.floor(tick / (SLOTS * SLOTS)) % SLOTS));
      if (tick % SLOTS === 0) this.cascade(SLOTS + (Math.floor(tick / SLOTS) % SLOTS));
      this.take(tick % SLOTS, due);
    }
    this.arm(this.nextTick());
    if (due.length > 0) this.onDue(due);
  }

  private cascade(slot: number): void {
    for (let item = this.heads[slot] ?? null; item !== null; ) {
      const next: Item | null = item.wheelNext;
      this.unlink(item);
      this.link(item, item.dueAt / TICK_MS);
      item = next;
    }
  }

  /** The first to be set is the first to be told. */
  private take(slot: number, due: Item[]): void {
    const taken: Item[] = [];
    for (let item = this.heads[slot] ?? null; item !== null; ) {
      const next: Item | null = item.wheelNext;
      this.unlink(item);
      taken.push(item);
      item = next;
    }
    for (const item of taken.reverse()) due.push(item);
  }
}
