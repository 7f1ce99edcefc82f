import { describe, expect, it } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { readTestConfig, startTestGateway, type TestGateway } from '../support/gateway.ts';

const account = (key: string, apiKey = `secret-of-${key}`, changes: object = {}): object => ({
  key,
  vendor: 'hi-energy',
  baseUrl: 'http://127.0.0.1:9',
  credential: { type: 'api-key', apiKey },
  ...changes,
});
const caller = (name: string, key = `secret-of-${name}`): object => ({ name, key, tenant: 'acme' });
const toAccess = (...keys: readonly object[]): object => ({ mode: 'keys', keys });

const SECRET = /secret-of/;

/** What was logged since the start, which says what kind of store there is. */
const linesOf = ({ log }: TestGateway) =>
  log.lines.filter(({ message }) => !message.startsWith('store.kind is memory'));

describe('a reload', () => {
  it('says in one line what changed, by the names of accounts and callers and by nothing else', async () => {
    await using gateway = await startTestGateway({
      accounts: [account('a'), account('b'), account('c')],
      config: { access: toAccess(caller('one'), caller('two'), caller('three')) },
    });

    gateway.gateway.reload(
      readTestConfig({
        accounts: [account('c', 'secret-of-c-2'), account('d'), account('b')],
        config: { access: toAccess(caller('one'), caller('three', 'secret-of-three-2'), caller('four')) },
      }),
    );

    expect(linesOf(gateway)).toEqual([
      {
        level: 'info',
        message: 'The configuration was reloaded.',
        fields: {
          accounts: { added: ['d'], removed: ['a'], changed: ['c'] },
          callers: { added: ['four'], removed: ['two'], changed: ['three'] },
        },
      },
    ]);
    expect(JSON.stringify(linesOf(gateway))).not.toMatch(SECRET);
  });

  it('says what changed in webhooks and in tracking, and that another store waits for the next start', async () => {
    const hook = (key: string, url: string): object => ({
      key,
      url: `https://hooks.example.com/secret-of-${url}`,
      secret: `whsec_${Buffer.alloc(32, 1).toString('base64')}`,
    });
    const webhooks = [hook('one', 'one'), hook('two', 'two')];
    await using gateway = await startTestGateway({ config: { webhooks } });
    const config = {
      webhooks: [hook('two', 'other'), hook('three', 'three')],
      tracking: { keepDays: 7 },
      store: { kind: 'sqlite', path: '/secret-of-a-path.db' },
    };

    gateway.gateway.reload(readTestConfig({ config }));
    gateway.gateway.reload(readTestConfig({ config }));

    const warning = {
      level: 'warn',
      message: 'store.kind, store.path changed in the file: restart to apply',
      fields: {},
    };
    expect(linesOf(gateway)).toEqual([
      {
        level: 'info',
        message: 'The configuration was reloaded.',
        fields: {
          webhooks: { added: ['three'], removed: ['one'], changed: ['two'] },
          tracking: 'changed',
        },
      },
      warning,
      { level: 'info', message: 'The configuration was read again: no change.', fields: {} },
      warning,
    ]);
    expect(JSON.stringify(linesOf(gateway))).not.toMatch(SECRET);
  });

  it('says that nothing changed where nothing did', async () => {
    await using gateway = await startTestGateway({ accounts: [account('a')] });

    gateway.gateway.reload(readTestConfig({ accounts: [account('a')] }));

    expect(linesOf(gateway)).toEqual([
      { level: 'info', message: 'The configuration was read again: no change.', fields: {} },
    ]);
  });

  it('names what waits for the next start, each time until then, and takes over the rest', async () => {
    await using gateway = await startTestGateway({ accounts: [account('a')] });
    const config = { server: { mode: 'production' }, limits: { depth: 5 } };

    gateway.gateway.reload(readTestConfig({ accounts: [account('b')], config }));
    gateway.gateway.reload(readTestConfig({ accounts: [account('b')], config }));

    const warning = {
      level: 'warn',
      message: 'server.mode, limits.depth changed in the file: restart to apply',
      fields: {},
    };
    expect(linesOf(gateway).filter(({ level }) => level === 'warn')).toEqual([warning, warning]);
    expect((await gateway.query('{ accounts { key } }')).data).toEqual({ accounts: [{ key: 'b' }] });
    expect((await gateway.query('{ __schema { queryType { name } } }')).data.__schema).toBeDefined();
  });

  it('of another access mode leaves callers as they are', async () => {
    await using gateway = await startTestGateway({
      accounts: [account('a', undefined, { tenant: 'acme' })],
      config: { access: toAccess(caller('one')) },
    });
    const next = readTestConfig({ accounts: [account('b', undefined, { tenant: 'acme' })] });

    gateway.gateway.reload(next);

    const ask = (headers: Record<string, string>) => gateway.query('{ accounts { key } }', {}, { headers });
    expect((await ask({})).status).toBe(401);
    expect((await ask({ authorization: 'Bearer secret-of-one' })).data).toEqual({ accounts: [{ key: 'b' }] });
    const [told, warned] = linesOf(gateway);
    expect(told?.fields).toEqual({ accounts: { added: ['b'], removed: ['a'] } });
    expect(warned).toMatchObject({
      level: 'warn',
      message: expect.stringMatching(/^access\.mode\b.* changed in the file/),
    });
  });

  it('changes nothing where an account cannot be opened', async () => {
    await using gateway = await startTestGateway({ accounts: [account('a'), account('b')] });
    const next = readTestConfig({ accounts: [account('c'), account('b', 'secret-of-b-2')] });
    const broken: Config = {
      ...next,
      accounts: next.accounts.map((each) => (each.key === 'b' ? { ...each, baseUrl: 'no address' } : each)),
    };

    gateway.gateway.reload(broken);

    expect(linesOf(gateway)).toEqual([
      {
        level: 'error',
        message: 'The configuration could not be taken over: all stays as it was.',
        fields: { reason: expect.any(String) },
      },
    ]);
    const { data } = await gateway.query('{ accounts { key health { state } } }');
    expect(data.accounts).toEqual(['a', 'b'].map((key) => ({ key, health: { state: 'HEALTHY' } })));
  });

  it('does nothing while the gateway drains', async () => {
    await using gateway = await startTestGateway({ accounts: [account('a')] });
    const drained = gateway.gateway.drain();

    gateway.gateway.reload(readTestConfig({ accounts: [account('b')] }));
    await drained;

    expect(linesOf(gateway)).toEqual([]);
  });

  it('has new secrets masked before they are used, and old ones still', async () => {
    const said: string[] = [];
    const secrets = { add: (secret: string) => void said.push(secret), addPassing: () => undefined };
    await using gateway = await startTestGateway({
      accounts: [account('a')],
      tools: { secrets: { ...secrets, mask: (text) => text } },
    });

    gateway.gateway.reload(
      readTestConfig({
        accounts: [
          account('b', undefined, {
            vendor: 'talkdesk',
            credential: {
              type: 'client-credentials',
              tokenUrl: 'http://127.0.0.1:9/token',
              clientId: 'client',
              clientSecret: 'secret-of-b',
            },
          }),
        ],
        config: {
          access: toAccess(caller('one')),
          files: { linkSecret: `secret-of-links-${'x'.repeat(32)}` },
        },
      }),
    );

    expect(said).toEqual(
      expect.arrayContaining([
        'secret-of-a',
        'secret-of-b',
        'client:secret-of-b',
        'secret-of-one',
        `secret-of-links-${'x'.repeat(32)}`,
      ]),
    );
  });
});
