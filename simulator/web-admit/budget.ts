import type { Clock } from '../../src/runtime/clock.ts';

const HOUR_MS = 3_600_000;

export interface RateState {
  readonly isGranted: boolean;
  readonly limit: number;
  readonly remaining: number;
}

/** Counts calls per key and hour. */
export function createRateBudget(clock: Clock, limit: number): { spend(key: string): RateState } {
  const spent = new Map<string, { readonly hour: number; readonly calls: number }>();
  return {
    spend(key) {
      const hour = Math.floor(clock.now() / HOUR_MS);
      const known = spent.get(key);
      const calls = known?.hour === hour ? known.calls : 0;
      if (calls >= limit) return { isGranted: false, limit, remaining: 0 };
      spent.set(key, { hour, calls: calls + 1 });
      return { isGranted: true, limit, remaining: limit - calls - 1 };
    },
  };
}
