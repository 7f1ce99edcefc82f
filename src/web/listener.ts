import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Log } from '../export/ports.ts';
import type { GraphiQL } from '../graphql/graphiql.ts';
import { respondGraphiQLPart } from './graphql-endpoint.ts';
import type { Health } from './health.ts';
import { respondJson, respondText } from './respond.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<void> | void;

export interface Routes {
  readonly graphql: Handler;
  readonly graphiql: GraphiQL | null;
  readonly files: Handler;
  readonly board: Handler;
  readonly health: Health;
  /** Prometheus text; null where it is served on a port of its own. */
  readonly metrics: Handler | null;
}

/** A request must send its headers within this time, and all of itself within the next. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
const MAX_HEADER_BYTES = 16_384;

/** The HTTP server: finds the part of the gateway that a path belongs to. */
export function createListener(routes: Routes, log: Log): Server {
  const settings = {
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
    connectionsCheckingInterval: 5_000,
  };
  return createServer(settings, (request, response) => {
    route(routes, request, response).catch((error: unknown) => {
      log.error(
        { error: error instanceof Error ? error.stack : typeof error },
        'A request failed unexpectedly.',
      );
      if (response.headersSent) response.destroy();
      else respondText(response, 500, 'Something went wrong on our side.\n');
    });
  });
}

async function route(routes: Routes, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = parseTarget(request);
  if (url === null)
    return respondText(response, 400, 'The request target or the Host header cannot be read.\n');
  const { pathname } = url;

  if (pathname === '/graphql') return routes.graphql(request, response, url);
  if (pathname.startsWith('/graphql/graphiql/') && routes.graphiql !== null) {
    const name = pathname.slice('/graphql/graphiql/'.length);
    if (await respondGraphiQLPart(routes.graphiql, name, request, response)) return;
  }
  if (pathname.startsWith('/files/')) return routes.files(request, response, url);
  if (pathname === '/health') return respondJson(response, 200, { status: 'alive' });
  if (pathname === '/ready') return respondReadiness(routes.health, response);
  if (pathname === '/metrics' && routes.metrics !== null) return routes.metrics(request, response, url);
  if (pathname === '/' || pathname.startsWith('/board/')) return routes.board(request, response, url);
  respondText(response, 404, 'Nothing is served here. GraphQL is at /graphql.\n');
}

function respondReadiness(health: Health, response: ServerResponse): void {
  const readiness = health.readiness();
  respondJson(response, readiness.isReady ? 200 : 503, { status: readiness.status, parts: readiness.parts });
}

/** The request's target; null for one that is no path, or a Host that is none. */
function parseTarget(request: IncomingMessage): URL | null {
  const target = request.url ?? '';
  const host = request.headers.host ?? 'localhost';
  if (!target.startsWith('/') || !/^[A-Za-z0-9.:[\]_-]+$/.test(host)) return null;
  try {
    return new URL(`http://${host}${target}`);
  } catch {
    return null;
  }
}
