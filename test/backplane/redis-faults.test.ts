import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RedisBackplane } from '../../src/backplane/redis/redis-backplane.ts';
import { SharedClock } from '../../src/backplane/shared-clock.ts';
import { startWatch } from '../../src/export/transitions.ts';
import { openRedis, type Redis, type RedisAddress } from '../../src/redis/connection.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { createOffsetClock } from '../support/offset-clock.ts';
import { findRedis, type RedisServer, startRedis, startSentinel } from '../support/redis.ts';
import { connect, join, own, PROGRESS, write } from './suite/processes.ts';

const program = findRedis();

/** What is waited for comes within seconds, or never. */
const SOON = { timeout: 20_000, interval: 10 };

describe.skipIf(program === null)('Redis backplane, when Redis', () => {
  let server: RedisServer;
  const opened: { readonly backplane: RedisBackplane; readonly redis: Redis }[] = [];

  beforeEach(async () => {
    server = await startRedis(program ?? '');
  });

  afterEach(async () => {
    for (const { backplane, redis } of opened.splice(0)) {
      await backplane.close();
      redis.close();
    }
    await server.close();
  });

  /** A gateway's own way there, on the clock of this machine. */
  async function open(address: RedisAddress = { url: server.url }) {
    const redis = openRedis(address, systemClock);
    const backplane = new RedisBackplane({ redis, clock: systemClock });
    opened.push({ backplane, redis });
    await vi.waitUntil(
      () =>
        redis.command('', ['PING']).then(
          () => true,
          () => false,
        ),
      SOON,
    );
    const process = await connect({ connect: async () => backplane });
    const { counters } = backplane;
    const beats = counters.beats;
    await vi.waitUntil(() => counters.beats > beats, SOON);
    return { ...process, redis: backplane };
  }

  async function heardAll(...all: { readonly redis: RedisBackplane }[]): Promise<void> {
    for (const { redis } of all) await vi.waitUntil(() => redis.hasHeardAll().catch(() => false), SOON);
  }

  it('is emptied, tells every node that the log began anew, and knows that older cursors are of before', async () => {
    const [one, other] = [await open(), await open()];
    const { commit, fence } = await own(one, 'acme/a');
    await join(other, ['acme/a']);
    await commit([PROGRESS]);
    const { head } = await one.backplane.load(['acme/a'], null);

    await server.command('FLUSHALL');

    await vi.waitUntil(() => one.resets.length > 0 && other.resets.length > 0, SOON);
    expect(await commit([PROGRESS])).toBe('fenced');
    const again = await own(one, 'acme/a');
    await join(other, ['acme/a']);
    expect(again.fence).toBeGreaterThan(fence);
    await again.commit([PROGRESS]);
    await heardAll(one, other);
    expect(other.entries).toHaveLength(2);
    expect(other.entries[1]?.entry.sequence).toBeGreaterThan(head);
    expect((await other.backplane.load(['acme/a'], head)).topics[0]).toMatchObject({ isComplete: false });
  });

  it('has lost its last entries, as one that was promoted may, begins anew after all that was heard', async () => {
    const one = await open();
    const { commit } = await own(one, 'acme/a');
    await commit([PROGRESS]);
    const { head: before } = await one.backplane.load(['acme/a'], null);
    await commit([PROGRESS, PROGRESS]);
    const { head } = await one.backplane.load(['acme/a'], null);
    const [key] = (await server.command('KEYS', 'wb:*:x:acme/a')) as Buffer[];
    const meta = String(key).replace(/x:acme\/a$/, 'meta');

    await server.command('HSET', meta, 'head', String(before));
    const loaded = await one.backplane.load(['acme/a'], head);

    expect(one.resets).toHaveLength(1);
    expect(loaded.head).toBeGreaterThan(head);
    expect(loaded.topics[0]).toMatchObject({ isComplete: false });
  });

  it('is away, refuses within a second, says so, and is as before when it is back', async () => {
    const [one, other] = [await open(), await open()];
    const { commit } = await own(one, 'acme/a');
    await join(other, ['acme/a', 'acme/b']);
    await commit([PROGRESS]);

    server.signal('SIGSTOP');
    await expect(commit([PROGRESS])).rejects.toThrow('Redis cannot be reached.');
    await vi.waitUntil(() => one.reachable.at(-1) === false && other.reachable.at(-1) === false, SOON);
    other.node.leave('acme/desk', ['acme/b']);
    // Longer than a node may be silent.
    await wait(2_500);
    server.signal('SIGCONT');

    await vi.waitUntil(() => one.reachable.at(-1) === true && other.reachable.at(-1) === true, SOON);
    const { topics } = await one.backplane.load(['acme/a'], null);
    expect(topics[0]?.state).toEqual(startWatch(1));
    await heardAll(one, other);
    // Whose it was it is.
    expect(other.wanted).toEqual([]);
    await vi.waitUntil(() => one.unwanted.some(({ topics: left }) => left.includes('acme/b')), SOON);
    expect((await join(other, ['acme/a'])).fence).toBeNull();
  });

  it('took a node for dead that had only stopped, tells it all that it missed, and lets it want again what it wanted', async () => {
    const [one, other] = [await open(), await open()];
    const late = await own(one, 'acme/a');
    await join(other, ['acme/a']);
    const stopped = opened[0] as (typeof opened)[number];
    // As if it had stood still: what it says reaches nobody.
    const silent = vi.spyOn(stopped.redis, 'run').mockRejectedValue(new Error('stopped'));
    await vi.waitUntil(() => other.wanted.some(({ account }) => account === 'acme/desk'), SOON);
    const fence = other.wanted.at(-1)?.fence ?? 0;
    expect(await write(other, 'acme/a', fence, 0).commit([PROGRESS])).toBe(1);

    silent.mockRestore();

    await vi.waitUntil(() => one.entries.length > 0, SOON);
    expect(await late.commit([PROGRESS])).toBe('fenced');
    const beats = stopped.backplane.counters.beats;
    await vi.waitUntil(() => stopped.backplane.counters.beats > beats + 1, SOON);
    await other.node.close();
    await vi.waitUntil(() => one.wanted.some((told) => told.fence > fence), SOON);
    expect(one.wanted.at(-1)).toMatchObject({ account: 'acme/desk', exports: [{ topic: 'acme/a' }] });
  });

  it('took a node for dead that joins something new before it is heard of again, and knows all that it wants then', async () => {
    const [one, other] = [await open(), await open()];
    await own(one, 'acme/a');
    await join(other, ['acme/a']);
    const stopped = opened[0] as (typeof opened)[number];
    const silent = vi.spyOn(stopped.redis, 'run').mockRejectedValue(new Error('stopped'));
    await vi.waitUntil(() => other.wanted.some(({ account }) => account === 'acme/desk'), SOON);
    const fence = other.wanted.at(-1)?.fence ?? 0;
    // Between two beats.
    const { beats } = stopped.backplane.counters;
    await vi.waitUntil(() => stopped.backplane.counters.beats > beats, { ...SOON, interval: 1 });

    silent.mockRestore();
    await join(one, ['acme/c'], 'acme/hi');
    const later = stopped.backplane.counters.beats;
    await vi.waitUntil(() => stopped.backplane.counters.beats > later + 1, SOON);
    await other.node.close();

    await vi.waitUntil(
      () => one.wanted.some((told) => told.account === 'acme/desk' && told.fence > fence),
      SOON,
    );
    expect(one.wanted.at(-1)?.exports).toMatchObject([{ topic: 'acme/a' }]);
  });

  it('is full, or only a copy, refuses what is to be written and takes it later', async () => {
    const one = await open();
    const { commit } = await own(one, 'acme/a');

    await server.command('CONFIG', 'SET', 'maxmemory', '1');
    await expect(commit([PROGRESS])).rejects.toThrow('OOM');
    await server.command('CONFIG', 'SET', 'maxmemory', '0');
    expect(await commit([PROGRESS])).toBe(1);

    await server.command('REPLICAOF', '127.0.0.1', '1');
    await expect(commit([PROGRESS])).rejects.toThrow('READONLY');
    await server.command('REPLICAOF', 'NO', 'ONE');
    await vi.waitUntil(
      () =>
        commit([PROGRESS]).then(
          () => true,
          () => false,
        ),
      SOON,
    );
  });

  it('has another time than a gateway, tells it the time before the gateway plans anything', async () => {
    const clock = createOffsetClock();
    clock.skip(120_000);
    const redis = openRedis({ url: server.url }, systemClock);
    await vi.waitUntil(
      () =>
        redis.command('', ['PING']).then(
          () => true,
          () => false,
        ),
      SOON,
    );
    const backplane = new RedisBackplane({ redis, clock });
    opened.push({ backplane, redis });

    await connect({ connect: async () => backplane });

    const aheadMs = new SharedClock(clock, backplane.clockOffset).now() - Date.now();
    expect(Math.abs(aheadMs)).toBeLessThan(60_000);
  });

  it('is not there at the start, is joined once it is', async () => {
    await server.kill();
    const redis = openRedis({ url: server.url }, systemClock);
    const backplane = new RedisBackplane({ redis, clock: systemClock });
    opened.push({ backplane, redis });
    const one = await connect({ connect: async () => backplane });
    await expect(join(one, ['acme/a'])).rejects.toThrow();
    await vi.waitUntil(() => one.reachable.at(-1) === false, SOON);

    await server.start();

    await vi.waitUntil(() => one.reachable.at(-1) === true, SOON);
    expect((await join(one, ['acme/a'])).fence).toBeTypeOf('number');
  });

  it('dies behind Sentinels, goes on with the copy that they promote', async () => {
    const copy = await startRedis(program ?? '', ['--replicaof', `127.0.0.1 ${server.port}`]);
    const sentinel = await startSentinel(program ?? '', server);
    try {
      await vi.waitUntil(
        async () => String(await server.command('INFO', 'replication')).includes('state=online'),
        SOON,
      );
      await vi.waitUntil(
        async () =>
          String(await sentinel.command('SENTINEL', 'REPLICAS', 'waybill')).includes(String(copy.port)),
        SOON,
      );
      const sentinels = [`127.0.0.1:${sentinel.port}`];
      const login = { sentinelUsername: undefined, sentinelPassword: undefined, database: 0, tls: false };
      const [one, other] = [
        await open({ sentinels, name: 'waybill', ...login }),
        await open({ sentinels, name: 'waybill', ...login }),
      ];
      const { commit } = await own(one, 'acme/a');
      await join(other, ['acme/a']);
      await commit([PROGRESS]);
      await server.command('WAIT', '1', '5000');

      await server.kill();

      await vi.waitUntil(() => one.reachable.at(-1) === false, SOON);
      await vi.waitUntil(() => one.reachable.at(-1) === true && other.reachable.at(-1) === true, SOON);
      // Whoever was sooner back owns it.
      await vi.waitUntil(async () => {
        const [mine, others] = [await join(one, ['acme/a']), await join(other, ['acme/a'])];
        const [owner, { fence, exports }] = mine.fence === null ? [other, others] : [one, mine];
        if (fence === null) return false;
        return (await write(owner, 'acme/a', fence, exports[0]?.version ?? 0).commit([PROGRESS])) === 2;
      }, SOON);
      await heardAll(other);
      expect(other.entries).toHaveLength(2);
    } finally {
      await sentinel.close();
      await copy.close();
    }
  });

  it('stands still, does not hold up a node that closes', async () => {
    const one = await open();
    await own(one, 'acme/a');
    server.signal('SIGSTOP');

    await one.node.close();

    server.signal('SIGCONT');
    const other = await open();
    await vi.waitUntil(async () => (await join(other, ['acme/a'])).fence !== null, SOON);
  });
});
