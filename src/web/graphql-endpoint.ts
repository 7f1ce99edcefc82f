import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { GraphiQL } from '../graphql/graphiql.ts';
import { inRequestScope } from '../graphql/request-scope.ts';
import type { GatewayYoga } from '../graphql/yoga.ts';
import type { Authenticate } from './authenticate.ts';
import { isForeign, type OriginPolicy, setCorsHeaders } from './origins.ts';
import { respondGraphQLError, respondText, wantsPage } from './respond.ts';
import type { StalledResponses } from './stalled-responses.ts';

export interface GraphQLEndpointSettings {
  readonly yoga: GatewayYoga;
  readonly authenticate: Authenticate;
  readonly bodyBytes: number;
  /** Null in production mode. */
  readonly graphiql: GraphiQL | null;
  readonly origins: OriginPolicy;
  readonly stalledResponses: StalledResponses;
}

/** How long a client may take to read why its body was refused. */
const LINGER_MS = 1_000;

/** A page of ours may load and speak to this server alone. `unsafe-inline` for styles only: Monaco writes them. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self' blob:",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self' data:",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** `/graphql` over HTTP: POST with JSON, GET for queries, SSE for subscriptions, GraphiQL for a browser. */
export function createGraphQLEndpoint(settings: GraphQLEndpointSettings) {
  const { yoga, authenticate, bodyBytes, graphiql, origins } = settings;

  return async (request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> => {
    if (graphiql !== null && wantsPage(request) && !url.searchParams.has('query')) {
      const page = graphiql.page();
      return respondText(response, 200, page.body, {
        'content-type': page.contentType,
        'content-security-policy': PAGE_POLICY,
        'cache-control': 'no-cache',
      });
    }
    setCorsHeaders(request, response, origins);
    if (isForeign(request.headers, origins)) {
      return respondGraphQLError(response, 403, 'FORBIDDEN', 'This origin may not speak to this server.');
    }
    if (request.method === 'OPTIONS') return respondText(response, 204, '');
    const refusal = refuse(request, bodyBytes);
    if (refusal !== null)
      return respondGraphQLError(response, refusal.status, 'BAD_USER_INPUT', refusal.message);

    const caller = await authenticate(request.headers);
    if ('refusal' in caller) {
      return respondGraphQLError(response, 401, 'UNAUTHENTICATED', caller.refusal, {
        'www-authenticate': 'Bearer',
      });
    }
    const requestId = randomUUID();
    response.setHeader('x-request-id', requestId);
    response.setHeader('cache-control', 'no-store');
    settings.stalledResponses.watch(response);
    // Held here: a request that is destroyed half-way has lost its socket.
    const { socket } = request;
    response.once('finish', () => {
      if (!request.complete) closeGently(socket);
    });
    const scope = { requestId, tenant: caller.tenant, caller: caller.name };
    await inRequestScope(() => yoga.handle(request, response, { caller }), scope);
  };
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

/** What can be refused before the body is read, and before anyone is asked who they are. */
function refuse(
  request: IncomingMessage,
  bodyBytes: number,
): { readonly status: number; readonly message: string } | null {
  if (request.method !== 'POST') return null;
  // Whatever a browser's form can send without asking first is no way to speak to this server.
  const type = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase();
  if (type !== 'application/json') {
    return { status: 415, message: 'Send the operation as JSON, with content-type application/json.' };
  }
  if (Number(request.headers['content-length'] ?? 0) > bodyBytes) {
    return { status: 413, message: `The body is larger than the ${bodyBytes} bytes that are allowed.` };
  }
  return null;
}
