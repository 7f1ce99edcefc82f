import type { VendorErrorCode } from '../export/errors.ts';
import type { AccountHealth } from '../export/ports.ts';
import type { CircuitBreaker } from './breaker.ts';
import type { ThrottleGate } from './throttle-gate.ts';

/** Remembers how the last call ended, and reads the rest off gate and breakers. */
export class HealthRecord {
  private readonly gate: ThrottleGate;
  private readonly breakers: readonly CircuitBreaker[];
  private lastError: VendorErrorCode | null = null;

  constructor(gate: ThrottleGate, breakers: readonly CircuitBreaker[]) {
    this.gate = gate;
    this.breakers = breakers;
  }

  /** @param code - null for a good answer */
  note(code: VendorErrorCode | null): void {
    this.lastError = code;
  }

  read(): AccountHealth {
    const throttledUntil = this.gate.closedUntil();
    return { state: this.state(throttledUntil), throttledUntil, lastError: this.lastError };
  }

  private state(throttledUntil: number | null): AccountHealth['state'] {
    if (this.breakers.some((breaker) => !breaker.isClosed)) return 'UNAVAILABLE';
    if (throttledUntil !== null) return 'THROTTLED';
    return this.lastError === null ? 'HEALTHY' : 'DEGRADED';
  }
}
