import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RedisBackplane } from '../../src/backplane/redis/redis-backplane.ts';
import type { ExportStatus } from '../../src/export/export.ts';
import { openRedis } from '../../src/redis/connection.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { createWatchHub } from '../../src/watch/watch-hub.ts';
import { findRedis, type RedisServer, startRedis } from '../support/redis.ts';
import { createTestTools } from '../support/tools.ts';
import { createFakeAccount, toKey, toSnapshot } from './fake-account.ts';
import { follow } from './hub-harness.ts';

const program = findRedis();
const SOON = { timeout: 30_000, interval: 50 };
const PACING = { minMs: 300, maxMs: 1_000, stallAfterMs: 600_000 };

/** The ways in which a real one goes and comes back. */
const WAYS: readonly (readonly [
  name: string,
  go: (server: RedisServer) => Promise<unknown>,
  comeBack: (server: RedisServer) => Promise<unknown>,
])[] = [
  ['was killed, and starts empty', (server) => server.kill(), (server) => server.start()],
  [
    'stood still, and goes on',
    async (server) => server.signal('SIGSTOP'),
    async (server) => server.signal('SIGCONT'),
  ],
];

describe.skipIf(program === null)('two gateways on a Redis that', () => {
  let server: RedisServer;
  const closing: (() => Promise<unknown>)[] = [];

  beforeEach(async () => {
    server = await startRedis(program ?? '');
  });

  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
    await server.close();
  });

  it.each(WAYS)(
    '%s interrupt their subscribers once, and lose and repeat nothing',
    async (_name, go, comeBack) => {
      let status: ExportStatus = 'QUEUED';
      const gateways = await Promise.all([open(), open()]);
      for (const { account } of gateways) account.answer((id, now) => toSnapshot(id, status, now));
      const streams = gateways.map(({ hub, account }) => follow(hub.events([{ account, key: toKey('a') }])));
      const told = (count: number) =>
        expect.poll(() => streams.map(({ story }) => story.length), SOON).toEqual([count, count]);
      await told(1);

      await go(server);
      await told(2);
      status = 'SUCCEEDED';
      await comeBack(server);
      await told(4);

      for (const { story, events, state } of streams) {
        expect(story).toEqual([
          'Snapshot a QUEUED',
          'WatchInterrupted a QUEUED',
          'WatchResumed a QUEUED',
          'StatusChanged a SUCCEEDED',
        ]);
        expect(events[1]).toMatchObject({ code: 'WATCH_STORE_UNAVAILABLE' });
        expect(events.at(-1)?.export?.transitions.map(({ to }) => to)).toEqual(['QUEUED', 'SUCCEEDED']);
        await expect.poll(() => state, SOON).toEqual({ isDone: true, error: undefined });
      }
    },
    90_000,
  );

  it('is not there at the start let subscribers wait, and begin when it is', async () => {
    await server.kill();
    const { hub, account } = await open();
    const stream = follow(hub.events([{ account, key: toKey('a') }]));
    await expect.poll(() => stream.story, SOON).toEqual(['WatchInterrupted a -']);

    await server.start();

    await expect
      .poll(() => stream.story, SOON)
      .toEqual(['WatchInterrupted a -', 'WatchResumed a -', 'Snapshot a RUNNING']);
  }, 90_000);

  async function open() {
    const redis = openRedis({ url: server.url }, systemClock);
    const backplane = new RedisBackplane({ redis, clock: systemClock });
    const hub = await createWatchHub({ backplane, tools: createTestTools({ clock: systemClock }) });
    closing.push(async () => {
      await hub.drain('done');
      await backplane.close();
      redis.close();
    });
    return { hub, account: createFakeAccount({ now: systemClock.now, pacing: PACING }) };
  }
});
