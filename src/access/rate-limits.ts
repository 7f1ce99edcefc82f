import { createHash, createHmac } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import RateLimiterMemory from 'rate-limiter-flexible/lib/RateLimiterMemory.js';
import RateLimiterRes from 'rate-limiter-flexible/lib/RateLimiterRes.js';
import type { Caller } from './caller.ts';

/** What one caller may have only so much of in a minute. */
export type LimitedKind = 'operations' | 'locators';

/** Whether a caller may have more now. A promise only where there is a limit to count against. */
export interface Admission {
  /** For one operation, before anything of it is read. @throws RateLimitedError */
  operation(caller: Caller): Promise<void> | undefined;
  /** For so many exports that may cost vendor calls: all of them or none. @throws RateLimitedError */
  locators(caller: Caller, count: number): Promise<void> | undefined;
}

/** This caller has had what it may have in a minute. Refused by the gateway itself: no vendor was asked. */
export class RateLimitedError extends Error {
  override readonly name = 'RateLimitedError';
  readonly code = 'RATE_LIMITED';
  /** When the same may be asked again; `undefined` where it is too much for any minute. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, retryAfterMs?: number) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}

/** Where several gateways count their callers together. */
export interface CommonCounts {
  /** @param insurance - counts here as long as they cannot be reached */
  open(kind: LimitedKind, perMinute: number, insurance: RateLimiterMemory): RateLimiterAbstract;
  /** Callers are counted under a hash that nobody can make who does not know this. */
  readonly secret: string | Uint8Array;
}

export interface RateLimitSettings {
  /** `undefined`: no limit. */
  readonly operationsPerMinute: number | undefined;
  readonly locatorsPerMinute: number | undefined;
  /** Left out where this gateway's callers are all that there are. */
  readonly common?: CommonCounts | undefined;
  /** Called for each refusal; for metrics. */
  readonly onRefused: (kind: LimitedKind) => void;
}

/**
 * Callers that are counted at the same time. With more of them within a minute, the one that was quiet longest begins anew: a flood
 * is never quiet. 10,000 weigh 6 MB.
 */
const MAX_CALLERS = 10_000;
export const MINUTE_SECONDS = 60;
/** Longer names are counted under their hash, so that no subject of a token makes the table large. */
const MAX_KEY_LENGTH = 100;

/** Counts what each caller asks for, in windows of a minute that begin with its first question. */
export function createAdmission(settings: RateLimitSettings): Admission {
  const { operationsPerMinute, locatorsPerMinute, common, onRefused } = settings;
  const open = (kind: LimitedKind, perMinute: number | undefined): MinuteLimit | null =>
    perMinute === undefined ? null : new MinuteLimit(kind, perMinute, common);
  const operations = open('operations', operationsPerMinute);
  const locators = open('locators', locatorsPerMinute);

  function admit(kind: LimitedKind, limit: MinuteLimit, caller: Caller, count: number): Promise<void> {
    return limit.take(toKey(caller, common?.secret), count, (waitMs) => {
      onRefused(kind);
      throw count > limit.perMinute ? tooManyAtOnce(count, limit) : tooManyInAMinute(kind, limit, waitMs);
    });
  }

  return {
    operation: (caller) => (operations === null ? undefined : admit('operations', operations, caller, 1)),
    locators: (caller, count) => (locators === null ? undefined : admit('locators', locators, caller, count)),
  };
}

const ASKED = {
  operations: 'operations a minute are answered to one caller',
  locators: 'exports a minute are read for one caller',
} as const satisfies Record<LimitedKind, string>;

function tooManyInAMinute(kind: LimitedKind, { perMinute }: MinuteLimit, waitMs: number): RateLimitedError {
  const seconds = Math.ceil(waitMs / 1_000);
  return new RateLimitedError(`At most ${perMinute} ${ASKED[kind]}: ask again in ${seconds} s.`, waitMs);
}

function tooManyAtOnce(count: number, { perMinute }: MinuteLimit): RateLimitedError {
  return new RateLimitedError(
    `This field names ${count} exports, and at most ${perMinute} a minute are read for one caller: name fewer.`,
  );
}

/** Tenant and name: two tenants never share a count, whatever their callers are called. */
function toKey({ tenant, name }: Caller, secret: CommonCounts['secret'] | undefined): string {
  const key = `${tenant.length} ${tenant} ${name}`;
  if (secret !== undefined) return createHmac('sha256', secret).update(key).digest('base64url');
  return key.length <= MAX_KEY_LENGTH ? key : createHash('sha256').update(key).digest('base64url');
}

const NOTHING = (): void => undefined;

/**
 * One limit, counted for each key by itself.
 *
 * Knows the library, as common-counts.ts does, and its clock: windows are measured with `Date.now`, or by the store that counts.
 */
class MinuteLimit {
  readonly perMinute: number;
  private readonly own: RateLimiterMemory;
  private readonly limiter: RateLimiterAbstract;
  // Bounded by size, not by number: then nothing is set aside for callers that never come.
  private readonly keys = new LRUCache<string, true>({
    maxSize: MAX_CALLERS,
    sizeCalculation: () => 1,
    dispose: (_value, key) => void this.own.delete(key),
  });

  constructor(kind: LimitedKind, perMinute: number, common: CommonCounts | undefined) {
    this.perMinute = perMinute;
    this.own = new RateLimiterMemory({ points: perMinute, duration: MINUTE_SECONDS, keyPrefix: '' });
    this.limiter = common?.open(kind, perMinute, this.own) ?? this.own;
  }

  /** Takes all of them, or none: then it is told the milliseconds until the minute is over. */
  take(key: string, count: number, onRefused: (waitMs: number) => never): Promise<void> {
    this.keys.get(key) ?? this.keys.set(key, true);
    return this.limiter.consume(key, count).then(NOTHING, async (refusal: unknown) => {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      // What is refused takes nothing away: a smaller question may still be answered. Below one there is none.
      if (count > 1) await this.limiter.reward(key, count);
      onRefused(Math.max(1, refusal.msBeforeNext));
    });
  }
}
