import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { HostPolicy } from '../access/hosts.ts';
import type { RefusalReason, Transport } from '../operations/reports.ts';
import type { Log } from '../runtime/tools.ts';
import type { GraphiQL } from '../transports/graphiql.ts';
import { respondGraphiQLPart } from '../transports/http.ts';
import type { InOrder } from '../transports/request-order.ts';
import { refuseUpgrade } from '../transports/websocket.ts';
import type { Health, Readiness } from './health.ts';
import {
  type Answer,
  type ArrivalTimes,
  createHttpServer,
  type HttpServer,
  type UpgradeHandler,
} from './http-server.ts';
import { respondJson, respondText } from './respond.ts';

/** What a request asks for. */
export interface Target {
  readonly pathname: string;
  /** From the question mark on; empty where there is none. */
  readonly search: string;
}

type Handler = (request: IncomingMessage, response: Answer, target: Target) => Promise<void> | void;

export interface Routes {
  readonly graphql: Handler;
  /** `/graphql` as a websocket. */
  readonly websocket: UpgradeHandler;
  readonly graphiql: GraphiQL | null;
  readonly files: Handler;
  /** Left out where no vendor is told where to call back. */
  readonly callbacks?: Handler | undefined;
  readonly board: Handler;
  /** `/config.schema.json` and `/schema.graphql`; left out in production. */
  readonly schemas?: Handler | undefined;
  readonly health: Health;
  /** Prometheus text; null where it is served on a port of its own. */
  readonly metrics: MetricsText | null;
}

/** What a scrape reads. */
export type MetricsText = () => Promise<{ readonly contentType: string; readonly text: string }>;

/** A request whose path was never looked at. */
export interface RefusedRequest {
  readonly request: IncomingMessage;
  readonly transport: Transport;
  /** Null where its answer has none. */
  readonly requestId: string | null;
}

export interface ListenerSettings {
  readonly hosts: HostPolicy;
  readonly log: Log;
  /** Other times for slow senders than the usual ones. */
  readonly arrival?: ArrivalTimes | undefined;
  /** Told of each request that is refused before its path is looked at. */
  readonly onRefused: (reason: RefusalReason, refused: RefusedRequest) => void;
  readonly inOrder: InOrder;
}

/** The HTTP server: finds the part of the gateway that a path belongs to. */
export function createListener(routes: Routes, settings: ListenerSettings): HttpServer {
  const { hosts, onRefused } = settings;

  function onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const target = readTarget(request, hosts);
    if ('status' in target) {
      onRefused(target.reason, { request, transport: 'websocket', requestId: null });
      refuseUpgrade(socket, target.statusLine);
    } else if (target.pathname === '/graphql') routes.websocket(request, socket, head);
    else refuseUpgrade(socket, '404 Not Found');
  }

  return serve((request, response, target) => route(routes, request, response, target), settings, onUpgrade);
}

/** The HTTP server of the operators' own port: the metrics, whatever the path, and readiness with each account by name. */
export function createOperatorsListener(
  { metrics, health }: { readonly metrics: MetricsText; readonly health: Health },
  settings: ListenerSettings,
): HttpServer {
  return serve((request, response, { pathname }) => {
    if (pathname !== '/ready') return respondMetrics(metrics, request, response);
    respondReadiness(health.detailedReadiness(), response);
  }, settings);
}

function serve(
  handler: Handler,
  { hosts, log, arrival, onRefused, inOrder }: ListenerSettings,
  onUpgrade?: UpgradeHandler,
): HttpServer {
  function fail(response: Answer, error: unknown): void {
    const stack = error instanceof Error ? error.stack : typeof error;
    log.error({ requestId: response.requestId, error: stack }, 'A request failed unexpectedly.');
    if (response.headersSent) response.destroy();
    else respondText(response, 500, 'Something went wrong on our side.\n');
  }

  function answer(request: IncomingMessage, response: Answer): void {
    const target = readTarget(request, hosts);
    if ('status' in target) {
      onRefused(target.reason, { request, transport: 'http', requestId: response.requestId });
      respondText(response, target.status, target.message);
      return;
    }
    try {
      handler(request, response, target)?.catch((error: unknown) => fail(response, error));
    } catch (error) {
      fail(response, error);
    }
  }

  return createHttpServer(
    (request, response) => inOrder(request, response, () => answer(request, response)),
    { arrival, onUpgrade },
  );
}

const SCHEMA_PATHS: ReadonlySet<string> = new Set(['/config.schema.json', '/schema.graphql']);

function route(
  routes: Routes,
  request: IncomingMessage,
  response: Answer,
  target: Target,
): Promise<void> | void {
  const { pathname } = target;

  if (pathname === '/graphql') return routes.graphql(request, response, target);
  if (pathname.startsWith('/graphql/graphiql/') && routes.graphiql !== null) {
    const name = pathname.slice('/graphql/graphiql/'.length);
    return respondGraphiQLPart(routes.graphiql, name, request, response).then((isAnswered) => {
      if (!isAnswered) respondText(response, 404, NOTHING_HERE);
    });
  }
  if (pathname.startsWith('/files/')) return routes.files(request, response, target);
  if (pathname.startsWith('/callbacks/') && routes.callbacks !== undefined)
    return routes.callbacks(request, response, target);
  if (pathname === '/health') return respondJson(response, 200, { status: 'alive' });
  if (pathname === '/ready') return respondReadiness(routes.health.readiness(), response);
  if (pathname === '/metrics' && routes.metrics !== null)
    return respondMetrics(routes.metrics, request, response);
  if (pathname === '/' || pathname.startsWith('/e/') || pathname.startsWith('/board/'))
    return routes.board(request, response, target);
  if (SCHEMA_PATHS.has(pathname) && routes.schemas !== undefined)
    return routes.schemas(request, response, target);
  respondText(response, 404, NOTHING_HERE);
}

const NOTHING_HERE = 'Nothing is served here. GraphQL is at /graphql.\n';

async function respondMetrics(
  read: MetricsText,
  { method }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (method !== 'GET' && method !== 'HEAD')
    return respondText(response, 405, 'Metrics are only read.\n', { allow: 'GET, HEAD' });
  const { contentType, text } = await read();
  respondText(response, 200, text, { 'content-type': contentType });
}

function respondReadiness({ isReady, status, parts }: Readiness, response: ServerResponse): void {
  respondJson(response, isReady ? 200 : 503, { status, parts });
}

/** What is wrong with a request, and what it is told. */
interface Misfit {
  readonly status: number;
  readonly statusLine: Parameters<typeof refuseUpgrade>[1];
  readonly reason: RefusalReason;
  readonly message: string;
}

const UNREADABLE: Misfit = {
  status: 400,
  statusLine: '400 Bad Request',
  reason: 'unreadable',
  message: 'The request target or the Host header cannot be read.\n',
};
/** Says nothing of what was asked: the text is a stranger's. */
const MISDIRECTED: Misfit = {
  status: 421,
  statusLine: '421 Misdirected Request',
  reason: 'foreign_host',
  message: 'This server goes by another name: ask for it by its address or by the host of its public URL.\n',
};

/** A target with scheme and host, which a server must accept (RFC 9112, section 3.2.2). */
const ABSOLUTE = /^https?:\/\/([^/?#]+)/i;
/** A path that means what it says. */
const PLAIN = /^(\/[\w~./-]*)(\?[^#]*)?$/;

/** What is asked for, or what to answer to a target that is no path and a Host that is not one of ours. */
function readTarget(request: IncomingMessage, hosts: HostPolicy): Target | Misfit {
  const { url = '' } = request;
  const [origin, authority] = url.startsWith('/') ? [] : (ABSOLUTE.exec(url) ?? []);
  const problem = hosts.findProblem(request, authority);
  if (problem !== null) return problem === 'foreign' ? MISDIRECTED : UNREADABLE;
  if (origin !== undefined) {
    const rest = url.slice(origin.length);
    // Everything that comes after reads a path.
    request.url = rest.startsWith('/') ? rest : `/${rest}`;
  }
  return toTarget(request.url ?? '') ?? UNREADABLE;
}

function toTarget(path: string): Target | null {
  const [, pathname, search = ''] = PLAIN.exec(path) ?? [];
  if (pathname !== undefined && !pathname.includes('/.')) return { pathname, search };
  // Routes are paths: the host plays no part in them.
  return path.startsWith('/') && URL.canParse(`http://localhost${path}`)
    ? new URL(`http://localhost${path}`)
    : null;
}
