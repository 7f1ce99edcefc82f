import { connect, type Socket } from 'node:net';
import { WebSocket } from 'ws';
import { serveCommands } from './commands.ts';
import { NUMBER } from './operations.ts';
import { quantile } from './stats.ts';

/**
 * Clients in a process of their own: for whatever wrk cannot do, and instead of wrk where there is none.
 */

export interface LoadRequest {
  readonly url: string;
  readonly authorization: string;
  /** Taken in turn, the request's number in the place of `NUMBER`. */
  readonly bodies: readonly string[];
}

export interface ClosedLoopRequest extends LoadRequest {
  readonly protocol: 'http' | 'websocket';
  readonly connections: number;
  /** Until so much time has gone by, or so many requests have been answered. */
  readonly seconds?: number;
  readonly requests?: number;
}

export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  /** Answers that were none, or held errors. */
  readonly failures: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface OverloadRequest extends LoadRequest {
  readonly requestsPerSecond: number;
  readonly seconds: number;
  readonly connections: number;
  /** A caller who has waited so long goes away. */
  readonly patienceMs: number;
}

export interface OverloadResult {
  readonly sent: number;
  readonly answered: number;
  readonly failures: number;
  readonly gaveUp: number;
  /** Requests for which there was no connection left. */
  readonly skipped: number;
}

let lastNumber = 10_000;

function nextBody(bodies: readonly string[]): string {
  lastNumber += 1;
  return (bodies[lastNumber % bodies.length] ?? '').replaceAll(NUMBER, String(lastNumber));
}

/** One caller with one request under way at a time. */
interface Caller {
  send(body: string): Promise<string>;
  close(): void;
}

class HttpCaller implements Caller {
  private readonly socket: Socket;
  private readonly head: string;
  private received: Buffer[] = [];
  private size = 0;
  /** Bytes of the whole answer, once its head has come; -1 before, -2 where it comes in chunks. */
  private expected = -1;
  private waiting: { resolve(text: string): void; reject(error: Error): void } | null = null;

  private constructor(socket: Socket, url: URL, authorization: string) {
    this.socket = socket;
    this.head =
      `POST ${url.pathname} HTTP/1.1\r\nhost: ${url.host}\r\ncontent-type: application/json\r\n` +
      `accept: application/json\r\nauthorization: ${authorization}\r\ncontent-length: `;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.read(chunk));
    socket.on('error', (error) => this.waiting?.reject(error));
    socket.on('close', () => this.waiting?.reject(new Error('the connection was closed')));
  }

  static async open(url: URL, authorization: string): Promise<HttpCaller> {
    const socket = connect(Number(url.port), url.hostname);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return new HttpCaller(socket, url, authorization);
  }

  send(body: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      this.socket.write(`${this.head}${Buffer.byteLength(body)}\r\n\r\n${body}`);
    });
  }

  get(): Promise<string> {
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      this.socket.write(this.head.replace('POST', 'GET').replace(/content-length: $/, '\r\n'));
    });
  }

  close(): void {
    this.waiting = null;
    this.socket.destroy();
  }

  private read(chunk: Buffer): void {
    this.received.push(chunk);
    this.size += chunk.length;
    if (this.expected === -1) this.readHead();
    const isWhole =
      this.expected === -2 ? endsChunks(chunk) : this.expected >= 0 && this.size >= this.expected;
    if (!isWhole) return;
    const text = Buffer.concat(this.received).toString();
    this.received = [];
    this.size = 0;
    this.expected = -1;
    const { waiting } = this;
    this.waiting = null;
    if (text.startsWith('HTTP/1.1 200')) waiting?.resolve(text);
    else waiting?.reject(new Error(text.slice(0, 300)));
  }

  private readHead(): void {
    const text = Buffer.concat(this.received).toString('latin1');
    const end = text.indexOf('\r\n\r\n');
    if (end === -1) return;
    const head = text.slice(0, end).toLowerCase();
    const length = /content-length: (\d+)/.exec(head)?.[1];
    this.expected = length === undefined ? -2 : end + 4 + Number(length);
  }
}

function endsChunks(chunk: Buffer): boolean {
  return chunk.subarray(-5).toString('latin1') === '0\r\n\r\n';
}

class WebSocketCaller implements Caller {
  private readonly socket: WebSocket;
  private waiting: { resolve(text: string): void; reject(error: Error): void } | null = null;
  private answer = '';
  private last = 0;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data: Buffer) => this.read(data.toString()));
    socket.on('close', (code) => this.waiting?.reject(new Error(`the socket was closed with ${code}`)));
  }

  static async open(url: URL, authorization: string): Promise<WebSocketCaller> {
    const socket = await openWebSocket(url, authorization);
    return new WebSocketCaller(socket);
  }

  send(body: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      this.last += 1;
      this.socket.send(`{"id":"${this.last}","type":"subscribe","payload":${body}}`);
    });
  }

  close(): void {
    this.waiting = null;
    this.socket.terminate();
  }

  private read(text: string): void {
    if (text.includes('"type":"next"')) this.answer = text;
    else if (text.includes('"type":"complete"')) this.waiting?.resolve(this.answer);
    else if (text.includes('"type":"error"')) this.waiting?.reject(new Error(text.slice(0, 300)));
  }
}

/** Opened and past `connection_ack`. */
function openWebSocket(url: URL, authorization: string): Promise<WebSocket> {
  const address = url.href.replace('http:', 'ws:');
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(address, 'graphql-transport-ws', {
      perMessageDeflate: false,
      skipUTF8Validation: true,
    });
    socket.once('open', () => {
      socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization } }));
      socket.once('message', () => resolve(socket));
    });
    socket.once('error', reject);
  });
}

async function openCallers(
  protocol: 'http' | 'websocket',
  { url, authorization }: LoadRequest,
  count: number,
): Promise<Caller[]> {
  const callers: Caller[] = [];
  const target = new URL(url);
  const type = protocol === 'http' ? HttpCaller : WebSocketCaller;
  // A few at a time: a server that is busy refuses more in its backlog than it has room for.
  for (let opened = 0; opened < count; opened += 50) {
    const some = Math.min(50, count - opened);
    callers.push(
      ...(await Promise.all(Array.from({ length: some }, () => type.open(target, authorization)))),
    );
  }
  return callers;
}

/** Each connection asks again as soon as it has its answer. */
async function runClosedLoop(request: ClosedLoopRequest): Promise<LoadResult> {
  const callers = await openCallers(request.protocol, request, request.connections);
  const latencies: number[] = [];
  let failures = 0;
  const startedAt = performance.now();
  const until = startedAt + (request.seconds ?? 600) * 1_000;
  let left = request.requests ?? Number.POSITIVE_INFINITY;
  await Promise.all(
    callers.map(async (caller) => {
      while (performance.now() < until && left > 0) {
        left -= 1;
        const sentAt = performance.now();
        const text = await caller.send(nextBody(request.bodies));
        latencies.push(performance.now() - sentAt);
        if (text.includes('"errors":[') || !text.includes('"data":{')) failures += 1;
      }
    }),
  );
  const seconds = (performance.now() - startedAt) / 1_000;
  for (const caller of callers) caller.close();
  return {
    requests: latencies.length,
    seconds,
    failures,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
  };
}

/** So many callers, their connections open, ask for the same at once. */
async function runBurst(request: LoadRequest & { readonly callers: number }): Promise<LoadResult> {
  const callers = await openCallers('http', request, request.callers);
  const body = nextBody(request.bodies);
  const startedAt = performance.now();
  const latencies: number[] = [];
  let failures = 0;
  await Promise.all(
    callers.map(async (caller) => {
      const text = await caller.send(body);
      latencies.push(performance.now() - startedAt);
      if (text.includes('"errors":[')) failures += 1;
    }),
  );
  for (const caller of callers) caller.close();
  return {
    requests: latencies.length,
    seconds: (performance.now() - startedAt) / 1_000,
    failures,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
  };
}

/** Requests come at their own pace, whatever becomes of those before; who waits too long goes away. */
async function runOverload(request: OverloadRequest): Promise<OverloadResult> {
  const target = new URL(request.url);
  const free: Caller[] = await openCallers('http', request, request.connections);
  const result = { sent: 0, answered: 0, failures: 0, gaveUp: 0, skipped: 0 };
  const busy = new Set<Caller>();
  const send = async (caller: Caller): Promise<void> => {
    busy.add(caller);
    result.sent += 1;
    let isOver = false;
    const leave = setTimeout(() => {
      isOver = true;
      result.gaveUp += 1;
      replace(caller);
    }, request.patienceMs);
    try {
      const text = await caller.send(nextBody(request.bodies));
      if (text.includes('"errors":[')) result.failures += 1;
      else result.answered += 1;
      if (!isOver) release(caller);
    } catch {
      if (isOver) return;
      // A refusal is an answer too.
      result.failures += 1;
      replace(caller);
    } finally {
      clearTimeout(leave);
    }
  };
  const release = (caller: Caller): void => {
    busy.delete(caller);
    free.push(caller);
  };
  const replace = (caller: Caller): void => {
    busy.delete(caller);
    caller.close();
    HttpCaller.open(target, request.authorization).then(
      (fresh) => free.push(fresh),
      () => undefined,
    );
  };

  const startedAt = performance.now();
  let due = 0;
  while (performance.now() - startedAt < request.seconds * 1_000) {
    const wanted = ((performance.now() - startedAt) / 1_000) * request.requestsPerSecond;
    for (; due < wanted; due += 1) {
      const caller = free.pop();
      if (caller === undefined) result.skipped += 1;
      else void send(caller);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  for (const caller of [...free, ...busy]) caller.close();
  return result;
}

/** GETs, one after another, over one connection. */
async function runRoundTrips({ url, requests }: { url: string; requests: number }): Promise<LoadResult> {
  const caller = await HttpCaller.open(new URL(url), '');
  const latencies: number[] = [];
  const startedAt = performance.now();
  for (let sent = 0; sent < requests; sent += 1) {
    const sentAt = performance.now();
    await caller.get();
    latencies.push(performance.now() - sentAt);
  }
  caller.close();
  return {
    requests,
    seconds: (performance.now() - startedAt) / 1_000,
    failures: 0,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
  };
}

let waiters: Caller[] = [];
let answered = 0;
let refusal = '';

/** Connections of callers who are going to wait. */
async function openWaiting(request: LoadRequest & { readonly callers: number }): Promise<void> {
  waiters = await openCallers('http', request, request.callers);
  answered = 0;
  refusal = '';
}

/** A few at a time, as callers come: a thousand in one moment would be read in one turn of any server's event loop. */
async function sendWaiting({ bodies }: { readonly bodies: readonly string[] }): Promise<void> {
  for (const [index, waiter] of waiters.entries()) {
    waiter.send(nextBody(bodies)).then(
      () => {
        answered += 1;
      },
      (error: Error) => {
        refusal = error.message;
      },
    );
    if (index % 10 === 9) await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

serveCommands({
  run: runClosedLoop,
  roundTrips: runRoundTrips,
  burst: runBurst,
  overload: runOverload,
  openWaiting,
  sendWaiting,
  /** How many have their answer; rejects once one of them has been refused. */
  answered: (): number => {
    if (refusal !== '') throw new Error(`A caller who waited was refused: ${refusal}`);
    return answered;
  },
  stopWaiting: () => {
    for (const waiter of waiters) waiter.close();
    waiters = [];
  },
});
