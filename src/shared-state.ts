import { createHmac, randomBytes } from 'node:crypto';
import { createCommonCounts } from './access/common-counts.ts';
import type { CommonCounts } from './access/rate-limits.ts';
import type { AccountPoolOptions } from './accounts/pool.ts';
import { type BackplaneCounters, NOTHING_SHARED } from './backplane/counters.ts';
import { MemoryBackplane } from './backplane/memory.ts';
import { type BackplaneState, observeBackplane } from './backplane/observed.ts';
import { createAgreement } from './config/agreement.ts';
import type { Config, RedisConfig } from './config/config.ts';
import { ConfigError } from './config/config-error.ts';
import { digestConfig } from './config/digests.ts';
import type { Backplane } from './export/backplane.ts';
import { LimitStore } from './limits/limit-store.ts';
import { SharedGuard } from './limits/shared-guard.ts';
import type { Clock } from './runtime/clock.ts';
import type { Log, Tools } from './runtime/tools.ts';

/** How long a start waits for Redis, so that one which can never be used as it is stops it; one that is away does not. */
const PATIENCE_MS = 1_000;

/** What this gateway has in common with others, or would have. */
export interface SharedState {
  readonly backplane: Backplane;
  readonly state: () => BackplaneState;
  readonly counters: () => BackplaneCounters;
  /** Keeps the accounts' limits together with the others; left out for a gateway alone. */
  readonly openGuard?: AccountPoolOptions['openGuard'];
  /** Counts callers together with the others; left out for a gateway alone. */
  readonly commonCounts?: CommonCounts;
  /** By which instants are told that others see, too. */
  readonly clock: Clock;
  /** Another configuration is in force: others are told. */
  replace(config: Config): void;
  close(): Promise<void>;
}

/**
 * Opens what is configured. A store that cannot be reached holds nothing up: it is there when it is.
 *
 * @throws ConfigError where Redis answers, and would lose what several gateways stand on
 */
export async function openSharedState(config: Config, tools: Tools): Promise<SharedState> {
  if (config.backplane.kind === 'redis') return openInRedis(config, config.backplane, tools);
  const { backplane, state } = observeBackplane(new MemoryBackplane({ clock: tools.clock }));
  return {
    ...{ backplane, state, counters: () => NOTHING_SHARED, clock: tools.clock },
    replace: () => undefined,
    close: () => backplane.close(),
  };
}

async function openInRedis(
  config: Config,
  address: RedisConfig,
  { clock, random, log }: Tools,
): Promise<SharedState> {
  // Loaded where it is configured: a gateway alone starts without it.
  const { openRedis, partitionOf, RedisBackplane, ServerWatch, SharedClock } = await import(
    './backplane/redis/index.ts'
  );
  const redis = openRedis(address, clock);
  const watch = new ServerWatch(redis, log);
  const findings = await watch.first(PATIENCE_MS);
  if (findings !== null && findings.faults.length > 0) {
    redis.close();
    throw new ConfigError(['backplane'], findings.faults);
  }
  let digests = toDigests(config);
  const agreement = createAgreement(
    () => digests,
    (names) => tellDifference(names, log),
  );
  const shared = new RedisBackplane({ redis, clock, ...agreement });
  const limits = new LimitStore(
    { scripts: redis, clock, random, log, nodes: () => shared.nodes, partitionOf },
    randomBytes(9).toString('base64url'),
  );
  const { backplane, state } = observeBackplane(shared, {
    onReset: () => limits.onReset(),
    onReachable(isReachable) {
      limits.onReachable(isReachable);
      if (!isReachable) return log.warn({ reason: redis.trouble ?? 'unknown' }, 'Redis cannot be reached.');
      log.info({}, 'Redis can be reached again.');
      void watch.again();
    },
  });
  return {
    ...{ backplane, state, clock: new SharedClock(clock, shared.clockOffset) },
    openGuard: (identity, settings) => new SharedGuard(limits, identity, settings),
    commonCounts: createCommonCounts(redis, toCallersSecret(config)),
    counters: () => ({
      ...shared.counters,
      ...redis.counters,
      ownedAccounts: shared.ownedAccounts,
      clockOffsetMs: shared.clockOffset.ms,
    }),
    replace(next) {
      digests = toDigests(next);
    },
    async close() {
      limits.close();
      await backplane.close();
      redis.close();
    },
  };
}

/** With the backplane in Redis there is a link secret. */
function toDigests(config: Config) {
  return digestConfig(config, config.files.linkSecret ?? '');
}

/** Callers are counted under hashes that nobody can make who has not the link secret. */
function toCallersSecret({ files }: Config): Uint8Array {
  return createHmac('sha256', files.linkSecret ?? '')
    .update('waybill callers 1')
    .digest();
}

function tellDifference(keys: readonly string[], log: Pick<Log, 'info' | 'warn'>): void {
  if (keys.length > 0) log.warn({ keys }, 'Other gateways have something else in their configuration.');
  else log.info({}, 'All gateways have the same configuration again.');
}
