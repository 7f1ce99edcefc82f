import { toPayload } from './access.ts';
import { toFirstError, toNetworkError } from './answers.ts';
import type { Clock } from './clock.ts';
import { WaybillError } from './error.ts';
import { type Fields, parse, toFields } from './read.ts';
import type { Credentials, StreamSink, Transport, TransportHost } from './transport.ts';

/** A socket that is not open and greeted by then is given up. */
const CONNECT_TIMEOUT_MS = 10_000;
/** A silent gateway is asked whether it is there, and then has as long again to say anything: half a minute in all. */
const SILENCE_MS = 15_000;
/** The other side is not waited for longer when a socket is closed. */
const CLOSE_GRACE_MS = 1_000;
const OPEN = 1;

export interface SocketSettings {
  /** Of the GraphQL endpoint, http or https. */
  readonly url: string;
  readonly webSocket: typeof globalThis.WebSocket;
  readonly clock: Clock;
}

/**
 * The one socket, connecting from now on. It speaks graphql-transport-ws, and never comes back by itself: its host does.
 *
 * The protocol is spoken here and not by graphql-ws's client: what that has beyond a few messages, coming back by itself, would send old
 * cursors, and it is a quarter of what this package may weigh.
 */
export function openSocket(
  { url, webSocket, clock }: SocketSettings,
  credentials: Credentials,
  host: TransportHost,
): Transport {
  const streams = new Map<unknown, { readonly message: object; readonly sink: StreamSink }>();
  let isGreeted = false;
  let isOver = false;
  let streamCount = 0;
  let wasRefused = false;

  const socket: WebSocket & { terminate?(): void } = new webSocket(
    url.replace(/^http/, 'ws'),
    'graphql-transport-ws',
  );
  let cancelTimer = clock.setTimer(CONNECT_TIMEOUT_MS, () => lose(toNetworkError()));

  const say = (message: object): void => {
    if (socket.readyState === OPEN) socket.send(JSON.stringify(message));
  };

  /** Asks after some silence; gives up after more of it. */
  function listen(silenceMs: number): void {
    cancelTimer();
    cancelTimer = clock.setTimer(silenceMs, () => {
      say({ type: 'ping' });
      cancelTimer = clock.setTimer(SILENCE_MS, () => lose(toNetworkError()));
    });
  }

  function end(): void {
    isOver = true;
    cancelTimer();
    socket.close(1000);
    // Only Node's sockets wait for the other side to close too; a page's are gone with the page.
    if (socket.terminate === undefined) return;
    const cancel = clock.setTimer(CLOSE_GRACE_MS, () => socket.terminate?.());
    socket.addEventListener('close', cancel);
  }

  function lose(error: WaybillError): void {
    if (isOver) return;
    end();
    host.onLost(error);
  }

  function renew(why: 'expiring' | 'refused'): void {
    if (!host.isRenewable) return;
    host.renew(why).then(
      (newer) => say({ type: 'ping', payload: toPayload(newer) }),
      // Without one the streams end with the old one, and the next connection asks again.
      () => {},
    );
  }

  function receive({ type, id, payload }: Fields): void {
    const { data, errors, access } = toFields(payload);
    if (type === 'connection_ack') {
      isGreeted = true;
      for (const { message } of streams.values()) say(message);
      host.onLive();
    } else if (type === 'ping') {
      say({ type: 'pong', payload });
      if (access !== 'expiring') return;
      wasRefused = false;
      renew('expiring');
    } else if (type === 'pong') {
      if (access !== 'refused' || wasRefused) return;
      wasRefused = true;
      renew('refused');
    } else if (data != null) streams.get(id)?.sink.next(toFields(Object.values(data)[0]));
    else {
      const { sink } = streams.get(id) ?? {};
      streams.delete(id);
      sink?.end(toFirstError(errors ?? payload) ?? null);
    }
  }

  socket.addEventListener('open', () => say({ type: 'connection_init', payload: toPayload(credentials) }));
  socket.addEventListener('message', ({ data }) => {
    if (isOver) return;
    listen(SILENCE_MS);
    receive(parse(String(data)));
  });
  // Says less than the close that follows, and would end a Node process where nobody listened.
  socket.addEventListener('error', () => {});
  socket.addEventListener('close', ({ code, reason }) => lose(toCloseError(code, reason)));

  return {
    open({ text, variables }, sink) {
      streamCount += 1;
      const id = String(streamCount);
      const message = { id, type: 'subscribe', payload: { query: text, variables } };
      streams.set(id, { message, sink });
      if (isGreeted) say(message);
      return () => {
        if (streams.delete(id) && isGreeted) say({ id, type: 'complete' });
      };
    },
    probe: () => listen(0),
    close: () => {
      if (!isOver) end();
    },
  };
}

/** Source: graphql-ws, PROTOCOL.md, and the gateway's docs/subscriptions.md; read 2026-11. */
function toCloseError(closeCode: number, reason: string): WaybillError {
  // What these say of how it was asked is said again however often it is asked so. 4408: the greeting took too long.
  const isFinal = closeCode >= 4400 && closeCode <= 4406;
  const isRefused = closeCode === 4401 || closeCode === 4403;
  return new WaybillError(`The gateway closed the connection: ${closeCode} ${reason}`, {
    code: isRefused
      ? 'UNAUTHENTICATED'
      : isFinal
        ? 'BAD_ANSWER'
        : closeCode === 1006
          ? 'NETWORK'
          : 'DISCONNECTED',
    retryable: !isFinal,
    extensions: { closeCode, reason },
  });
}
