import type { Clock } from '../runtime/clock.ts';
import { outsideRequests } from './scope.ts';
import { outsideSpans } from './spans.ts';

/**
 * The same clock; what its timers do belongs to no request.
 *
 * A timer is set by whoever happens to come first, such as the first subscriber of a watch, and would go on in its name: its
 * request id, its trace.
 */
export function detached(clock: Clock): Clock {
  return {
    now: () => clock.now(),
    setTimer: (delayMs, callback) =>
      outsideRequests(() => outsideSpans(() => clock.setTimer(delayMs, callback))),
  };
}
