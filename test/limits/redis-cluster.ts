import type { AccountLimits } from '../../src/http/types.ts';
import { type LimitScripts, LimitStore } from '../../src/limits/limit-store.ts';
import { SharedGuard } from '../../src/limits/shared-guard.ts';
import { openRedis } from '../../src/redis/connection.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { createSeededRandom } from '../support/manual-clock.ts';
import { createOffsetClock } from '../support/offset-clock.ts';
import type { RedisServer } from '../support/redis.ts';
import { createRecordingLog } from '../support/tools.ts';
import { createStation, type Station, until } from './station.ts';

/** Several gateways, each with a connection of its own to one Redis. */
export interface RedisGateways {
  open(node: number, identity: string, limits: AccountLimits): Station;
  /** Scripts that were run, by all of them. */
  roundTrips(): number;
  /** How many gateways this one believes in. */
  believe(node: number, nodes: number): void;
  areConnected(): Promise<boolean>;
  settle(): Promise<void>;
  /** As if so much time had gone by, here and in Redis. */
  skip(ms: number): Promise<void>;
  close(): void;
}

/** Moves what Redis holds about limits back in time. */
const SKIP = `
for _, key in ipairs(redis.call('KEYS', 'wb:*')) do
  local kind = string.match(key, '}:(%a+)')
  if kind == 'win' or kind == 'held' then
    local list = redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
    for i = 1, #list, 2 do redis.call('ZADD', key, string.format('%.0f', list[i + 1] - ARGV[1]), list[i]) end
  elseif kind == 'gate' then
    for _, name in ipairs({ 'u', 'z', 'api.t', 'token.t', 'api.p', 'token.p' }) do
      local at = tonumber(redis.call('HGET', key, name) or 0)
      if at > 0 then redis.call('HSET', key, name, string.format('%.0f', math.max(1, at - ARGV[1]))) end
    end
  elseif kind == 'line' then
    redis.call('DEL', key)
  end
end
return 1
`;

export function openGateways(server: RedisServer, count: number, portOf = (_node: number) => server.port) {
  const clock = createOffsetClock();
  const believed = Array.from({ length: count }, () => count);
  const guards: SharedGuard[] = [];
  let roundTrips = 0;
  const connections = believed.map((_, node) =>
    openRedis({ url: `redis://127.0.0.1:${portOf(node)}` }, systemClock),
  );
  const stores = connections.map((redis, node) => {
    const scripts: LimitScripts = {
      run(...call) {
        roundTrips += 1;
        return redis.run(...call);
      },
    };
    return new LimitStore(
      {
        ...{ scripts, clock, random: createSeededRandom(node), log: createRecordingLog() },
        nodes: () => believed[node] ?? count,
        partitionOf: () => '07',
      },
      `node${node}`,
    );
  });
  const gateways: RedisGateways = {
    open(node, identity, limits) {
      const store = stores[node];
      if (store === undefined) throw new Error('no such gateway');
      const guard = new SharedGuard(store, identity, limits);
      guards.push(guard);
      return createStation(guard, clock, limits);
    },
    roundTrips: () => roundTrips,
    believe(node, nodes) {
      believed[node] = nodes;
    },
    areConnected: () =>
      Promise.all(connections.map((redis) => redis.command('', ['PING']))).then(
        () => true,
        () => false,
      ),
    settle: () => until(() => guards.every(({ isQuiet }) => isQuiet)),
    async skip(ms) {
      clock.skip(ms);
      await server.command('EVAL', SKIP, '0', String(ms));
    },
    close() {
      for (const store of stores) store.close();
      for (const redis of connections) redis.close();
    },
  };
  return gateways;
}
