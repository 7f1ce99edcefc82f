import type { Clock, Random } from '../runtime/clock.ts';
import { type Breaker, CircuitBreaker } from './circuit-breaker.ts';
import { RateWindow, type RequestWindow } from './rate-limiter.ts';
import { ThrottleGate } from './throttle-gate.ts';
import type { AccountLimits, VendorCall } from './types.ts';

/**
 * What is known of one account's leave to call its vendor: its requests a second, the vendor's wish to wait, and whether its
 * addresses answer. Kept by this process for itself, or shared by all gateways.
 */
export interface AccountGuard {
  readonly window: RequestWindow;
  readonly gate: ThrottleGate;
  /** The same one for the same address. */
  breaker(address: VendorCall['purpose']): Breaker;
  /** Nothing is asked of it any more. */
  close(): void;
}

/** An account's guard that knows of this process's calls alone. */
export function createMemoryGuard(
  { requestsPerSecond }: AccountLimits,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
): AccountGuard {
  const breakers = { api: new CircuitBreaker(clock), token: new CircuitBreaker(clock) };
  return {
    window: new RateWindow(requestsPerSecond),
    gate: new ThrottleGate(clock, random),
    breaker: (address) => breakers[address],
    close: () => undefined,
  };
}
