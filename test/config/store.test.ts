import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { secretValues } from '../../src/config/secret-values.ts';
import { VENDOR_DEFAULTS } from '../../src/config/vendor-defaults.ts';
import { CODED_VENDOR_IDS } from '../../src/export/vendor-id.ts';
import { CODED_VENDORS } from '../../src/vendors/coded.ts';
import { configOf, problemsOf, withAccount } from './support.ts';

const URL_ALLOWED =
  'postgres://USER:PASSWORD@HOST:PORT/DATABASE, with special characters in user and password percent-encoded';

const postgres = (url: string) => withAccount(`store: { kind: postgres, url: ${JSON.stringify(url)} }`);

describe('the store', () => {
  it('is in memory where nothing is said', () => {
    expect(configOf(withAccount()).store).toEqual({ kind: 'memory' });
    expect(configOf(withAccount('store: { kind: memory }')).store).toEqual({ kind: 'memory' });
  });

  it.each([
    ['waybill.db', '/etc/waybill/waybill.db'],
    ['./data/../waybill.db', '/etc/waybill/waybill.db'],
    [':memory:', '/etc/waybill/:memory:'],
    ['libsql://db.example.com', '/etc/waybill/libsql:/db.example.com'],
    ['/var/lib/waybill.db', '/var/lib/waybill.db'],
  ])('of SQLite is a file beside the configuration file: %s', (path, file) => {
    const text = withAccount(`store: { kind: sqlite, path: "${path}" }`);
    const loaded = loadConfig({ text, file: '/etc/waybill/waybill.yaml', env: {} });

    expect(loaded).toHaveProperty('config.store', { kind: 'sqlite', path: file });
  });

  it.each([
    'postgres://waybill:p%40ss@db.example.com:5432/waybill?sslmode=verify-full',
    'postgresql://db.example.com/waybill',
    'postgres://waybill@[::1]/waybill',
    'postgres:///waybill?host=/run/postgresql&user=waybill',
  ])('of Postgres is at the address %s', (url) => {
    expect(configOf(postgres(url)).store).toEqual({ kind: 'postgres', url });
  });

  it.each([
    ['', 'an empty string'],
    ['db.example.com', 'a string'],
    ['mysql://db.example.com/waybill', 'a string'],
    ['https://db.example.com/waybill', 'an https URL'],
    ['postgres:db.example.com', 'a string'],
    ['postgres:///waybill', 'a postgres URL'],
    ['postgres://u:p#w@db.example.com/waybill', 'a postgres URL'],
    ['postgres://u:p/w@db.example.com/waybill', 'a postgres URL'],
    ['postgres://u:p?w@db.example.com/waybill', 'a postgres URL'],
    ['postgres://u:p%w@db.example.com/waybill', 'a postgres URL'],
    ['postgres://u:p w@db.example.com/waybill', 'a postgres URL'],
  ])('has no address %j, and it is not told', (url, found) => {
    expect(problemsOf(postgres(url))).toEqual([`store.url: found ${found}, allowed: ${URL_ALLOWED}`]);
  });

  it.each([
    ['store:', 'store: found nothing, allowed: a mapping'],
    ['store: {}', 'store.kind: found nothing, allowed: "memory", "sqlite" or "postgres"'],
    ['store: { kind: redis }', 'store.kind: found "redis", allowed: "memory", "sqlite" or "postgres"'],
    ['store: { kind: memory, path: a.db }', 'store.path: found an unknown key, allowed: kind'],
    [
      'store: { kind: sqlite }',
      'store.path: found nothing, allowed: a non-empty string of at most 4096 characters, without control characters',
    ],
  ])('is refused with a line: %s', (sections, line) => {
    expect(problemsOf(withAccount(sections))).toEqual([line]);
  });

  it('has its password, whatever it is made of, among the secrets, as it is written and as it is meant', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (password) => {
        const written = encodeURIComponent(password);
        const url = `postgres://waybill:${written}@db.example.com/waybill`;

        const secrets = secretValues(configOf(postgres(url)));

        expect(secrets).toEqual(expect.arrayContaining([url, password]));
        // A URL escapes what encodeURIComponent leaves, such as a quote.
        expect(secrets).toContain(new URL(url).password);
      }),
      { seed: 20_261_129 },
    );
  });

  it('has a password in the query among the secrets too, and none where there is none', () => {
    const inQuery = 'postgres://db.example.com/waybill?user=waybill&password=some%20password';
    const none = 'postgres://waybill@db.example.com/waybill';

    expect(secretValues(configOf(postgres(inQuery)))).toEqual(['k', inQuery, 'some password']);
    expect(secretValues(configOf(postgres(none)))).toEqual(['k', none]);
  });
});

describe('tracking', () => {
  it.each(['keepDays: 1, maxOpen: 1', 'keepDays: 3650, maxOpen: 1000000'])('may have %s', (tracking) => {
    expect(problemsOf(withAccount(`tracking: { ${tracking} }`))).toEqual([]);
  });

  it.each(['keepDays: 0', 'keepDays: 3651', 'keepDays: 0.5', 'maxOpen: 0', 'maxOpen: 1000001'])(
    'has no %s',
    (tracking) => {
      expect(problemsOf(withAccount(`tracking: { ${tracking} }`))).toEqual([
        expect.stringMatching(/^tracking\.\w+: found [\d.]+, allowed: a whole number from 1 to \d+$/),
      ]);
    },
  );

  it('is said for each account', () => {
    const [account] = configOf(withAccount('', 'track: all, discoverMs: 1000, callbacks: true')).accounts;

    expect(account).toMatchObject({ track: 'all', discoverMs: 1_000, callbacks: true });
  });

  it.each(['discoverMs: 999', 'discoverMs: 86400001', 'track: none', 'track: true', 'callbacks: "yes"'])(
    'of an account is not %s',
    (keys) => {
      expect(problemsOf(withAccount('', keys))).toHaveLength(1);
    },
  );

  it.each([
    [
      '{ key: a, vendor: power-bi, track: all, credential: { type: bearer, token: t } }',
      '"asked", because power-bi has no call that lists exports',
    ],
    [
      '{ key: a, vendor: web-admit, track: all, credential: { type: caller } }',
      '"asked", because its credential is brought by each caller: the gateway has none to ask with on its own',
    ],
  ])('is not of all exports for the account %s', (account, allowed) => {
    expect(problemsOf(`accounts: [${account}]`)).toEqual([
      `accounts[0].track: found "all", allowed: ${allowed}`,
    ]);
    expect(problemsOf(`accounts: [${account.replace('all', 'asked')}]`)).toEqual([]);
  });

  it.each(CODED_VENDOR_IDS)('of %s knows of a list as the vendor itself does', (vendor) => {
    expect(VENDOR_DEFAULTS[vendor].canList).toBe(CODED_VENDORS[vendor].capabilities.canList);
  });

  it.each(CODED_VENDOR_IDS)('of %s may name callbacks', (vendor) => {
    const account = `{ key: a, vendor: ${vendor}, baseUrl: https://v.example, callbacks: true, credential: { type: caller } }`;

    expect(configOf(`accounts: [${account}]`).accounts[0]?.callbacks).toBe(true);
  });
});
