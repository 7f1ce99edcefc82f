import type { Clock } from './clock.ts';
import type { WaybillError } from './error.ts';
import { toEvent } from './events.ts';
import { WaybillTracked } from './generated/documents.ts';
import type { Link, StreamSpec } from './link.ts';
import { type Fields, toText } from './read.ts';
import { Store } from './store.ts';
import type { Operation, StreamSink } from './transport.ts';
import type { Export, ExportSetState, Filter } from './types.ts';

/** Those that have ended and are shown at first; those that are open all are. */
const FIRST = 100;
/** An empty list says nothing: what is not told by then is not there. */
const SETTLE_MS = 500;
/** Others may come back at the same moment. */
const VERIFY_MS = 1_500;

const PENDING: ExportSetState = { exports: [], errors: new Map(), isPending: true };

/** Lists what is tracked now; null where that is not wholly known. */
export type ListTracked = (filter: Filter) => Promise<readonly Export[] | null>;

/** The tracked exports that fit a filter, kept up to date: newcomers come, leavers leave. */
export class TrackedFeed implements StreamSpec {
  readonly state = new Store<ExportSetState>(PENDING);
  private readonly filter: Filter;
  private readonly clock: Clock;
  private readonly list: ListTracked;
  private exports = new Map<string, Export>();
  private error: WaybillError | null = null;
  private after: string | undefined;
  private isPending = true;
  private isDirty = false;
  private stop: (() => void) | null = null;
  private unlisten: () => void = () => {};
  private cancelTimer: () => void = () => {};
  /** What was told since the stream was opened again; null where nothing is to be found out. */
  private told: Set<string> | null = null;

  constructor(filter: Filter, clock: Clock, list: ListTracked) {
    this.filter = filter;
    this.clock = clock;
    this.list = list;
  }

  open(link: Link): void {
    this.stop?.();
    this.error = null;
    this.stop = link.run(this);
    this.unlisten();
    this.unlisten = link.connection.subscribe(() => {
      if (link.connection.get().state === 'live') this.onLive();
    });
    if (link.connection.get().state === 'live') this.onLive();
    this.change();
  }

  close(): void {
    this.stop?.();
    this.stop = null;
    this.unlisten();
    this.cancelTimer();
  }

  get hasFailed(): boolean {
    return this.error !== null;
  }

  operation(): Operation {
    // Whoever left while nobody listened is told of only where the gateway still knows the cursor.
    this.told = this.exports.size > 0 ? new Set() : null;
    return {
      name: 'WaybillTracked',
      text: WaybillTracked,
      variables: { filter: this.filter, first: FIRST, after: this.after },
    };
  }

  forgetCursor(): void {
    this.after = undefined;
  }

  readonly sink: StreamSink = {
    next: (event) => this.take(event),
    end: (error) => {
      this.error = error;
      this.isPending = false;
      this.change();
    },
  };

  private onLive(): void {
    this.cancelTimer();
    this.cancelTimer = this.clock.setTimer(this.told === null ? SETTLE_MS : VERIFY_MS, () => {
      this.isPending = false;
      this.change();
      if (this.told !== null) void this.verify(this.told);
    });
  }

  private take(wire: Fields): void {
    const cursor = toText(wire.cursor);
    if (cursor !== '') this.after = cursor;
    const type = wire.__typename;
    if (type === 'SubscriptionTokenExpiring') return;
    const id = toText(wire.exportId);
    // The gateway goes on behind the cursor: nothing was missed, leavers included.
    if (type !== 'ExportSnapshot' && wire.isReplayGap !== true && this.told?.size === 0) this.told = null;
    this.told?.add(id);
    const now = toEvent(wire, this.exports.get(id)).export;
    if (type === 'ExportUntracked' || (now !== null && !this.fits(now))) this.exports.delete(id);
    else if (now !== null) this.exports.set(id, now);
    this.isPending = false;
    this.change();
  }

  /** Of an export that fits no longer, the change that took it away is the last that is told. */
  private fits({ status }: Export): boolean {
    const { statuses } = this.filter;
    return statuses == null || statuses.includes(status);
  }

  /** After a gap nobody tells who has left: the list does. */
  private async verify(told: ReadonlySet<string>): Promise<void> {
    if ([...this.exports.keys()].every((id) => told.has(id))) return;
    const listed = await this.list(this.filter).catch(() => null);
    if (listed === null || this.told !== told) return;
    this.told = null;
    const ids = new Set(listed.map(({ id }) => id));
    for (const id of [...this.exports.keys()]) if (!ids.has(id) && !told.has(id)) this.exports.delete(id);
    this.change();
  }

  /** Told once for all that comes in one go. */
  private change(): void {
    if (this.isDirty) return;
    this.isDirty = true;
    queueMicrotask(() => {
      this.isDirty = false;
      const errors = new Map(this.error === null ? [] : [['tracked', this.error]]);
      const exports = [...this.exports.values()].sort(newestFirst);
      this.state.set({ exports, errors, isPending: this.isPending });
    });
  }
}

function newestFirst(one: Export, other: Export): number {
  return toTime(other) - toTime(one) || (one.id < other.id ? 1 : -1);
}

/** By creation as the vendor says, else since when it is tracked. */
function toTime({ createdAt, tracking }: Export): number {
  return (createdAt ?? tracking?.trackedAt)?.getTime() ?? 0;
}
