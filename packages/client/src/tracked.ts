import type { Clock } from './clock.ts';
import type { WaybillError } from './error.ts';
import { toEvent } from './events.ts';
import { WaybillTracked } from './generated/documents.ts';
import type { Link, StreamSpec } from './link.ts';
import { toText } from './read.ts';
import { createView, type Store } from './store.ts';
import type { Export, ExportSetState, Filter } from './types.ts';

/** Those that have ended and are shown at first; those that are open all are. */
const FIRST = 100;
/** An empty list says nothing: what is not told by then is not there. */
const SETTLE_MS = 500;
/** After a gap the whole list is asked for, and has come by then. */
const WHOLE_MS = 3_000;

/** The tracked exports that fit a filter, kept up to date: newcomers come, leavers leave. */
export interface TrackedFeed extends Store<ExportSetState> {
  /** Follows again where it has failed. */
  retry(): void;
  close(): void;
}

export function followTracked(link: Link, filter: Filter, clock: Clock): TrackedFeed {
  const exports = new Map<string, Export>();
  let error: WaybillError | null = null;
  let after: string | undefined;
  let isPending = true;
  let stop = (): void => {};
  let cancelTimer = (): void => {};
  /** What was told since the stream was opened again; null where nothing is to be found out. */
  let told: Set<string> | null = null;
  /** The whole list was asked for, and not what came behind a cursor. */
  let isWhole = true;

  const view = createView<ExportSetState>(() => ({
    exports: [...exports.values()].sort(newestFirst),
    errors: new Map(error === null ? [] : [['tracked', error]]),
    isPending,
  }));

  function settle(): void {
    isPending = false;
    view.change();
  }

  const spec: StreamSpec = {
    operation() {
      // Whoever left while nobody listened is told of only where the gateway still knows the cursor.
      told = exports.size > 0 ? new Set() : null;
      isWhole = after === undefined;
      return { text: WaybillTracked, variables: { filter, first: FIRST, after } };
    },
    forgetCursor() {
      after = undefined;
    },
    sink: {
      next(wire) {
        const { __typename: type, exportId, isReplayGap } = wire;
        after = toText(wire.cursor) || after;
        if (type === 'SubscriptionTokenExpiring') return;
        const id = toText(exportId);
        // The gateway goes on behind the cursor: nothing was missed, leavers included.
        if (type !== 'ExportSnapshot' && isReplayGap !== true && told?.size === 0) told = null;
        told?.add(id);
        const now = toEvent(wire, exports.get(id)).export;
        // Of an export that fits no longer, the change that took it away is the last that is told.
        const isLeaving = now !== null && filter.statuses?.includes(now.status) === false;
        if (type === 'ExportUntracked' || isLeaving) exports.delete(id);
        else if (now !== null) exports.set(id, now);
        settle();
      },
      end(cause) {
        error = cause;
        settle();
      },
    },
  };

  /** After a gap nobody tells who has left: the whole list, asked for anew, holds those that are left. */
  function verify(): void {
    settle();
    if (told === null) return;
    if (!isWhole) {
      after = undefined;
      stop();
      open();
      return;
    }
    for (const id of exports.keys()) if (!told.has(id)) exports.delete(id);
    told = null;
  }

  function onConnection(): void {
    if (link.connection.get().state !== 'live') return;
    cancelTimer();
    cancelTimer = clock.setTimer(told === null ? SETTLE_MS : WHOLE_MS, verify);
  }

  function open(): void {
    error = null;
    stop = link.run(spec);
    onConnection();
  }

  const unsubscribe = link.connection.subscribe(onConnection);
  open();
  return {
    ...view,
    retry() {
      if (error !== null) open();
      view.change();
    },
    close() {
      stop();
      unsubscribe();
      cancelTimer();
    },
  };
}

function newestFirst(one: Export, other: Export): number {
  return toTime(other) - toTime(one) || (one.id < other.id ? 1 : -1);
}

/** By creation as the vendor says, else since when it is tracked. */
function toTime({ createdAt, tracking }: Export): number {
  return Number(createdAt ?? tracking?.trackedAt ?? 0);
}
