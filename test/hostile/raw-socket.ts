import { connect, type Socket } from 'node:net';
import { frame } from './frames.ts';

const CLOSE = 0x8;

/** A websocket whose every byte the test writes. */
export interface RawSocket extends AsyncDisposable {
  readonly connection: Socket;
  write(bytes: Buffer): void;
  /** The next text message that fits; rejects where the socket closes before. */
  next(fits: (text: string) => boolean): Promise<string>;
  /** The code of the close frame, and everything that was said as text. */
  readonly closed: Promise<{
    readonly code: number;
    readonly texts: readonly string[];
    readonly reason: string;
  }>;
}

export interface RawSocketOptions {
  /** What `connection_init` says; null sends none. */
  readonly init?: object | null;
  /** Default true: a close frame is answered with one, as the protocol wants it. */
  readonly answersClose?: boolean;
}

/** Opens a websocket by hand and, unless `init` is null, is acknowledged. */
export async function openRawSocket(
  url: string,
  { init = {}, answersClose = true }: RawSocketOptions = {},
): Promise<RawSocket> {
  const { hostname, port } = new URL(url);
  const connection = connect(Number(port), hostname);
  const texts: string[] = [];
  const listeners = new Set<() => void>();
  let received = Buffer.alloc(0);
  let close: { code: number; reason: string } | null = null;
  let isUpgraded = false;

  function read(): void {
    if (!isUpgraded) {
      const end = received.indexOf('\r\n\r\n');
      if (end === -1) return;
      isUpgraded = true;
      received = received.subarray(end + 4);
    }
    for (let got = takeFrame(received); got !== null; got = takeFrame(received)) {
      received = received.subarray(got.size);
      if (got.opcode === 0x1) texts.push(got.payload.toString());
      if (got.opcode !== CLOSE) continue;
      close = {
        code: got.payload.length < 2 ? 1005 : got.payload.readUInt16BE(),
        reason: got.payload.subarray(2).toString(),
      };
      if (answersClose) connection.write(frame('', { opcode: CLOSE }));
    }
    for (const listener of listeners) listener();
  }

  connection.on('data', (piece: Buffer) => {
    received = Buffer.concat([received, piece]);
    read();
  });
  connection.on('error', () => undefined);
  const closed = new Promise<Awaited<RawSocket['closed']>>((resolve) => {
    connection.on('close', () => resolve({ code: close?.code ?? 1006, reason: close?.reason ?? '', texts }));
  });

  function waitUntil(isDone: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        if (!isDone()) return;
        listeners.delete(check);
        resolve();
      };
      listeners.add(check);
      void closed.then(({ code }) => reject(new Error(`The socket closed with ${code}.`)));
      check();
    });
  }

  connection.write(
    `GET /graphql HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\nsec-websocket-protocol: graphql-transport-ws\r\n\r\n`,
  );
  await waitUntil(() => isUpgraded);
  if (init !== null) {
    connection.write(frame(JSON.stringify({ type: 'connection_init', payload: init })));
    await waitUntil(() => texts.some((text) => text.includes('connection_ack')));
  }

  return {
    connection,
    closed,
    write: (bytes) => void connection.write(bytes),
    async next(fits) {
      const from = texts.length;
      const find = () => texts.slice(from).find(fits);
      await waitUntil(() => find() !== undefined);
      return find() ?? '';
    },
    async [Symbol.asyncDispose]() {
      connection.destroy();
      await closed;
    },
  };
}

/** The frame at the beginning of what came; null where it is not whole yet. Servers do not mask. */
function takeFrame(
  bytes: Buffer,
): { readonly opcode: number; readonly payload: Buffer; readonly size: number } | null {
  if (bytes.length < 2) return null;
  const short = (bytes[1] ?? 0) & 0x7f;
  const headSize = short === 126 ? 4 : short === 127 ? 10 : 2;
  if (bytes.length < headSize) return null;
  const length =
    short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
  const size = headSize + length;
  if (bytes.length < size) return null;
  return { opcode: (bytes[0] ?? 0) & 0x0f, payload: bytes.subarray(headSize, size), size };
}
