import type { WebSocket } from 'ws';

/** Close code for a subscriber that stopped reading; 4000 to 4999 are an application's own. */
export const SLOW_CONSUMER_CLOSE_CODE = 4490;

/** Bytes that may wait in this process for one socket that does not read. */
const MAX_BUFFERED_BYTES = 1_048_576;
/** How long a socket that was told to go may take before it is cut off. */
const CLOSE_GRACE_MS = 2_000;

/** Payload placeholders, and the text that is sent in their place. */
const MARKED_PAYLOAD = /"payload":\{"#":(\d+)\}\}$/;

/**
 * One websocket as graphql-ws sees it.
 *
 * A payload that many sockets get is serialised once: `mark` takes its text and gives a placeholder, which `send` replaces after
 * graphql-ws has wrapped its small envelope around it.
 */
export class Socket {
  readonly protocol: string;
  private readonly socket: WebSocket;
  private readonly marked = new Map<number, string>();
  private lastMark = 0;

  constructor(socket: WebSocket) {
    this.socket = socket;
    this.protocol = socket.protocol;
  }

  /** A placeholder payload for this text, to be sent exactly once. */
  mark(text: string): object {
    this.lastMark += 1;
    this.marked.set(this.lastMark, text);
    return { '#': this.lastMark };
  }

  /** Resolves when the kernel has taken the message, so that a stalled peer holds up its own stream alone. */
  send(message: string): Promise<void> {
    const data = this.fill(message);
    if (this.socket.readyState !== this.socket.OPEN) return Promise.resolve();
    if (this.socket.bufferedAmount > MAX_BUFFERED_BYTES) {
      this.cutOff(SLOW_CONSUMER_CLOSE_CODE, 'Slow consumer');
      return Promise.resolve();
    }
    return new Promise((resolve) => this.socket.send(data, () => resolve()));
  }

  close(code: number, reason: string): void {
    this.socket.close(code, reason);
  }

  /** Says why, and does not wait for a peer that may never read it. */
  cutOff(code: number, reason: string): void {
    this.socket.close(code, reason);
    setTimeout(() => this.socket.terminate(), CLOSE_GRACE_MS).unref();
  }

  onMessage(callback: (data: string) => Promise<void>): void {
    this.socket.on('message', (data) => {
      callback(String(data)).catch(() => this.close(4400, 'Invalid message'));
    });
  }

  private fill(message: string): string {
    const match = MARKED_PAYLOAD.exec(message.slice(-64));
    if (match === null) return message;
    const mark = Number(match[1]);
    const text = this.marked.get(mark);
    if (text === undefined) return message;
    this.marked.delete(mark);
    return `${message.slice(0, message.length - match[0].length)}"payload":${text}}`;
  }
}
