import type { ExportRow } from '../export-row.ts';
import type { WatchedEvent } from '../gateway/event-stream.ts';
import type { OutputStream } from '../io.ts';
import type { Display } from './display.ts';
import { toEventLine } from './event-line.ts';

/** One line per change, for pipes and files. */
export class LineDisplay implements Display {
  private readonly stream: OutputStream;
  private readonly problems: OutputStream;
  /** The last line of each export, without its time: what was said is not said again. */
  private readonly lastLines = new Map<string, string>();

  constructor(stream: OutputStream, problems: OutputStream) {
    this.stream = stream;
    this.problems = problems;
  }

  show(event: WatchedEvent, row: ExportRow): void {
    const line = toEventLine(event, row);
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
