import { setMaxListeners } from 'node:events';
import type { Clock } from '../runtime/clock.ts';

/** A stretch of work that ends by itself: when its time is up, or when whoever waits for it leaves. */
export interface Scope {
  readonly signal: AbortSignal;
  /** Epoch milliseconds. */
  readonly endsAt: number;
  /** True where its own time was up, rather than its caller gone. */
  isOverdue(): boolean;
  /** Lets go of timer and listener; to be called in a `finally`. */
  close(): void;
}

/** @param outer - each aborts this scope too, with its own reason */
export function openScope(
  clock: Clock,
  lifetimeMs: number,
  ...outer: readonly (AbortSignal | undefined)[]
): Scope {
  const controller = new AbortController();
  let isOverdue = false;
  const cancelTimer = clock.setTimer(lifetimeMs, () => {
    isOverdue = true;
    controller.abort(new DOMException('The time for this work is up.', 'TimeoutError'));
  });
  // A read of a hundred keys shares one signal: that many listeners are no leak.
  setMaxListeners(0, controller.signal);
  const releases = outer.map((signal) => follow(signal, controller));
  return {
    signal: controller.signal,
    endsAt: clock.now() + lifetimeMs,
    isOverdue: () => isOverdue,
    close() {
      cancelTimer();
      for (const release of releases) release();
    },
  };
}

/** @returns lets go of the signal */
function follow(signal: AbortSignal | undefined, controller: AbortController): () => void {
  const abort = (): void => controller.abort(signal?.reason);
  if (signal?.aborted) abort();
  if (signal === undefined || signal.aborted) return () => undefined;
  setMaxListeners(0, signal);
  signal.addEventListener('abort', abort, { once: true });
  return () => signal.removeEventListener('abort', abort);
}

/** The promise's result, or the signal's reason as soon as it aborts. The work behind the promise goes on. */
export function untilAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(signal.reason);
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}
