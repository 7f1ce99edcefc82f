import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { sendRaw } from './support.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway[Symbol.asyncDispose]());

/** One request with this target and this Host, and nothing after it. */
function ask(target: string, host: string, more = '') {
  return sendRaw(gateway.url, `GET ${target} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n${more}\r\n`);
}

const STACK = /\bat .*:\d+|node_modules|\.ts\b|Error/;

describe('the listener', () => {
  it.each([
    'a b',
    'a/b',
    'user@host',
    'host:port',
    'host:99999',
    'a:b:c',
    '[::1',
    'ho<st',
    '%41',
    '\u00e9',
    '',
  ])('answers 400 to the Host %j, and tells no stack', async (host) => {
    const { status, body } = await ask('/graphql', host);

    expect(status).toBe(400);
    expect(body).not.toMatch(STACK);
  });

  it.each(['localhost', 'LOCALHOST:9', '127.0.0.1:4000', '[::1]:4000', '192.168.1.7'])(
    'takes the Host %j',
    async (host) => {
      expect((await ask('/health', host)).status).toBe(200);
    },
  );

  it.each([
    ['http://127.0.0.1/health', 200],
    ['HTTP://localhost:4000/health?a=b', 200],
    ['https://[::1]/health', 200],
    ['http://127.0.0.1', 200],
    ['http://127.0.0.1?a=b', 200],
    ['http://evil.example/health', 421],
    ['http://evil.example:80@127.0.0.1/health', 400],
  ])('answers to the absolute target %s by its own host: %i', async (target, status) => {
    expect((await ask(target, 'localhost')).status).toBe(status);
  });

  it('runs a query of an absolute target, whatever its Host says', async () => {
    const { status, body } = await ask('http://localhost/graphql?query=%7B__typename%7D', 'evil.example');

    expect({ status, body }).toEqual({ status: 200, body: '{"data":{"__typename":"Query"}}' });
  });

  it.each(['http:/health', '*', 'health', '\\health'])('answers 400 to the target %j', async (target) => {
    const { status, body } = await ask(target, 'localhost');

    expect(status).toBe(400);
    expect(body).not.toMatch(STACK);
  });

  it.each([
    '/nothing',
    '/graphql/',
    '/graphql/nothing',
    '//graphql',
    '/%67raphql',
    '/graphql/graphiql/',
    '/graphql/graphiql/..%2f..%2fpackage.json',
    '/graphql/graphiql/constructor',
    '/.env',
    '/package.json',
    '/files',
  ])('answers 404 to %s', async (target) => {
    const { status, headers, body } = await ask(target, 'localhost');

    expect(status).toBe(404);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(body).not.toMatch(STACK);
  });

  it('refuses headers that are too large', async () => {
    expect((await ask('/health', 'localhost', `x: ${'a'.repeat(20_000)}\r\n`)).status).toBe(431);
  });

  it('refuses what is no HTTP, and lives on', async () => {
    expect((await sendRaw(gateway.url, 'hello\r\n\r\n')).status).toBe(400);
    expect((await fetch(`${gateway.url}/health`)).status).toBe(200);
  });

  it('says that it is alive and ready, and how each account is', async () => {
    await using own = await startTestGateway({
      accounts: [{ key: 'hi', vendor: 'hi-energy', credential: { type: 'api-key', apiKey: 'key-1' } }],
    });

    const health = await fetch(`${own.url}/health`);
    const ready = await fetch(`${own.url}/ready`);

    expect([health.status, await health.json()]).toEqual([200, { status: 'alive' }]);
    expect([ready.status, await ready.json()]).toEqual([
      200,
      {
        status: 'ready',
        parts: { gateway: 'ready', backplane: 'ready', store: 'ready', 'account hi': 'HEALTHY' },
      },
    ]);
  });

  it('sends no body to a HEAD', async () => {
    const response = await fetch(`${gateway.url}/health`, { method: 'HEAD' });

    expect(response.status).toBe(200);
    expect(response.headers.get('content-length')).toBe('18');
    expect(await response.text()).toBe('');
  });

  it('upgrades nothing but /graphql', async () => {
    const upgrade =
      'connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n';

    const { status } = await sendRaw(
      gateway.url,
      `GET /health HTTP/1.1\r\nhost: localhost\r\n${upgrade}\r\n`,
    );

    expect(status).toBe(404);
  });
});
