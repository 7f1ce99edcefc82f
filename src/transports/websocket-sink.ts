import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Clock } from '../runtime/clock.ts';
import type { ConnectionCounter } from '../telemetry/connection-counter.ts';
import { type FrameHead, PING, type Push, toFrames } from './websocket-frames.ts';

/** Close code for a subscriber that stopped reading; 4000 to 4999 are an application's own. */
export const SLOW_CONSUMER_CLOSE_CODE = 4490;

/** Bytes that may wait in this process for one socket that does not read. */
const MAX_BUFFERED_BYTES = 1_048_576;
/** A socket that took none of what waits for it for this long has stalled. */
const STALLED_AFTER_MS = 10_000;
/** A close frame holds 125 bytes, two of them the code (RFC 6455, section 5.5). */
const MAX_REASON_LENGTH = 123;

/** Bytes that are gathered for one socket before its streams have to wait for the kernel. */
const MAX_GATHERED_BYTES = 65_536;

/** Sockets that have something to push in this turn. */
let gathering: WebSocketSink[] = [];

/** One write for each socket, however many of its subscriptions had something to say. */
function flushGathered(): void {
  const sockets = gathering;
  gathering = [];
  for (const socket of sockets) socket.flush();
}

/**
 * Where everything goes that is sent over one websocket.
 *
 * Messages of the protocol go through `send`. Answers go through `push`: they are serialised once for all who get the same, and all that
 * one turn of the event loop has for a socket is one write.
 */
export class WebSocketSink {
  readonly protocol: string;
  /** Called when the kernel has taken everything, after `isReady` was false. */
  onReady: (() => void) | null = null;
  private readonly socket: WebSocket;
  private readonly connection: Duplex;
  private readonly clock: Clock;
  private readonly counter: ConnectionCounter;
  private pushes: Push[] | null = null;
  private gatheredBytes = 0;
  private isPingDue = false;
  private isBlocked = false;
  /** Messages that the kernel has not taken yet, and when it last took one. */
  private unsent = 0;
  private progressAt = 0;

  /** @param connection - what the websocket runs on */
  constructor(socket: WebSocket, connection: Duplex, clock: Clock, counter: ConnectionCounter) {
    this.socket = socket;
    this.connection = connection;
    this.clock = clock;
    this.counter = counter;
    this.protocol = socket.protocol;
  }

  /** False once it was told to close, or is gone. */
  get isOpen(): boolean {
    return this.socket.readyState === this.socket.OPEN;
  }

  /** True where something has waited for too long for a client that reads nothing. */
  get isStalled(): boolean {
    return (this.unsent > 0 || this.isBlocked) && this.clock.now() - this.progressAt >= STALLED_AFTER_MS;
  }

  /** False while the client has not taken what it was sent. */
  get isReady(): boolean {
    return !this.isBlocked && this.gatheredBytes < MAX_GATHERED_BYTES;
  }

  /**
   * Sends `head`, `payload` and `}` as one message, together with everything else that this turn has for the socket.
   *
   * @param payload - UTF-8, shared with other sockets
   */
  push(head: FrameHead, payload: Buffer): void {
    if (this.pushes === null) {
      this.pushes = [];
      if (gathering.length === 0) queueMicrotask(flushGathered);
      gathering.push(this);
    }
    this.pushes.push({ head, payload });
    this.gatheredBytes += payload.length;
  }

  /** Pings the client with the next push; `ping` does where none comes. */
  pingWithPush(): void {
    this.isPingDue = true;
  }

  /** Pings the client now, unless a push has done so. */
  ping(): void {
    if (!this.isPingDue || this.socket.readyState !== this.socket.OPEN) return;
    this.isPingDue = false;
    this.connection.write(PING);
  }

  /** Sends what was pushed so far. */
  flush(): void {
    const { pushes, connection, gatheredBytes, isPingDue } = this;
    if (pushes === null) return;
    this.pushes = null;
    this.gatheredBytes = 0;
    this.isPingDue = false;
    if (this.socket.readyState !== this.socket.OPEN) return;
    // Frames of our own on the websocket's connection: it writes each of its frames whole, so that none is torn apart.
    const frames = toFrames(pushes, isPingDue);
    if (connection.writableLength > MAX_BUFFERED_BYTES) {
      this.cutOff();
      return;
    }
    if (frames.length > 1) connection.cork();
    for (const frame of frames) connection.write(frame, this.onWritten);
    if (frames.length > 1) connection.uncork();
    if (connection.writableLength > 0 && !this.isBlocked) {
      if (this.unsent === 0) this.progressAt = this.clock.now();
      this.isBlocked = true;
    } else if (gatheredBytes >= MAX_GATHERED_BYTES) this.onReady?.();
  }

  /** Resolves when the kernel has taken the message, so that a stalled client holds up its own streams alone. */
  send(message: string): Promise<void> {
    this.flush();
    if (this.socket.readyState !== this.socket.OPEN) return Promise.resolve();
    if (this.socket.bufferedAmount > MAX_BUFFERED_BYTES) {
      this.cutOff();
      return Promise.resolve();
    }
    if (this.unsent === 0) this.progressAt = this.clock.now();
    this.unsent += 1;
    return new Promise((resolve) => {
      this.socket.send(message, () => {
        this.unsent -= 1;
        this.progressAt = this.clock.now();
        resolve();
      });
    });
  }

  close(code: number, reason: string): void {
    this.flush();
    // graphql-ws puts the client's own words into reasons, and ws throws where they are too long.
    const isShort = Buffer.byteLength(reason) <= MAX_REASON_LENGTH;
    this.socket.close(code, isShort ? reason : reason.replace(/[^ -~]/g, '?').slice(0, MAX_REASON_LENGTH));
  }

  /** Says that this client reads too slowly. */
  cutOff(): void {
    if (this.socket.readyState !== this.socket.OPEN) return;
    this.counter.slowConsumersClosed.websocket += 1;
    this.close(SLOW_CONSUMER_CLOSE_CODE, 'Slow consumer: connect again and resume with the last cursor');
  }

  /** Calls back later by the same clock as everything about this socket. */
  later(delayMs: number, callback: () => void): void {
    this.clock.setTimer(delayMs, callback);
  }

  /** Each text message of the client's, while the socket is open. */
  onMessage(callback: (data: string) => void): void {
    this.socket.on('message', (data, isBinary) => {
      if (isBinary) return this.close(4400, 'Binary messages are not part of this protocol');
      if (this.socket.readyState === this.socket.OPEN) callback(String(data));
    });
  }

  private readonly onWritten = (): void => {
    if (!this.isBlocked) return;
    this.progressAt = this.clock.now();
    if (this.connection.writableLength > 0) return;
    this.isBlocked = false;
    this.onReady?.();
  };
}
