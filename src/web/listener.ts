import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { HostPolicy } from '../access/hosts.ts';
import type { RefusalReason } from '../operations/reports.ts';
import type { Log } from '../runtime/tools.ts';
import { createRequestId, inRequestScope } from '../telemetry/scope.ts';
import type { GraphiQL } from '../transports/graphiql.ts';
import { respondGraphiQLPart } from '../transports/http.ts';
import type { InOrder } from '../transports/request-order.ts';
import type { Health, Readiness } from './health.ts';
import { respondJson, respondText } from './respond.ts';
import { EVERY_ANSWER } from './security-headers.ts';

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

/** How long a request may take to arrive; a slower sender is answered 408 and cut off. */
export interface ArrivalTimes {
  /** From its first byte to the end of its headers. */
  readonly headersMs: number;
  /** To the end of its body. */
  readonly requestMs: number;
  /** How often this is looked at. */
  readonly checkMs: number;
}

const ARRIVAL_TIMES: ArrivalTimes = { headersMs: 10_000, requestMs: 30_000, checkMs: 5_000 };
const MAX_HEADER_BYTES = 16_384;
/** How long an answered client may take to end its body. */
const LINGER_MS = 2_000;

const STANDING_HEADERS = Object.entries(EVERY_ANSWER);

export interface ListenerSettings {
  readonly hosts: HostPolicy;
  readonly log: Log;
  readonly arrival?: ArrivalTimes | undefined;
  /** Told of each request that is refused before anybody looks at its path. */
  readonly onRefused: (reason: RefusalReason, request: IncomingMessage) => void;
  readonly inOrder: InOrder;
}

/** The HTTP server: finds the part of the gateway that a path belongs to. */
export function createListener(routes: Routes, settings: ListenerSettings): Server {
  return serve((request, response, url) => route(routes, request, response, url), settings);
}

/** The HTTP server of a part that has a port of its own, whatever the path. */
export function createListenerOf(handler: Handler, settings: ListenerSettings): Server {
  return serve(async (request, response, url) => handler(request, response, url), settings);
}

function serve(
  handler: (...asked: Parameters<Handler>) => Promise<void>,
  { hosts, log, arrival = ARRIVAL_TIMES, onRefused, inOrder }: ListenerSettings,
): Server {
  const settings = {
    headersTimeout: arrival.headersMs,
    requestTimeout: arrival.requestMs,
    maxHeaderSize: MAX_HEADER_BYTES,
    connectionsCheckingInterval: arrival.checkMs,
  };
  function answer(request: IncomingMessage, response: ServerResponse): void {
    const asked = readTarget(request, hosts);
    if ('status' in asked) {
      onRefused(asked.reason, request);
      respondText(response, asked.status, asked.message);
      return;
    }
    handler(request, response, asked).catch((error: unknown) => {
      log.error(
        { error: error instanceof Error ? error.stack : typeof error },
        'A request failed unexpectedly.',
      );
      if (response.headersSent) response.destroy();
      else respondText(response, 500, 'Something went wrong on our side.\n');
    });
  }

  return createServer(settings, (request, response) => {
    const requestId = createRequestId();
    response.setHeader('x-request-id', requestId);
    for (const [name, value] of STANDING_HEADERS) response.setHeader(name, value);
    // Held here: a request that was destroyed half-way has lost its socket.
    const { socket } = request;
    response.once('finish', () => cutOffLater(request, socket));
    inRequestScope(() => inOrder(request, response, () => answer(request, response)), { requestId });
  });
}

/** An answer may come before the whole body, as a refusal does: what is left of it may take a moment, not half a minute. */
function cutOffLater(request: IncomingMessage, socket: Socket): void {
  if (request.complete) return;
  setTimeout(() => {
    if (!request.complete) socket.destroy();
  }, LINGER_MS).unref();
}

async function route(
  routes: Routes,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const { pathname } = url;

  if (pathname === '/graphql') return routes.graphql(request, response, url);
  if (pathname.startsWith('/graphql/graphiql/') && routes.graphiql !== null) {
    const name = pathname.slice('/graphql/graphiql/'.length);
    if (await respondGraphiQLPart(routes.graphiql, name, request, response)) return;
  }
  if (pathname.startsWith('/files/')) return routes.files(request, response, url);
  if (pathname === '/health') return respondJson(response, 200, { status: 'alive' });
  if (pathname === '/ready') return respondReadiness(routes.health.readiness(), response);
  if (pathname === '/metrics' && routes.metrics !== null) return routes.metrics(request, response, url);
  if (pathname === '/' || pathname.startsWith('/board/')) return routes.board(request, response, url);
  respondText(response, 404, 'Nothing is served here. GraphQL is at /graphql.\n');
}

/** What the port for metrics serves: them, and beside them readiness with each account by name. */
export function createOperatorsHandler(metrics: Handler, health: Health): Handler {
  return (request, response, url) => {
    if (url.pathname !== '/ready') return metrics(request, response, url);
    respondReadiness(health.detailedReadiness(), response);
  };
}

function respondReadiness({ isReady, status, parts }: Readiness, response: ServerResponse): void {
  respondJson(response, isReady ? 200 : 503, { status, parts });
}

/** What is wrong with a request, and what it is told. */
interface Misfit {
  readonly status: number;
  readonly reason: RefusalReason;
  readonly message: string;
}

const UNREADABLE: Misfit = {
  status: 400,
  reason: 'unreadable',
  message: 'The request target or the Host header cannot be read.\n',
};
/** Says nothing of what was asked: the text is a stranger's. */
const MISDIRECTED: Misfit = {
  status: 421,
  reason: 'foreign_host',
  message: 'This server goes by another name: ask for it by its address or by the host of its public URL.\n',
};

/** What is asked for, or what to answer to a target that is no path and a Host that is none of ours. */
function readTarget(request: IncomingMessage, hosts: HostPolicy): URL | Misfit {
  const target = request.url ?? '';
  const problem = hosts.findProblem(request);
  if (problem === 'foreign') return MISDIRECTED;
  if (problem === 'unreadable' || !target.startsWith('/')) return UNREADABLE;
  try {
    // Routes are paths: the host plays no part in them.
    return new URL(`http://localhost${target}`);
  } catch {
    return UNREADABLE;
  }
}
