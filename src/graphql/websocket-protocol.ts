import type { IncomingHttpHeaders } from 'node:http';
import { type ExecutionArgs, type ExecutionResult, GraphQLError, getOperationAST } from 'graphql';
import { type Context, makeServer, type SubscribePayload } from 'graphql-ws';
import type { Caller } from '../export/caller.ts';
import { StreamClosedError } from '../export/watch/stream-closed-error.ts';
import type { Admission } from './admission.ts';
import { Operation } from './operation.ts';
import { inRequestScope } from './request-scope.ts';
import { serialise } from './shared-answers.ts';
import type { SharedSubscribe } from './shared-subscribe.ts';
import type { Socket } from './socket.ts';
import type { GatewayYoga } from './yoga.ts';

export interface WebSocketProtocolSettings {
  readonly yoga: GatewayYoga;
  /** Asked for every operation. */
  readonly admission: Admission;
  readonly subscribe: SharedSubscribe;
  readonly maskError: (error: unknown) => GraphQLError;
  readonly authenticate: (headers: IncomingHttpHeaders) => Promise<Caller | { readonly refusal: string }>;
  readonly limits: {
    readonly connectionInitMs: number;
    readonly subscriptionsPerSocket: number;
  };
}

/** One peer: its socket as graphql-ws is given it, who it is, and what it has running. */
export class Peer {
  readonly socket: Socket;
  caller: Caller | null = null;
  private readonly operations = new Map<string, Operation>();
  /** graphql-ws's side of it; known once it has said hello. */
  private context: PeerContext | null = null;
  private isLeaving = false;
  private onIdle: (() => void) | null = null;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.onReady = () => {
      for (const operation of this.operations.values()) operation.resume();
    };
  }

  get protocol(): string {
    return this.socket.protocol;
  }

  send(message: string): Promise<void> {
    return this.socket.send(message);
  }

  close(code: number, reason: string): void {
    this.socket.close(code, reason);
  }

  /** After each message, what the peer has completed is ended. */
  onMessage(callback: (data: string) => Promise<void>): void {
    this.socket.onMessage((data) => {
      const handled = callback(read(data) as string);
      this.endForgotten();
      return handled;
    });
  }

  get runningCount(): number {
    return this.operations.size;
  }

  /** True once it was told that the gateway shuts down: nothing new is begun. */
  get isDraining(): boolean {
    return this.onIdle !== null;
  }

  greet(context: PeerContext): void {
    this.context = context;
  }

  begin(id: string): Operation {
    const operation = new Operation(id, this.socket);
    this.operations.set(id, operation);
    return operation;
  }

  /** Of an operation that runs; undefined for one that was refused before it began. */
  requestIdOf(id: string): string | undefined {
    return this.operations.get(id)?.requestId;
  }

  end(id: string): void {
    this.operations.get(id)?.end();
    this.operations.delete(id);
    if (this.isLeaving) this.cutOff();
    // Not at once: what graphql-ws still has to say about this operation goes before the close frame.
    if (this.operations.size === 0 && this.onIdle !== null) setImmediate(this.onIdle);
  }

  endAll(): void {
    for (const id of this.operations.keys()) this.end(id);
  }

  /** graphql-ws has no hook for a `complete` of the peer's: it only forgets the operation, which may be a running query. */
  endForgotten(): void {
    for (const id of this.operations.keys()) if (!(id in (this.context?.subscriptions ?? {}))) this.end(id);
  }

  /** Cuts the peer off once it was told why. */
  cutOffSoon(): void {
    this.isLeaving = true;
  }

  cutOff(): void {
    this.socket.cutOff();
    this.isLeaving = false;
    this.endAll();
  }

  /** Begins nothing more, and calls back as soon as nothing runs. */
  drain(onIdle: () => void): void {
    this.onIdle = onIdle;
    if (this.operations.size === 0) onIdle();
  }
}

interface PeerState extends Record<PropertyKey, unknown> {
  readonly peer: Peer;
}

/** What this file hands from one of graphql-ws's hooks to the next. */
interface OperationRoot {
  readonly execute: (args: ExecutionArgs) => Promise<ExecutionResult>;
  readonly operation: Operation;
}

type PeerContext = Context<Record<string, unknown>, PeerState>;

/** `graphql-transport-ws`, through the same parser, validation, context and error mask as HTTP. */
export function createWebSocketProtocol(settings: WebSocketProtocolSettings) {
  const { maskError, subscribe, limits } = settings;
  // Made once: an error's stack costs more than all else about a refusal, and a flood is refused ten thousand times.
  const tooMany = toRefusal(
    'SUBSCRIPTION_LIMIT',
    `At most ${limits.subscriptionsPerSocket} operations may run on one socket: end one, or open another socket.`,
  );
  const protocol = makeServer<Record<string, unknown>, PeerState>({
    connectionInitWaitTimeout: limits.connectionInitMs,
    onConnect: (context) => connect(context, settings),
    onSubscribe: (context, id, payload) => prepare(context, id, payload, { ...settings, tooMany }),
    execute: (args) => {
      const { execute, operation } = args.rootValue as OperationRoot;
      return inRequestScope(() => execute(args), operation.requestId);
    },
    subscribe: (args) => {
      const { operation } = args.rootValue as OperationRoot;
      return inRequestScope(
        () => subscribe(args, operation),
        operation.requestId,
      ) as Promise<ExecutionResult>;
    },
    onNext: ({ extra }, _id, _payload, _args, result) =>
      extra.peer.socket.mark(serialise(result as ExecutionResult)) as ExecutionResult,
    onError: ({ extra }, id, _payload, errors) => {
      if (errors.some(isSlowConsumer)) extra.peer.cutOffSoon();
      return inRequestScope(
        () => errors.map((error) => maskError(error).toJSON()),
        extra.peer.requestIdOf(id),
      );
    },
    onComplete: ({ extra }, id) => extra.peer.end(id),
    onClose: ({ extra }) => extra.peer.endAll(),
  });
  return (socket: Socket): { readonly peer: Peer; readonly closed: ReturnType<typeof protocol.opened> } => {
    const peer = new Peer(socket);
    const closed = protocol.opened(peer, { peer });
    return { peer, closed };
  };
}

/**
 * The message as an object, which graphql-ws takes as well as a text.
 *
 * It keeps what it is given for as long as the operation runs, and the text is most of what an idle subscription would weigh.
 */
function read(data: string): unknown {
  try {
    const message: unknown = JSON.parse(data);
    return typeof message === 'object' ? message : data;
  } catch {
    return data;
  }
}

function isSlowConsumer({ originalError }: GraphQLError): boolean {
  return originalError instanceof StreamClosedError && originalError.code === 'SLOW_CONSUMER';
}

async function connect(context: PeerContext, { authenticate }: WebSocketProtocolSettings): Promise<boolean> {
  const authentication = await authenticate(headersOf(context));
  if ('refusal' in authentication) return false;
  context.extra.peer.caller = authentication;
  context.extra.peer.greet(context);
  return true;
}

/** What `connection_init` says, as the headers that would say it over HTTP: browsers can send none with a socket. */
function headersOf({ connectionParams = {} }: PeerContext): IncomingHttpHeaders {
  const texts = Object.entries(connectionParams).filter(([, value]) => typeof value === 'string');
  const tokens = Object.entries(connectionParams.vendorTokens ?? {}).filter(
    ([, value]) => typeof value === 'string',
  );
  return Object.fromEntries([
    ...texts.map(([name, value]) => [name.toLowerCase(), value]),
    ...tokens.map(([account, token]) => [`x-waybill-token-${account}`, token]),
  ]);
}

const DRAINING = toRefusal('SERVER_DRAINING', 'The gateway is shutting down: connect again.');

async function prepare(
  { extra: { peer } }: PeerContext,
  id: string,
  payload: SubscribePayload,
  settings: WebSocketProtocolSettings & { readonly tooMany: GraphQLError },
) {
  if (peer.isDraining) return [DRAINING];
  if (peer.runningCount >= settings.limits.subscriptionsPerSocket) return [settings.tooMany];
  const operation = peer.begin(id);
  const prepared = await inRequestScope(
    () => toExecutionArgs(peer.caller as Caller, payload, operation, settings),
    operation.requestId,
  );
  if (Array.isArray(prepared)) peer.end(id);
  return prepared;
}

async function toExecutionArgs(
  caller: Caller,
  payload: SubscribePayload,
  operation: Operation,
  settings: WebSocketProtocolSettings,
) {
  const initial = { caller, signal: undefined as AbortSignal | undefined, params: payload };
  const { schema, execute, contextFactory, parse, validate } = settings.yoga.getEnveloped(initial);
  try {
    await settings.admission.operation(caller);
    const document = parse(payload.query);
    const errors = validate(schema, document);
    if (errors.length > 0) return [...(errors as readonly GraphQLError[])];
    const operationNode = getOperationAST(document, payload.operationName);
    if (!operationNode) {
      // In Yoga's words, which stand in the answer over HTTP.
      return [toRefusal('OPERATION_RESOLUTION_FAILURE', 'Could not determine what operation to execute.')];
    }
    // A subscription is ended by its stream, and calls no vendor for its one subscriber.
    if (operationNode.operation !== 'subscription') initial.signal = operation.signal;
    const prepared = {
      schema,
      document,
      operationName: payload.operationName,
      variableValues: payload.variables,
      contextValue: await contextFactory(),
      rootValue: { execute, operation },
    };
    forget(payload);
    return prepared;
  } catch (error) {
    return [settings.maskError(error)];
  }
}

/** graphql-ws keeps the message for as long as the operation runs; its large parts have been read. */
function forget(payload: SubscribePayload): void {
  Object.assign(payload, { query: '', variables: undefined });
}

function toRefusal(code: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}
