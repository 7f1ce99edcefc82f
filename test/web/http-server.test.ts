import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { sendRaw } from './support.ts';

const KEY = 'ops-key-0123456789';
const QUERY = '{"query":"{ __typename }"}';
const DATA = '{"data":{"__typename":"Query"}}';
const H2C = ['connection: Upgrade, HTTP2-Settings', 'upgrade: h2c', 'http2-settings: AAEAAEAAAAIAAAAA'];

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({
    config: { access: { mode: 'keys', keys: [{ name: 'ops', key: KEY, tenant: 'acme' }] } },
  });
});
afterAll(() => gateway[Symbol.asyncDispose]());

/** The head of a POST to /graphql with a key and these lines. */
function post(
  lines: readonly string[],
  { key = KEY, type = 'application/json', version = '1.1' } = {},
): string {
  const head = [`POST /graphql HTTP/${version}`, 'host: localhost', `content-type: ${type}`];
  return [...head, `authorization: Bearer ${key}`, ...lines, '', ''].join('\r\n');
}

const whole = (...lines: readonly string[]) =>
  `${post(['connection: close', `content-length: ${QUERY.length}`, ...lines])}${QUERY}`;

/** A connection whose answers are read as text. */
async function open() {
  const { hostname, port } = new URL(gateway.url);
  const socket: Socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  let text = '';
  let wake = (): void => undefined;
  socket.on('data', (piece) => {
    text += piece.toString('latin1');
    wake();
  });
  const closed = once(socket, 'close');
  return {
    socket,
    closed: closed.then(() => text),
    /** Resolves when what was received fits. */
    async until(pattern: RegExp): Promise<string> {
      while (!pattern.test(text)) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return text;
    },
  };
}

describe('an offer to speak another protocol', () => {
  it('is ignored: the request is answered in HTTP/1.1, its body included', async () => {
    const { status, body } = await sendRaw(
      gateway.url,
      `${post(['connection: close, Upgrade, HTTP2-Settings', ...H2C.slice(1), `content-length: ${QUERY.length}`])}${QUERY}`,
    );

    expect({ status, body }).toEqual({ status: 200, body: DATA });
  });

  it('is ignored where the body comes later, in pieces', async () => {
    const { socket, closed } = await open();
    socket.write(post([...H2C, 'transfer-encoding: chunked']));
    await new Promise((resolve) => setImmediate(resolve));
    socket.write(`5\r\n${QUERY.slice(0, 5)}\r\n`);
    socket.write(`${(QUERY.length - 5).toString(16)}\r\n${QUERY.slice(5)}\r\n0\r\n\r\n${whole()}`);

    const text = await closed;

    expect(text.split(DATA)).toHaveLength(3);
  });

  it('leaves the connection open for what comes after, more offers among it', async () => {
    const { socket, until, closed } = await open();

    socket.write(`GET /health HTTP/1.1\r\nhost: localhost\r\n${H2C.join('\r\n')}\r\n\r\n`);
    await until(/"alive"}/);
    socket.write(`GET /health HTTP/1.1\r\nhost: localhost\r\n${H2C.join('\r\n')}\r\n\r\n`);
    await until(/"alive"}.*"alive"}/s);
    socket.write(whole());

    expect((await closed).endsWith(DATA)).toBe(true);
  });

  it('behind a request that is not answered yet waits for its answer', async () => {
    const health = (...lines: readonly string[]) =>
      ['GET /health HTTP/1.1', 'host: localhost', ...lines, '', ''].join('\r\n');
    const { socket, closed } = await open();

    socket.write(
      `${post([`content-length: ${QUERY.length}`])}${QUERY}${health(...H2C)}${health()}${health('connection: close')}`,
    );
    const text = await closed;

    expect(text.match(/HTTP\/1\.1 200 /g)).toHaveLength(4);
    expect(text.indexOf(DATA)).toBeLessThan(text.indexOf('"alive"'));
  });

  it.each(['websocket', 'h2c'])('to %s is ignored in HTTP/1.0', async (protocol) => {
    const { status } = await sendRaw(
      gateway.url,
      `GET /health HTTP/1.0\r\nconnection: upgrade\r\nupgrade: ${protocol}\r\n\r\n`,
    );

    expect(status).toBe(200);
  });
});

describe('a client that asks before it sends its body', () => {
  const EXPECT = 'expect: 100-continue';

  it('is told to go on, once', async () => {
    const { socket, until, closed } = await open();
    socket.write(post([EXPECT, 'connection: close', `content-length: ${QUERY.length}`]));
    await until(/^HTTP\/1\.1 100 Continue\r\n\r\n$/);
    socket.write(QUERY);

    const text = await closed;

    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 100', 'HTTP/1.1 200']);
    expect(text.endsWith(DATA)).toBe(true);
  });

  it.each([
    ['the body is too large', post([EXPECT, 'content-length: 999999999']), 413],
    ['it is no JSON', post([EXPECT, 'content-length: 9'], { type: 'text/plain' }), 415],
    ['the key is wrong', post([EXPECT, 'content-length: 9'], { key: 'wrong-key' }), 401],
    ['the origin is foreign', post([EXPECT, 'content-length: 9', 'origin: https://evil.example']), 403],
    [
      'there is nothing to send it to',
      `POST /nothing HTTP/1.1\r\nhost: localhost\r\n${EXPECT}\r\ncontent-length: 9\r\n\r\n`,
      404,
    ],
  ])('is refused at once where %s, and the connection ends', async (_title, head, status) => {
    const answer = await sendRaw(gateway.url, head);

    expect(answer.status).toBe(status);
    expect(answer.headers.connection).toBe('close');
  });
});

describe('a body that is refused before it has all come', () => {
  it('because it grew too large is answered with the end of the connection', async () => {
    const { socket, closed } = await open();
    socket.on('error', () => undefined);
    const piece = `8000\r\n${' '.repeat(0x8000)}\r\n`;
    socket.write(`${post(['transfer-encoding: chunked'])}${piece.repeat(20)}`);

    const text = await closed;

    expect(text).toMatch(/^HTTP\/1\.1 413 /);
    expect(text).toMatch(/^connection: close\r$/im);
  });

  it('is answered so by its length too, and the answer arrives though megabytes are still on their way', async () => {
    const { socket, closed } = await open();
    socket.on('error', () => undefined);
    socket.write(post(['content-length: 12582912']));
    socket.write(Buffer.alloc(12_582_912, ' '));

    const text = await closed;

    expect(text).toMatch(/^HTTP\/1\.1 413 .*^connection: close\r$/ims);
  });

  it('is told from one that has come: that connection stays', async () => {
    const { socket, until, closed } = await open();

    socket.write(`${post([`content-length: ${QUERY.length}`], { type: 'text/plain' })}${QUERY}`);
    expect(await until(/"errors"/)).toMatch(/^HTTP\/1\.1 415 .*^connection: keep-alive\r$/ims);
    socket.write(whole());

    expect((await closed).endsWith(DATA)).toBe(true);
  });
});

describe('every answer', () => {
  it.each(['/health', '/nothing', '/graphql', '/'])(
    'of %s has an id of its own and the standing headers',
    async (path) => {
      const [first, second] = await Promise.all([
        fetch(`${gateway.url}${path}`),
        fetch(`${gateway.url}${path}`),
      ]);

      expect(first.headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/);
      expect(first.headers.get('x-request-id')).not.toBe(second.headers.get('x-request-id'));
      expect(Object.fromEntries(first.headers)).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-origin',
        'x-frame-options': 'DENY',
        vary: 'Origin',
      });
    },
  );
});
