import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectQuiet } from '../graphql/subscriptions/quiet.ts';
import { sendBytes } from './raw.ts';
import { startTarget, type Target } from './target.ts';

expectQuiet();

/** A tenth of a second stands for the usual ten and thirty: Node's own timers cannot be set forward. */
const ARRIVAL = { headersMs: 200, requestMs: 400, checkMs: 50 };
const DRIP_MS = 20;

let target: Target;
beforeAll(async () => {
  target = await startTarget({ arrival: ARRIVAL });
});
afterAll(() => target[Symbol.asyncDispose]());

const POST_HEAD = 'POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n';

/** Sends the beginning, and then one byte at a time for as long as the server listens. */
function drip(beginning: string, byte: string, url = target.url) {
  return sendBytes(url, beginning, {
    next: (socket) => {
      const timer = setInterval(() => socket.write(byte), DRIP_MS);
      socket.once('close', () => clearInterval(timer));
    },
  });
}

const SLOW: readonly (readonly [title: string, beginning: (key: string) => string, byte: string])[] = [
  ['its request line', () => 'GET /hea', 'l'],
  ['its headers', () => 'GET /health HTTP/1.1\r\nhost: localhost\r\nx: ', 'a'],
  ['a header after the other', () => 'GET /health HTTP/1.1\r\nhost: localhost\r\n', 'a: b\r\n'],
  ['its body', (key) => `${POST_HEAD}authorization: ${key}\r\ncontent-length: 1000\r\n\r\n{`, ' '],
  [
    'the chunks of its body',
    (key) => `${POST_HEAD}authorization: ${key}\r\ntransfer-encoding: chunked\r\n\r\n`,
    '1\r\n \r\n',
  ],
  [
    'the headers of an upgrade',
    () => 'GET /graphql HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\nx: ',
    'a',
  ],
];

describe('a client that sends byte by byte', () => {
  it.each(SLOW)('%s is answered 408 and cut off', async (_title, beginning, byte) => {
    const outcome = await drip(beginning(target.authorization), byte);

    expect(outcome).toMatchObject({ isClosed: true, statuses: [408] });
    target.expectClean(outcome.text);
    expect(target.calls()).toBe(0);
    await target.expectAlive();
  });

  it('its body, and is no caller at all, is answered 401 and cut off soon after', async () => {
    await using usual = await startTarget();

    const outcome = await drip(`${POST_HEAD}content-length: 100000\r\n\r\n{`, ' ', usual.url);

    expect(outcome).toMatchObject({ isClosed: true, statuses: [401] });
  });

  it('is one of 300, and none of them holds up an honest one', async () => {
    const all = Array.from({ length: 300 }, () =>
      drip('GET /health HTTP/1.1\r\nhost: localhost\r\nx: ', 'a'),
    );

    await target.expectAlive();

    expect((await Promise.all(all)).every(({ isClosed, statuses }) => isClosed && statuses[0] === 408)).toBe(
      true,
    );
  });

  it('nothing at all is cut off', async () => {
    const outcome = await sendBytes(target.url, '');

    expect(outcome).toMatchObject({ isClosed: true, statuses: [408] });
  });
});

describe('a client that stops in the middle of a body and waits', () => {
  it('is answered 408 and cut off, and leaves no line of an error in the log', async () => {
    const head = `${POST_HEAD}authorization: ${target.authorization}\r\ncontent-length: 1000\r\n\r\n{"query"`;

    const outcome = await sendBytes(target.url, head);

    expect(outcome).toMatchObject({ isClosed: true, statuses: [408] });
    expect(target.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
    await target.expectAlive();
  });

  it('or goes away leaves no line of an error in the log', async () => {
    const head = `${POST_HEAD}authorization: ${target.authorization}\r\ncontent-length: 1000\r\n\r\n{"query"`;

    await sendBytes(target.url, head, { next: (socket) => setTimeout(() => socket.resetAndDestroy(), 50) });

    await target.expectAlive();
    expect(target.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });
});
