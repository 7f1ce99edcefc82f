import { type AddressInfo, createServer, type Socket } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ResolveHost } from '../../../src/http/addresses.ts';
import { Cancellation } from '../../../src/runtime/cancellation.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import type { LinksFor } from '../../../src/tracking/webhooks/message.ts';
import { type SenderParts, WebhookSender } from '../../../src/tracking/webhooks/sender.ts';
import { until } from '../../http/support.ts';
import { type FakeReply, type ReceivedRequest, startFakeVendor } from '../../support/fake-vendor.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { AT, OLDER_SECRET, SECRET, toDelivery, toEndpoint } from './support.ts';

const FILES = [
  { name: 'a.csv', mediaType: 'text/csv', url: 'https://waybill.example/files/a.b', urlExpiresAt: AT },
];

function createSender(overrides: Partial<SenderParts> = {}): WebhookSender {
  return new WebhookSender({ clock: systemClock, linksFor: () => FILES, ...overrides });
}

function resolveTo(...addresses: readonly string[]): ResolveHost {
  return async () => addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
}

async function answerWith(reply: FakeReply, path = '/hook?a=b%20c') {
  await using receiver = await startFakeVendor(() => reply);
  const end = await createSender().send(toEndpoint({ url: `${receiver.url}${path}` }), toDelivery('msg_1'));
  return { end, requests: receiver.requests };
}

function theOne(requests: readonly ReceivedRequest[]): ReceivedRequest {
  const [request, ...others] = requests;
  if (request === undefined || others.length > 0) throw new Error(`${requests.length} requests came`);
  return request;
}

/** A server that writes what a test says, byte by byte if need be. */
async function startRawServer(onConnection: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}/`,
    sockets,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('a webhook as it arrives', () => {
  it('is one POST that the library of receivers verifies', async () => {
    const { end, requests } = await answerWith({ status: 204 });

    expect(end).toMatchObject({ outcome: 'delivered', result: '204', status: 204 });
    const { method, url, headers, body } = theOne(requests);
    expect([method, url]).toEqual(['POST', '/hook?a=b%20c']);
    expect(Object.keys(headers).sort()).toEqual([
      'connection',
      'content-length',
      'content-type',
      'host',
      'user-agent',
      'webhook-id',
      'webhook-signature',
      'webhook-timestamp',
    ]);
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'webhook-id': 'msg_1',
      connection: 'close',
    });
    expect(headers['webhook-timestamp']).toMatch(/^\d{10}$/);
    expect(new Webhook(SECRET).verify(body, headers as Record<string, string>)).toMatchObject({
      type: 'export.succeeded',
      data: { label: null, files: [{ name: 'a.csv', url: 'https://waybill.example/files/a.b' }] },
    });
  });

  it('is signed with each secret while one is being replaced', async () => {
    await using receiver = await startFakeVendor(() => ({}));
    const secrets = [SECRET, OLDER_SECRET];

    await createSender().send(toEndpoint({ url: receiver.url, secrets }), toDelivery('msg_1'));

    const { headers, body } = theOne(receiver.requests);
    expect(headers['webhook-signature']).toMatch(/^v1,[\w+/]{43}= v1,[\w+/]{43}=$/);
    for (const secret of secrets)
      expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toBeDefined();
    const stranger = new Webhook(`whsec_${Buffer.alloc(32, 'x').toString('base64')}`);
    expect(() => stranger.verify(body, headers as Record<string, string>)).toThrow();
    expect(() => new Webhook(SECRET).verify(`${body} `, headers as Record<string, string>)).toThrow();
  });

  it.each([
    ['ü – 試験 "\\ \n', 'any text'],
    ['\ud800 alone', 'half a character'],
  ])('verifies with %j in it: %s', async (label) => {
    await using receiver = await startFakeVendor(() => ({}));

    await createSender().send(toEndpoint({ url: receiver.url }), toDelivery('msg_1', { label }));

    const { headers, body } = theOne(receiver.requests);
    expect(new Webhook(SECRET).verify(body, headers as Record<string, string>)).toMatchObject({
      data: { label },
    });
  });

  it.each<[string, LinksFor]>([
    ['cannot be described', () => Promise.reject(new Error('vendor away'))],
    [
      'throw',
      () => {
        throw new Error('no account');
      },
    ],
    ['are not known', () => null],
  ])('goes without files that %s', async (_title, linksFor) => {
    await using receiver = await startFakeVendor(() => ({}));

    const end = await createSender({ linksFor }).send(toEndpoint({ url: receiver.url }), toDelivery('msg_1'));

    expect(end.outcome).toBe('delivered');
    expect(JSON.parse(receiver.requests[0]?.body ?? '')).toMatchObject({ data: { files: null } });
  });

  it('waits five seconds for its files, and no longer', async () => {
    await using receiver = await startFakeVendor(() => ({}));
    const clock = createManualClock();
    const sender = createSender({ clock, linksFor: () => new Promise(() => undefined) });

    const sending = sender.send(toEndpoint({ url: receiver.url }), toDelivery('msg_1'));
    await clock.advance(4_999);
    expect(receiver.requests).toHaveLength(0);
    await clock.advance(1);

    expect((await sending).outcome).toBe('delivered');
  });

  it('asks for no links before the end', async () => {
    await using receiver = await startFakeVendor(() => ({}));
    const linksFor = vi.fn<LinksFor>(() => FILES);

    await createSender({ linksFor }).send(
      toEndpoint({ url: receiver.url }),
      toDelivery('msg_1', { type: 'export.tracked', snapshot: null }),
    );

    expect(linksFor).not.toHaveBeenCalled();
    expect(JSON.parse(receiver.requests[0]?.body ?? '')).toMatchObject({
      data: { files: null, status: null },
    });
  });

  it('may be a test, with an id of its own each time', async () => {
    await using receiver = await startFakeVendor(() => ({}));
    const endpoint = toEndpoint({ url: receiver.url });

    const ends = [await createSender().sendTest(endpoint), await createSender().sendTest(endpoint)];

    expect(ends.map(({ outcome }) => outcome)).toEqual(['delivered', 'delivered']);
    expect(new Set(ends.map(({ id }) => id)).size).toBe(2);
    for (const { headers, body } of receiver.requests)
      expect(new Webhook(SECRET).verify(body, headers as Record<string, string>)).toMatchObject({
        type: 'test',
      });
  });
});

describe('an answer', () => {
  it.each([200, 201, 202, 204, 299])('of %i is a delivery', async (status) => {
    expect((await answerWith({ status })).end).toMatchObject({
      outcome: 'delivered',
      result: String(status),
    });
  });

  it('of 410 says that nothing more is wanted', async () => {
    expect((await answerWith({ status: 410 })).end).toMatchObject({ outcome: 'gone', result: '410' });
  });

  it.each([400, 401, 404, 409, 429, 500, 503])('of %i is a failure', async (status) => {
    expect((await answerWith({ status })).end).toMatchObject({ outcome: 'failed', result: String(status) });
  });

  it.each([300, 301, 302, 303, 304, 307, 308])('of %i leads nowhere and is a failure', async (status) => {
    await using other = await startFakeVendor(() => ({}));

    const { end, requests } = await answerWith({ status, headers: { location: other.url } });

    expect(end).toMatchObject({ outcome: 'failed', result: String(status) });
    expect([requests.length, other.requests.length]).toEqual([1, 0]);
  });

  it.each([
    ['120', 120_000],
    ['0', 0],
    ['Sun, 22 Nov 2026 10:02:00 GMT', 120_000],
    ['Sun, 22 Nov 2020 10:02:00 GMT', 0],
    ['soon', undefined],
  ])('tells by Retry-After %j to wait %s ms', async (value, retryAfterMs) => {
    await using receiver = await startFakeVendor(() => ({ status: 503, headers: { 'retry-after': value } }));

    const end = await createSender({ clock: createManualClock(AT) }).send(
      toEndpoint({ url: receiver.url }),
      toDelivery('msg_1'),
    );

    expect(end.retryAfterMs).toBe(retryAfterMs);
  });

  it('that never comes is waited for 15 seconds', async () => {
    await using receiver = await startFakeVendor(() => 'hang');
    const clock = createManualClock();

    const sending = createSender({ clock }).send(toEndpoint({ url: receiver.url }), toDelivery('msg_1'));
    await until(() => receiver.requests.length === 1);
    let isOver = false;
    void sending.then(() => {
      isOver = true;
    });
    await clock.advance(14_999);
    expect(isOver).toBe(false);
    await clock.advance(1);

    expect(await sending).toMatchObject({ outcome: 'failed', result: 'timeout', durationMs: 15_000 });
    await until(() => receiver.aborted.count === 1);
    expect(clock.pending).toBe(0);
  });

  it('whose head dribbles does not win time by it', async () => {
    await using receiver = await startRawServer((socket) =>
      socket.once('data', () => socket.write('HTTP/1.1 200')),
    );
    const clock = createManualClock();

    const sending = createSender({ clock }).send(toEndpoint({ url: receiver.url }), toDelivery('msg_1'));
    await until(() => [...receiver.sockets].some(({ bytesWritten }) => bytesWritten > 0));
    await clock.advance(15_000);

    expect(await sending).toMatchObject({ outcome: 'failed', result: 'timeout' });
  });

  it('is good by its head, though the body never ends', async () => {
    await using receiver = await startRawServer((socket) =>
      socket.once('data', () =>
        socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n'),
      ),
    );
    const clock = createManualClock();

    const sending = createSender({ clock }).send(toEndpoint({ url: receiver.url }), toDelivery('msg_1'));
    await until(() => [...receiver.sockets].some(({ bytesWritten }) => bytesWritten > 0));
    await new Promise((resolve) => setImmediate(resolve));
    while (clock.pending > 0) await clock.advance(1_000);

    expect(await sending).toMatchObject({ outcome: 'delivered', result: '200' });
  });

  it.each([
    ['announced', (response) => response.writeHead(200, { 'content-length': String(2 ** 30) })],
    ['in pieces', (response) => response.writeHead(200)],
  ] satisfies readonly [
    string,
    (response: Parameters<Extract<FakeReply, (...args: never) => void>>[0]) => void,
  ][])('of a gigabyte, %s, is not read beyond 64 kB', async (_title, begin) => {
    let writtenBytes = 0;
    const end = await answerWith((response) => {
      begin(response);
      const piece = Buffer.alloc(16_384);
      const write = () => {
        while (!response.destroyed && writtenBytes < 2 ** 30) {
          writtenBytes += piece.length;
          if (!response.write(piece)) {
            response.once('drain', write);
            return;
          }
        }
      };
      write();
    });

    expect(end.end).toMatchObject({ outcome: 'delivered', result: '200' });
    // What the sockets of both ends held when it was cut off.
    expect(writtenBytes).toBeLessThan(8 * 2 ** 20);
  });

  it('that is broken off is not asked for again', async () => {
    const { end, requests } = await answerWith('reset');

    expect(end).toMatchObject({ outcome: 'failed', result: 'connection', status: null });
    expect(requests).toHaveLength(1);
  });

  it.each(['this is no HTTP\r\n\r\n', 'HTTP/1.1 200 OK\r\nx: ', ''])('of %j is a failure', async (text) => {
    await using receiver = await startRawServer((socket) => socket.once('data', () => socket.end(text)));

    const end = await createSender().send(toEndpoint({ url: receiver.url }), toDelivery('msg_1'));

    expect(end).toMatchObject({ outcome: 'failed', result: 'connection' });
  });

  it('of 102 and 103 is no answer yet', async () => {
    await using receiver = await startRawServer((socket) =>
      socket.once('data', () =>
        socket.end(
          'HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n',
        ),
      ),
    );

    const end = await createSender().send(toEndpoint({ url: receiver.url }), toDelivery('msg_1'));

    expect(end).toMatchObject({ outcome: 'delivered', result: '204' });
  });

  it('is not waited for once this gateway gives up', async () => {
    await using receiver = await startFakeVendor(() => 'hang');
    const signal = new Cancellation();

    const sending = createSender().send(toEndpoint({ url: receiver.url }), toDelivery('msg_1'), signal);
    await until(() => receiver.requests.length === 1);
    signal.abort();

    expect(await sending).toMatchObject({ outcome: 'stopped' });
    expect(
      await createSender().send(toEndpoint({ url: receiver.url }), toDelivery('msg_1'), signal),
    ).toMatchObject({
      outcome: 'stopped',
    });
    expect(receiver.requests).toHaveLength(1);
  });
});

describe('where a webhook goes', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('is nowhere where none listens', async () => {
    const { port } = await startRawServer(() => undefined).then(async (server) => {
      await server[Symbol.asyncDispose]();
      return server;
    });

    expect(
      await createSender().send(toEndpoint({ url: `http://127.0.0.1:${port}/` }), toDelivery('msg_1')),
    ).toMatchObject({ outcome: 'failed', result: 'connection' });
  });

  it.each([
    ['https://127.0.0.1/', 'address'],
    ['https://127.1/', 'address'],
    ['https://2130706433/', 'address'],
    ['https://0.0.0.0/', 'address'],
    ['https://10.0.0.1/', 'address'],
    ['https://172.16.0.1/', 'address'],
    ['https://192.168.1.1/', 'address'],
    ['https://169.254.169.254/latest/meta-data', 'address'],
    ['https://100.64.0.1/', 'address'],
    ['https://198.18.0.1/', 'address'],
    ['https://224.0.0.1/', 'address'],
    ['https://255.255.255.255/', 'address'],
    ['https://[::1]/', 'address'],
    ['https://[::]/', 'address'],
    ['https://[::ffff:127.0.0.1]/', 'address'],
    ['https://[::ffff:a9fe:a9fe]/', 'address'],
    ['https://[::127.0.0.1]/', 'address'],
    ['https://[64:ff9b::7f00:1]/', 'address'],
    ['https://[2002:7f00:1::]/', 'address'],
    ['https://[fe80::1]/', 'address'],
    ['https://[fd00:ec2::254]/', 'address'],
    ['https://[ff02::1]/', 'address'],
    ['http://127.0.0.1/', 'url'],
    ['http://localhost/', 'url'],
    ['http://hooks.example.com/', 'url'],
    ['https://user:word@hooks.example.com/', 'url'],
    ['ftp://hooks.example.com/', 'url'],
    ['hooks.example.com', 'url'],
  ])('is never %s where private addresses are not allowed: %s', async (url, result) => {
    const resolveHost: ResolveHost = () => Promise.reject(new Error('an address needs no look-up'));

    const end = await createSender({ resolveHost }).send(
      toEndpoint({ url, allowPrivate: false }),
      toDelivery('msg_1'),
    );

    expect(end).toMatchObject({ outcome: 'failed', result });
  });

  it.each([
    [['127.0.0.1'], 'address'],
    [['10.0.0.8'], 'address'],
    [['::1'], 'address'],
    [['::ffff:192.168.1.1'], 'address'],
    [['fd12::1'], 'address'],
    [['52.216.0.1', '10.0.0.1'], 'address'],
    [['elsewhere'], 'address'],
    [[], 'dns'],
  ])('is never a name that stands for %j: %s', async (addresses, result) => {
    const resolveHost = resolveTo(...addresses);

    const end = await createSender({ resolveHost }).send(
      toEndpoint({ allowPrivate: false }),
      toDelivery('msg_1'),
    );

    expect(end).toMatchObject({ outcome: 'failed', result });
  });

  it('is nowhere where the name cannot be looked up, or not in time', async () => {
    const clock = createManualClock();
    const fails: ResolveHost = () => Promise.reject(new Error('ENOTFOUND'));
    const hangs: ResolveHost = () => new Promise(() => undefined);

    const failed = await createSender({ resolveHost: fails }).send(toEndpoint(), toDelivery('msg_1'));
    const hanging = createSender({ clock, resolveHost: hangs }).send(toEndpoint(), toDelivery('msg_1'));
    await clock.advance(15_000);

    expect([failed.result, (await hanging).result]).toEqual(['dns', 'timeout']);
  });

  it('is the address that was judged, though the name stands for another a moment later', async () => {
    await using receiver = await startFakeVendor(() => ({}));
    const { port } = new URL(receiver.url);
    const answers = ['127.0.0.1', '127.0.0.2', '127.0.0.3'];
    const resolveHost: ResolveHost = async () => [{ address: answers.shift() ?? '', family: 4 }];

    const end = await createSender({ resolveHost }).send(
      toEndpoint({ url: `http://hooks.example.invalid:${port}/` }),
      toDelivery('msg_1'),
    );

    expect(end.outcome).toBe('delivered');
    expect(answers).toHaveLength(2);
    expect(receiver.requests[0]?.headers.host).toBe(`hooks.example.invalid:${port}`);
  });

  it('is judged anew at each attempt', async () => {
    const answers = ['10.0.0.1', '::1'];
    const resolveHost: ResolveHost = async () => [{ address: answers.shift() ?? '', family: 4 }];
    const sender = createSender({ resolveHost });
    const endpoint = toEndpoint({ allowPrivate: false });

    const ends = [await sender.send(endpoint, toDelivery('a')), await sender.send(endpoint, toDelivery('b'))];

    expect(ends.map(({ result }) => result)).toEqual(['address', 'address']);
    expect(answers).toEqual([]);
  });

  it('is looked up once for those who go there at the same time', async () => {
    const answer: { resolve(): void }[] = [];
    const resolveHost: ResolveHost = () =>
      new Promise((resolve) => answer.push({ resolve: () => resolve([{ address: '10.0.0.1', family: 4 }]) }));
    const sender = createSender({ resolveHost });
    const send = (url: string) => sender.send(toEndpoint({ url, allowPrivate: false }), toDelivery('a'));

    const sends = [send('https://a.example/'), send('https://a.example/b'), send('https://b.example/')];
    await until(() => answer.length === 2);
    for (const { resolve } of answer) resolve();

    expect((await Promise.all(sends)).map(({ result }) => result)).toEqual(['address', 'address', 'address']);
    void send('https://a.example/');
    await until(() => answer.length === 3);
    answer[2]?.resolve();
  });

  it('is told over TLS by its name, and must prove it', async () => {
    const hello: Buffer[] = [];
    await using receiver = await startRawServer((socket) =>
      socket.once('data', (bytes: Buffer) => {
        hello.push(bytes);
        socket.end('HTTP/1.1 200 OK\r\n\r\n');
      }),
    );

    const end = await createSender({ resolveHost: resolveTo('127.0.0.1') }).send(
      toEndpoint({ url: `https://hooks.example.invalid:${receiver.port}/` }),
      toDelivery('msg_1'),
    );

    expect(end).toMatchObject({ outcome: 'failed', result: 'tls' });
    expect(hello[0]?.toString('latin1')).toContain('hooks.example.invalid');
    expect(hello[0]?.toString('latin1')).not.toContain('msg_1');
  });

  it('is no proxy that the environment names', async () => {
    await using proxy = await startFakeVendor(() => ({}));
    for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'all_proxy'])
      vi.stubEnv(name, proxy.url);
    vi.stubEnv('NODE_USE_ENV_PROXY', '1');

    const { end } = await answerWith({});

    expect(end.outcome).toBe('delivered');
    expect(proxy.requests).toHaveLength(0);
  });
});
