import { connect, type Socket } from 'node:net';

/** What came of bytes that were sent as they are. */
export interface RawOutcome {
  /** Of every answer, in order; empty where the connection was closed without a word. */
  readonly statuses: readonly number[];
  readonly text: string;
  /** The server closed the connection. */
  readonly isClosed: boolean;
}

export interface RawOptions {
  /** Sends more, after the first piece. */
  readonly next?: (socket: Socket) => void;
  /** The client's own end: where the server may keep the connection, the outcome is read as soon as so many answers are there. */
  readonly answers?: number;
}

/** Sends bytes as no HTTP client would, and tells everything that comes back. */
export function sendBytes(
  url: string,
  bytes: string | Buffer,
  { next, answers }: RawOptions = {},
): Promise<RawOutcome> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => {
      socket.write(bytes);
      next?.(socket);
    });
    let text = '';
    const settle = (isClosed: boolean): void => {
      socket.destroy();
      resolve({ statuses: toStatuses(text), text, isClosed });
    };
    socket.on('data', (piece) => {
      text += piece.toString('latin1');
      if (answers !== undefined && toStatuses(text).length >= answers) settle(false);
    });
    // To break the connection while something is still being sent is a server's right.
    socket.on('error', () => undefined);
    socket.on('close', () => settle(true));
  });
}

function toStatuses(text: string): readonly number[] {
  return [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
}
