import { stripVTControlCharacters } from 'node:util';
import type { OutputStream } from '../io.ts';
import { widthOf } from './terminal-text.ts';

const ESCAPE = '\u001b[';
/** A screen of its own, as pagers have it, without a cursor; and back. Source: xterm, ctlseqs; read 2026-11. */
const OPEN = `${ESCAPE}?1049h${ESCAPE}?25l`;
const CLOSE = `${ESCAPE}?25h${ESCAPE}?1049l`;
/** From the top anew; terminals that know synchronized output show it at once, without a flicker, and others leave that out. */
const BEGIN = `${ESCAPE}?2026h${ESCAPE}H${ESCAPE}J`;
const END = `${ESCAPE}?2026l`;

const FRAME_MS = 125;
/** Times grow old without an event. */
const REFRESH_MS = 1_000;

/** The whole terminal, drawn anew after changes; what was on it before comes back at the end. */
export class Screen {
  private readonly stream: OutputStream;
  private readonly render: (width: number) => readonly string[];
  private readonly timer: NodeJS.Timeout;
  private dueInMs = 0;
  private lastFrame = '';
  private isStopped = false;

  /** @param render - the lines, given the terminal's width; those that do not fit below one another are left out */
  constructor(stream: OutputStream, render: (width: number) => readonly string[]) {
    this.stream = stream;
    this.render = render;
    stream.write(OPEN);
    this.draw();
    this.timer = setInterval(() => this.tick(), FRAME_MS);
  }

  /** Something has changed. */
  change(): void {
    this.dueInMs = 0;
  }

  stop(): void {
    if (this.isStopped) return;
    this.isStopped = true;
    clearInterval(this.timer);
    this.stream.write(CLOSE);
  }

  private tick(): void {
    this.dueInMs -= FRAME_MS;
    if (this.dueInMs <= 0) this.draw();
  }

  private draw(): void {
    this.dueInMs = REFRESH_MS;
    const { columns = 80, rows = 24 } = this.stream;
    const frame = toHeight(this.render(columns), columns, rows).join('\r\n');
    if (frame === this.lastFrame) return;
    this.lastFrame = frame;
    this.stream.write(`${BEGIN}${frame}${END}`);
  }
}

/** As many lines as there is room for; a line that is longer than the terminal takes several. */
function toHeight(lines: readonly string[], columns: number, rows: number): readonly string[] {
  let used = 0;
  const end = lines.findIndex((line) => {
    used += Math.max(1, Math.ceil(widthOf(stripVTControlCharacters(line)) / columns));
    return used > rows;
  });
  return end === -1 ? lines : lines.slice(0, end);
}
