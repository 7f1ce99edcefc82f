import { createHash } from 'node:crypto';
import RateLimiterRedis from 'rate-limiter-flexible/lib/RateLimiterRedis.js';
import { type CommonCounts, MINUTE_SECONDS } from './rate-limits.ts';

/** Runs scripts where all gateways count. */
export interface CountScripts {
  /** @throws where there was no answer within half a second */
  run(
    script: { readonly source: string; readonly sha1: string },
    key: string,
    args: readonly string[],
  ): Promise<unknown>;
}

/**
 * Counts callers in Redis or Valkey, for all gateways together: one round trip for each question. Where it cannot be reached, each
 * gateway counts for itself.
 *
 * @param secret - the same in every gateway: who a caller is can be read from no key
 */
export function createCommonCounts(scripts: CountScripts, secret: string | Uint8Array): CommonCounts {
  return {
    secret,
    open: (kind, perMinute, insurance) =>
      new RateLimiterRedis({
        storeClient: toClient(scripts),
        points: perMinute,
        duration: MINUTE_SECONDS,
        keyPrefix: `wb:callers:${kind}`,
        insuranceLimiter: insurance,
      }),
  };
}

/** What the library wants of a client: the one command that it defines by itself. */
function toClient(scripts: CountScripts) {
  let script = { source: '', sha1: '' };
  return {
    defineCommand(_name: string, { lua }: { readonly lua: string }): void {
      script = { source: lua, sha1: createHash('sha1').update(lua).digest('hex') };
    },
    rlflxIncr: ([key = '', ...args]: readonly string[]) => scripts.run(script, key, args),
  };
}
