import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Authenticate } from '../access/authenticate.ts';
import type { Caller } from '../access/caller.ts';
import type { ClientAddressOf } from '../access/client-address.ts';
import { isForeign, type OriginPolicy, setCorsHeaders } from '../access/origins.ts';
import { OperationRun } from '../operations/operation-run.ts';
import type { Asked, OperationReports, RefusalReason } from '../operations/reports.ts';
import { currentScope, inRequestScope, type RequestScope } from '../telemetry/scope.ts';
import { inSpan, parentFrom } from '../telemetry/spans.ts';
import { isJson } from '../web/json-type.ts';
import { respondGraphQLError, respondText, wantsPage } from '../web/respond.ts';
import { GRAPHIQL_PAGE } from '../web/security-headers.ts';
import type { GraphiQL } from './graphiql.ts';
import type { StalledResponses } from './stalled-responses.ts';
import type { GatewayYoga } from './yoga.ts';

export interface GraphQLEndpointSettings {
  readonly yoga: GatewayYoga;
  readonly authenticate: Authenticate;
  readonly bodyBytes: number;
  /** Null in production mode. */
  readonly graphiql: GraphiQL | null;
  readonly origins: OriginPolicy;
  readonly stalledResponses: StalledResponses;
  readonly reports: OperationReports;
  readonly clientAddressOf: ClientAddressOf;
}

/** How long a client may take to read why its body was refused. */
const LINGER_MS = 1_000;

/** `/graphql` over HTTP: POST with JSON, GET for queries, SSE for subscriptions, GraphiQL for a browser. */
export function createGraphQLEndpoint(settings: GraphQLEndpointSettings) {
  const { yoga, authenticate, bodyBytes, graphiql, origins, reports, clientAddressOf } = settings;

  function toAsked(request: IncomingMessage, caller?: Caller): Asked {
    const scope: Partial<RequestScope> = { ...currentScope(), tenant: caller?.tenant, caller: caller?.name };
    return { scope, transport: 'http', clientAddress: clientAddressOf(request) };
  }

  function report(reason: RefusalReason, request: IncomingMessage): void {
    reports.refused(reason, toAsked(request));
  }

  function answer(request: IncomingMessage, response: ServerResponse, caller: Caller): Promise<void> {
    const asked = toAsked(request, caller);
    const work = () =>
      inSpan(toSpanPlan(request, caller), async (span) => {
        const run = new OperationRun(reports, asked, span);
        response.once('close', () => run.end(response.writableFinished, response.statusCode));
        await yoga.handle(request, response, { caller, run });
      });
    return inRequestScope(work, asked.scope);
  }

  return async (
    request: IncomingMessage,
    response: ServerResponse,
    target: Pick<URL, 'search'>,
  ): Promise<void> => {
    if (graphiql !== null && wantsGraphiQL(request, target.search)) {
      const page = await graphiql.page();
      return respondText(response, 200, page.body, {
        'content-type': page.contentType,
        ...GRAPHIQL_PAGE,
        'cache-control': 'no-cache',
      });
    }
    setCorsHeaders(request, response, origins);
    if (isForeign(request.headers, origins)) {
      report('forbidden_origin', request);
      return respondGraphQLError(response, 403, 'FORBIDDEN', 'This origin may not speak to this server.');
    }
    if (request.method === 'OPTIONS') return respondText(response, 204, '');
    const refusal = refuse(request, bodyBytes);
    if (refusal !== null) {
      report(refusal.reason, request);
      return respondGraphQLError(response, refusal.status, 'BAD_USER_INPUT', refusal.message);
    }

    const caller = await authenticate(request.headers);
    if ('refusal' in caller && caller.isOutage) {
      report('access_unavailable', request);
      return respondGraphQLError(response, 503, 'ACCESS_UNAVAILABLE', caller.refusal, { 'retry-after': '5' });
    }
    if ('refusal' in caller) {
      report('unauthenticated', request);
      return respondGraphQLError(response, 401, 'UNAUTHENTICATED', caller.refusal, {
        'www-authenticate': 'Bearer',
      });
    }
    response.setHeader('cache-control', 'no-store');
    settings.stalledResponses.watch(response);
    // Held here: a request that is destroyed half-way has lost its socket.
    const { socket } = request;
    response.once('finish', () => {
      if (!request.complete) closeGently(socket);
    });
    await answer(request, response, caller);
  };
}

/** Called anew as soon as it is known which operation it is. */
function toSpanPlan({ method, headers }: IncomingMessage, { tenant }: Caller) {
  const attributes = {
    'http.request.method': method,
    'http.route': '/graphql',
    'waybill.tenant': tenant,
  };
  return { name: 'GraphQL', kind: 'server', attributes, parent: parentFrom(headers) } as const;
}

/**
 * Ends the connection of a body that was refused half-way: nobody reads the rest, so the next request would never be seen.
 *
 * What was sent already is given time to arrive: to destroy the connection at once would take the answer back.
 */
function closeGently(socket: Socket): void {
  socket.end();
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}

/** GraphiQL's own files; they change only with the release. */
export async function respondGraphiQLPart(
  graphiql: GraphiQL,
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
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
function refuse(
  request: IncomingMessage,
  bodyBytes: number,
): { readonly status: number; readonly reason: RefusalReason; readonly message: string } | null {
  if (request.method !== 'POST') return null;
  // Whatever a browser's form can send without asking first is no way to speak to this server.
  if (!isJson(request.headers['content-type'])) {
    return {
      status: 415,
      reason: 'media_type',
      message: 'Send the operation as JSON in UTF-8, with content-type application/json.',
    };
  }
  if (!isPlain(request.headers)) {
    const message = 'Send the body uncompressed: it is read as it comes.';
    return { status: 415, reason: 'media_type', message };
  }
  // Media types are the same in any case (RFC 9110, section 8.3.1), but Yoga knows this spelling only.
  request.headers['content-type'] = 'application/json';
  if (Number(request.headers['content-length'] ?? 0) > bodyBytes) {
    const message = `The body is larger than the ${bodyBytes} bytes that are allowed.`;
    return { status: 413, reason: 'too_large', message };
  }
  return null;
}

/** False for a body that would have to be unpacked: what is small on the wire could be of any size then. */
function isPlain(headers: IncomingHttpHeaders): boolean {
  const { 'content-encoding': content = 'identity', 'transfer-encoding': transfer = 'chunked' } = headers;
  return content.trim().toLowerCase() === 'identity' && transfer.trim().toLowerCase() === 'chunked';
}
