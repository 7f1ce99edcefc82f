import { MultiBar } from 'cli-progress';
import type { CommandIo, OutputStream } from '../io.ts';

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
