import type { ExportEvent } from '../events.ts';

/** Events that may wait for one subscriber before it counts as gone. */
export const DEFAULT_MAX_PENDING = 256;

interface Waiter {
  resolve(result: IteratorResult<ExportEvent, undefined>): void;
  reject(reason: unknown): void;
}

const DONE: IteratorResult<ExportEvent, undefined> = { done: true, value: undefined };

/**
 * What waits for one subscriber: bounded, and newest state first to survive.
 *
 * Progress that waits is replaced by any newer event of the same export, since each event carries the whole state; nothing
 * else is ever dropped. The order is kept, so the last cursor read always stands for everything before it.
 */
export class Channel {
  /** Of the last event that was handed out. */
  lastCursor: string | null = null;
  private readonly maxPending: number;
  private pending: ExportEvent[] | null = null;
  private waiters: Waiter[] | null = null;
  private isOpen = true;
  private failure: ((cursor: string | null) => Error) | null = null;
  /** Events of the start, which do not count as unread: how many there are is the gateway's doing. */
  private allowance = 0;

  constructor(maxPending: number) {
    this.maxPending = maxPending;
  }

  /** Makes room for as many more events than the bound. */
  allow(count: number): void {
    this.allowance += count;
  }

  /** @returns false where there is no more room: the subscriber has stopped reading */
  offer(event: ExportEvent): boolean {
    if (!this.isOpen) return true;
    const waiter = this.waiters?.shift();
    if (waiter !== undefined) {
      this.lastCursor = event.cursor;
      waiter.resolve({ done: false, value: event });
      return true;
    }
    if (this.pending === null) {
      this.pending = [event];
      return true;
    }
    this.dropOutdated(this.pending, event);
    if (this.pending.length >= this.maxPending + this.allowance) return false;
    this.pending.push(event);
    return true;
  }

  next(): Promise<IteratorResult<ExportEvent, undefined>> {
    const event = this.pending?.shift();
    if (event !== undefined) {
      if (this.pending?.length === 0) this.pending = null;
      this.lastCursor = event.cursor;
      return Promise.resolve({ done: false, value: event });
    }
    if (this.failure !== null) {
      const failure = this.failure;
      this.failure = null;
      return Promise.reject(failure(this.lastCursor));
    }
    if (!this.isOpen) return Promise.resolve(DONE);
    return new Promise((resolve, reject) => {
      if (this.waiters === null) this.waiters = [{ resolve, reject }];
      else this.waiters.push({ resolve, reject });
    });
  }

  /** No more events: what waits is still handed out, then the end. */
  end(): void {
    this.close(null);
  }

  /** As `end`, but the end is an error, made when it is handed out: then the last cursor is known. */
  fail(toError: (cursor: string | null) => Error): void {
    this.close(toError);
  }

  /** Forgets what waits: nobody will read it. */
  clear(): void {
    this.pending = null;
  }

  private close(failure: ((cursor: string | null) => Error) | null): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    const [first, ...others] = this.waiters ?? [];
    this.waiters = null;
    if (failure === null) first?.resolve(DONE);
    else if (first !== undefined) first.reject(failure(this.lastCursor));
    else this.failure = failure;
    for (const waiter of others) waiter.resolve(DONE);
  }

  private dropOutdated(pending: ExportEvent[], event: ExportEvent): void {
    const index = pending.findLastIndex(({ exportId }) => exportId === event.exportId);
    if (pending[index]?.type === 'ExportProgressed') pending.splice(index, 1);
  }
}
