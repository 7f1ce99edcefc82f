import type { ExportRow } from '../export-row.ts';
import type { WatchedEvent } from '../gateway/event-stream.ts';
import type { CommandIo, OutputStream } from '../io.ts';
import type { WatchList } from '../watch-list.ts';
import { BarDisplay } from './bars.ts';
import { toEventLine } from './event-line.ts';
import { createPaint, type Paint } from './paint.ts';

/** Where a person, or a program, sees what happens to the exports. */
export interface Display {
  /** An event has changed a row. */
  show(event: WatchedEvent, row: ExportRow): void;
  /** Says something about the command itself, on standard error. */
  notice(text: string): void;
  /** Leaves the last state standing and puts the terminal in order. May be called twice. */
  stop(): void;
}

/** Lines that bars leave free, for what was typed and for what comes after. */
const SPARE_LINES = 2;

/** Bars on a terminal that has room for all of them, else a line per change. */
export function openDisplay(list: WatchList, stream: OutputStream, io: CommandIo): Display {
  const { rows = 24 } = stream;
  if (isTerminal(stream, io) && list.rows.length <= rows - SPARE_LINES)
    return new BarDisplay(list, stream, io);
  return new LineDisplay(stream, io);
}

/** True for a stream on which a cursor can be moved. */
export function isTerminal(stream: OutputStream, { environment }: CommandIo): boolean {
  return stream.isTTY === true && environment.variables.TERM !== 'dumb';
}

/** One line per change, for pipes and files. */
class LineDisplay implements Display {
  private readonly stream: OutputStream;
  private readonly problems: OutputStream;
  private readonly paint: Paint;
  /** The last line of each export, without its time: what was said is not said again. */
  private readonly lastLines = new Map<string, string>();

  constructor(stream: OutputStream, io: CommandIo) {
    this.stream = stream;
    this.problems = io.stderr;
    this.paint = createPaint(stream, io);
  }

  show(event: WatchedEvent, row: ExportRow): void {
    const line = toEventLine(event, row, this.paint);
    const content = line.slice(event.at.length);
    if (this.lastLines.get(event.exportId) === content) return;
    this.lastLines.set(event.exportId, content);
    this.stream.write(`${line}\n`);
  }

  notice(text: string): void {
    this.problems.write(`${text}\n`);
  }

  stop(): void {
    // Every line was whole when it was written.
  }
}
