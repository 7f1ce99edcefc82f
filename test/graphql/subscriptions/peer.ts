import type { Socket } from 'node:net';
import { type ClientOptions, WebSocket } from 'ws';

export interface Message {
  readonly type: string;
  readonly id?: string;
  readonly payload?: unknown;
}

export interface PeerOptions {
  /** What `connection_init` says; null sends none. */
  readonly init?: object | null;
  /** Default `graphql-transport-ws`. */
  readonly protocols?: readonly string[];
  readonly options?: ClientOptions;
}

/** A client that speaks the protocol by hand, well or badly. */
export class Peer {
  readonly socket: WebSocket;
  readonly messages: Message[] = [];
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  private readonly listeners = new Set<(message: Message) => void>();

  constructor(url: string, { protocols = ['graphql-transport-ws'], options = {} }: PeerOptions = {}) {
    this.socket = new WebSocket(`${url.replace(/^http/, 'ws')}/graphql`, [...protocols], options);
    this.closed = new Promise((resolve) => {
      this.socket.on('close', (code, reason) => resolve({ code, reason: String(reason) }));
    });
    this.socket.on('error', () => undefined);
    this.socket.on('message', (data) => {
      const message = JSON.parse(String(data)) as Message;
      this.messages.push(message);
      for (const listener of this.listeners) listener(message);
    });
  }

  /** Connects and, unless `init` is null, is acknowledged. */
  static async connect(url: string, options: PeerOptions = {}): Promise<Peer> {
    const peer = new Peer(url, options);
    await peer.opened;
    if (options.init === null) return peer;
    const acknowledged = peer.next(({ type }) => type === 'connection_ack');
    peer.send({ type: 'connection_init', payload: options.init ?? {} });
    await acknowledged;
    return peer;
  }

  get opened(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.socket.once('open', resolve);
      this.socket.once('error', reject);
    });
  }

  /** An object is sent as JSON, anything else as it is. */
  send(message: object | string | Buffer): void {
    const isRaw = typeof message === 'string' || Buffer.isBuffer(message);
    this.socket.send(isRaw ? message : JSON.stringify(message));
  }

  onMessage(listener: (message: Message) => void): void {
    this.listeners.add(listener);
  }

  /** The first message that fits, of those to come; rejects when the socket closes before. */
  next(fits: (message: Message) => boolean): Promise<Message> {
    return new Promise((resolve, reject) => {
      const listener = (message: Message): void => {
        if (!fits(message)) return;
        this.listeners.delete(listener);
        resolve(message);
      };
      this.listeners.add(listener);
      void this.closed.then(({ code }) => reject(new Error(`The socket closed with ${code}.`)));
    });
  }

  /** The whole answer to one query: its results and how it ended. */
  async ask(id: string, query: string, variables: object = {}): Promise<Message> {
    const answer = this.next((message) => message.id === id && message.type !== 'complete');
    this.send({ type: 'subscribe', id, payload: { query, variables } });
    return answer;
  }

  /** The TCP connection below. */
  get connection(): Socket {
    return (this.socket as unknown as { _socket: Socket })._socket;
  }

  /** Breaks the TCP connection without a word. */
  kill(): void {
    this.connection.resetAndDestroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.terminate();
    if (this.socket.readyState !== WebSocket.CLOSED) await this.closed;
  }
}
