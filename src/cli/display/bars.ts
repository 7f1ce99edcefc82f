import { MultiBar } from 'cli-progress';
import { type ExportRow, hasEnded, toProgressText } from '../export-row.ts';
import type { CommandIo, OutputStream } from '../io.ts';
import type { WatchList } from '../watch-list.ts';
import { toTroubleText } from './event-line.ts';
import { toDurationText } from './measures.ts';
import { createPaint, type Paint, toStatusStyle } from './paint.ts';
import { toWidth } from './terminal-text.ts';

/** Fast enough to look alive, slow enough for a remote terminal. */
const FRAMES_PER_SECOND = 8;

/** Some lines at the bottom of a terminal that are drawn anew several times a second. */
export class Bars {
  private readonly bars: MultiBar;
  private readonly io: CommandIo;
  private isStopped = false;

  constructor(stream: OutputStream, io: CommandIo) {
    this.io = io;
    this.bars = new MultiBar({
      stream,
      fps: FRAMES_PER_SECOND,
      hideCursor: true,
      // A notice moves the lines down, and those that did not change must be drawn again all the same.
      forceRedraw: true,
      format: (_options, params, payload: { readonly render: (width: number) => string }) =>
        payload.render(params.maxWidth),
    });
  }

  /** @param render - the line, given the terminal's width; called for every frame */
  add(render: (width: number) => string): void {
    this.bars.create(1, 0, { render });
  }

  /** On standard error; above the bars where both are on a terminal. */
  notice(text: string): void {
    if (this.io.stderr.isTTY !== true || this.isStopped) this.io.stderr.write(`${text}\n`);
    else this.bars.log(`${text}\n`);
  }

  stop(): void {
    if (this.isStopped) return;
    this.isStopped = true;
    // Draws what waits, for `stop` alone would drop a notice.
    this.bars.update();
    this.bars.stop();
  }
}

interface Layout {
  /** The narrowest terminal it is for. */
  readonly from: number;
  readonly name: number;
  readonly vendor: number;
  readonly bar: number;
}

/** Widths in columns; what is left over belongs to the note. */
const LAYOUTS: readonly Layout[] = [
  { from: 120, name: 36, vendor: 9, bar: 24 },
  { from: 100, name: 30, vendor: 0, bar: 16 },
  { from: 76, name: 24, vendor: 0, bar: 12 },
  { from: 0, name: 16, vendor: 0, bar: 6 },
];
const NARROWEST = LAYOUTS[3] as Layout;

/** `CANCELING` and `UNREADABLE` fit. */
const STATUS_WIDTH = 10;
const PERCENT_WIDTH = 5;
const GAP = '  ';

/** One export as a line on a terminal: name, vendor where there is room, status, bar, percentage, note. */
export function toBarRow(row: ExportRow, terminalWidth: number, now: number, paint: Paint = asItIs): string {
  const layout = LAYOUTS.find(({ from }) => terminalWidth >= from) ?? NARROWEST;
  const before = [
    toWidth(row.name, layout.name),
    ...(layout.vendor === 0 ? [] : [toWidth(row.vendor, layout.vendor)]),
    '',
  ].join(GAP);
  const status = toStatusWord(row);
  const columns = [
    before + toWidth(status, STATUS_WIDTH),
    toRowBar(row, layout.bar, now),
    toWidth(hasEnded(row) ? '' : toProgressText(row.progress), PERCENT_WIDTH),
    toNote(row, now),
  ];
  const line = toWidth(columns.join(GAP), terminalWidth - 1).trimEnd();
  if (!line.startsWith(status, before.length)) return line;
  return before + paint(status, toStatusStyle(status)) + line.slice(before.length + status.length);
}

function asItIs(text: string): string {
  return text;
}

function toStatusWord({ status, unreadable }: ExportRow): string {
  return unreadable === null ? (status ?? 'asking …') : 'UNREADABLE';
}

function toRowBar(row: ExportRow, width: number, now: number): string {
  if (hasEnded(row)) return toBar(row.status === 'SUCCEEDED' && row.unreadable === null ? 1 : 0, width);
  const { percent = null, completedParts = null, totalParts = null } = row.progress ?? {};
  if (percent !== null) return toBar(percent / 100, width);
  if (completedParts !== null && totalParts !== null && totalParts > 0)
    return toBar(completedParts / totalParts, width);
  return row.status === 'QUEUED' ? toBar(0, width) : toMovingBar(now, width);
}

/** What else there is to know, the most pressing first. */
function toNote(row: ExportRow, now: number): string {
  const { unreadable, interruption, stalledSince, nextPollAt } = row;
  if (unreadable !== null) return toTroubleText(unreadable.code);
  if (hasEnded(row)) return toEndNote(row);
  if (interruption !== null)
    return `${toTroubleText(interruption.code)}${toAgain(interruption.retryAt, now)}`;
  if (stalledSince !== null) return `no change for ${toDurationText(now - stalledSince)}`;
  return nextPollAt === null || nextPollAt <= now ? '' : `next look in ${toDurationText(nextPollAt - now)}`;
}

function toAgain(retryAt: number | null, now: number): string {
  return retryAt === null || retryAt <= now ? '' : `, again in ${toDurationText(retryAt - now)}`;
}

function toEndNote({ status, outcome, failure }: ExportRow): string {
  if (status === 'EXPIRED') return 'the vendor dropped it';
  if (outcome === 'EMPTY') return 'nothing in it';
  if (outcome === 'PARTIAL') return 'with errors or omissions';
  return failure;
}

const FULL = '█';
const EMPTY = '░';
/** One step of the block that moves where there is no percentage. */
const STEP_MS = 125;

/** A bar of `width` columns filled to `fraction`, which is 0 to 1. */
export function toBar(fraction: number, width: number): string {
  const filled = Math.floor(Math.min(1, Math.max(0, fraction)) * width);
  return FULL.repeat(filled) + EMPTY.repeat(width - filled);
}

/** A bar of unknown length: a block that moves to and fro. */
export function toMovingBar(now: number, width: number): string {
  const block = Math.min(width, Math.max(2, Math.floor(width / 4)));
  const way = width - block;
  const step = Math.floor(now / STEP_MS) % Math.max(1, way * 2);
  const start = step <= way ? step : way * 2 - step;
  return EMPTY.repeat(start) + FULL.repeat(block) + EMPTY.repeat(way - start);
}

/** A live progress bar per export. */
export class BarDisplay {
  private readonly bars: Bars;
  private readonly list: WatchList;
  private readonly io: CommandIo;
  private readonly paint: Paint;
  private count = 0;

  constructor(list: WatchList, stream: OutputStream, io: CommandIo) {
    this.list = list;
    this.io = io;
    this.paint = createPaint(stream, io);
    this.bars = new Bars(stream, io);
    this.addMissing();
  }

  show(): void {
    this.addMissing();
  }

  notice(text: string): void {
    this.bars.notice(text);
  }

  stop(): void {
    this.bars.stop();
  }

  /** A bar for each row that has none: at the start all of them. */
  private addMissing(): void {
    while (this.count < this.list.rows.length) {
      const index = this.count;
      this.bars.add((width) => {
        const row = this.list.rows[index];
        return row === undefined ? '' : toBarRow(row, width, this.io.clock.now(), this.paint);
      });
      this.count += 1;
    }
  }
}
