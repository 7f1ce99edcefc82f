import type { Admission } from '../access/rate-limits.ts';

/** Resolves when it is this operation's turn. */
export type TakeTurn = () => Promise<void>;

/**
 * Lets operations begin one at a time, with one turn of the event loop between any two.
 *
 * A thousand requests may arrive in one piece, on one connection or on many; all of them read, checked and run in one go would hold
 * everybody else up for seconds: timers, streams and the answers that are ready.
 */
export function createTurns(): TakeTurn {
  let waiting: (() => void)[] = [];
  let next = 0;

  function run(): void {
    waiting[next]?.();
    next += 1;
    if (next < waiting.length) {
      setImmediate(run);
      return;
    }
    waiting = [];
    next = 0;
  }

  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      if (waiting.length === 1) setImmediate(run);
    });
}

/** Lets each operation begin in its turn, once it was admitted. */
export function inTurns(admission: Admission, takeTurn: TakeTurn): Admission {
  return {
    async operation(caller) {
      await admission.operation(caller);
      await takeTurn();
    },
    locators: (caller, count) => admission.locators(caller, count),
  };
}
