import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Peer } from '../graphql/subscriptions/peer.ts';
import { expectQuiet } from '../graphql/subscriptions/quiet.ts';
import { VENDOR_KEYS } from '../support/vendors.ts';
import { frame, HOSTILE_FRAMES } from './frames.ts';
import { openRawSocket, type RawSocket } from './raw-socket.ts';
import { startTarget, type Target } from './target.ts';

expectQuiet();

let target: Target;
let bystander: Peer;

// Whatever the sockets below send: this one goes on.
beforeAll(async () => {
  target = await startTarget();
  bystander = await Peer.connect(target.url, { init: { authorization: target.authorization } });
});

afterAll(async () => {
  expect(await bystander.ask('last', '{ vendors { key } }')).toMatchObject({ type: 'next' });
  await bystander[Symbol.asyncDispose]();
  await target[Symbol.asyncDispose]();
});

const open = () => openRawSocket(target.url, { init: { authorization: target.authorization } });

/** A query on this socket is answered as ever. */
async function expectUsable(socket: RawSocket): Promise<void> {
  const answer = socket.next((text) => text.includes('"honest"'));
  socket.write(
    frame(JSON.stringify({ type: 'subscribe', id: 'honest', payload: { query: '{ vendors { key } }' } })),
  );
  expect(await answer).toContain('"next"');
}

describe('hostile bytes on an open websocket', () => {
  const rows = HOSTILE_FRAMES.map((frames) => {
    const verdict = frames.code === 0 ? 'the socket stays usable' : `closed with ${frames.code}`;
    return [`${frames.title}: ${verdict}`, frames] as const;
  });

  it.each(rows)('%s', async (_row, { code, bytes }) => {
    await using socket = await open();

    socket.write(bytes());

    if (code === 0) await expectUsable(socket);
    else {
      const { code: seen, texts, reason } = await socket.closed;
      expect(seen).toBe(code);
      target.expectClean(`${texts.join('\n')} ${reason}`);
    }
    expect(target.calls()).toBe(0);
    await target.expectAlive();
  });
});

describe('a peer that is told to go', () => {
  it('is cut off where it does not, long before it would be taken for dead', {
    timeout: 15_000,
  }, async () => {
    await using socket = await openRawSocket(target.url, {
      init: { authorization: target.authorization },
      answersClose: false,
    });

    socket.write(frame('no JSON'));

    expect((await socket.closed).code).toBe(4400);
  });
});

describe('an operation whose id is a word that every object knows', () => {
  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])('is answered: %s', async (id) => {
    await using socket = await open();
    const ask = async (): Promise<string> => {
      const answer = socket.next((text) => text.includes('"next"'));
      const ended = socket.next((text) => text.includes('"complete"'));
      socket.write(frame(`{"type":"subscribe","id":"${id}","payload":{"query":"{ vendors { key } }"}}`));
      await ended;
      return answer;
    };

    expect(JSON.parse(await ask())).toMatchObject({
      id,
      payload: { data: { vendors: { length: VENDOR_KEYS.length } } },
    });
    expect(JSON.parse(await ask())).toMatchObject({
      id,
      payload: { data: { vendors: { length: VENDOR_KEYS.length } } },
    });
    await expectUsable(socket);
  });
});

describe('a websocket before it has said who it is', () => {
  it.each([
    ['subscribes', { type: 'subscribe', id: '1', payload: { query: '{ vendors { key } }' } }, 4401],
    [
      'says hello with a wrong key',
      { type: 'connection_init', payload: { authorization: 'Bearer wrong' } },
      4403,
    ],
    ['says hello with a list for a payload', { type: 'connection_init', payload: [] }, 4400],
    [
      'says hello with a prototype',
      { type: 'connection_init', payload: { constructor: { authorization: 'x' } } },
      4403,
    ],
    ['pings with 60,000 letters', { type: 'ping', payload: { text: 'a'.repeat(60_000) } }, 0],
  ])('and %s', async (_what, message, code) => {
    await using socket = await openRawSocket(target.url, { init: null });
    const pong = code === 0 ? socket.next((text) => text.includes('pong')) : null;

    socket.write(frame(JSON.stringify(message)));

    if (pong === null) expect((await socket.closed).code).toBe(code);
    else expect(await pong).toContain('aaa');
    expect(target.calls()).toBe(0);
    await target.expectAlive();
  });

  it('and never does is closed with 4408, though it sends pings all the time', async () => {
    await using hasty = await startTarget({ config: { limits: { connectionInitMs: 200 } } });
    await using socket = await openRawSocket(hasty.url, { init: null });
    const timer = setInterval(() => socket.write(frame('{"type":"ping"}')), 20);

    const { code } = await socket.closed;
    clearInterval(timer);

    expect(code).toBe(4408);
  });

  it('and sends its hello in fragments without an end is closed with 4408', async () => {
    await using hasty = await startTarget({ config: { limits: { connectionInitMs: 200 } } });
    await using socket = await openRawSocket(hasty.url, { init: null });
    let isFirst = true;
    const timer = setInterval(() => {
      socket.write(frame(' ', { opcode: isFirst ? 0x1 : 0x0, isFinal: false }));
      isFirst = false;
    }, 20);

    const { code } = await socket.closed;
    clearInterval(timer);

    expect(code).toBe(4408);
  });
});
