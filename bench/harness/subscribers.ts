import { WebSocket } from 'ws';
import { serveCommands } from './commands.ts';
import type { Locator } from './operations.ts';
import { quantile } from './stats.ts';

/** Subscribers of `exportEvents` in a process of their own. */

export interface OpenRequest {
  readonly url: string;
  readonly authorization: string;
  /** One subscription for each, with a socket of its own unless `perSocket` says otherwise. */
  readonly groups: readonly (readonly Locator[])[];
  readonly perSocket?: number;
  /** Milliseconds from the first socket to the last, so that watches begin as people come: not all at once. */
  readonly spreadMs?: number;
}

export interface Pushes {
  readonly messages: number;
  readonly bytes: number;
  readonly closed: number;
  /** From the vendor's answer to the receipt: the name of a moving export says when the vendor answered. */
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Eleven fields, as a page that shows a list of exports would ask for. */
const FOLLOW = /* GraphQL */ `subscription Follow($locators: [ExportLocator!]!) {
  exportEvents(locators: $locators) {
    cursor at exportId
    export { id name status rawStatus updatedAt progress { percent } observation { observedAt isStale } }
  }
}`.replaceAll(/\s+/g, ' ');

/** Sockets that are being opened at a time. */
const OPENING = 64;

let sockets: WebSocket[] = [];
let messages = 0;
let bytes = 0;
let closed = 0;
let delays: number[] = [];

function openOne(
  { url, authorization }: OpenRequest,
  groups: readonly (readonly Locator[])[],
): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url.replace('http:', 'ws:'), 'graphql-transport-ws', {
      perMessageDeflate: false,
      skipUTF8Validation: true,
    });
    sockets.push(socket);
    let missing = groups.reduce((sum, locators) => sum + locators.length, 0);
    socket.on('open', () =>
      socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization } })),
    );
    socket.on('error', reject);
    socket.on('close', (code, reason) => {
      closed += 1;
      reject(new Error(`A socket was closed with ${code} ${String(reason)}.`));
    });
    socket.on('message', (data: Buffer) => {
      if (data.length < 60 && data.includes('"connection_ack"')) {
        for (const [index, locators] of groups.entries()) {
          const payload = { query: FOLLOW, variables: { locators } };
          socket.send(JSON.stringify({ id: String(index + 1), type: 'subscribe', payload }));
        }
        return;
      }
      if (data.length < 60 && data.includes('"type":"ping"')) return socket.send('{"type":"pong"}');
      if (!data.includes('"type":"next"') || data.includes('"errors":['))
        return reject(new Error(data.toString().slice(0, 400)));
      count(data);
      missing -= 1;
      if (missing === 0) resolve();
    });
  });
}

function count(data: Buffer): void {
  messages += 1;
  bytes += data.length;
  const at = data.indexOf('"name":"t');
  if (at === -1) return;
  const answeredAt = Number(data.toString('latin1', at + 9, data.indexOf('"', at + 9)));
  delays.push(performance.timeOrigin + performance.now() - answeredAt);
}

async function open(request: OpenRequest): Promise<void> {
  const { groups, perSocket = 1, spreadMs = 0 } = request;
  const starts: (readonly (readonly Locator[])[])[] = [];
  for (let from = 0; from < groups.length; from += perSocket)
    starts.push(groups.slice(from, from + perSocket));
  const startedAt = performance.now();
  let next = 0;
  const work = async (): Promise<void> => {
    for (;;) {
      const index = next;
      next += 1;
      const some = starts[index];
      if (some === undefined) return;
      const waitMs = startedAt + (spreadMs * index) / starts.length - performance.now();
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
      await openOne(request, some);
    }
  };
  await Promise.all(Array.from({ length: OPENING }, work));
}

serveCommands({
  open,
  pushes: (): Pushes => ({
    messages,
    bytes,
    closed,
    p50Ms: quantile(delays, 0.5),
    p99Ms: quantile(delays, 0.99),
  }),
  reset: () => {
    messages = 0;
    bytes = 0;
    delays = [];
  },
  close: () => {
    for (const socket of sockets) socket.terminate();
    sockets = [];
  },
});
