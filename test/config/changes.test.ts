import { describe, expect, it } from 'vitest';
import { compareConfigs } from '../../src/config/changes.ts';
import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';

const account = (key: string, apiKey = 'key-1') => ({
  key,
  vendor: 'hi-energy',
  credential: { type: 'api-key', apiKey },
});
const caller = (name: string, tenant = 'acme') => ({ name, key: `key-of-${name}`, tenant });
const JWT = {
  jwksUrl: 'https://id.example.com/jwks',
  issuer: 'https://id.example.com/',
  audience: 'waybill',
};

const secretOf = (byte: number) => `whsec_${Buffer.alloc(32, byte).toString('base64')}`;

function toConfig(file: object): Config {
  const loaded = loadConfig({ text: JSON.stringify({ accounts: [], ...file }), env: {} });
  if ('problems' in loaded) throw new Error(loaded.problems.join('\n'));
  return loaded.config;
}

const compare = (before: object, after: object) => compareConfigs(toConfig(before), toConfig(after));
const NONE = { added: [], removed: [], changed: [] };

describe('two configurations', () => {
  it('that say the same differ in nothing', () => {
    const file = { accounts: [account('hi')], access: { mode: 'keys', keys: [caller('ui')] } };

    expect(compare(file, structuredClone(file))).toEqual({
      accounts: NONE,
      vendors: NONE,
      callers: NONE,
      webhooks: NONE,
      isTrackingChanged: false,
      isJwtChanged: false,
      atNextStart: [],
    });
  });

  it('differ in accounts by key and in callers by name, whatever their order', () => {
    const before = {
      accounts: [account('a'), account('b'), account('c')],
      access: { mode: 'keys', keys: [caller('one'), caller('two'), caller('three')] },
    };
    const after = {
      accounts: [account('d'), account('c'), account('b', 'key-2')],
      access: { mode: 'keys', keys: [caller('four'), caller('three', 'globex'), caller('one')] },
    };

    expect(compare(before, after)).toMatchObject({
      accounts: { added: ['d'], removed: ['a'], changed: ['b'] },
      callers: { added: ['four'], removed: ['two'], changed: ['three'] },
    });
  });

  it('differ in webhooks by key', () => {
    const hook = (key: string, changes: object = {}) => ({
      key,
      url: 'https://hooks.example.com/',
      secret: secretOf(1),
      ...changes,
    });
    const before = { webhooks: [hook('a'), hook('b'), hook('c'), hook('d')] };
    const after = {
      webhooks: [hook('e'), hook('d', { secret: [secretOf(2), secretOf(1)] }), hook('c'), hook('b')],
    };

    const { webhooks, atNextStart } = compare(before, after);

    expect(webhooks).toEqual({ added: ['e'], removed: ['a'], changed: ['d'] });
    expect(atNextStart).toEqual([]);
  });

  it('differ in what is tracked, which takes effect at once', () => {
    const found = (track: string) => ({ accounts: [{ ...account('hi'), track }] });

    expect(compare({}, { tracking: { keepDays: 7 } })).toMatchObject({
      isTrackingChanged: true,
      atNextStart: [],
    });
    expect(compare(found('asked'), found('all')).accounts.changed).toEqual(['hi']);
  });

  it('of different stores wait for the next start, without a word about where they are', () => {
    const path = { store: { kind: 'sqlite', path: '/var/lib/waybill/one.db' } };
    const url = { store: { kind: 'postgres', url: 'postgres://u:some-password@db.example.com/waybill' } };

    expect(compare({}, path).atNextStart).toEqual(['store.kind', 'store.path']);
    expect(compare(path, url).atNextStart).toEqual(['store.kind', 'store.path', 'store.url']);
  });

  it('of different backplanes wait for the next start, without a word about where they are', () => {
    const files = { linkSecret: 'l'.repeat(32) };
    const url = { files, backplane: { kind: 'redis', url: 'redis://:some-password@redis.example.com' } };
    const cluster = { files, backplane: { kind: 'redis', cluster: ['redis-1.example.com:6379'] } };

    expect(compare({ files }, url).atNextStart).toEqual(['backplane.kind', 'backplane.url']);
    expect(compare(url, cluster).atNextStart).toEqual(
      expect.arrayContaining(['backplane.url', 'backplane.cluster']),
    );
    expect(JSON.stringify(compare(url, cluster))).not.toMatch(/some-password|example/);
  });

  it('differ in how tokens are checked', () => {
    const access = (changes: object) => ({ access: { mode: 'jwt', jwt: { ...JWT, ...changes } } });

    expect(compare(access({}), access({})).isJwtChanged).toBe(false);
    expect(compare(access({}), access({ audience: 'other' })).isJwtChanged).toBe(true);
  });

  it('name by their paths the keys that only take effect at the next start', () => {
    const before = { server: { port: 4000 }, files: { linkSecret: 'a'.repeat(32) } };
    const after = {
      server: { port: 4001, allowedOrigins: ['https://app.example.com'] },
      files: { linkSecret: 'b'.repeat(32), linkTtlMs: 5_000 },
      limits: { depth: 5 },
    };

    expect(compare(before, after).atNextStart.toSorted()).toEqual([
      'files.linkSecret',
      'files.linkTtlMs',
      'limits.depth',
      'server.allowedOrigins',
      'server.port',
    ]);
  });

  it('of different modes of access leave callers for the next start', () => {
    const before = { access: { mode: 'keys', keys: [caller('one')] } };

    expect(compare(before, { access: { mode: 'jwt', jwt: JWT } })).toMatchObject({
      callers: NONE,
      isJwtChanged: false,
      atNextStart: ['access.mode'],
    });
  });

  it('see a list or a map of a section as one value', () => {
    const config = toConfig({});
    const withDocuments = (text: string): Config => ({
      ...config,
      server: { ...config.server, trustedDocuments: new Map([['id', text]]) },
    });

    expect(compareConfigs(withDocuments('{ a }'), withDocuments('{ a }')).atNextStart).toEqual([]);
    expect(compareConfigs(withDocuments('{ a }'), withDocuments('{ b }')).atNextStart).toEqual([
      'server.trustedDocuments',
    ]);
  });
});
