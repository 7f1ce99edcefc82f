import type { IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createHostPolicy, type HostProblem } from '../../src/access/hosts.ts';
import { countUrls } from '../support/count-urls.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { sendRaw } from '../web/support.ts';

const UPGRADE =
  'connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n';
const KEYS = { access: { mode: 'keys', keys: [{ name: 'ops', key: 'ops-key-0123456789', tenant: 'acme' }] } };

/** What a policy says of a request with these Host lines. */
function judge(
  hosts: readonly string[],
  { publicUrl = 'http://127.0.0.1:4000', isOpen = true, httpVersion = '1.1', authority = '' } = {},
): HostProblem | null {
  const { findProblem } = createHostPolicy({ publicUrl: () => publicUrl, isOpen });
  return findProblem(toRequest(hosts, httpVersion), authority === '' ? undefined : authority);
}

function toRequest(hosts: readonly string[], httpVersion = '1.1'): IncomingMessage {
  const rawHeaders = ['Accept', 'host', ...hosts.flatMap((host) => ['HoSt', host])];
  return { httpVersion, headers: { host: hosts[0] }, rawHeaders } as unknown as IncomingMessage;
}

describe('the names of a server that anybody may ask', () => {
  it.each([
    'localhost',
    'LocalHost:4000',
    '127.0.0.1',
    '127.0.0.1:4000',
    '127.8.9.1:1',
    '[::1]:4000',
    '10.1.2.3:4000',
    '[2001:db8::7]',
  ])('are those of this machine and every address: %s', (host) => {
    expect(judge([host])).toBeNull();
  });

  it.each([
    'evil.example',
    'evil.example:4000',
    'localhost.evil.example',
    '127.0.0.1.evil.example:4000',
    'evil-localhost:4000',
    'localhost.',
    'my_host-1',
    'waybill',
  ])('are not %s', (host) => {
    expect(judge([host])).toBe('foreign');
  });

  it('are those of its public URL too, on whatever port and in any case', () => {
    const publicUrl = 'https://exports.example.com/base';

    expect(judge(['exports.example.com'], { publicUrl })).toBeNull();
    expect(judge(['EXPORTS.example.com:8443'], { publicUrl })).toBeNull();
    expect(judge(['example.com'], { publicUrl })).toBe('foreign');
    expect(judge(['a.exports.example.com'], { publicUrl })).toBe('foreign');
  });

  it('are no others before its public URL is known', () => {
    expect(judge(['localhost'], { publicUrl: '' })).toBeNull();
    expect(judge(['evil.example'], { publicUrl: '' })).toBe('foreign');
  });
});

describe('the Host of a request', () => {
  it.each([
    [[]],
    [['']],
    [['a b']],
    [['localhost', 'localhost']],
    [['localhost', 'evil.example']],
    [['evil.example, localhost']],
    [['localhost/']],
    [['user@localhost']],
    [['localhost:99999']],
    [['[::1']],
    [['\u00e9.example']],
  ])('cannot be read from %j, whoever may ask', (hosts) => {
    expect(judge(hosts)).toBe('unreadable');
    expect(judge(hosts, { isOpen: false })).toBe('unreadable');
  });

  it('may be any name where callers need a key, since a proxy may write what it likes', () => {
    expect(judge(['upstream_7.internal:8080'], { isOpen: false })).toBeNull();
  });

  it('gives way to the host of an absolute target, but has to be readable all the same', () => {
    expect(judge(['evil.example'], { authority: '127.0.0.1:4000' })).toBeNull();
    expect(judge(['localhost'], { authority: 'evil.example' })).toBe('foreign');
    expect(judge(['localhost'], { authority: 'a@localhost' })).toBe('unreadable');
    expect(judge([], { authority: 'localhost' })).toBe('unreadable');
    expect(judge(['localhost', 'localhost'], { authority: 'localhost' })).toBe('unreadable');
  });

  it('is parsed once for as long as requests name the same one', () => {
    const { findProblem } = createHostPolicy({
      publicUrl: () => 'https://exports.example.com',
      isOpen: true,
    });
    expect(findProblem(toRequest(['exports.example.com']))).toBeNull();

    const parsed = countUrls();
    for (let request = 0; request < 100; request += 1) findProblem(toRequest(['exports.example.com']));
    vi.unstubAllGlobals();

    expect(parsed.count).toBe(0);
    expect(findProblem(toRequest(['evil.example']))).toBe('foreign');
    expect(findProblem(toRequest(['exports.example.com']))).toBeNull();
  });

  it('may be missing in HTTP/1.0, which knew none', () => {
    expect(judge([], { httpVersion: '1.0' })).toBeNull();
  });
});

describe('a page whose name was pointed at this machine', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startTestGateway();
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  it.each([
    '/',
    '/board/main.js',
    '/graphql',
    '/graphql?query=%7B__typename%7D',
    '/graphql/graphiql/start.js',
    '/files/token',
    '/health',
    '/ready',
    '/metrics',
    '/nothing',
  ])('is refused %s in one sentence that repeats nothing', async (target) => {
    const { status, headers, body } = await sendRaw(
      gateway.url,
      `GET ${target} HTTP/1.1\r\nhost: evil.example:4000\r\nconnection: close\r\n\r\n`,
    );

    expect(status).toBe(421);
    expect(body).toBe(
      'This server goes by another name: ask for it by its address or by the host of its public URL.\n',
    );
    expect(JSON.stringify(headers)).not.toContain('evil');
  });

  it.each([
    ['evil.example:4000', 421],
    ['a b', 400],
    ['localhost\r\nhost: localhost', 400],
    ['localhost', 101],
  ])('is refused an upgrade from the Host %j: %i', async (host, status) => {
    const answer = await sendRaw(
      gateway.url,
      // The frame after it closes what is opened.
      `GET /graphql HTTP/1.1\r\nhost: ${host}\r\n${UPGRADE}\r\n\x88\x80\0\0\0\0`,
    );

    expect(answer.status).toBe(status);
    expect(answer.body).not.toContain('evil');
  });

  it('is refused an upgrade without a Host', async () => {
    expect((await sendRaw(gateway.url, `GET /graphql HTTP/1.1\r\n${UPGRADE}\r\n`)).status).toBe(400);
  });

  it('is refused the metrics on their own port', async () => {
    const ports = await findFreePort();
    await using own = await startTestGateway({ config: { server: { metricsPort: ports } } });
    const metrics = `http://127.0.0.1:${ports}`;

    const foreign = await sendRaw(
      metrics,
      'GET /metrics HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n',
    );

    expect(own.url).not.toBe(metrics);
    expect(foreign.status).toBe(421);
    expect((await fetch(`${metrics}/metrics`)).status).toBe(200);
  });

  it('finds a server that asks for keys under every name, and needs one', async () => {
    await using keyed = await startTestGateway({ config: KEYS });
    const ask = (target: string) =>
      sendRaw(keyed.url, `GET ${target} HTTP/1.1\r\nhost: evil.example:4000\r\nconnection: close\r\n\r\n`);

    expect((await ask('/health')).status).toBe(200);
    expect((await ask('/graphql?query=%7B__typename%7D')).status).toBe(401);
  });
});

async function findFreePort(): Promise<number> {
  const { createServer } = await import('node:net');
  const server = createServer();
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
  });
  await new Promise((resolve) => server.close(resolve));
  return port;
}
