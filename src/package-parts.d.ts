/*
 * Single files of packages whose index loads far more than the gateway uses: undici's its fetch, caches and mocks (40 ms and 6 MB at
 * start), the other's a limiter for each kind of database.
 */

declare module 'undici/lib/dispatcher/pool.js' {
  import { Pool } from 'undici';

  /** The methods left out are put on it by the index. */
  type BarePool = Omit<Pool, 'request' | 'stream' | 'pipeline' | 'upgrade' | 'connect'>;
  const BarePool: new (...settings: ConstructorParameters<typeof Pool>) => BarePool;
  export = BarePool;
}

declare module 'undici/lib/api/api-request.js' {
  import type { Dispatcher } from 'undici';

  /** @this the pool to ask by, as the index binds it */
  function request(
    this: Pick<Dispatcher, 'dispatch'>,
    options: Dispatcher.RequestOptions,
  ): Promise<Dispatcher.ResponseData>;
  export = request;
}

declare module 'rate-limiter-flexible/lib/RateLimiterMemory.js' {
  import { RateLimiterMemory } from 'rate-limiter-flexible';
  export = RateLimiterMemory;
}

declare module 'rate-limiter-flexible/lib/RateLimiterRes.js' {
  import { RateLimiterRes } from 'rate-limiter-flexible';
  export = RateLimiterRes;
}

declare module 'rate-limiter-flexible/lib/RateLimiterRedis.js' {
  import { RateLimiterRedis } from 'rate-limiter-flexible';
  export = RateLimiterRedis;
}
