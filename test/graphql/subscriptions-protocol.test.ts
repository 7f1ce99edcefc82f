import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { hi, type LiveGateway, startLiveGateway } from './subscriptions/live-gateway.ts';
import { type Message, Peer } from './subscriptions/peer.ts';
import { expectQuiet } from './subscriptions/quiet.ts';
import { type LiveStream, openSocketStream, WATCH } from './subscriptions/transports.ts';

expectQuiet();

let gateway: LiveGateway;
let bystander: LiveStream;

// Whatever a peer does below: this one goes on.
beforeAll(async () => {
  gateway = await startLiveGateway();
  gateway.say(1, { status: 'processing', parts: 0 });
  bystander = await openSocketStream(gateway.url, { variables: { locators: [hi(1)] } });
  await bystander.until(({ length }) => length === 1);
});

afterAll(async () => {
  const { length } = bystander.events;
  gateway.say(1, { status: 'completed', parts: 100 });
  expect(await bystander.ended).toEqual({ type: 'complete', errors: [] });
  expect(bystander.events).toHaveLength(length + 1);
  await bystander[Symbol.asyncDispose]();
  await gateway[Symbol.asyncDispose]();
});

const SUBSCRIBE = { type: 'subscribe', id: '1', payload: { query: WATCH, variables: { locators: [hi(1)] } } };
const SHORT = 'subscription { exportEvents(locators: [{ hiEnergy: { exportId: "1" } }]) { cursor } }';
const NEEDS_NO_VENDOR = '{ vendors { key } }';

describe('a peer that does not keep to the protocol', () => {
  it.each<readonly [what: string, send: (peer: Peer) => void, code: number]>([
    ['says hello twice', (peer) => peer.send({ type: 'connection_init' }), 4429],
    ['sends what is no JSON', (peer) => peer.send('{nonsense'), 4400],
    ['sends an empty message', (peer) => peer.send(''), 4400],
    ['sends JSON that is no message', (peer) => peer.send('[1, 2]'), 4400],
    ['sends null', (peer) => peer.send('null'), 4400],
    ['sends a type that is none', (peer) => peer.send({ type: 'start', id: '1' }), 4400],
    ['sends what only a server says', (peer) => peer.send({ type: 'next', id: '1', payload: {} }), 4400],
    ['subscribes without an id', (peer) => peer.send({ ...SUBSCRIBE, id: '' }), 4400],
    ['subscribes with a number for an id', (peer) => peer.send({ ...SUBSCRIBE, id: 1 }), 4400],
    ['subscribes to nothing', (peer) => peer.send({ type: 'subscribe', id: '1' }), 4400],
    ['subscribes with a list for a query', (peer) => peer.send(toSubscribe('1', [])), 4400],
    ['subscribes with text for variables', (peer) => peer.send(toSubscribe('1', '{ x }', 'no')), 4400],
    ['sends a binary message', (peer) => peer.send(Buffer.from('{"type":"ping"}')), 4400],
    ['sends 1 MB', (peer) => peer.send('x'.repeat(1_048_576)), 1009],
    ['sends 1 MB in pieces', (peer) => sendInPieces(peer, 1_048_576), 1009],
    ['sends text that is not UTF-8', (peer) => sendRawText(peer, Buffer.from([0xff, 0xfe])), 1007],
    [
      'uses an id twice',
      (peer) => [SUBSCRIBE, SUBSCRIBE].forEach((message) => void peer.send(message)),
      4409,
    ],
    ['uses a very long id twice', (peer) => sendTwice(peer, toSubscribe('ü'.repeat(300))), 4409],
  ])('and %s is closed', async (_what, send, code) => {
    await using peer = await Peer.connect(gateway.url);

    send(peer);

    expect((await peer.closed).code).toBe(code);
  });

  it('and subscribes before it has said hello is closed with 4401', async () => {
    await using peer = await Peer.connect(gateway.url, { init: null });

    peer.send(SUBSCRIBE);

    expect((await peer.closed).code).toBe(4401);
    expect(peer.messages).toEqual([]);
  });

  it('and never says hello is closed with 4408 after connectionInitMs', async () => {
    await using own = await startLiveGateway({ config: { limits: { connectionInitMs: 100 } } });
    await using peer = await Peer.connect(own.url, { init: null });

    const { code, reason } = await peer.closed;

    expect([code, reason]).toEqual([4408, 'Connection initialisation timeout']);
  });

  it.each([[['graphql-ws']], [['json', 'soap']], [[]]])(
    'and offers %j is told so with 4406',
    async (protocols) => {
      await using peer = await Peer.connect(gateway.url, { protocols, init: null });

      expect((await peer.closed).code).toBe(4406);
    },
  );

  it('gets the protocol it offers among others', async () => {
    await using peer = await Peer.connect(gateway.url, { protocols: ['graphql-ws', 'graphql-transport-ws'] });

    expect(peer.socket.protocol).toBe('graphql-transport-ws');
  });

  it('leaves its answered and its open subscriptions behind without a trace', async () => {
    const polls = gateway.polls(5);
    await using peer = await Peer.connect(gateway.url);
    gateway.say(5, { status: 'processing' });
    const first = peer.next(({ type }) => type === 'next');
    peer.send(toSubscribe('5', WATCH, { locators: [hi(5)] }));
    await first;

    peer.send('garbage');
    await peer.closed;

    expect(gateway.polls(5)).toBeGreaterThan(polls);
    await expectNoMorePolls(5);
  });
});

describe('an upgrade', () => {
  it.each(['http://evil.example', 'null', 'http://127.0.0.1:1', 'https://127.0.0.1'])(
    'for a page of %s is refused with 403',
    async (origin) => {
      const peer = Peer.connect(gateway.url, { options: { origin } });

      await expect(peer).rejects.toThrow('Unexpected server response: 403');
    },
  );

  it('for a page of this server is accepted', async () => {
    await using peer = await Peer.connect(gateway.url, { options: { origin: gateway.url } });

    expect(peer.messages).toEqual([{ type: 'connection_ack' }]);
  });

  it('of another path is refused with 404', async () => {
    const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/files`, ['graphql-transport-ws']);

    await expect(
      new Promise((_resolve, reject) => {
        socket.on('error', reject);
      }),
    ).rejects.toThrow('Unexpected server response: 404');
  });

  it.each([
    ['/graphql', 'http://evil.example'],
    ['/elsewhere', 'http://127.0.0.1'],
  ])('of %s that is broken off before the refusal arrives harms nobody', async (path, origin) => {
    const { hostname, port } = new URL(gateway.url);
    for (let attempt = 0; attempt < 20; attempt += 1) {
      const connection = connect(Number(port), hostname);
      connection.on('error', () => undefined);
      connection.write(
        `GET ${path} HTTP/1.1\r\nhost: ${hostname}:${port}\r\norigin: ${origin}\r\nconnection: upgrade\r\nupgrade: websocket\r\n` +
          'sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
        () => connection.resetAndDestroy(),
      );
      await new Promise((resolve) => connection.once('close', resolve));
    }

    await using peer = await Peer.connect(gateway.url);
    expect((await peer.ask('1', NEEDS_NO_VENDOR)).type).toBe('next');
  });

  it('does not negotiate compression', async () => {
    await using peer = await Peer.connect(gateway.url, { options: { perMessageDeflate: true } });

    expect(peer.socket.extensions).toBe('');
  });
});

describe('a socket', () => {
  it('is told of a wrong operation what HTTP is told, and nothing of HTTP itself', async () => {
    await using peer = await Peer.connect(gateway.url);

    const { type, payload } = await peer.ask('1', '{ nonsense }');

    expect([type, payload]).toMatchObject(['error', [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]]);
    expect(JSON.stringify(payload)).not.toContain('"http"');
  });

  it('runs 100 subscriptions, refuses 9,900 more one by one, and stays usable', {
    timeout: 60_000,
  }, async () => {
    await using own = await startLiveGateway({ speed: 2 });
    own.say(1, { status: 'processing', parts: 0 });
    await using neighbour = await openSocketStream(own.url, { variables: { locators: [hi(1)] } });
    await neighbour.until(({ length }) => length === 1);
    await using peer = await Peer.connect(own.url);
    const wanted = 10_000;
    const heard = count(peer, wanted);

    for (let id = 1; id <= wanted; id += 1) peer.send(toSubscribe(String(id), SHORT));
    own.say(1, { status: 'processing', parts: 1 });
    await neighbour.until(({ length }) => length === 2);
    const answeredBefore = answers(peer).length;
    await heard;
    const refused = answers(peer).filter(({ type }) => type === 'error');

    expect(answeredBefore).toBeLessThan(wanted / 2);
    expect(new Set(answers(peer).flatMap(({ id, type }) => (type === 'next' ? [id] : []))).size).toBe(100);
    expect(refused).toHaveLength(9_900);
    const told = refused.map(({ payload }) => JSON.stringify(payload).replace(/[\w-]{36}/, 'ID'));
    expect([...new Set(told)].map((text) => JSON.parse(text))).toEqual([
      [
        {
          message: 'At most 100 operations may run on one socket: end one, or open another socket.',
          extensions: { code: 'SUBSCRIPTION_LIMIT', retryable: false, requestId: 'ID' },
        },
      ],
    ]);

    peer.send({ type: 'complete', id: '1' });
    expect((await peer.ask('again', NEEDS_NO_VENDOR)).type).toBe('next');
  });

  it('takes an id again as soon as it is free', async () => {
    await using peer = await Peer.connect(gateway.url);
    gateway.say(2, { status: 'processing' });
    const first = peer.next(({ type }) => type === 'next');
    peer.send(toSubscribe('same', WATCH, { locators: [hi(2)] }));
    await first;

    const second = peer.next(({ type }) => type === 'next');
    peer.send({ type: 'complete', id: 'same' });
    peer.send(toSubscribe('same', WATCH, { locators: [hi(2)] }));
    await second;
    const last = peer.next(({ type }) => type === 'next');
    gateway.say(2, { status: 'completed' });
    await last;
    await peer.ask('end', NEEDS_NO_VENDOR);

    expect(answers(peer).filter(({ id, type }) => id === 'same' && type === 'complete')).toHaveLength(1);
  });

  it('takes a complete for what it does not know, and a subscribe and complete in one breath', async () => {
    await using peer = await Peer.connect(gateway.url);

    peer.send({ type: 'complete', id: 'unknown' });
    peer.send(toSubscribe('1', WATCH, { locators: [hi(1)] }));
    peer.send({ type: 'complete', id: '1' });

    expect((await peer.ask('2', NEEDS_NO_VENDOR)).type).toBe('next');
    expect(peer.messages).not.toContainEqual({ type: 'complete', id: '1' });
  });

  it.each([
    ['a syntax error', '{', undefined, 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', '{ nothing }', undefined, 'GRAPHQL_VALIDATION_FAILED'],
    ['a wrong variable', WATCH, { locators: 'x' }, 'BAD_USER_INPUT'],
    ['a wrong variable of a query', 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', {}, 'BAD_USER_INPUT'],
    [
      'two operations',
      'query A { vendors { key } } query B { vendors { key } }',
      undefined,
      'OPERATION_RESOLUTION_FAILURE',
    ],
  ])('lives on after %s, which it names by its code alone', async (_what, query, variables, code) => {
    await using peer = await Peer.connect(gateway.url);

    const refused = await peer.ask('1', query, variables);
    const answered = await peer.ask('1', NEEDS_NO_VENDOR);

    const [error] = (
      refused.type === 'error' ? refused.payload : Object(refused.payload).errors
    ) as unknown[];
    expect(error).toMatchObject({ message: expect.any(String) });
    expect(Object(error).extensions).toEqual({
      code,
      retryable: false,
      requestId: expect.stringMatching(/^[\w-]{36}$/),
    });
    expect(answered).toMatchObject({ type: 'next', payload: { data: { vendors: expect.any(Array) } } });
  });

  it('names each operation’s own request in its errors', async () => {
    await using own = await startLiveGateway();
    await using peer = await Peer.connect(own.url);

    const query = 'query ($locator: ExportLocator!) { export(locator: $locator) { status } }';
    const answers = [
      await peer.ask('1', query, { locator: hi(404) }),
      await peer.ask('2', query, { locator: hi('x') }),
    ];
    const ids = answers.map(({ payload }) => JSON.stringify(payload).match(/"requestId":"([\w-]{36})"/)?.[1]);

    expect(ids).toEqual([expect.any(String), expect.any(String)]);
    expect(new Set(ids).size).toBe(2);
  });

  it('counts nothing that was refused against its limit', async () => {
    await using own = await startLiveGateway({ config: { limits: { subscriptionsPerSocket: 2 } } });
    own.say(1, { status: 'processing' });
    await using peer = await Peer.connect(own.url);

    for (let id = 0; id < 5; id += 1) {
      await peer.ask(`syntax ${id}`, '{');
      await peer.ask(`operation ${id}`, 'query A { vendors { key } } query B { vendors { key } }');
      await peer.ask(`query ${id}`, NEEDS_NO_VENDOR);
    }

    expect((await peer.ask('a', WATCH, { locators: [hi(1)] })).type).toBe('next');
    expect((await peer.ask('b', WATCH, { locators: [hi(1)] })).type).toBe('next');
    expect((await peer.ask('c', WATCH, { locators: [hi(1)] })).type).toBe('error');
  });

  it('answers a ping with its payload, even one that looks like our own placeholder', async () => {
    await using peer = await Peer.connect(gateway.url);

    const pong = peer.next(({ type }) => type === 'pong');
    peer.send({ type: 'ping', payload: { '#': 1 } });

    expect(await pong).toEqual({ type: 'pong', payload: { '#': 1 } });
  });
});

function toSubscribe(id: string, query: unknown = WATCH, variables: unknown = { locators: [hi(1)] }): object {
  return { type: 'subscribe', id, payload: { query, variables } };
}

function sendTwice(peer: Peer, message: object): void {
  peer.send(message);
  peer.send(message);
}

function sendInPieces(peer: Peer, length: number): void {
  for (let sent = 0; sent < length; sent += 16_384)
    peer.socket.send('x'.repeat(16_384), { fin: sent + 16_384 >= length });
}

/** A text frame with these bytes. */
function sendRawText(peer: Peer, bytes: Buffer): void {
  peer.socket.send(bytes, { binary: false });
}

/** Messages about operations. */
function answers(peer: Peer): readonly Message[] {
  return peer.messages.filter(({ id }) => id !== undefined);
}

/** Resolves after that many operations were answered for the first time. */
function count(peer: Peer, wanted: number): Promise<void> {
  const ids = new Set<string>();
  return new Promise((resolve) => {
    peer.onMessage(({ id }) => {
      if (id !== undefined) ids.add(id);
      if (ids.size === wanted) resolve();
    });
  });
}

/** The bystander's export is asked about on and on; this one no more. */
async function expectNoMorePolls(exportId: number): Promise<void> {
  await gateway.nextPolls(1, 20);
  const polls = gateway.polls(exportId);
  await gateway.nextPolls(1, 20);
  expect(gateway.polls(exportId)).toBe(polls);
}
