import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AccessFault, Authenticate, Refusal } from '../access/authenticate.ts';
import type { Caller } from '../access/caller.ts';
import type { ClientAddressOf } from '../access/client-address.ts';
import { isForeign, type OriginPolicy, setCorsHeaders } from '../access/origins.ts';
import type { Call, OperationEngine, Outcome } from '../operations/engine.ts';
import { toRefusal } from '../operations/errors.ts';
import type { OperationReports, Origin, RefusalReason, Transport } from '../operations/reports.ts';
import {
  fromSearch,
  MalformedRequestError,
  type OperationRequest,
  toRequest,
} from '../operations/request.ts';
import { Cancellation } from '../runtime/cancellation.ts';
import type { Answer } from '../web/http-server.ts';
import { isJson } from '../web/json-type.ts';
import { readBody } from '../web/read-body.ts';
import { respondText, wantsPage } from '../web/respond.ts';
import { GRAPHIQL_PAGE } from '../web/security-headers.ts';
import type { GraphiQL } from './graphiql.ts';
import { toBody, toContentType, toHttpAnswer } from './http-answer.ts';
import { type Accepted, negotiate, SPOKEN } from './media-types.ts';
import type { StalledResponses } from './stalled-responses.ts';
import type { HandleByYoga } from './yoga.ts';

export interface GraphQLEndpointSettings {
  readonly engine: OperationEngine;
  readonly yoga: HandleByYoga;
  readonly authenticate: Authenticate;
  readonly bodyBytes: number;
  /** Null in production mode. */
  readonly graphiql: GraphiQL | null;
  readonly origins: OriginPolicy;
  readonly stalledResponses: StalledResponses;
  readonly reports: OperationReports;
  readonly clientAddressOf: ClientAddressOf;
}

/** A request that is refused before it becomes an operation. */
interface HttpRefusal {
  readonly status: number;
  readonly code: string;
  readonly reason: RefusalReason;
  /** What exactly was wrong, for the log alone. */
  readonly why?: AccessFault;
  readonly message: string;
  readonly headers?: Record<string, string>;
  readonly retryable?: boolean;
}

/** `/graphql` over HTTP: POST with JSON, GET for queries, SSE and parts for subscriptions, GraphiQL for a browser. */
export function createGraphQLEndpoint(settings: GraphQLEndpointSettings) {
  const { engine, yoga, authenticate, bodyBytes, graphiql, origins, reports, clientAddressOf } = settings;

  /** @param caller - where it is known already */
  function refuse(request: IncomingMessage, response: Answer, refusal: HttpRefusal, caller?: Caller): void {
    const { status, code, reason, why, message, headers, retryable = false } = refusal;
    const requestId = response.requestId;
    const scope =
      caller === undefined ? { requestId } : { requestId, tenant: caller.tenant, caller: caller.name };
    reports.refused(reason, { scope, transport: 'http', clientAddress: clientAddressOf(request) }, why);
    const type = negotiate(request.headers.accept)?.single ?? 'application/json';
    const errors = [toRefusal(code, message, requestId, { retryable })];
    respondText(response, status, toBody({ errors }, type), {
      'content-type': toContentType(type),
      ...headers,
    });
  }

  /** A body that came in one piece with its headers has been parsed a turn later: then the connection need not end. */
  function refuseUnread(
    request: IncomingMessage,
    response: Answer,
    refusal: HttpRefusal,
  ): Promise<void> | void {
    if (request.complete) return refuse(request, response, refusal);
    return nextTurn().then(() => refuse(request, response, refusal));
  }

  function answer(
    request: IncomingMessage,
    response: Answer,
    caller: Caller,
    read: () => OperationRequest,
  ): Promise<void> | void {
    const accepted = negotiate(request.headers.accept);
    if (accepted === null) return refuse(request, response, NOT_ACCEPTABLE, caller);
    const call = new HttpCall(request, response, caller, clientAddressOf(request), accepted);
    const answerByYoga = (run: () => Promise<Outcome>): Promise<void> =>
      yoga(request, response, { origin: call, accepted, run, breakOff: () => void response.destroy() });
    const isJsonAsked =
      accepted.single === 'application/json' || accepted.single === 'application/graphql-response+json';
    if (call.isReadOnly || !isJsonAsked)
      return answerByYoga(async () => {
        const outcome = await engine.run(call, read);
        call.hasOutcome(outcome);
        return outcome;
      });
    const write = (outcome: Outcome): Promise<void> | void => {
      call.hasOutcome(outcome);
      if (call.isGone) return;
      if (outcome.type === 'stream') return answerByYoga(async () => outcome);
      const { status, headers, body } = toHttpAnswer(outcome, accepted.single);
      response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
      response.end(body);
    };
    const outcome = engine.run(call, read);
    return outcome instanceof Promise ? outcome.then(write) : write(outcome);
  }

  function receive(
    request: IncomingMessage,
    response: Answer,
    { search }: Pick<URL, 'search'>,
    caller: Caller | Refusal,
  ): Promise<void> | void {
    if ('refusal' in caller) return refuseUnread(request, response, toAccessRefusal(caller));
    settings.stalledResponses.watch(response);
    if (request.method !== 'POST')
      return answer(request, response, caller, () => fromSearch(new URLSearchParams(search)));
    return readBody(request, bodyBytes).then((body) => {
      if (body === null) return refuse(request, response, toTooLarge(bodyBytes), caller);
      if (body !== undefined) return answer(request, response, caller, () => toRequest(parseJson(body)));
    });
  }

  return (request: IncomingMessage, response: Answer, target: Pick<URL, 'search'>): Promise<void> | void => {
    if (graphiql !== null && wantsGraphiQL(request, target.search)) return showGraphiQL(graphiql, response);
    setCorsHeaders(request, response, origins);
    if (isForeign(request.headers, origins)) return refuseUnread(request, response, FOREIGN);
    if (request.method === 'OPTIONS') return respondText(response, 204, '');
    const refusal = refusalOf(request, bodyBytes);
    if (refusal !== null) return refuseUnread(request, response, refusal);

    const caller = authenticate(request.headers);
    if (caller instanceof Promise)
      return caller.then((authenticated) => receive(request, response, target, authenticated));
    return receive(request, response, target, caller);
  };
}

async function showGraphiQL(graphiql: GraphiQL, response: Answer): Promise<void> {
  const page = await graphiql.page();
  respondText(response, 200, page.body, {
    'content-type': page.contentType,
    ...GRAPHIQL_PAGE,
    'cache-control': 'no-cache',
  });
}

/** One operation that came over HTTP: who asks, and whether anybody still waits. */
class HttpCall implements Call, Origin {
  readonly caller: Caller;
  readonly clientAddress: string;
  readonly canStream: boolean;
  readonly isReadOnly: boolean;
  readonly requestId: string;
  readonly resumeAfter: string | undefined;
  isGone = false;
  private readonly request: IncomingMessage;
  private readonly response: Answer;
  private leaving: Cancellation | null = null;
  private outcome: Outcome | null = null;

  constructor(
    request: IncomingMessage,
    response: Answer,
    caller: Caller,
    clientAddress: string,
    { stream }: Accepted,
  ) {
    this.request = request;
    this.response = response;
    this.caller = caller;
    this.clientAddress = clientAddress;
    this.canStream = stream !== null;
    this.isReadOnly = request.method !== 'POST';
    this.requestId = response.requestId;
    this.resumeAfter = stream === 'text/event-stream' ? lastEventIdOf(request.headers) : undefined;
    response.whenClosed(() => this.closed());
  }

  get origin(): this {
    return this;
  }

  get transport(): Transport {
    return this.outcome?.type === 'stream' ? 'sse' : 'http';
  }

  get trace(): IncomingHttpHeaders {
    return this.request.headers;
  }

  get signal(): Cancellation {
    if (this.leaving === null) {
      this.leaving = new Cancellation();
      if (this.isGone) this.leaving.abort();
    }
    return this.leaving;
  }

  hasOutcome(outcome: Outcome): void {
    this.outcome = outcome;
    if (!this.isGone) return;
    if (outcome.type === 'stream') outcome.stream.close();
    outcome.report.end('disconnected');
  }

  /** The answer was sent, or nobody reads it any more. */
  private closed(): void {
    this.isGone = true;
    const isSent = this.response.writableFinished;
    if (!isSent) this.leaving?.abort();
    this.outcome?.report.end(isSent ? 'completed' : 'disconnected');
  }
}

const FOREIGN: HttpRefusal = {
  status: 403,
  code: 'FORBIDDEN',
  reason: 'forbidden_origin',
  message: 'This origin may not speak to this server.',
};

const NOT_ACCEPTABLE: HttpRefusal = {
  status: 406,
  code: 'NOT_ACCEPTABLE',
  reason: 'media_type',
  message: `Nothing that "accept" names is spoken here: take ${SPOKEN}.`,
};

const UNREAD_METHOD: HttpRefusal = {
  status: 405,
  code: 'BAD_REQUEST',
  reason: 'unreadable',
  message: 'GraphQL is asked by GET and POST.',
  headers: { allow: 'GET, POST' },
};

const UNFRAMED: HttpRefusal = {
  status: 400,
  code: 'BAD_REQUEST',
  reason: 'unreadable',
  message: 'Where the body ends cannot be told: send it chunked, or say its length.',
  headers: { connection: 'close' },
};

function toTooLarge(bodyBytes: number): HttpRefusal {
  const message = `The body is larger than the ${bodyBytes} bytes that are allowed.`;
  return { status: 413, code: 'BAD_USER_INPUT', reason: 'too_large', message };
}

function toMediaTypeRefusal(message: string): HttpRefusal {
  return { status: 415, code: 'BAD_USER_INPUT', reason: 'media_type', message };
}

function toAccessRefusal({ refusal: message, isOutage, why }: Refusal): HttpRefusal {
  if (isOutage) {
    const headers = { 'retry-after': '5' };
    const reason = 'access_unavailable';
    return { status: 503, code: 'ACCESS_UNAVAILABLE', reason, why, message, headers, retryable: true };
  }
  const headers = { 'www-authenticate': 'Bearer' };
  return { status: 401, code: 'UNAUTHENTICATED', reason: 'unauthenticated', why, message, headers };
}

/** Of server-sent events it is the cursor; absent where it is empty, as of a stream that had none. */
function lastEventIdOf(headers: IncomingHttpHeaders): string | undefined {
  const id = headers['last-event-id'];
  return typeof id === 'string' && id !== '' ? id : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new MalformedRequestError('The body is not JSON.');
  }
}

/** GraphiQL's own files; they change only with the release. */
export async function respondGraphiQLPart(
  graphiql: GraphiQL,
  name: string,
  request: IncomingMessage,
  response: Answer,
): Promise<boolean> {
  const part = await graphiql.part(name);
  if (part === undefined) return false;
  const headers = { 'content-type': part.contentType, etag: part.etag, 'cache-control': 'no-cache' };
  if (request.headers['if-none-match'] === part.etag) response.writeHead(304, headers).end();
  else respondText(response, 200, part.body, headers);
  return true;
}

/**
 * GraphiQL is for whoever opens or reloads it as a page; a query in its address is shown there, and not asked.
 *
 * Other programs that say they read HTML are answered.
 */
function wantsGraphiQL(request: IncomingMessage, search: string): boolean {
  if (!wantsPage(request)) return false;
  return !new URLSearchParams(search).has('query') || request.headers['sec-fetch-dest'] === 'document';
}

/** What can be refused before the body is read, and before anyone is asked who they are. */
function refusalOf(request: IncomingMessage, bodyBytes: number): HttpRefusal | null {
  const { method, headers } = request;
  if (method !== 'POST') return method === 'GET' ? null : UNREAD_METHOD;
  // Whatever a browser's form can send without asking first is no way to speak to this server.
  if (!isJson(headers['content-type']))
    return toMediaTypeRefusal('Send the operation as JSON in UTF-8, with content-type application/json.');
  if (!isFramed(headers)) return UNFRAMED;
  if (!isPlain(headers)) return toMediaTypeRefusal('Send the body uncompressed: it is read as it comes.');
  return Number(headers['content-length'] ?? 0) > bodyBytes ? toTooLarge(bodyBytes) : null;
}

/** False for a body whose last transfer coding is not `chunked` (RFC 9112, section 6.3). */
function isFramed({ 'transfer-encoding': transfer = 'chunked' }: IncomingHttpHeaders): boolean {
  return /(?:^|,)\s*chunked\s*$/i.test(transfer);
}

/** False for a body that would have to be unpacked: what is small on the wire could be of any size then. */
function isPlain(headers: IncomingHttpHeaders): boolean {
  const { 'content-encoding': content = 'identity', 'transfer-encoding': transfer = 'chunked' } = headers;
  return content.trim().toLowerCase() === 'identity' && transfer.trim().toLowerCase() === 'chunked';
}
