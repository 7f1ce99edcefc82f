import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway[Symbol.asyncDispose]());

function toRequest(query: string, more = ''): string {
  const body = JSON.stringify({ query });
  return `POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n${more}\r\n${body}`;
}

/** Everything that is answered to these bytes. @param onText - told of all of it so far */
function send(
  text: string,
  onText: (soFar: string, leave: () => void) => void = () => undefined,
): Promise<string> {
  const { hostname, port } = new URL(gateway.url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(text));
    let received = '';
    socket.on('data', (piece) => {
      received += piece.toString('latin1');
      onText(received, () => socket.resetAndDestroy());
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(received));
  });
}

describe('pipelined requests', () => {
  it('are answered all, in their order', async () => {
    const count = 200;
    const all = Array.from({ length: count }, (_, n) =>
      toRequest(`{ a${n}: __typename }`, n === count - 1 ? 'connection: close\r\n' : ''),
    );

    const text = await send(all.join(''));

    expect([...text.matchAll(/"a(\d+)":"Query"/g)].map(([, n]) => Number(n))).toEqual([
      ...Array(count).keys(),
    ]);
  });

  it('let an honest request on another connection pass them by', async () => {
    const count = 400;
    const all = Array.from({ length: count }, (_, n) =>
      toRequest('{ __typename }', n === count - 1 ? 'connection: close\r\n' : ''),
    );
    let answered = 0;
    let answeredBeforeHonest: Promise<number> | null = null;

    await send(all.join(''), (soFar) => {
      answered = soFar.split('"__typename"').length - 1;
      answeredBeforeHonest ??= gateway.query('{ vendors { key } }').then(() => answered);
    });

    expect(answered).toBe(count);
    expect(await answeredBeforeHonest).toBeLessThan(count);
  });

  it('of a client that leaves are forgotten, and the next client is served', async () => {
    const all = Array.from({ length: 500 }, () => toRequest('{ __typename }'));

    await send(all.join(''), (_soFar, leave) => leave()).catch(() => undefined);

    expect((await gateway.query('{ vendors { key } }')).errors).toEqual([]);
  });
});
