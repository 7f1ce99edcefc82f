import { type BackplaneCounters, NOTHING_SHARED } from './backplane/counters.ts';
import { MemoryBackplane } from './backplane/memory.ts';
import { type BackplaneState, observeBackplane } from './backplane/observed.ts';
import type { BackplaneConfig } from './config/config.ts';
import type { Backplane } from './export/backplane.ts';
import type { Redis } from './redis/connection.ts';
import type { Tools } from './runtime/tools.ts';

/** What this gateway has in common with others, or would have. */
export interface SharedState {
  readonly backplane: Backplane;
  readonly state: () => BackplaneState;
  readonly counters: () => BackplaneCounters;
  /** For what else is shared; null for a gateway alone. */
  readonly redis: Redis | null;
  close(): Promise<void>;
}

/** Opens what is configured. A store that cannot be reached holds nothing up: it is there when it is. */
export async function openSharedState(config: BackplaneConfig, { clock }: Tools): Promise<SharedState> {
  if (config.kind === 'memory') {
    const { backplane, state } = observeBackplane(new MemoryBackplane({ clock }));
    return { backplane, state, counters: () => NOTHING_SHARED, redis: null, close: () => backplane.close() };
  }
  // Loaded where it is configured: a gateway alone starts without it.
  const { openRedis, RedisBackplane } = await import('./backplane/redis/index.ts');
  const redis = openRedis(config, clock);
  const shared = new RedisBackplane({ redis, clock });
  const { backplane, state } = observeBackplane(shared);
  return {
    ...{ backplane, state, redis },
    counters: () => ({
      ...shared.counters,
      ...redis.counters,
      ownedAccounts: shared.ownedAccounts,
      clockOffsetMs: shared.clockOffsetMs,
    }),
    async close() {
      await backplane.close();
      redis.close();
    },
  };
}
