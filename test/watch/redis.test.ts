import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RedisBackplane } from '../../src/backplane/redis/redis-backplane.ts';
import { openRedis, type Redis } from '../../src/redis/connection.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { createWatchHub } from '../../src/watch/watch-hub.ts';
import { createManualClock, createSeededRandom, type ManualClock, settle } from '../support/manual-clock.ts';
import { findRedis, type RedisServer, startRedis } from '../support/redis.ts';
import { createTestTools } from '../support/tools.ts';
import { createFakeAccount } from './fake-account.ts';
import { checkSeveral, type Gateway, play, toNames, VENDORS } from './restless-subscriber.ts';

/** Scripts per vendor: enough for every build; more are run before a release. */
const SCRIPTS = Number(process.env.WAYBILL_REDIS_SCRIPTS ?? 40);

const program = findRedis();

describe.skipIf(program === null)('fault scripts over three gateways on one Redis', () => {
  let server: RedisServer;

  beforeAll(async () => {
    server = await startRedis(program ?? '');
  });

  beforeEach(async () => {
    await server.command('FLUSHALL');
  });

  afterAll(() => server.close());

  /** Three ways there; time goes on once Redis has answered all that was asked, and everybody has been told what came of it. */
  async function setUp() {
    const opened: { readonly redis: Redis; readonly backplane: RedisBackplane }[] = [];
    let asked = 0;
    let answered = 0;
    const clock: ManualClock = createManualClock(undefined, async () => {
      let quietAt = -1;
      while (quietAt !== asked || answered !== asked) {
        await settle();
        if (answered !== asked || quietAt === asked) continue;
        const heard = await Promise.all(opened.map(({ backplane }) => backplane.hasHeardAll()));
        if (heard.every(Boolean)) quietAt = asked;
      }
    });
    for (let count = 0; count < 3; count += 1) {
      const redis = openRedis({ url: server.url }, systemClock);
      const run = redis.run.bind(redis);
      redis.run = async (...given) => {
        asked += 1;
        try {
          return await run(...given);
        } finally {
          answered += 1;
        }
      };
      await expect
        .poll(() => redis.command('', ['PING']).then(String, () => ''), { interval: 10 })
        .toBe('PONG');
      const backplane = new RedisBackplane({ redis, clock, storeNow: clock.now });
      opened.push({ redis, backplane });
    }
    return {
      clock,
      backplanes: opened.map(({ backplane }) => backplane),
      async close() {
        for (const { backplane, redis } of opened) {
          await backplane.close();
          redis.close();
        }
      },
    };
  }

  it.each(VENDORS)(
    `of %s lead to no false, backward, lost or repeated transition (${SCRIPTS} scripts)`,
    async (_name, pacing, longestMs) => {
      const { clock, backplanes, close } = await setUp();
      const gateways = await Promise.all(
        backplanes.map(async (backplane, index): Promise<Gateway> => {
          const random = createSeededRandom(index * 1_000 + longestMs);
          const hub = await createWatchHub({ tools: createTestTools({ clock, random }), backplane });
          return { hub, account: createFakeAccount({ now: clock.now, pacing }) };
        }),
      );

      checkSeveral(await play(toNames(0, SCRIPTS), longestMs, clock, createSeededRandom(5), gateways));

      // All three asked the vendor in turn, and each was told what another had found.
      for (const { counters } of backplanes) expect(counters.entries).toBeGreaterThan(SCRIPTS / 10);
      await close();
    },
    120_000,
  );
});
