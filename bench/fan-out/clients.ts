import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { WebSocket } from 'ws';
import { serveCommands } from './child.ts';

/** Opens so many sockets with so many subscriptions each. */
export interface OpenRequest {
  readonly url: string;
  readonly sockets: number;
  readonly operationsPerSocket: number;
  readonly query: string;
  readonly locators: readonly object[];
  /** The first so many sockets never read again once every subscription has told its first state. */
  readonly stalled?: number | undefined;
}

/** What the clients have seen, all of them together. */
export interface Seen {
  /** `next` messages, first states included. */
  readonly messages: number;
  readonly bytes: number;
  /** Close codes and how often each came. */
  readonly closed: Readonly<Record<string, number>>;
  /** Of the sockets that read: how many have been closed, and the fewest messages that one of the others got. */
  readonly readersClosed: number;
  readonly fewestMessages: number;
  /** When the last message of all came, milliseconds since the epoch with fractions. */
  readonly lastAt: number;
}

interface Client {
  readonly socket: WebSocket;
  messages: number;
  isStalled: boolean;
  isClosed: boolean;
}

/** Sockets that are being opened at a time. */
const OPENING = 100;

let clients: Client[] = [];
let messages = 0;
let bytes = 0;
let lastAt = 0;
let closed: Record<string, number> = {};
/** When so many messages have come, somebody is told. */
let awaited: { readonly count: number; readonly resolve: () => void } | null = null;

function count(client: Client, size: number): void {
  client.messages += 1;
  messages += 1;
  bytes += size;
  lastAt = performance.timeOrigin + performance.now();
  if (awaited !== null && messages >= awaited.count) {
    awaited.resolve();
    awaited = null;
  }
}

function openOne(request: OpenRequest): Promise<Client> {
  const { url, query, locators, operationsPerSocket } = request;
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${url}/graphql`, 'graphql-transport-ws', {
      perMessageDeflate: false,
      skipUTF8Validation: true,
    });
    const client: Client = { socket, messages: 0, isStalled: false, isClosed: false };
    const first = locators.length * operationsPerSocket;
    socket.on('open', () => socket.send('{"type":"connection_init"}'));
    socket.on('error', reject);
    socket.on('close', (code) => {
      client.isClosed = true;
      closed[code] = (closed[code] ?? 0) + 1;
    });
    socket.on('message', (data: Buffer) => {
      if (data.length < 40 && data.includes('connection_ack')) {
        for (let number = 0; number < operationsPerSocket; number += 1) {
          const payload = { query, variables: { locators } };
          socket.send(JSON.stringify({ id: randomUUID(), type: 'subscribe', payload }));
        }
        return;
      }
      if (data.includes('"type":"error"') || data.includes('"errors":'))
        return reject(new Error(String(data).slice(0, 500)));
      count(client, data.length);
      if (client.messages === first) resolve(client);
    });
  });
}

async function open(request: OpenRequest): Promise<void> {
  let left = request.sockets;
  const work = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      clients.push(await openOne(request));
    }
  };
  await Promise.all(Array.from({ length: OPENING }, work));
  for (const client of clients.slice(0, request.stalled ?? 0)) {
    client.isStalled = true;
    client.socket.pause();
  }
}

function see(): Seen {
  const readers = clients.filter(({ isStalled }) => !isStalled);
  return {
    messages,
    bytes,
    closed,
    readersClosed: readers.filter(({ isClosed }) => isClosed).length,
    fewestMessages: Math.min(...readers.map((client) => client.messages)),
    lastAt,
  };
}

serveCommands({
  open: (request: OpenRequest) => open(request),
  see,
  /** Resolves when so many messages have come since the last reset, or after a while: then `see` tells how many. */
  wait: ({ count: wanted, timeoutMs }: { count: number; timeoutMs: number }) =>
    new Promise<void>((resolve) => {
      if (messages >= wanted) return resolve();
      const timer = setTimeout(resolve, timeoutMs);
      awaited = {
        count: wanted,
        resolve: () => {
          clearTimeout(timer);
          resolve();
        },
      };
    }),
  reset: () => {
    messages = 0;
    bytes = 0;
    closed = {};
    for (const client of clients) client.messages = 0;
  },
  /** Lets stalled sockets read again, for whoever wants to see their close frames. */
  resume: () => {
    for (const { socket } of clients) if (socket.isPaused) socket.resume();
  },
  close: async () => {
    const open = clients.filter(({ isClosed }) => !isClosed);
    clients = [];
    for (const { socket } of open) socket.terminate();
    await new Promise((resolve) => setTimeout(resolve, 500));
  },
});
