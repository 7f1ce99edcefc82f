/** Where time comes from; a test moves its own. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** @returns the function that calls it off */
  setTimer(delayMs: number, callback: () => void): () => void;
  /** From 0 to below 1. */
  random(): number;
}

/** A timer of the platform waits no longer than this; a longer one fires at once. */
const LONGEST_TIMER_MS = 2_147_483_647;

export const systemClock: Clock = {
  now: () => Date.now(),
  setTimer(delayMs, callback) {
    const timer = setTimeout(callback, Math.min(Math.max(0, delayMs), LONGEST_TIMER_MS));
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
};
