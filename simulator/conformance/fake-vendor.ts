import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '../../src/runtime/clock.ts';

/** A request as it arrived on the wire. */
export interface ReceivedRequest {
  readonly method: string;
  /** Path and query, still encoded. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

export interface FakeAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON. */
  readonly body?: object | string | Uint8Array | null;
}

/** `hang` never answers, `reset` breaks the connection, a function writes the answer itself. */
export type FakeReply = FakeAnswer | 'hang' | 'reset' | ((response: ServerResponse) => void);

export interface FakeVendor extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** Every request so far, oldest first. */
  readonly requests: readonly ReceivedRequest[];
  /** How many requests are being answered at this moment, and the most there ever were. */
  readonly concurrency: { now: number; most: number };
  /** Connections that the client broke off before the answer was complete. */
  readonly aborted: { count: number };
  /** Replaces the handler. */
  answer(handler: FakeHandler): void;
}

export type FakeHandler = (request: ReceivedRequest) => FakeReply | Promise<FakeReply>;

/** Starts an HTTP server on loopback that answers whatever the test says. */
export async function startFakeVendor(handler: FakeHandler): Promise<FakeVendor> {
  let current = handler;
  const requests: ReceivedRequest[] = [];
  const concurrency = { now: 0, most: 0 };
  const aborted = { count: 0 };

  const server = createServer(async (incoming, response) => {
    concurrency.now += 1;
    concurrency.most = Math.max(concurrency.most, concurrency.now);
    response.on('close', () => {
      concurrency.now -= 1;
      if (!response.writableFinished) aborted.count += 1;
    });
    const request = await receive(incoming);
    requests.push(request);
    send(response, await current(request));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    concurrency,
    aborted,
    answer(next) {
      current = next;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function receive(incoming: IncomingMessage): Promise<ReceivedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return {
    method: incoming.method ?? '',
    url: incoming.url ?? '',
    headers: incoming.headers as Record<string, string | undefined>,
    body: Buffer.concat(chunks).toString('utf8'),
    at: systemClock.now(),
  };
}

function send(response: ServerResponse, reply: FakeReply): void {
  if (reply === 'hang') return;
  if (reply === 'reset') {
    response.destroy();
    return;
  }
  if (typeof reply === 'function') {
    reply(response);
    return;
  }
  const { status = 200, headers = {}, body = null } = reply;
  if (body === null) response.writeHead(status, headers).end();
  else if (typeof body === 'string' || body instanceof Uint8Array)
    response.writeHead(status, headers).end(body);
  else
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}
