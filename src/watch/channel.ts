import type { ExportEvent } from '../export/events.ts';

/** Events that may wait for one subscriber before it counts as gone. */
export const DEFAULT_MAX_PENDING = 256;

type Step = IteratorResult<ExportEvent, undefined>;
/** Answers a reader; an error is a promise that rejects. */
type Waiter = (step: Step | Promise<never>) => void;

const DONE: Step = { done: true, value: undefined };

/** Takes a subscriber's events as they come: the other way to read a stream, without a promise for each event. */
export interface EventSink {
  /** False while it has enough. Events then wait, until `resume` is called on the stream. */
  readonly isReady: boolean;
  take(event: ExportEvent): void;
  /** Nothing follows; with an error where the stream has ended with one. Called once, when ready. */
  end(error: Error | null): void;
}

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
  /** A reader that came before its event, and those that came after it: hardly ever any. */
  private waiter: Waiter | null = null;
  private moreWaiters: Waiter[] | null = null;
  private sink: EventSink | null = null;
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
    const { waiter } = this;
    if (waiter !== null) {
      this.waiter = this.moreWaiters?.shift() ?? null;
      this.lastCursor = event.cursor;
      waiter({ done: false, value: event });
      return true;
    }
    if (this.pending === null && this.sink?.isReady) {
      this.lastCursor = event.cursor;
      this.sink.take(event);
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

  next(): Promise<Step> {
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
    return new Promise((resolve) => {
      if (this.waiter === null) this.waiter = resolve;
      else if (this.moreWaiters === null) this.moreWaiters = [resolve];
      else this.moreWaiters.push(resolve);
    });
  }

  /** From now on the sink is given everything; `next` is not for use any more. */
  pipe(sink: EventSink): void {
    this.sink = sink;
    this.resume();
  }

  /** The sink is ready again. */
  resume(): void {
    const { sink } = this;
    if (sink === null) return;
    while (sink.isReady && this.pending !== null) {
      const event = this.pending.shift();
      if (this.pending.length === 0) this.pending = null;
      if (event === undefined) continue;
      this.lastCursor = event.cursor;
      sink.take(event);
    }
    if (this.isOpen || this.pending !== null || !sink.isReady) return;
    this.sink = null;
    sink.end(this.failure?.(this.lastCursor) ?? null);
  }

  /** No more events: what waits is still handed out, then the end. */
  end(): void {
    this.close(null);
  }

  /** As `end`, but the end is an error, made when it is handed out: then the last cursor is known. */
  fail(toError: (cursor: string | null) => Error): void {
    this.close(toError);
  }

  /** Forgets what waits: it will not be read. */
  clear(): void {
    this.pending = null;
  }

  private close(failure: ((cursor: string | null) => Error) | null): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    const { waiter, moreWaiters } = this;
    this.waiter = null;
    this.moreWaiters = null;
    if (failure === null) waiter?.(DONE);
    else if (waiter !== null) waiter(Promise.reject(failure(this.lastCursor)));
    else this.failure = failure;
    for (const other of moreWaiters ?? []) other(DONE);
    this.resume();
  }

  private dropOutdated(pending: ExportEvent[], event: ExportEvent): void {
    const index = pending.findLastIndex(({ exportId }) => exportId === event.exportId);
    if (pending[index]?.type === 'ExportProgressed') pending.splice(index, 1);
  }
}
