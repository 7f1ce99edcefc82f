import { once } from 'node:events';
import { createServer, request } from 'node:http';
import {
  type AddressInfo,
  connect as connectTo,
  createServer as createTcpServer,
  type Socket,
} from 'node:net';
import type { Connection, Waybill, WaybillOptions } from '@waybill/client';
import { createWaybill } from '@waybill/client';
import { WebSocket } from 'ws';
import { createWaybillWith } from '../../../packages/client/src/client.ts';
import type { Clock } from '../../../packages/client/src/clock.ts';
import { createScaledClock } from '../../../simulator/scaled-clock.ts';
import { systemClock } from '../../../src/runtime/clock.ts';

/** Node 20 has none of its own. */
export const webSocket = WebSocket as unknown as NonNullable<WaybillOptions['webSocket']>;

/** Every socket that was opened by a client made with `countingSockets`. */
export interface SocketCount {
  readonly webSocket: NonNullable<WaybillOptions['webSocket']>;
  /** Made so far. */
  readonly opened: number;
  /** Open, or on the way there or out. */
  readonly alive: number;
}

export function countSockets(): SocketCount {
  let opened = 0;
  let alive = 0;
  class Counted extends WebSocket {
    constructor(url: string, protocol: string) {
      super(url, protocol);
      opened += 1;
      alive += 1;
      this.on('close', () => {
        alive -= 1;
      });
    }
  }
  return {
    webSocket: Counted as unknown as SocketCount['webSocket'],
    get opened() {
      return opened;
    },
    get alive() {
      return alive;
    },
  };
}

/** A client that comes back fast. */
export function connect(url: string, options: Partial<WaybillOptions> = {}): Waybill {
  return createWaybill({ url, webSocket, retry: { minMs: 20, maxMs: 100 }, ...options });
}

/** Resolves when it holds; looked at after every change of the store, and every few milliseconds. */
export async function until(holds: () => boolean, what = 'that'): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`Waited in vain for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** The states of a connection, one after another, without repetitions. */
export function recordStates({ connection }: Waybill): Connection['state'][] {
  const states: Connection['state'][] = [connection.get().state];
  connection.subscribe(() => {
    const { state } = connection.get();
    if (states.at(-1) !== state) states.push(state);
  });
  return states;
}

/** Reads something to its end, into a list that can be looked at meanwhile. */
export function collect<Item>(items: AsyncIterable<Item>): {
  readonly list: Item[];
  readonly end: Promise<void>;
} {
  const list: Item[] = [];
  const end = (async () => {
    for await (const item of items) list.push(item);
  })();
  // Looked at by the test that awaits it.
  end.catch(() => {});
  return { list, end };
}

export interface PickyProxy extends AsyncDisposable {
  readonly url: string;
  /** What came through, by kind. */
  readonly counts: { upgrades: number; streams: number; questions: number };
}

/** A proxy as a company has one: knows no websockets, and holds streams back where it is told to. */
export async function startPickyProxy(
  target: string,
  options: { readonly streams: boolean },
): Promise<PickyProxy> {
  const counts = { upgrades: 0, streams: 0, questions: 0 };
  const server = createServer((incoming, outgoing) => {
    const isStream = incoming.headers.accept?.includes('text/event-stream') === true;
    counts[isStream ? 'streams' : 'questions'] += 1;
    if (isStream && !options.streams) {
      outgoing.writeHead(502).end('<h1>Bad gateway</h1>');
      return;
    }
    const { method, headers, url } = incoming;
    const passed = request(new URL(url ?? '/', target), { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
      answer.on('error', () => outgoing.destroy());
      answer.on('close', () => {
        if (!answer.complete) outgoing.destroy();
      });
    });
    passed.on('error', () => outgoing.destroy());
    outgoing.on('close', () => passed.destroy());
    incoming.pipe(passed);
  });
  server.on('upgrade', (_request, socket) => {
    counts.upgrades += 1;
    socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counts,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A client on a clock that runs so many times as fast. */
export function connectFast(speed: number, url: string, options: Partial<WaybillOptions> = {}): Waybill {
  return createWaybillWith({ url, webSocket, ...options }, createFastClock(speed));
}

/** The system's time, so many times as fast. */
export function createFastClock(speed: number): Clock {
  return { ...createScaledClock(systemClock, speed), random: Math.random };
}

export interface SlowProxy extends AsyncDisposable {
  readonly url: string;
}

/** A way to a server on which everything takes its time, in order, and comes in pieces. */
export async function startSlowProxy(target: string, delayMs: number): Promise<SlowProxy> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    return socket;
  };
  const slowly = (from: Socket, to: Socket): void => {
    // One after another: timers of the same instant keep no order.
    let last: Promise<void> = Promise.resolve();
    const later = (work: () => void): void => {
      const dueAt = performance.now() + delayMs;
      last = last.then(async () => {
        await new Promise((resolve) => setTimeout(resolve, Math.max(0, dueAt - performance.now())));
        work();
      });
    };
    from.on('data', (bytes: Buffer) => {
      const middle = Math.ceil(bytes.length / 2);
      later(() => to.write(bytes.subarray(0, middle)));
      later(() => to.write(bytes.subarray(middle)));
    });
    from.on('close', () => later(() => to.destroy()));
  };
  const server = createTcpServer((socket) => {
    const other = keep(connectTo(Number(new URL(target).port), '127.0.0.1'));
    slowly(keep(socket), other);
    slowly(other, socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** What a client sends on its sockets, parsed. */
export function recordMessages(): SocketCount & { readonly sent: readonly Record<string, unknown>[] } {
  const sent: Record<string, unknown>[] = [];
  const count = countSockets();
  class Recorded extends (count.webSocket as unknown as typeof WebSocket) {
    override send(data: never): void {
      sent.push(JSON.parse(data));
      super.send(data);
    }
  }
  return {
    sent,
    webSocket: Recorded as unknown as SocketCount['webSocket'],
    get opened() {
      return count.opened;
    },
    get alive() {
      return count.alive;
    },
  };
}
