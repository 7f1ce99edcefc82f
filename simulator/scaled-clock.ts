import type { Clock } from '../src/runtime/clock.ts';

/**
 * A clock that runs `speed` times as fast as another from this moment on: an hour-long job ends in a minute at speed 60.
 *
 * At any speed but 1 its instants part from the real ones as time goes by.
 *
 * @throws RangeError unless speed is above 0 and at most 1,000
 */
export function createScaledClock(base: Clock, speed: number): Clock {
  if (!(speed > 0 && speed <= 1_000))
    throw new RangeError(`The speed must be above 0 and at most 1000, not ${speed}.`);
  const startedAt = base.now();
  return {
    now: () => Math.floor(startedAt + (base.now() - startedAt) * speed),
    setTimer: (delayMs, callback) => base.setTimer(Math.ceil(delayMs / speed), callback),
  };
}
