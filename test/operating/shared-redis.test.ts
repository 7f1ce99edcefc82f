import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/config/config-error.ts';
import { readTestConfig, startTestGateway, type TestGateway } from '../support/gateway.ts';
import { findRedis, type RedisServer, startRedis } from '../support/redis.ts';
import { linesOf, readSamples } from './support.ts';

const PATIENCE = { timeout: 15_000, interval: 25 };
const DIFFERENCE = 'Other gateways have something else in their configuration.';
const FORGETS = /^Redis forgets keys when it is full \(maxmemory-policy allkeys-lru\)/;

const program = findRedis();

const account = (key: string, apiKey: string) => ({
  key,
  vendor: 'hi-energy',
  credential: { type: 'api-key', apiKey },
});

/** A gateway that shares a Redis. */
function startSharing(url: string, apiKey = 'some-api-key', secret = 'l'.repeat(32)): Promise<TestGateway> {
  return startTestGateway({
    accounts: [account('hi', apiKey), account('same', 'the-same-key')],
    config: { files: { linkSecret: secret }, backplane: { kind: 'redis', url } },
  });
}

async function readBackplane({ url }: TestGateway): Promise<readonly [status: number, backplane: string]> {
  const response = await fetch(`${url}/ready`);
  const { parts } = (await response.json()) as { parts: { backplane: string } };
  return [response.status, parts.backplane];
}

/** Everything that it holds, as bytes. */
async function readAll(server: RedisServer): Promise<string> {
  await server.command('CONFIG', 'SET', 'rdbcompression', 'no');
  const keys = (await server.command('KEYS', '*')) as Buffer[];
  const values = await Promise.all(keys.map((key) => server.command('DUMP', key.toString())));
  return Buffer.concat(values as Buffer[]).toString('latin1');
}

describe.skipIf(program === null)('gateways that share a Redis', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis(program ?? '');
  });
  afterAll(() => server?.close());

  it('say how many they are, and name to each other what differs in their files, without a value', async () => {
    await using one = await startSharing(server.url);
    await using other = await startSharing(server.url, 'another-api-key');

    for (const gateway of [one, other]) {
      const nodes = async () => [...(await readSamples(gateway.url, 'waybill_backplane_nodes')).values()];
      await expect.poll(nodes, PATIENCE).toEqual([2]);
      await expect.poll(() => linesOf(gateway, DIFFERENCE), PATIENCE).toEqual([{ keys: ['accounts.hi'] }]);
      expect(JSON.stringify(gateway.log.lines)).not.toMatch(/some-api-key|another-api-key/);
    }
    const held = await readAll(server);
    expect(held).toContain('accounts.hi');
    expect(held).not.toMatch(/some-api-key|another-api-key|llll/);
  });

  it('without a store of theirs say at the start what each would remember alone', async () => {
    await using gateway = await startSharing(server.url);

    const warnings = gateway.log.lines.filter(({ level }) => level === 'warn').map(({ message }) => message);
    expect(warnings).toEqual([
      expect.stringMatching(/^store\.kind is memory and backplane\.kind is redis: .+ postgres/),
    ]);
  });

  it('name the link secret alone where that differs', async () => {
    await using one = await startSharing(server.url);
    await using _other = await startSharing(server.url, 'some-api-key', 'm'.repeat(32));

    await expect.poll(() => linesOf(one, DIFFERENCE), PATIENCE).toEqual([{ keys: ['files.linkSecret'] }]);
  });

  it('agree again once the last has the file', async () => {
    await using one = await startSharing(server.url);
    await using other = await startSharing(server.url, 'another-api-key');
    await using model = await startSharing(server.url);
    await expect.poll(() => linesOf(one, DIFFERENCE), PATIENCE).toHaveLength(1);

    other.gateway.reload(
      readTestConfig({
        accounts: [account('hi', 'some-api-key'), account('same', 'the-same-key')],
        config: { files: { linkSecret: 'l'.repeat(32) }, backplane: { kind: 'redis', url: server.url } },
      }),
    );

    for (const gateway of [one, other, model])
      await expect
        .poll(() => linesOf(gateway, 'All gateways have the same configuration again.'), PATIENCE)
        .toHaveLength(1);
  });

  it('do not start over one that forgets when it is full', async () => {
    const forgetful = await startRedis(program ?? '', [
      ...['--maxmemory', '64mb'],
      ...['--maxmemory-policy', 'allkeys-lru'],
    ]);
    try {
      const start = startSharing(forgetful.url);

      await expect(start).rejects.toBeInstanceOf(ConfigError);
      await expect(start).rejects.toMatchObject({
        path: ['backplane'],
        problems: [expect.stringMatching(FORGETS)],
      });
    } finally {
      await forgetful.close();
    }
  });

  it('do not start over a cluster with a part that forgets', async () => {
    const part = await startRedis(program ?? '', [
      ...['--cluster-enabled', 'yes'],
      ...['--maxmemory', '64mb'],
      ...['--maxmemory-policy', 'volatile-lru'],
    ]);
    try {
      await part.command('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
      await expect
        .poll(async () => String(await part.command('CLUSTER', 'INFO')), PATIENCE)
        .toContain('cluster_state:ok');
      const cluster = [`127.0.0.1:${part.port}`];
      const start = startTestGateway({
        config: { files: { linkSecret: 'l'.repeat(32) }, backplane: { kind: 'redis', cluster } },
      });

      await expect(start).rejects.toMatchObject({
        name: 'ConfigError',
        problems: [expect.stringMatching(/maxmemory-policy volatile-lru/)],
      });
    } finally {
      await part.close();
    }
  });

  it('start without it, stay ready, say why it is away, and what is wrong with it when it comes', async () => {
    const late = await startRedis(program ?? '', [
      ...['--maxmemory', '64mb'],
      ...['--maxmemory-policy', 'allkeys-lru'],
    ]);
    await late.kill();
    try {
      await using gateway = await startSharing(late.url);
      await expect.poll(() => readBackplane(gateway), PATIENCE).toEqual([200, 'unreachable']);
      const away = linesOf(gateway, 'Redis cannot be reached.');
      await late.start();
      await expect.poll(() => readBackplane(gateway), PATIENCE).toEqual([200, 'ready']);

      expect(away).toEqual([{ reason: 'nothing listens at its address' }]);
      expect(linesOf(gateway, 'Redis can be reached again.')).toHaveLength(1);
      const faults = () => gateway.log.lines.filter(({ level }) => level === 'error');
      await expect.poll(faults, PATIENCE).toHaveLength(1);
      expect(faults()[0]?.message).toMatch(FORGETS);
      const reachable = await readSamples(gateway.url, 'waybill_backplane_reachable');
      expect([...reachable.values()]).toEqual([1]);
    } finally {
      await late.close();
    }
  });

  it('say that a password is refused, and never which', async () => {
    const url = server.url.replace('redis://', 'redis://:a-wrong-password@');
    await server.command('CONFIG', 'SET', 'requirepass', 'the-right-password');
    try {
      await using gateway = await startSharing(url);

      await expect
        .poll(() => linesOf(gateway, 'Redis cannot be reached.'), PATIENCE)
        .toEqual([{ reason: 'it refuses the user or password' }]);
      expect(JSON.stringify(gateway.log.lines)).not.toMatch(/password@|a-wrong|the-right/);
    } finally {
      await server.command('CONFIG', 'SET', 'requirepass', '');
    }
  });
});
