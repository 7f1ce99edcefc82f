import { serveCommands } from './commands.ts';

/**
 * Loaded before a server under measurement (`node --import`), the same one for each of them: tells its memory, and for how long
 * its event loop stood still.
 */

/** Memory of this process, bytes. */
export interface Memory {
  readonly heapBytes: number;
  readonly rssBytes: number;
}

const TICK_MS = 2;

let ticking: NodeJS.Timeout | undefined;
let longestMs = 0;

serveCommands({
  /** After garbage collection, where the process was started with `--expose-gc`. */
  memory: async (): Promise<Memory> => {
    for (let round = 0; round < 4; round += 1) {
      globalThis.gc?.();
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const { heapUsed, external, rss } = process.memoryUsage();
    return { heapBytes: heapUsed + external, rssBytes: rss };
  },
  startBlockWatch: () => {
    clearInterval(ticking);
    longestMs = 0;
    let last = performance.now();
    ticking = setInterval(() => {
      const now = performance.now();
      longestMs = Math.max(longestMs, now - last - TICK_MS);
      last = now;
    }, TICK_MS);
    ticking.unref();
  },
  /** The longest time between two ticks since `startBlockWatch`, or since this was last asked. */
  longestBlock: (): number => {
    const longest = longestMs;
    longestMs = 0;
    return longest;
  },
});
process.channel?.unref();
