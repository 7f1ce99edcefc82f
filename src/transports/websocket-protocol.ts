import { type ExecutionArgs, type ExecutionResult, GraphQLError, getOperationAST } from 'graphql';
import { makeServer, type SubscribePayload } from 'graphql-ws';
import type { Authenticate } from '../access/authenticate.ts';
import type { Caller } from '../access/caller.ts';
import type { Admission } from '../access/rate-limits.ts';
import type { AccessSessions } from '../access/sessions.ts';
import { runOperation } from '../operations/operation-span.ts';
import type { RefusalReason } from '../operations/reports.ts';
import { serialise } from '../operations/shared-answers.ts';
import type { SharedSubscribe } from '../operations/shared-subscribe.ts';
import { toSubject } from '../operations/subject.ts';
import { completeSubscribe, type TrustedDocuments } from '../operations/trusted-documents.ts';
import { createRequestId, inRequestScope } from '../telemetry/scope.ts';
import { isSlowConsumer } from '../watch/stream-closed-error.ts';
import { withoutHttp } from './http-refusal.ts';
import { toHeaders } from './renewal.ts';
import { Peer, type PeerContext, type PeerReports, type PeerState } from './websocket-connection.ts';
import type { Operation } from './websocket-operation.ts';
import type { Socket } from './websocket-sink.ts';
import type { GatewayYoga } from './yoga.ts';

export interface WebSocketProtocolSettings {
  readonly yoga: GatewayYoga;
  /** Asked for every operation. */
  readonly admission: Admission;
  /** The only documents that are answered; null: all are. */
  readonly trustedDocuments: TrustedDocuments | null;
  readonly subscribe: SharedSubscribe;
  readonly maskError: (error: unknown) => GraphQLError;
  readonly authenticate: Authenticate;
  readonly sessions: AccessSessions;
  readonly limits: {
    readonly connectionInitMs: number;
    readonly subscriptionsPerSocket: number;
  };
}

/** What this file hands from one of graphql-ws's hooks to the next. */
interface OperationRoot {
  readonly execute: (args: ExecutionArgs) => Promise<ExecutionResult>;
  readonly operation: Operation;
  readonly peer: Peer;
  /** Headers of the trace that the operation belongs to, as its message's `extensions` hold them. */
  readonly trace: unknown;
}

/** `graphql-transport-ws`, through the same parser, validation, context and error mask as HTTP. */
export function createWebSocketProtocol(settings: WebSocketProtocolSettings) {
  const { maskError, subscribe, limits } = settings;
  const protocol = makeServer<Record<string, unknown>, PeerState>({
    connectionInitWaitTimeout: limits.connectionInitMs,
    onConnect: (context) => connect(context, settings),
    onSubscribe: (context, id, payload) => prepare(context, id, payload, settings),
    execute: (args) => {
      const { execute, operation, trace } = args.rootValue as OperationRoot;
      return runOperation(operation, trace, () => execute(args));
    },
    subscribe: async (args) => {
      const { operation, peer, trace } = args.rootValue as OperationRoot;
      const result = await runOperation(operation, trace, () => subscribe(args, operation));
      if (Symbol.asyncIterator in result) peer.reportBegun(operation);
      return result as ExecutionResult;
    },
    onNext: ({ extra }, id, _payload, _args, result) => {
      extra.peer.note(id, result.errors ?? []);
      return extra.peer.socket.mark(serialise(toAnswer(result as ExecutionResult))) as ExecutionResult;
    },
    onError: ({ extra }, id, _payload, errors) => {
      extra.peer.note(id, errors);
      if (errors.some(({ originalError }) => isSlowConsumer(originalError))) extra.peer.cutOffSoon();
      return inRequestScope(
        () => errors.map((error) => withoutHttp(maskError(error)).toJSON()),
        extra.peer.scopeOf(extra.peer.requestIdOf(id)),
      );
    },
    onComplete: ({ extra }, id) => extra.peer.end(id),
    onClose: ({ extra }) => extra.peer.leave(),
  });
  return (
    socket: Socket,
    reporting: PeerReports,
  ): { readonly peer: Peer; readonly closed: ReturnType<typeof protocol.opened> } => {
    const complete = settings.trustedDocuments === null ? undefined : completeSubscribe;
    const peer = new Peer(socket, settings.authenticate, reporting, complete);
    const closed = protocol.opened(peer, { peer });
    return { peer, closed };
  };
}

async function connect(
  context: PeerContext,
  { authenticate, sessions }: WebSocketProtocolSettings,
): Promise<boolean> {
  const { peer } = context.extra;
  const authentication = await authenticate(toHeaders(context.connectionParams));
  if (!('refusal' in authentication)) {
    peer.greet(context, authentication, sessions);
    return true;
  }
  peer.reportRefused(authentication.isOutage ? 'access_unavailable' : 'unauthenticated');
  if (authentication.isOutage) peer.close(1013, 'Try again later');
  return false;
}

async function prepare(
  { extra: { peer } }: PeerContext,
  id: string,
  payload: SubscribePayload,
  settings: WebSocketProtocolSettings,
) {
  const { session } = peer;
  const { subscriptionsPerSocket } = settings.limits;
  if (peer.isDraining) {
    const message = 'The gateway is shutting down: connect again.';
    return refuse(peer, 'draining', 'SERVER_DRAINING', message);
  }
  if (session === null || session.end !== null) {
    return inRequestScope(() => [settings.maskError(session?.end?.(null))], peer.scopeOf(undefined));
  }
  if (peer.runningCount >= subscriptionsPerSocket) {
    const message = `At most ${subscriptionsPerSocket} operations may run on one socket: end one, or open another socket.`;
    return refuse(peer, 'too_many_operations', 'SUBSCRIPTION_LIMIT', message);
  }
  const operation = peer.begin(id);
  const asked = { caller: session.caller, peer, operation, payload };
  const prepared = await inRequestScope(() => toExecutionArgs(asked, settings), operation.scope);
  if (!Array.isArray(prepared)) return prepared;
  operation.note(prepared);
  peer.end(id);
  return prepared;
}

interface AskedOperation {
  readonly caller: Caller;
  readonly peer: Peer;
  readonly operation: Operation;
  readonly payload: SubscribePayload;
}

async function toExecutionArgs(
  { caller, peer, operation, payload }: AskedOperation,
  settings: WebSocketProtocolSettings,
) {
  const initial = { caller, signal: undefined as AbortSignal | undefined, params: payload };
  const { schema, execute, contextFactory, parse, validate } = settings.yoga.getEnveloped(initial);
  try {
    await settings.admission.operation(caller);
    const document = parse(settings.trustedDocuments?.textFor(payload) ?? payload.query);
    operation.subject = toSubject(document, payload.operationName);
    const errors = validate(schema, document);
    if (errors.length > 0) return [...(errors as readonly GraphQLError[])];
    const operationNode = getOperationAST(document, payload.operationName);
    if (!operationNode) {
      // In Yoga's words, which stand in the answer over HTTP.
      const message = 'Could not determine what operation to execute.';
      return [toRefusal('OPERATION_RESOLUTION_FAILURE', message, operation.requestId)];
    }
    // A subscription is ended by its stream, and calls no vendor for its one subscriber.
    if (operationNode.operation !== 'subscription') initial.signal = operation.signal;
    const rootValue: OperationRoot = { execute, operation, peer, trace: payload.extensions };
    const prepared = {
      schema,
      document,
      operationName: payload.operationName,
      variableValues: payload.variables,
      contextValue: await contextFactory(),
      rootValue,
    };
    forget(payload);
    return prepared;
  } catch (error) {
    return [settings.maskError(error)];
  }
}

/** A result as it leaves: the very same, so that it is serialised once for all, unless an error of it speaks to HTTP. */
function toAnswer(result: ExecutionResult): ExecutionResult {
  if (!result.errors?.some(({ extensions }) => 'http' in extensions)) return result;
  return { ...result, errors: result.errors.map(withoutHttp) };
}

/** graphql-ws keeps the message for as long as the operation runs; its large parts have been read. */
function forget(payload: SubscribePayload): void {
  Object.assign(payload, { query: '', variables: undefined });
  // Not added where it was not: that would be the larger object.
  if (payload.extensions !== undefined) Object.assign(payload, { extensions: undefined });
}

/** Nothing of it is run; its error and the log line about it have one id. */
function refuse(peer: Peer, reason: RefusalReason, code: string, message: string): readonly GraphQLError[] {
  const requestId = createRequestId();
  peer.reportRefused(reason, requestId);
  return [toRefusal(code, message, requestId)];
}

function toRefusal(code: string, message: string, requestId: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code, requestId } });
}
