import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { makeServer } from 'graphql-ws';
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws';
import type { RefusalReason } from '../operations/reports.ts';
import type { Clock } from '../runtime/clock.ts';
import {
  type ConnectionSettings,
  type ConnectionState,
  WebSocketConnection,
} from './websocket-connection.ts';
import { WebSocketSink } from './websocket-sink.ts';

export interface WebSocketSettings extends ConnectionSettings {
  readonly isOriginAllowed: (origin: string) => boolean;
  readonly clock: Clock;
  readonly clientAddressOf: (request: IncomingMessage) => string;
  readonly limits: ConnectionSettings['limits'] & {
    readonly connectionInitMs: number;
    readonly messageBytes: number;
  };
}

/** The websocket side of `/graphql`. */
export interface WebSocketEndpoint {
  /** Takes over an HTTP upgrade; refuses foreign origins. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** How many sockets are open. */
  readonly size: number;
  /** Lets queries come to their end, then closes every socket with 1012: standard clients come back by themselves. */
  close(): Promise<void>;
}

const PING_INTERVAL_MS = 12_000;
/** Before a ping is due it may travel with a push: where there are pushes, it costs no write of its own. */
const PING_EARLY_MS = 5_000;
/** A client that was pinged and not heard in all this time is gone: within 24 s. */
const PONG_WAIT_MS = PING_INTERVAL_MS - PING_EARLY_MS;
/** How often the sockets are looked through for stalled ones. */
const STALL_CHECK_MS = 2_500;
/** How long operations under way may take once the endpoint closes. */
const OPERATIONS_GRACE_MS = 8_000;
/** How long a client that was told to go may take to say so too, before it is cut off: it holds a socket, and has no right to it any more. */
const CLOSE_TIMEOUT_MS = 2_000;

const SUBPROTOCOL = 'graphql-transport-ws';

/** ws's name for a message over the limit. */
const TOO_LARGE = 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH';

/** Serves `graphql-transport-ws` on upgraded connections. */
export function createWebSocketEndpoint(settings: WebSocketSettings): WebSocketEndpoint {
  const { clock, isOriginAllowed, reports, counter, clientAddressOf, limits } = settings;
  const connections = new Map<WebSocket, WebSocketConnection>();
  const protocol = makeServer<Record<string, unknown>, ConnectionState>({
    connectionInitWaitTimeout: limits.connectionInitMs,
    onConnect: (context) => context.extra.connection.greet(context),
    onClose: ({ extra }) => extra.connection.left(),
  });
  const pings = pingAll(connections, clock);
  let onEmpty: (() => void) | null = null;
  let isClosing = false;
  // Its type does not know `closeTimeout` yet: https://github.com/websockets/ws/blob/master/doc/ws.md, read 2026-11-22.
  const options: ServerOptions & { readonly closeTimeout: number } = {
    noServer: true,
    clientTracking: false,
    maxPayload: settings.limits.messageBytes,
    perMessageDeflate: false,
    // One message a turn: a client that sends thousands at once waits for the others, not they for it.
    allowSynchronousEvents: false,
    // A client that speaks something else is let in, to be told so: a browser shows the code 4406, but no failed handshake.
    handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : ([...offered][0] ?? false)),
    closeTimeout: CLOSE_TIMEOUT_MS,
  };
  const server = new WebSocketServer(options);

  function refuse(reason: RefusalReason, clientAddress: string): void {
    reports.refused(reason, { scope: {}, transport: 'websocket', clientAddress });
  }

  function accept(socket: WebSocket, stream: Duplex, clientAddress: string): void {
    const sink = new WebSocketSink(socket, stream, clock, counter);
    const connection = new WebSocketConnection(sink, clientAddress, settings);
    const closed = protocol.opened(connection, { connection });
    connections.set(socket, connection);
    pings.listen(socket);
    // A broken or oversized frame is the client's own affair: ws closes its socket, and nobody else notices.
    socket.on('error', (error) => {
      if ('code' in error && error.code === TOO_LARGE) refuse('too_large', clientAddress);
    });
    socket.once('close', (code, reason) => {
      connections.delete(socket);
      void closed(code, String(reason));
      if (connections.size === 0) onEmpty?.();
    });
  }

  const stopLooking = every(STALL_CHECK_MS, clock, () => {
    for (const connection of connections.values()) if (connection.sink.isStalled) connection.cutOff();
  });

  return {
    upgrade(request, socket, head) {
      const { origin } = request.headers;
      const clientAddress = clientAddressOf(request);
      if (isClosing) {
        refuse('draining', clientAddress);
        refuseUpgrade(socket, '503 Service Unavailable');
      } else if (origin !== undefined && !isOriginAllowed(origin)) {
        refuse('forbidden_origin', clientAddress);
        refuseUpgrade(socket, '403 Forbidden');
      } else
        server.handleUpgrade(request, socket, head, (accepted) => accept(accepted, socket, clientAddress));
    },
    get size() {
      return connections.size;
    },
    async close() {
      isClosing = true;
      const emptied = new Promise<void>((resolve) => {
        onEmpty = resolve;
        if (connections.size === 0) resolve();
      });
      for (const connection of connections.values()) connection.drain();
      const cancelGrace = clock.setTimer(OPERATIONS_GRACE_MS, () => {
        for (const connection of connections.values()) connection.goAway();
      });
      await emptied;
      for (const cancel of [cancelGrace, pings.stop, stopLooking]) cancel();
    },
  };
}

/** Answers an upgrade that is not wanted, and ends the connection. */
export function refuseUpgrade(socket: Duplex, status: `${400 | 403 | 404 | 421 | 503} ${string}`) {
  // Nobody else listens to an upgraded connection: a client that breaks it off would end the process.
  socket.on('error', () => socket.destroy());
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}

/** One timer pings every socket; one that has not been heard since it was pinged is cut off. */
function pingAll(connections: ReadonlyMap<WebSocket, WebSocketConnection>, clock: Clock) {
  const silent = new WeakSet<WebSocket>();
  let cancel = clock.setTimer(PONG_WAIT_MS, look);

  function look(): void {
    cancel = clock.setTimer(PING_EARLY_MS, ping);
    for (const [socket, { sink }] of connections) {
      if (silent.has(socket)) {
        socket.terminate();
        continue;
      }
      silent.add(socket);
      sink.pingWithPush();
    }
  }

  function ping(): void {
    cancel = clock.setTimer(PONG_WAIT_MS, look);
    for (const { sink } of connections.values()) sink.ping();
  }

  return {
    stop: () => cancel(),
    /** Whatever comes is a sign of life: a pong may wait behind thousands of messages. */
    listen(socket: WebSocket): void {
      const hear = (): void => void silent.delete(socket);
      for (const event of ['pong', 'ping', 'message']) socket.on(event, hear);
    },
  };
}

function every(intervalMs: number, clock: Clock, work: () => void): () => void {
  let cancel = clock.setTimer(intervalMs, function run() {
    cancel = clock.setTimer(intervalMs, run);
    work();
  });
  return () => cancel();
}
