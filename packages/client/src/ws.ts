import { createClient } from 'graphql-ws';
import { toPayload } from './access.ts';
import { toFirstError, toNetworkError } from './answers.ts';
import type { Clock } from './clock.ts';
import { WaybillError } from './error.ts';
import { type Fields, toFields } from './read.ts';
import type { Credentials, Operation, StreamSink, Transport, TransportHost } from './transport.ts';

/** A socket that is not open and greeted by then is given up. */
const CONNECT_TIMEOUT_MS = 10_000;
/** A silent gateway is asked whether it is there, and then has this long to say anything. */
const SILENCE_MS = 15_000;
const PONG_TIMEOUT_MS = 10_000;
/** The other side is not waited for longer when a socket is closed. */
const CLOSE_GRACE_MS = 1_000;
/** A refused renewal is tried this often. */
const RENEWALS = 2;

/** Close codes after which the same again is no use. Source: graphql-ws, PROTOCOL.md; read 2026-11. */
const CODES: Readonly<Record<number, readonly [code: string, retryable: boolean]>> = {
  1012: ['SERVER_DRAINING', true],
  1013: ['ACCESS_UNAVAILABLE', true],
  4400: ['BAD_ANSWER', false],
  4401: ['UNAUTHENTICATED', false],
  4403: ['UNAUTHENTICATED', false],
  4406: ['BAD_ANSWER', false],
  4490: ['SLOW_CONSUMER', true],
};

export interface SocketSettings {
  /** Of the GraphQL endpoint, http or https. */
  readonly url: string;
  readonly webSocket: typeof globalThis.WebSocket;
  readonly clock: Clock;
}

/** The one socket, connecting from now on; graphql-ws keeps the protocol. It never comes back by itself: the host does. */
export function openSocket(
  { url, webSocket, clock }: SocketSettings,
  credentials: Credentials,
  host: TransportHost,
): Transport {
  let socket: (WebSocket & { terminate?(): void }) | undefined;
  let isOver = false;
  let renewals = 0;

  class GatewaySocket extends webSocket {
    constructor(address: string | URL, protocols?: string | string[]) {
      super(address, protocols);
      // graphql-ws takes its own listener away when it gives a socket up; what that says then would end a Node process.
      this.addEventListener('error', () => {});
      socket = this;
    }
  }

  let cancelTimer = clock.setTimer(CONNECT_TIMEOUT_MS, () => {
    lose(toNetworkError('The gateway did not answer in time.'));
  });

  /** Asks after some silence; gives up after more of it. */
  function listen(silenceMs = SILENCE_MS): void {
    cancelTimer();
    if (isOver) return;
    cancelTimer = clock.setTimer(silenceMs, () => {
      say({ type: 'ping' });
      cancelTimer = clock.setTimer(PONG_TIMEOUT_MS, () => {
        lose(toNetworkError('Nothing was heard from the gateway any more.'));
      });
    });
  }

  function say(message: object): void {
    if (socket?.readyState === 1) socket.send(JSON.stringify(message));
  }

  async function renew(why: 'expiring' | 'refused'): Promise<void> {
    renewals += 1;
    if (renewals > RENEWALS) return;
    const newer = await host.renew(why).catch(() => null);
    if (newer !== null && !isOver) say({ type: 'ping', payload: toPayload(newer) });
  }

  const client = createClient({
    url: url.replace(/^http/, 'ws'),
    webSocketImpl: GatewaySocket,
    connectionParams: toPayload(credentials),
    connectionAckWaitTimeout: CONNECT_TIMEOUT_MS,
    lazy: false,
    onNonLazyError: () => {},
    retryAttempts: 0,
    on: {
      connected() {
        listen();
        if (!isOver) host.onLive();
      },
      message: () => listen(),
      ping(isReceived, payload) {
        if (!isReceived || payload?.access !== 'expiring') return;
        renewals = 0;
        void renew('expiring');
      },
      pong(isReceived, payload) {
        if (isReceived && payload?.access === 'refused') void renew('refused');
      },
      closed: (event) => lose(toCloseError(event)),
      error: (cause) => lose(toNetworkError('The gateway cannot be reached.', cause)),
    },
  });

  function end(): void {
    isOver = true;
    cancelTimer();
    // Disposing first: a socket that is closed in order would be opened again.
    client.dispose()?.catch?.(() => {});
    const closing = socket;
    closing?.close(1000);
    if (closing?.terminate !== undefined) {
      const cancel = clock.setTimer(CLOSE_GRACE_MS, () => closing.terminate?.());
      closing.addEventListener('close', cancel);
    }
  }

  function lose(error: WaybillError): void {
    if (isOver) return;
    end();
    host.onLost(error);
  }

  return {
    open: (operation, sink) => subscribe(client, operation, sink, () => isOver),
    probe: () => listen(0),
    close: () => {
      if (!isOver) end();
    },
  };
}

function subscribe(
  client: ReturnType<typeof createClient>,
  { name, text, variables }: Operation,
  sink: StreamSink,
  isOver: () => boolean,
): () => void {
  let isStopped = false;
  const isDeaf = (): boolean => isStopped || isOver();
  const stop = client.subscribe<Fields>(
    { query: text, operationName: name, variables },
    {
      next({ data, errors }) {
        if (isDeaf()) return;
        const error = toFirstError(errors);
        if (data != null) sink.next(toFields(Object.values(data)[0]));
        else if (error !== undefined) finish(error);
      },
      // A socket that is lost is told once, and not by each of its streams.
      error(errors) {
        if (!isDeaf() && Array.isArray(errors)) finish(toFirstError(errors) ?? null);
      },
      complete() {
        if (!isDeaf()) finish(null);
      },
    },
  );
  function finish(error: WaybillError | null): void {
    isStopped = true;
    sink.end(error);
  }
  return () => {
    if (isDeaf()) return;
    isStopped = true;
    stop();
  };
}

function toCloseError(event: unknown): WaybillError {
  const { code, reason } = toFields(event);
  const [name, retryable] = CODES[Number(code)] ?? ['NETWORK', true];
  const why = typeof reason === 'string' && reason !== '' ? `: ${reason}` : '';
  const extensions = { closeCode: code };
  return new WaybillError(`The gateway closed the connection (${code}${why}).`, {
    code: name,
    retryable,
    extensions,
  });
}
