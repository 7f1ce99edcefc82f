import type { Envelope } from './push-frames.ts';
import type { Attached, Outlet } from './pushed-stream.ts';
import { createRequestId } from './request-scope.ts';
import type { Socket } from './socket.ts';

/** One operation of a websocket: how it ends, and its answers' way to the socket. */
export class Operation implements Outlet, Envelope {
  readonly head: string;
  readonly headBytes: number;
  /** Stands in its errors, and in the log lines about it. */
  readonly requestId = createRequestId();
  private readonly socket: Socket;
  private stream: Attached | null = null;
  private abort: AbortController | null = null;

  constructor(id: string, socket: Socket) {
    this.head = `{"id":${JSON.stringify(id)},"type":"next","payload":`;
    this.headBytes = Buffer.byteLength(this.head);
    this.socket = socket;
  }

  /** Aborts when the operation ends. Made when first asked for: a subscription needs none. */
  get signal(): AbortSignal {
    this.abort ??= new AbortController();
    return this.abort.signal;
  }

  get isReady(): boolean {
    return this.socket.isReady;
  }

  send(text: Buffer): void {
    this.socket.push(this, text);
  }

  attach(stream: Attached): void {
    this.stream = stream;
  }

  resume(): void {
    this.stream?.resume();
  }

  end(): void {
    this.abort?.abort();
    void this.stream?.return();
    this.stream = null;
  }
}
