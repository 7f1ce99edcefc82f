import { createPaint } from '../display/paint.ts';
import { Screen } from '../display/screen.ts';
import { toTable } from '../display/table.ts';
import { toWidth } from '../display/terminal-text.ts';
import { EXIT } from '../exit-codes.ts';
import type { GatewayAccess } from '../gateway/address.ts';
import { followEvents } from '../gateway/follow-events.ts';
import {
  type ExportFilter,
  ListedExportEventsDocument,
  type ListedExportEventsSubscription,
  type ListedExportFragment,
  ListedTrackedEventsDocument,
  type ListedTrackedEventsSubscription,
} from '../generated/operations.ts';
import type { CommandIo } from '../io.ts';
import { toListColumns, toStatus } from './columns.ts';
import { LiveList } from './live-list.ts';

export interface WatchExportsOptions {
  readonly access: GatewayAccess;
  readonly filter: ExportFilter | undefined;
  /** What the list began with. */
  readonly exports: readonly ListedExportFragment[];
  readonly limit: number;
  /** Newcomers alone, where it is no table. */
  readonly isQuiet: boolean;
  readonly isTable: boolean;
  readonly io: CommandIo;
  /** Writes some of them as the options want it. */
  readonly write: (exports: readonly ListedExportFragment[]) => void;
}

/** As many as one subscription takes. */
const LIMIT = 100;

/**
 * `waybill list --watch`: a list that changes as its exports do. What is tracked comes in when it begins; what is not is followed where
 * it stood in the list.
 *
 * @throws the reason of the interruption, which alone ends it well; CommandError
 */
export async function watchExports(watch: WatchExportsOptions): Promise<number> {
  const { access, filter, exports, io } = watch;
  const list = new LiveList(exports, filter, watch.limit);
  const view = watch.isTable ? openScreen(list, watch) : openLines(list, watch);
  const failure = new AbortController();
  const base = {
    access,
    clock: io.clock,
    random: io.random,
    signal: AbortSignal.any([io.listenForInterrupt(), failure.signal]),
    onNotice: view.notice,
  };
  const moving = exports.filter((each) => each.tracking === null && !each.isTerminal).slice(0, LIMIT);
  const ids = moving.map(({ id }) => id);
  const tracked = {
    document: ListedTrackedEventsDocument,
    // Those that have ended stand in the list already.
    variables: { filter, first: 0 },
    toEvent: ({ trackedExportEvents }: ListedTrackedEventsSubscription) => trackedExportEvents,
  };
  const others = {
    document: ListedExportEventsDocument,
    variables: { locators: ids.map((id) => ({ id })) },
    toEvent: ({ exportEvents }: ListedExportEventsSubscription) => exportEvents,
  };
  try {
    await Promise.all([
      follow(followEvents(tracked, { ...base, isDone: () => false }), view.change),
      ids.length > 0 &&
        follow(followEvents(others, { ...base, isDone: () => list.haveEnded(ids) }), view.change),
    ]);
    return EXIT.succeeded;
  } finally {
    failure.abort();
    view.stop();
  }
}

async function follow(
  events: AsyncIterable<{ readonly export: ListedExportFragment | null }>,
  onChange: (changed: ListedExportFragment) => void,
): Promise<void> {
  for await (const { export: changed } of events) if (changed !== null) onChange(changed);
}

interface View {
  readonly change: (changed: ListedExportFragment) => void;
  readonly notice: (text: string) => void;
  readonly stop: () => void;
}

/** A table that fills the terminal; what it showed last stays behind. */
function openScreen(list: LiveList, { io, write }: WatchExportsOptions): View {
  const paint = createPaint(io.stdout, io);
  let notice = '';
  const screen = new Screen(io.stdout, (width) => [
    ...(notice === '' ? [] : [toWidth(notice, width)]),
    ...toTable(toListColumns(io.clock.now()), list.rows, width, paint),
  ]);
  return {
    change(changed) {
      notice = '';
      list.apply(changed);
      screen.change();
    },
    notice(text) {
      notice = text;
      screen.change();
    },
    stop() {
      screen.stop();
      write(list.rows);
    },
  };
}

/** A line whenever one has changed; with `--quiet` for newcomers alone. */
function openLines(list: LiveList, { io, exports, isQuiet, write }: WatchExportsOptions): View {
  const seen = new Map(exports.map((each) => [each.id, toStatus(each)]));
  write(exports);
  return {
    change(changed) {
      const isNew = list.apply(changed);
      const status = toStatus(changed);
      const isWorthALine = isQuiet ? isNew : seen.get(changed.id) !== status;
      seen.set(changed.id, status);
      if (isWorthALine) write([changed]);
    },
    notice: (text) => void io.stderr.write(`${text}\n`),
    stop: () => undefined,
  };
}
