import { setMaxListeners } from 'node:events';
import type { Clock } from '../export/clock.ts';

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

/** @param outer - aborts this scope too, with its own reason */
export function openScope(clock: Clock, lifetimeMs: number, outer?: AbortSignal): Scope {
  const controller = new AbortController();
  let isOverdue = false;
  const cancelTimer = clock.setTimer(lifetimeMs, () => {
    isOverdue = true;
    controller.abort(new DOMException('The time for this work is up.', 'TimeoutError'));
  });
  const follow = (): void => controller.abort(outer?.reason);
  // A read of a hundred keys shares one signal: that many listeners are no leak.
  if (outer !== undefined) setMaxListeners(0, outer);
  setMaxListeners(0, controller.signal);
  if (outer?.aborted) follow();
  else outer?.addEventListener('abort', follow, { once: true });
  return {
    signal: controller.signal,
    endsAt: clock.now() + lifetimeMs,
    isOverdue: () => isOverdue,
    close() {
      cancelTimer();
      outer?.removeEventListener('abort', follow);
    },
  };
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
