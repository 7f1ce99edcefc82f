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

/** Close codes that say why. Source: graphql-ws, PROTOCOL.md, and the gateway's docs/subscriptions.md; read 2026-11. */
const REASONS: Readonly<Record<number, string>> = {
  1012: 'SERVER_DRAINING',
  1013: 'ACCESS_UNAVAILABLE',
  4400: 'BAD_ANSWER',
  4401: 'UNAUTHENTICATED',
  4403: 'UNAUTHENTICATED',
  4406: 'BAD_ANSWER',
  4490: 'SLOW_CONSUMER',
};

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
  const sinks = new Map<string, StreamSink>();
  const waiting: object[] = [];
  let isGreeted = false;
  let isOver = false;
  let streamCount = 0;
  let renewals = 0;

  const socket: WebSocket & { terminate?(): void } = new webSocket(
    url.replace(/^http/, 'ws'),
    'graphql-transport-ws',
  );
  let cancelTimer = clock.setTimer(CONNECT_TIMEOUT_MS, () => lose('The gateway did not answer in time.'));

  const say = (message: object): void => {
    if (socket.readyState === OPEN) socket.send(JSON.stringify(message));
  };

  /** Asks after some silence; gives up after more of it. */
  function listen(silenceMs: number): void {
    cancelTimer();
    cancelTimer = clock.setTimer(silenceMs, () => {
      say({ type: 'ping' });
      cancelTimer = clock.setTimer(SILENCE_MS, () => lose('Nothing was heard from the gateway any more.'));
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

  function lose(reason: string | WaybillError): void {
    if (isOver) return;
    end();
    host.onLost(typeof reason === 'string' ? toNetworkError(reason) : reason);
  }

  async function renew(why: 'expiring' | 'refused'): Promise<void> {
    const newer = await host.renew(why).catch(() => null);
    if (newer !== null && !isOver) say({ type: 'ping', payload: toPayload(newer) });
  }

  function receive({ type, id, payload }: Fields): void {
    const sink = sinks.get(String(id));
    if (type === 'connection_ack') {
      isGreeted = true;
      for (const message of waiting.splice(0)) say(message);
      host.onLive();
    } else if (type === 'ping') {
      say({ type: 'pong', payload });
      if (toFields(payload).access !== 'expiring') return;
      renewals = 0;
      void renew('expiring');
    } else if (type === 'pong') {
      if (toFields(payload).access !== 'refused') return;
      renewals += 1;
      if (renewals === 1) void renew('refused');
    } else if (type === 'next') {
      const { data, errors } = toFields(payload);
      if (data != null) sink?.next(toFields(Object.values(data)[0]));
      else finish(String(id), toFirstError(errors) ?? null);
    } else finish(String(id), toFirstError(payload) ?? null);
  }

  function finish(id: string, error: WaybillError | null): void {
    const sink = sinks.get(id);
    sinks.delete(id);
    sink?.end(error);
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
      sinks.set(id, sink);
      if (isGreeted) say(message);
      else waiting.push(message);
      return () => {
        if (!sinks.delete(id)) return;
        const index = waiting.indexOf(message);
        if (index >= 0) waiting.splice(index, 1);
        else say({ id, type: 'complete' });
      };
    },
    probe: () => listen(0),
    close: () => {
      if (!isOver) end();
    },
  };
}

function toCloseError(code: number, reason: string): WaybillError {
  return new WaybillError(`The gateway closed the connection: ${code} ${reason}`.trim(), {
    code: REASONS[code] ?? 'NETWORK',
    // What 44xx says of how it was asked is said again however often it is asked so; a slow reader may be faster.
    retryable: code < 4400 || code > 4406,
    extensions: { closeCode: code },
  });
}
