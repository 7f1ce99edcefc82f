import { randomUUID } from 'node:crypto';
import type { Envelope } from './push-frames.ts';
import type { Outlet } from './pushed-stream.ts';
import type { Socket } from './socket.ts';

/** One operation of a websocket: how its vendor calls end, and its answers' way to the socket. */
export class Operation implements Outlet, Envelope {
  readonly head: string;
  readonly headBytes: number;
  readonly abort = new AbortController();
  /** Stands in its errors, and in the log lines about it. */
  readonly requestId = randomUUID();
  private readonly socket: Socket;
  private stream: { resume(): void } | null = null;

  constructor(id: string, socket: Socket) {
    this.head = `{"id":${JSON.stringify(id)},"type":"next","payload":`;
    this.headBytes = Buffer.byteLength(this.head);
    this.socket = socket;
  }

  get isReady(): boolean {
    return this.socket.isReady;
  }

  send(text: Buffer): void {
    this.socket.push(this, text);
  }

  attach(stream: { resume(): void }): void {
    this.stream = stream;
  }

  resume(): void {
    this.stream?.resume();
  }
}
