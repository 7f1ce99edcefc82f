import type { CancelSignal } from '../export/ports.ts';
import { onAbort } from './cancellation.ts';
/** The time and timers, injected so that hours of polling are tested in milliseconds. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Calls back once after `delayMs`; the returned function cancels. A pending timer never keeps the process alive. */
  setTimer(delayMs: number, callback: () => void): () => void;
}

/** Random numbers, injected so that jitter can be replayed from a seed. */
export interface Random {
  /** At least 0, below 1. */
  next(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  setTimer(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

export const systemRandom: Random = { next: () => Math.random() };

/** Waits on the clock; rejects with the signal's reason as soon as it aborts. */
export function sleep(clock: Clock, delayMs: number, signal?: CancelSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const cancel = clock.setTimer(delayMs, () => {
      release?.();
      resolve();
    });
    const release =
      signal &&
      onAbort(signal, () => {
        cancel();
        reject(signal.reason);
      });
  });
}
