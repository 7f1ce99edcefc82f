import { performance } from 'node:perf_hooks';

/** The longest time for which nothing else could run. */
export interface Block {
  /** As whoever waited saw it. */
  readonly wallMs: number;
  /** Processor time of this process within that time: less where another process held the processor. */
  readonly busyMs: number;
}

export interface LoopProbe {
  reset(): void;
  longest(): Block;
}

/** How often the loop is asked whether it still turns. */
const INTERVAL_MS = 1;

/**
 * Watches this process's event loop by a timer.
 *
 * Node's `monitorEventLoopDelay` says the same of the time, but cannot tell a loop that is held up from a machine that is busy
 * with something else: here the processor time within the longest gap stands beside it.
 */
export function watchLoop(): LoopProbe {
  let longest: Block = { wallMs: 0, busyMs: 0 };
  let wall = performance.now();
  let cpu = process.cpuUsage();
  setInterval(() => {
    const wallMs = performance.now() - wall;
    const used = process.cpuUsage(cpu);
    const busyMs = Math.min(wallMs, (used.user + used.system) / 1_000);
    if (busyMs > longest.busyMs) longest = { wallMs, busyMs };
    wall = performance.now();
    cpu = process.cpuUsage();
  }, INTERVAL_MS).unref();
  return {
    reset() {
      longest = { wallMs: 0, busyMs: 0 };
      wall = performance.now();
      cpu = process.cpuUsage();
    },
    longest: () => longest,
  };
}
