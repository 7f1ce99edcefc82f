import type { AccountGuard } from '../../src/http/account-guard.ts';
import type { Breaker } from '../../src/http/circuit-breaker.ts';
import { ErrorMapper } from '../../src/http/errors.ts';
import { RateLimiter, type Slot } from '../../src/http/rate-limiter.ts';
import type { AccountLimits } from '../../src/http/types.ts';
import type { Clock } from '../../src/runtime/clock.ts';
import { RULES } from '../http/support.ts';
import { createTestTools } from '../support/tools.ts';

/** One gateway's way to one account: its limiter over a guard, without any HTTP. */
export interface Station {
  readonly guard: AccountGuard;
  readonly api: Breaker;
  /** Waits for leave to send one request. @throws VendorError */
  enter(options?: {
    readonly isToken?: boolean;
    readonly withinMs?: number;
    readonly signal?: AbortSignal;
  }): Promise<Slot>;
  /** Sends one request whose travel takes so long, and which succeeds. @returns when the vendor has it, epoch milliseconds */
  call(travelMs?: number): Promise<number>;
  /** Has a request answered so that was let through. */
  end(slot: Slot, status: number, headers?: Record<string, string>): void;
  /** Sends one request and has it answered so. */
  answer(status: number, headers?: Record<string, string>): Promise<void>;
}

export function createStation(guard: AccountGuard, clock: Clock, limits: AccountLimits): Station {
  const { gate, window } = guard;
  const tools = createTestTools({ clock });
  const errors = new ErrorMapper(
    {
      ...{ vendor: 'hi-energy', vendorName: 'Hi Energy', account: 'hi', baseUrl: 'http://127.0.0.1' },
      ...{ credential: { type: 'bearer', token: 't' }, limits, rules: RULES, tools },
    },
    gate,
  );
  const breakers = { api: guard.breaker('api'), token: guard.breaker('token') };
  const { maxConcurrent } = limits;
  const limiter = new RateLimiter({
    ...{ clock, gate, window, maxConcurrent, errors },
    breakers: Object.values(breakers),
  });

  const enter: Station['enter'] = ({ isToken = false, withinMs = 60_000, signal } = {}) =>
    new Promise((admit, refuse) => {
      const entrant = {
        breaker: isToken ? breakers.token : breakers.api,
        endsAt: clock.now() + withinMs,
        isUrgent: isToken,
        isReady: () => true,
        ...{ admit, refuse },
      };
      signal?.addEventListener('abort', () => {
        limiter.remove(entrant);
        refuse(new Error('left'));
      });
      limiter.enter(entrant);
    });

  async function call(travelMs = 0): Promise<number> {
    const slot = await enter();
    // Travel is taken as it is said: a busy machine makes the answer late, and the arrival no later.
    const arrivedAt = Date.now() + travelMs;
    slot.sent();
    await new Promise((resolve) => setTimeout(resolve, travelMs));
    slot.answered();
    slot.permit.succeed();
    slot.leave();
    return arrivedAt;
  }

  function end(slot: Slot, status: number, headers: Record<string, string> = {}): void {
    slot.sent();
    slot.answered();
    gate.observe({ status, headers }, status === 429);
    if (status >= 500) slot.permit.fail();
    else slot.permit.succeed();
    slot.leave();
  }

  const answer: Station['answer'] = async (...given) => end(await enter(), ...given);

  return { guard, api: breakers.api, enter, call, end, answer };
}

/** The most that arrived within any time of this length. */
export function mostWithin(windowMs: number, arrivals: readonly number[]): number {
  const sorted = [...arrivals].sort((a, b) => a - b);
  let first = 0;
  let most = 0;
  sorted.forEach((at, index) => {
    while ((sorted[first] ?? at) <= at - windowMs) first += 1;
    most = Math.max(most, index - first + 1);
  });
  return most;
}

/** Waits until something holds, for ten seconds. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpAt = Date.now() + 10_000;
  while (!(await condition())) {
    if (Date.now() > giveUpAt) throw new Error('it has not come true');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
