import type { CommandIo, OutputStream } from '../io.ts';
import type { WatchList } from '../watch-list.ts';
import { toBarRow } from './bar-row.ts';
import { Bars } from './bars.ts';
import type { Display } from './display.ts';

/** A live progress bar per export. */
export class BarDisplay implements Display {
  private readonly bars: Bars;
  private readonly list: WatchList;
  private readonly io: CommandIo;
  private count = 0;

  constructor(list: WatchList, stream: OutputStream, io: CommandIo) {
    this.list = list;
    this.io = io;
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
        return row === undefined ? '' : toBarRow(row, width, this.io.clock.now());
      });
      this.count += 1;
    }
  }
}
