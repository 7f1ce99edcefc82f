import { Bars, toBar, toMovingBar } from '../display/bars.ts';
import { isTerminal } from '../display/display.ts';
import { toBytesText, toDurationText } from '../display/measures.ts';
import { toWidth } from '../display/terminal-text.ts';
import type { CommandIo } from '../io.ts';

/** Shows on standard error how a download goes. */
export interface TransferDisplay {
  /** Takes how much of the file is there, in bytes; can be handed on alone. */
  readonly progress: (bytes: number, length: number | null) => void;
  notice(text: string): void;
  stop(): void;
}

/** A bar where standard error is a terminal, else nothing but notices. @param name - safe to print */
export function openTransferDisplay(name: string, io: CommandIo): TransferDisplay {
  if (isTerminal(io.stderr, io)) return new TransferBar(name, io);
  return {
    progress: () => undefined,
    notice: (text) => void io.stderr.write(`${text}\n`),
    stop: () => undefined,
  };
}

class TransferBar implements TransferDisplay {
  private readonly bars: Bars;
  private bytes = 0;
  private length: number | null = null;
  /** Where this connection began, for its rate. */
  private start: { readonly at: number; readonly bytes: number } | undefined;

  constructor(name: string, io: CommandIo) {
    this.bars = new Bars(io.stderr, io);
    this.bars.add((width) => this.render(name, width, io.clock.now()));
  }

  readonly progress = (bytes: number, length: number | null): void => {
    this.bytes = bytes;
    this.length = length;
  };

  notice(text: string): void {
    this.start = undefined;
    this.bars.notice(text);
  }

  stop(): void {
    this.bars.stop();
  }

  private render(name: string, width: number, now: number): string {
    if (this.start === undefined && this.bytes > 0) this.start = { at: now, bytes: this.bytes };
    const barWidth = width >= 100 ? 28 : 14;
    const { bytes, length } = this;
    const bar =
      length === null ? toMovingBar(now, barWidth) : toBar(length === 0 ? 1 : bytes / length, barWidth);
    const percent = length === null ? '' : `${length === 0 ? 100 : Math.floor((bytes / length) * 100)}%`;
    const size = length === null ? toBytesText(bytes) : `${toBytesText(bytes)} of ${toBytesText(length)}`;
    const nameWidth = Math.max(12, Math.min(40, width - barWidth - 44));
    const line = [toWidth(name, nameWidth), bar, toWidth(percent, 4), size, this.toPace(now)].filter(
      (part) => part !== '',
    );
    return toWidth(line.join('  '), width - 1).trimEnd();
  }

  /** How fast, and how long it will take; nothing in the first second. */
  private toPace(now: number): string {
    if (this.start === undefined) return '';
    const elapsedMs = now - this.start.at;
    const perMs = (this.bytes - this.start.bytes) / elapsedMs;
    if (elapsedMs < 1_000 || perMs <= 0 || this.bytes === this.length) return '';
    const rate = `${toBytesText(perMs * 1_000)}/s`;
    return this.length === null
      ? rate
      : `${rate}, ${toDurationText((this.length - this.bytes) / perMs)} left`;
  }
}
