import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Clock } from '../runtime/clock.ts';
import type { TransportTally } from '../telemetry/connection-counter.ts';
import { type Envelope, type Push, toFrames } from './websocket-frames.ts';

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
let gathering: Socket[] = [];

/** One write for each socket, however many of its subscriptions had something to say. */
function flushGathered(): void {
  const sockets = gathering;
  gathering = [];
  for (const socket of sockets) socket.flush();
}

/** The beginning of a message that carries a payload, and the placeholder at its end. */
const ENVELOPE = '{"id":';
const MARKED_PAYLOAD = /"payload":\{"#":(\d+)\}\}$/;

/**
 * One websocket as graphql-ws sees it.
 *
 * A payload that many sockets get is serialised once: `mark` takes its text and gives a placeholder, which `send` replaces after
 * graphql-ws has wrapped its small envelope around it.
 */
export class Socket {
  readonly protocol: string;
  /** Called when the kernel has taken everything, after `isReady` was false. */
  onReady: (() => void) | null = null;
  private readonly socket: WebSocket;
  private readonly connection: Duplex;
  private readonly clock: Clock;
  private readonly tally: TransportTally;
  private pushes: Push[] | null = null;
  private gatheredBytes = 0;
  private isBlocked = false;
  private marked: Map<number, string> | null = null;
  private lastMark = 0;
  /** Messages that the kernel has not taken yet, and when it last took one. */
  private unsent = 0;
  private progressAt = 0;

  /** @param connection - what the websocket runs on */
  constructor(socket: WebSocket, connection: Duplex, clock: Clock, tally: TransportTally) {
    this.socket = socket;
    this.connection = connection;
    this.clock = clock;
    this.tally = tally;
    this.protocol = socket.protocol;
  }

  /** False once it was told to close, or is gone. */
  get isOpen(): boolean {
    return this.socket.readyState === this.socket.OPEN;
  }

  /** True where something has waited for too long for a peer that reads nothing. */
  get isStalled(): boolean {
    return (this.unsent > 0 || this.isBlocked) && this.clock.now() - this.progressAt >= STALLED_AFTER_MS;
  }

  /** False while the peer has not taken what it was sent. */
  get isReady(): boolean {
    return !this.isBlocked && this.gatheredBytes < MAX_GATHERED_BYTES;
  }

  /** Sends an answer in its envelope, together with everything else that this turn has for the socket. */
  push(envelope: Envelope, payload: Buffer): void {
    if (this.pushes === null) {
      this.pushes = [];
      if (gathering.length === 0) queueMicrotask(flushGathered);
      gathering.push(this);
    }
    this.pushes.push({ envelope, payload });
    this.gatheredBytes += payload.length;
  }

  /** Sends what was pushed so far. */
  flush(): void {
    const { pushes, connection, gatheredBytes } = this;
    if (pushes === null) return;
    this.pushes = null;
    this.gatheredBytes = 0;
    if (this.socket.readyState !== this.socket.OPEN) return;
    // Frames of our own on the websocket's connection: it writes each of its frames whole, so that none is torn apart.
    const frames = toFrames(pushes);
    this.tally.pushes.websocket += pushes.length;
    if (frames.length > 1) connection.cork();
    for (const frame of frames) connection.write(frame, this.onWritten);
    if (frames.length > 1) connection.uncork();
    if (connection.writableLength > 0 && !this.isBlocked) {
      if (this.unsent === 0) this.progressAt = this.clock.now();
      this.isBlocked = true;
    } else if (gatheredBytes >= MAX_GATHERED_BYTES) this.onReady?.();
  }

  /** A placeholder payload for this text, to be sent exactly once. */
  mark(text: string): object {
    this.lastMark += 1;
    this.marked ??= new Map();
    this.marked.set(this.lastMark, text);
    return { '#': this.lastMark };
  }

  /** Resolves when the kernel has taken the message, so that a stalled peer holds up its own streams alone. */
  send(message: string): Promise<void> {
    const data = this.fill(message);
    this.flush();
    if (this.socket.readyState !== this.socket.OPEN) return Promise.resolve();
    if (this.socket.bufferedAmount > MAX_BUFFERED_BYTES) {
      this.cutOff();
      return Promise.resolve();
    }
    if (this.unsent === 0) this.progressAt = this.clock.now();
    this.unsent += 1;
    return new Promise((resolve) => {
      this.socket.send(data, () => {
        this.unsent -= 1;
        this.progressAt = this.clock.now();
        resolve();
      });
    });
  }

  close(code: number, reason: string): void {
    this.flush();
    // graphql-ws puts the peer's own words into reasons, and ws throws where they are too long.
    const isShort = Buffer.byteLength(reason) <= MAX_REASON_LENGTH;
    this.socket.close(code, isShort ? reason : reason.replace(/[^ -~]/g, '?').slice(0, MAX_REASON_LENGTH));
  }

  /** Says that this peer reads too slowly. */
  cutOff(): void {
    if (this.socket.readyState !== this.socket.OPEN) return;
    this.tally.slowConsumersClosed.websocket += 1;
    this.close(SLOW_CONSUMER_CLOSE_CODE, 'Slow consumer: connect again and resume with the last cursor');
  }

  /** Calls back later by the same clock as everything about this socket. */
  later(delayMs: number, callback: () => void): void {
    this.clock.setTimer(delayMs, callback);
  }

  onMessage(callback: (data: string) => Promise<void>): void {
    this.socket.on('message', (data, isBinary) => {
      if (isBinary) return this.close(4400, 'Binary messages are not part of this protocol');
      if (this.socket.readyState !== this.socket.OPEN) return;
      callback(String(data)).catch(() => this.close(4400, 'Invalid message'));
    });
  }

  private readonly onWritten = (): void => {
    if (!this.isBlocked) return;
    this.progressAt = this.clock.now();
    if (this.connection.writableLength > 0) return;
    this.isBlocked = false;
    this.onReady?.();
  };

  private fill(message: string): string {
    // A pong repeats what the peer said, and must never be taken for a placeholder.
    const match = message.startsWith(ENVELOPE) ? MARKED_PAYLOAD.exec(message.slice(-64)) : null;
    if (match === null) return message;
    const mark = Number(match[1]);
    const text = this.marked?.get(mark);
    if (text === undefined) return message;
    this.marked?.delete(mark);
    return `${message.slice(0, message.length - match[0].length)}"payload":${text}}`;
  }
}
