import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { getOperationAST, print } from 'graphql';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { Clock } from '../../runtime/clock.ts';
import type { WatchExportsSubscription } from '../generated/operations.ts';
import type { GatewayAccess } from './address.ts';
import {
  type AnswerError,
  type Trouble,
  toAnswerTrouble,
  toCloseTrouble,
  toConnectionTrouble,
  toStatusTrouble,
} from './trouble.ts';

/** Something that happened to one of the exports. */
export type WatchedEvent = WatchExportsSubscription['exportEvents'];

const CONNECT_TIMEOUT_MS = 10_000;
/** A gateway that says nothing for this long is asked whether it is there, and then has as long again to answer. */
const SILENCE_MS = 10_000;
const CLOSE_GRACE_MS = 1_000;
/** An event is a few kB. */
const MAX_MESSAGE_BYTES = 1_048_576;

export interface EventStreamOptions<Data, Variables> {
  readonly access: GatewayAccess;
  readonly document: TypedDocumentNode<Data, Variables>;
  readonly variables: Variables;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** The gateway has let us in. */
  readonly onConnected: () => void;
}

/**
 * What one subscription tells over one websocket, until the gateway completes it.
 *
 * Never connects again by itself: graphql-ws would send the same variables, and with them an old cursor.
 *
 * @throws Trouble; the signal's reason where it aborts
 */
export async function* openEventStream<Data, Variables extends Record<string, unknown>>(
  options: EventStreamOptions<Data, Variables>,
): AsyncGenerator<Data, void, void> {
  const { access, document, variables, signal } = options;
  signal.throwIfAborted();
  const { client, end } = connect(options);
  const onAbort = (): void => client.terminate();
  signal.addEventListener('abort', onAbort, { once: true });
  const results = client.iterate<Data>({
    query: print(document),
    operationName: getOperationAST(document)?.name?.value,
    variables,
  });
  try {
    for await (const { data, errors } of results) {
      if (data == null) throw errors ?? new Error('empty answer');
      yield data;
    }
    signal.throwIfAborted();
  } catch (error) {
    throw signal.aborted ? signal.reason : toTrouble(error, access);
  } finally {
    signal.removeEventListener('abort', onAbort);
    await results.return?.();
    end();
  }
}

function connect({
  access,
  clock,
  onConnected,
}: Pick<EventStreamOptions<unknown, unknown>, 'access' | 'clock' | 'onConnected'>) {
  let socket: WebSocket | undefined;
  let cancelCheck = (): void => undefined;

  class GatewaySocket extends WebSocket {
    constructor(url: string, protocol: string) {
      super(url, protocol, {
        handshakeTimeout: CONNECT_TIMEOUT_MS,
        maxPayload: MAX_MESSAGE_BYTES,
        perMessageDeflate: false,
      });
      // graphql-ws takes its own listener away when it gives a socket up, and what that socket says then would end the process.
      this.on('error', () => undefined);
      socket = this;
    }
  }

  const client = createClient({
    url: access.socketUrl,
    webSocketImpl: GatewaySocket,
    connectionParams: {
      ...(access.token === undefined ? {} : { authorization: `Bearer ${access.token}` }),
      ...(access.vendorTokens === undefined ? {} : { vendorTokens: access.vendorTokens }),
    },
    connectionAckWaitTimeout: CONNECT_TIMEOUT_MS,
    retryAttempts: 0,
    keepAlive: SILENCE_MS,
    on: {
      connected: onConnected,
      ping: (isReceived) => {
        if (!isReceived) cancelCheck = clock.setTimer(SILENCE_MS, () => client.terminate());
      },
      pong: (isReceived) => {
        if (isReceived) cancelCheck();
      },
    },
  });

  return {
    client,
    /** Closes, and does not wait for a gateway that never answers. */
    end() {
      cancelCheck();
      socket?.close(1000);
      setTimeout(() => socket?.terminate(), CLOSE_GRACE_MS).unref();
    },
  };
}

function toTrouble(error: unknown, access: GatewayAccess): Trouble {
  if (Array.isArray(error)) return toAnswerTrouble(error as AnswerError[], access);
  const { code, reason, message, error: cause } = error as Record<string, unknown>;
  if (typeof code === 'number' && typeof reason === 'string') return toCloseTrouble(code, reason, access);
  const status = /^Unexpected server response: (\d{3})$/.exec(String(message))?.[1];
  if (status !== undefined) return toStatusTrouble(Number(status), access);
  return toConnectionTrouble(cause ?? error, access);
}
