import type { Clock } from '../runtime/clock.ts';
import { isTracing, outsideSpans } from './spans.ts';

/**
 * The same clock; what its timers do belongs to no span.
 *
 * A timer is set by the first caller that needs it, such as the first subscriber of a watch, and would go on in that caller's trace.
 */
export function detached(clock: Clock): Clock {
  return {
    now: () => clock.now(),
    setTimer: (delayMs, callback) =>
      isTracing() ? outsideSpans(() => clock.setTimer(delayMs, callback)) : clock.setTimer(delayMs, callback),
  };
}
