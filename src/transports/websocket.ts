import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws';
import type { OperationReports, RefusalReason } from '../operations/reports.ts';
import type { Clock } from '../runtime/clock.ts';
import type { TransportTally } from '../telemetry/connection-counter.ts';
import type { Peer } from './websocket-connection.ts';
import { createWebSocketProtocol, type WebSocketProtocolSettings } from './websocket-protocol.ts';
import { Socket } from './websocket-sink.ts';

export interface WebSocketSettings extends WebSocketProtocolSettings {
  readonly isOriginAllowed: (origin: string) => boolean;
  readonly clock: Clock;
  readonly reports: OperationReports;
  readonly tally: TransportTally;
  readonly clientAddressOf: (request: IncomingMessage) => string;
  readonly limits: WebSocketProtocolSettings['limits'] & { readonly messageBytes: number };
}

/** The websocket side of `/graphql`. */
export interface WebSocketEndpoint {
  /** Takes over an HTTP upgrade; refuses foreign origins. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** How many sockets are open. */
  readonly size: number;
  /** Lets what runs come to its end, then ends every socket, "going away". */
  close(): Promise<void>;
}

/** A peer that was not heard between two pings is gone: within 24 s. */
const PING_INTERVAL_MS = 12_000;
/** How often the sockets are looked through for stalled ones. */
const STALL_CHECK_MS = 2_500;
/** How long operations under way may take once the endpoint closes. */
const OPERATIONS_GRACE_MS = 8_000;
/** How long a peer that was told to go may take to say so too, before it is cut off: it holds a socket, and has no right to it any more. */
const CLOSE_GRACE_MS = 2_000;

const SUBPROTOCOL = 'graphql-transport-ws';

/** ws's name for a message over the limit. */
const TOO_LARGE = 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH';

/** Serves `graphql-transport-ws` on upgraded connections. */
export function createWebSocketEndpoint(settings: WebSocketSettings): WebSocketEndpoint {
  const { clock, isOriginAllowed, reports, tally, clientAddressOf } = settings;
  const peers = new Map<WebSocket, Peer>();
  const open = createWebSocketProtocol(settings);
  const pings = keepHonest(peers, clock);
  let onEmpty: (() => void) | null = null;
  let isClosing = false;
  // Its type does not know `closeTimeout` yet: https://github.com/websockets/ws/blob/master/doc/ws.md, read 2026-11-22.
  const options: ServerOptions & { readonly closeTimeout: number } = {
    noServer: true,
    clientTracking: false,
    maxPayload: settings.limits.messageBytes,
    perMessageDeflate: false,
    // One message a turn: a peer that sends thousands at once waits for the others, not they for it.
    allowSynchronousEvents: false,
    // A peer that speaks something else is let in, to be told so: a browser shows the code 4406, but no failed handshake.
    handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : ([...offered][0] ?? false)),
    closeTimeout: CLOSE_GRACE_MS,
  };
  const server = new WebSocketServer(options);

  function refuse(reason: RefusalReason, clientAddress: string): void {
    reports.refused(reason, { scope: {}, transport: 'websocket', clientAddress });
  }

  function accept(socket: WebSocket, connection: Duplex, clientAddress: string): void {
    const { peer, closed } = open(new Socket(socket, connection, clock, tally), { reports, clientAddress });
    peers.set(socket, peer);
    pings.listen(socket);
    // A broken or oversized frame is the peer's own affair: ws closes its socket, and nobody else notices.
    socket.on('error', (error) => {
      if ('code' in error && error.code === TOO_LARGE) refuse('too_large', clientAddress);
    });
    socket.once('close', (code, reason) => {
      peers.delete(socket);
      void closed(code, String(reason));
      if (peers.size === 0) onEmpty?.();
    });
  }

  function goAway(socket: WebSocket): void {
    socket.close(1001, 'Going away');
  }

  const stopLooking = every(STALL_CHECK_MS, clock, () => {
    for (const peer of peers.values()) if (peer.socket.isStalled) peer.cutOff();
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
      return peers.size;
    },
    async close() {
      isClosing = true;
      const emptied = new Promise<void>((resolve) => {
        onEmpty = resolve;
        if (peers.size === 0) resolve();
      });
      for (const [socket, peer] of peers) peer.drain(() => goAway(socket));
      const cancelGrace = clock.setTimer(OPERATIONS_GRACE_MS, () => [...peers.keys()].forEach(goAway));
      await emptied;
      for (const cancel of [cancelGrace, pings.stop, stopLooking]) cancel();
    },
  };
}

/** Answers an upgrade that is not wanted, and ends the connection. */
export function refuseUpgrade(socket: Duplex, status: `${400 | 403 | 404 | 421 | 503} ${string}`) {
  // Nobody else listens to an upgraded connection: a peer that breaks it off would end the process.
  socket.on('error', () => socket.destroy());
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}

/** One timer pings every socket; one that has not been heard since the ping before is cut off. */
function keepHonest(peers: ReadonlyMap<WebSocket, Peer>, clock: Clock) {
  const silent = new WeakSet<WebSocket>();
  const stop = every(PING_INTERVAL_MS, clock, () => {
    for (const socket of peers.keys()) {
      if (silent.has(socket)) {
        socket.terminate();
        continue;
      }
      silent.add(socket);
      socket.ping();
    }
  });
  return {
    stop,
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
