import { createServer, type Socket } from 'node:net';
import { type Clock, sleep } from '../../src/runtime/clock.ts';

/** What becomes of one exchange, to the byte. */
export interface Cut {
  /** The connection is cut once so many bytes of the request have come; null: it is read whole. */
  readonly requestBytes: number | null;
  /** How long the vendor takes before it answers. */
  readonly delayMs: number;
  /** The answer as it stands on the wire. */
  readonly answer: string;
  /** So much of it is sent; null: all of it. */
  readonly answerBytes: number | null;
  /** What follows the last byte that is sent. */
  readonly end: 'reset' | 'close' | 'silence';
}

export interface CuttingServer extends AsyncDisposable {
  readonly url: string;
  /** Orders that came whole, body and all. */
  readonly received: readonly string[];
  /** Answers that were sent whole. */
  readonly answered: number;
}

/** A vendor on a bare socket that ends exchanges wherever it is told to. */
export async function startCuttingServer(clock: Clock, cut: Cut): Promise<CuttingServer> {
  const received: string[] = [];
  const sockets = new Set<Socket>();
  let answered = 0;

  async function answer(socket: Socket): Promise<void> {
    await sleep(clock, cut.delayMs);
    if (socket.destroyed) return;
    const bytes = Buffer.from(cut.answer);
    const sent = bytes.subarray(0, cut.answerBytes ?? bytes.length);
    if (sent.length === bytes.length) answered += 1;
    socket.write(sent, () => {
      if (cut.end === 'reset') socket.resetAndDestroy();
      else if (cut.end === 'close') socket.end();
    });
  }

  const server = createServer((socket) => {
    sockets.add(socket);
    let text = '';
    socket.on('error', () => undefined);
    socket.on('data', (piece) => {
      text += piece.toString('latin1');
      // What comes behind the cut was never read.
      if (cut.requestBytes !== null) text = text.slice(0, cut.requestBytes);
      if (isWhole(text)) {
        received.push(text);
        text = '';
        // What comes whole has been taken, though the connection is cut at its very last byte.
        if (cut.requestBytes === null) void answer(socket);
        else socket.resetAndDestroy();
      } else if (cut.requestBytes !== null && text.length >= cut.requestBytes) socket.resetAndDestroy();
    });
    if (cut.requestBytes === 0) socket.resetAndDestroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address() as { readonly port: number };

  return {
    url: `http://127.0.0.1:${address.port}`,
    received,
    get answered() {
      return answered;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** An answer with a JSON body. */
export function toAnswer(status: number, body: object, headers = ''): string {
  const text = JSON.stringify(body);
  return `HTTP/1.1 ${status} Any\r\ncontent-type: application/json\r\n${headers}content-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
}

function isWhole(text: string): boolean {
  const head = text.indexOf('\r\n\r\n');
  if (head === -1) return false;
  const length = Number(/^content-length: (\d+)$/im.exec(text.slice(0, head))?.[1] ?? 0);
  return text.length >= head + 4 + length;
}
