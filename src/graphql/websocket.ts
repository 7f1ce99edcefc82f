import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ExecutionArgs, type ExecutionResult, GraphQLError } from 'graphql';
import { type Context, makeServer, type SubscribePayload } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Caller } from '../export/caller.ts';
import { StreamClosedError } from '../export/watch/stream-closed-error.ts';
import { inRequestScope } from './request-scope.ts';
import type { createSharedSubscribe } from './shared-subscribe.ts';
import { SLOW_CONSUMER_CLOSE_CODE, Socket } from './socket.ts';
import type { GatewayYoga } from './yoga.ts';

export interface WebSocketSettings {
  readonly yoga: GatewayYoga;
  readonly subscribe: ReturnType<typeof createSharedSubscribe>;
  readonly maskError: (error: unknown) => GraphQLError;
  readonly authenticate: (headers: IncomingHttpHeaders) => Promise<Caller | { readonly refusal: string }>;
  readonly isOriginAllowed: (origin: string) => boolean;
  readonly limits: {
    readonly messageBytes: number;
    readonly connectionInitMs: number;
    readonly subscriptionsPerSocket: number;
  };
}

/** A peer that answered none of two pings is gone: within 24 s. */
const PING_INTERVAL_MS = 12_000;

/** What a socket keeps beside its graphql-ws state. */
interface SocketState extends Record<PropertyKey, unknown> {
  readonly socket: Socket;
  caller: Caller | null;
  /** Ends each operation's vendor calls when the operation ends. */
  readonly operations: Map<string, AbortController>;
}

type SocketContext = Context<Record<string, unknown>, SocketState>;

/** The websocket side of `/graphql`. */
export interface WebSocketEndpoint {
  /** Takes over an HTTP upgrade; refuses foreign origins. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** How many sockets are open. */
  readonly size: number;
  /** Ends every socket, "going away". */
  close(): Promise<void>;
}

/** `graphql-transport-ws` through the same parser, validation, context and error mask as HTTP. */
export function createWebSocketEndpoint(settings: WebSocketSettings): WebSocketEndpoint {
  const { limits } = settings;
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: limits.messageBytes,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has('graphql-transport-ws') ? 'graphql-transport-ws' : false),
  });
  const protocol = createProtocol(settings);

  server.on('connection', (socket: WebSocket) => {
    const state: SocketState = { socket: new Socket(socket), caller: null, operations: new Map() };
    const closed = protocol.opened(state.socket, state);
    // A broken or oversized frame is the peer's own affair: ws closes its socket, and nobody else notices.
    socket.on('error', () => undefined);
    socket.once('close', (code, reason) => void closed(code, String(reason)));
  });
  const stopPinging = keepHonest(server);

  return {
    upgrade(request, socket, head) {
      const { origin } = request.headers;
      if (origin !== undefined && !settings.isOriginAllowed(origin)) {
        socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
        return;
      }
      server.handleUpgrade(request, socket, head, (accepted) => server.emit('connection', accepted, request));
    },
    get size() {
      return server.clients.size;
    },
    async close() {
      stopPinging();
      for (const client of server.clients) client.close(1001, 'Going away');
      const grace = setTimeout(() => server.clients.forEach((client) => void client.terminate()), 1_000);
      await new Promise((resolve) => server.close(resolve));
      clearTimeout(grace);
    },
  };
}

function createProtocol(settings: WebSocketSettings) {
  const { maskError } = settings;
  return makeServer<Record<string, unknown>, SocketState>({
    connectionInitWaitTimeout: settings.limits.connectionInitMs,
    onConnect: (context) => connect(context, settings),
    onSubscribe: (context, id, payload) => prepare(context, id, payload, settings),
    execute: (args) =>
      (args.rootValue as { execute: (args: ExecutionArgs) => Promise<ExecutionResult> }).execute(args),
    subscribe: (args) => settings.subscribe(args) as Promise<ExecutionResult>,
    onNext: ({ extra }, _id, _payload, _args, result) =>
      extra.socket.mark(textOf(result as ExecutionResult)) as ExecutionResult,
    onError: ({ extra }, _id, _payload, errors) => {
      const isSlow = errors.some(
        ({ originalError }) =>
          originalError instanceof StreamClosedError && originalError.code === 'SLOW_CONSUMER',
      );
      if (isSlow) extra.socket.cutOff(SLOW_CONSUMER_CLOSE_CODE, 'Slow consumer');
      return errors.map((error) => maskError(error).toJSON());
    },
    onComplete: (context, id) => endOperation(context, id),
    onClose: (context) => {
      for (const id of context.extra.operations.keys()) endOperation(context, id);
    },
  });
}

/** The serialised form of a result, made once however many sockets it goes to. */
const texts = new WeakMap<ExecutionResult, string>();

function textOf(result: ExecutionResult): string {
  const known = texts.get(result) ?? JSON.stringify(result);
  texts.set(result, known);
  return known;
}

async function connect(context: SocketContext, { authenticate }: WebSocketSettings): Promise<boolean> {
  const authentication = await authenticate(headersOf(context));
  if ('refusal' in authentication) return false;
  context.extra.caller = authentication;
  return true;
}

/** What `connection_init` says, as the headers that would say it over HTTP: browsers can send none with a socket. */
function headersOf({ connectionParams = {} }: SocketContext): IncomingHttpHeaders {
  const texts = Object.entries(connectionParams).filter(([, value]) => typeof value === 'string');
  const tokens = Object.entries(connectionParams.vendorTokens ?? {}).filter(
    ([, value]) => typeof value === 'string',
  );
  return Object.fromEntries([
    ...texts.map(([name, value]) => [name.toLowerCase(), value]),
    ...tokens.map(([account, token]) => [`x-waybill-token-${account}`, token]),
  ]);
}

async function prepare(
  context: SocketContext,
  id: string,
  payload: SubscribePayload,
  settings: WebSocketSettings,
) {
  const { extra, subscriptions } = context;
  const { subscriptionsPerSocket } = settings.limits;
  // graphql-ws has entered this one already.
  if (Object.keys(subscriptions).length > subscriptionsPerSocket) {
    const message = `At most ${subscriptionsPerSocket} operations may run on one socket: end one, or open another socket.`;
    return [new GraphQLError(message, { extensions: { code: 'SUBSCRIPTION_LIMIT' } })];
  }
  const abort = new AbortController();
  extra.operations.set(id, abort);
  const prepared = await inRequestScope(() =>
    toExecutionArgs(extra.caller as Caller, payload, abort.signal, settings),
  );
  if (Array.isArray(prepared)) extra.operations.delete(id);
  return prepared;
}

async function toExecutionArgs(
  caller: Caller,
  payload: SubscribePayload,
  signal: AbortSignal,
  settings: WebSocketSettings,
) {
  const { schema, execute, contextFactory, parse, validate } = settings.yoga.getEnveloped({
    caller,
    requestId: randomUUID(),
    signal,
    params: payload,
  });
  try {
    const document = parse(payload.query);
    const errors = validate(schema, document);
    if (errors.length > 0) return [...(errors as readonly GraphQLError[])];
    return {
      schema,
      document,
      operationName: payload.operationName,
      variableValues: payload.variables,
      contextValue: await contextFactory(),
      rootValue: { execute },
    };
  } catch (error) {
    return [settings.maskError(error)];
  }
}

function endOperation({ extra }: SocketContext, id: string): void {
  extra.operations.get(id)?.abort();
  extra.operations.delete(id);
}

/** One timer pings every socket; one that did not answer the ping before is cut off. */
function keepHonest(server: WebSocketServer): () => void {
  const silent = new WeakSet<WebSocket>();
  server.on('connection', (socket: WebSocket) => socket.on('pong', () => silent.delete(socket)));
  const timer = setInterval(() => {
    for (const socket of server.clients) {
      if (silent.has(socket)) {
        socket.terminate();
        continue;
      }
      silent.add(socket);
      socket.ping();
    }
  }, PING_INTERVAL_MS);
  timer.unref();
  return () => clearInterval(timer);
}
