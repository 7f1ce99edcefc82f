import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { secretValues } from '../../src/config/secret-values.ts';
import { configOf, hiAccount, problemsOf, withAccount } from './support.ts';

const LINK_SECRET = `files: { linkSecret: ${'l'.repeat(32)} }`;

/** A file of several gateways, with these keys of `backplane` beside its kind. */
const redis = (keys: string, sections = '') =>
  withAccount(`${LINK_SECRET}\n${sections}\nbackplane: { kind: redis, ${keys} }`);

const URL_ALLOWED =
  'redis://USER:PASSWORD@HOST:PORT/DATABASE, or rediss:// with TLS, with special characters in user and password percent-encoded';
const ADDRESS_ALLOWED = 'a host and its port, such as redis-1.example.com:6379';
const PLACES = 'one of url, cluster, sentinels';
const LINK_SECRET_PROBLEM =
  'files.linkSecret: found nothing, allowed: a string of at least 32 bytes, the same for every gateway, because backplane.kind is "redis"';

describe('the backplane', () => {
  it('is in memory where nothing is said', () => {
    expect(configOf(withAccount()).backplane).toEqual({ kind: 'memory' });
    expect(configOf(withAccount('backplane: { kind: memory }')).backplane).toEqual({ kind: 'memory' });
  });

  it.each([
    'redis://localhost',
    'redis://:p%40ss@redis.example.com:6379/2',
    'rediss://waybill:p@redis.example.com/',
    'redis://[::1]:6380',
  ])('of one server is at the address %s', (url) => {
    expect(configOf(redis(`url: "${url}"`)).backplane).toEqual({
      kind: 'redis',
      url,
      username: undefined,
      password: undefined,
    });
  });

  it('of a cluster has nodes, a user and TLS', () => {
    const keys = 'cluster: ["a:6379", "[::1]:6380", "a:6379"], username: waybill, password: "p/w", tls: true';

    expect(configOf(redis(keys)).backplane).toEqual({
      kind: 'redis',
      cluster: ['a:6379', '[::1]:6380'],
      username: 'waybill',
      password: 'p/w',
      tls: true,
    });
  });

  it('behind Sentinels has a name, and may have a database and a second password', () => {
    const few = redis('sentinels: [10.0.0.1:26379], name: waybill');
    const all = redis(
      'sentinels: [s:1, t:2], name: w, username: u, password: p, sentinelUsername: v, sentinelPassword: q, database: 3, tls: true',
    );

    expect(configOf(few).backplane).toEqual({
      kind: 'redis',
      sentinels: ['10.0.0.1:26379'],
      name: 'waybill',
      database: 0,
      tls: false,
    });
    expect(configOf(all).backplane).toEqual({
      kind: 'redis',
      sentinels: ['s:1', 't:2'],
      name: 'w',
      username: 'u',
      password: 'p',
      sentinelUsername: 'v',
      sentinelPassword: 'q',
      database: 3,
      tls: true,
    });
  });

  it.each([
    ['', 'an empty string'],
    ['redis.example.com:6379', 'a string'],
    ['https://redis.example.com', 'an https URL'],
    ['redis://', 'a redis URL'],
    ['redis:///2', 'a redis URL'],
    ['rediss://redis.example.com/waybill', 'a redis URL'],
    ['redis://redis.example.com/0?tls=true', 'a redis URL'],
    ['redis://:p#w@redis.example.com', 'a redis URL'],
    ['redis://:p/w@redis.example.com', 'a redis URL'],
    ['redis://:p?w@redis.example.com', 'a redis URL'],
    ['redis://:p%w@redis.example.com', 'a redis URL'],
    ['redis://:p w@redis.example.com', 'a redis URL'],
  ])('has no address %j, and it is not told', (url, found) => {
    expect(problemsOf(redis(`url: "${url}"`))).toEqual([
      `backplane.url: found ${found}, allowed: ${URL_ALLOWED}`,
    ]);
  });

  it.each([
    'redis',
    'redis:0',
    'redis:65536',
    'redis:6379x',
    'redis://redis:6379',
    ':pw@redis:6379',
    '[::1:1',
  ])('has no node %j, and it is not told', (node) => {
    expect(problemsOf(redis(`cluster: [ok:1, "${node}"]`))).toEqual([
      `backplane.cluster[1]: found a string, allowed: ${ADDRESS_ALLOWED}`,
    ]);
  });

  it.each([
    ['backplane:', 'backplane: found nothing, allowed: a mapping'],
    ['backplane: {}', 'backplane.kind: found nothing, allowed: "memory" or "redis"'],
    [
      'backplane: { kind: reddis }',
      'backplane.kind: found "reddis", allowed: "memory" or "redis"; did you mean "redis"?',
    ],
    ['backplane: { kind: memory, url: "redis://h" }', 'backplane.url: found an unknown key, allowed: kind'],
  ])('is refused with a line: %s', (sections, line) => {
    expect(problemsOf(withAccount(sections))).toEqual([line]);
  });

  it.each([
    ['password: p', [`backplane: found none of url, cluster, sentinels, allowed: ${PLACES}`]],
    [
      'url: "redis://h", cluster: [a:1]',
      [`backplane.cluster: found a second place of Redis, beside backplane.url, allowed: ${PLACES}`],
    ],
    [
      'cluster: [a:1], sentinels: [s:1], name: w',
      [`backplane.sentinels: found a second place of Redis, beside backplane.cluster, allowed: ${PLACES}`],
    ],
    ['sentinels: [s:1]', ['backplane.name: found nothing, allowed: what the Sentinels call the primary']],
    ['cluster: []', ['backplane.cluster: found a list, allowed: a list of 1 to 100']],
    [
      'url: "redis://h", tls: true, database: 1',
      [
        'backplane.tls: found a key that means nothing beside url, allowed: the same as rediss:// in url',
        'backplane.database: found a key that means nothing beside url, allowed: the same as the path of url, redis://HOST:PORT/DATABASE',
      ],
    ],
    [
      'cluster: [a:1], name: w, database: 1',
      [
        'backplane.name: found a key that means nothing beside cluster, allowed: this key beside sentinels only',
        'backplane.database: found a key that means nothing beside cluster, allowed: this key beside sentinels only',
      ],
    ],
    [
      'url: "redis://h", sentinelUsername: u, sentinelPassword: p',
      [
        'backplane.sentinelUsername: found a key that means nothing beside url, allowed: this key beside sentinels only',
        'backplane.sentinelPassword: found a key that means nothing beside url, allowed: this key beside sentinels only',
      ],
    ],
    [
      'url: "redis://:first@h", password: second',
      [
        'backplane.password: found a second one, beside that in backplane.url, allowed: user and password either in url or in keys of their own',
      ],
    ],
    [
      'url: "redis://h", password: ""',
      ['backplane.password: found an empty string, allowed: a non-empty string without control characters'],
    ],
  ])('of kind redis is refused with { %s }', (keys, lines) => {
    expect(problemsOf(redis(keys))).toEqual(lines);
  });

  it('takes user and password beside an address that names none', () => {
    expect(configOf(redis('url: "redis://h", username: u, password: "p@w/d"')).backplane).toEqual({
      kind: 'redis',
      url: 'redis://h',
      username: 'u',
      password: 'p@w/d',
    });
  });

  it('needs a link secret, and says so where the file has one of its own kind of trouble too', () => {
    const none = withAccount('backplane: { kind: redis, url: "redis://h" }');
    const short = withAccount('files: { linkSecret: short }\nbackplane: { kind: redis, url: "redis://h" }');

    expect(problemsOf(none)).toEqual([LINK_SECRET_PROBLEM]);
    expect(problemsOf(short)).toEqual([
      'files.linkSecret: found a string, allowed: a string of at least 32 bytes, without control characters',
    ]);
  });

  it('has its password, whatever it is made of, among the secrets, as it is written and as it is meant', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (password) => {
        const url = `rediss://waybill:${encodeURIComponent(password)}@redis.example.com/1`;

        const secrets = secretValues(configOf(redis(`url: ${JSON.stringify(url)}`)));

        expect(secrets).toEqual(expect.arrayContaining([url, password, new URL(url).password]));
      }),
      { seed: 20_261_129 },
    );
  });

  it('has passwords of their own among the secrets, and no address without one', () => {
    const sentinels = redis('sentinels: [s:1], name: w, password: of-redis, sentinelPassword: of-sentinels');
    const url = redis('url: "redis://waybill@redis.example.com"');

    expect(secretValues(configOf(sentinels))).toEqual(expect.arrayContaining(['of-redis', 'of-sentinels']));
    expect(secretValues(configOf(url))).toEqual(['l'.repeat(32), 'k']);
  });
});

describe('the store of several gateways', () => {
  const several = (sections: string, more = '') =>
    problemsOf(
      `${LINK_SECRET}\nbackplane: { kind: redis, url: "redis://h" }\n${sections}\naccounts:\n${hiAccount(more)}`,
    );
  const WEBHOOK = `webhooks: [{ key: ops, url: "https://h.example/x", secret: "whsec_${Buffer.alloc(32, 1).toString('base64')}" }]`;

  it.each([
    ['store: { kind: postgres, url: "postgres://h/d" }', ''],
    [`${WEBHOOK}\nstore: { kind: postgres, url: "postgres://h/d" }`, 'track: all'],
    ['', ''],
    ['store: { kind: memory }', 'track: asked'],
    ['webhooks: []', ''],
  ])('may be { %s } with an account { %s }', (sections, more) => {
    expect(several(sections, more)).toEqual([]);
  });

  it.each([
    [
      'store: { kind: sqlite, path: a.db }',
      '',
      'store.kind: found "sqlite", a file for one gateway, allowed: "postgres", because backplane.kind is "redis"',
    ],
    [
      WEBHOOK,
      '',
      'store.kind: found nothing, which means "memory", allowed: "postgres", because backplane.kind is "redis" and webhooks track exports',
    ],
    [
      'store: { kind: memory }',
      'track: all',
      'store.kind: found "memory", allowed: "postgres", because backplane.kind is "redis" and accounts with track: all track exports',
    ],
    [
      `${WEBHOOK}\nstore: { kind: memory }`,
      'track: all',
      'store.kind: found "memory", allowed: "postgres", because backplane.kind is "redis" and webhooks and accounts with track: all track exports',
    ],
  ])('is not { %s } with an account { %s }', (sections, more, line) => {
    expect(several(sections, more)).toEqual([line]);
  });

  it('of one gateway is any', () => {
    expect(
      problemsOf(withAccount('backplane: { kind: memory }\nstore: { kind: sqlite, path: a.db }')),
    ).toEqual([]);
  });
});
