import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostHeaderValidation, originValidation, toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, type McpServerFactory } from '@modelcontextprotocol/server';
import type { GatewayAccess } from '../gateway/address.ts';
import { OpenCalls } from './open-calls.ts';
import { createMcpServer, type McpParts } from './server.ts';

/** An order's parameters are a few kB. */
const MAX_BODY_BYTES = 262_144;
/** For answers that say that this server goes away. */
const CLOSE_GRACE_MS = 2_000;
const SESSION = 'mcp-session-id';
/** Each holds a connection of its caller and one to the gateway. */
const MAX_WAITS = 500;
const LOCAL_NAMES = ['localhost', '127.0.0.1', '[::1]'];

export interface McpHttpOptions extends Omit<McpParts, 'isShared' | 'takeWait' | 'open'> {
  /** Without who asks: each caller says that itself. */
  readonly access: GatewayAccess;
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Further names under which callers reach it. */
  readonly allowedHosts: readonly string[];
  /** How many may wait for exports at once. */
  readonly maxWaits?: number | undefined;
}

export interface McpHttpServer {
  /** `http://127.0.0.1:4001/mcp` */
  readonly url: string;
  /** Who waits is cut off, and asks again. */
  close(): Promise<void>;
}

/**
 * Serves the tools by MCP's streamable HTTP.
 *
 * Nothing is kept between two requests, neither a session nor who somebody is: each carries what says who asks, and goes on to the
 * gateway with it. So there is no session that somebody else could take over, and none that has to be forgotten.
 */
export async function serveMcpHttp(options: McpHttpOptions): Promise<McpHttpServer> {
  const { host, port, allowedHosts, log } = options;
  const calls = new OpenCalls();
  const handler = createMcpHandler(createFactory(options, calls), { maxRequestBodySize: MAX_BODY_BYTES });
  const handle = toNodeHandler(
    { fetch: (request, details) => answer(request, calls, () => handler.fetch(request, details)) },
    {
      maxRequestBodySize: MAX_BODY_BYTES,
      onerror: ({ message }) => log(`A request failed: ${message}`),
    },
  );
  // Any page's script can send requests to this machine, and a foreign name can be made to lead here.
  const names = [...LOCAL_NAMES, ...[host, ...allowedHosts].map(toHostName)];
  const isHostAllowed = hostHeaderValidation(names);
  const isOriginAllowed = originValidation(names);

  const server = createServer((request, response) => {
    if (!isHostAllowed(request, response) || !isOriginAllowed(request, response)) return;
    if (toPath(request) === '/mcp') void handle(request, response);
    else refuse(response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const { port: actual } = server.address() as AddressInfo;
  return {
    url: `http://${toHostName(host)}:${actual}/mcp`,
    async close() {
      const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
      calls.drain();
      server.closeIdleConnections();
      const stopTimer = options.clock.setTimer(CLOSE_GRACE_MS, () => server.closeAllConnections());
      await closed;
      stopTimer();
      await handler.close();
    },
  };
}

/** Makes the tools of each request, with what it says about its caller. */
function createFactory(options: McpHttpOptions, calls: OpenCalls): McpServerFactory {
  const { access, maxWaits = MAX_WAITS } = options;
  let waits = 0;
  const takeWait = () => {
    if (waits >= maxWaits) return null;
    waits += 1;
    return () => {
      waits -= 1;
    };
  };
  return ({ requestInfo }) => {
    const headers = requestInfo?.headers ?? new Headers();
    return createMcpServer({
      ...options,
      access: { ...access, ...readCaller(headers) },
      isShared: true,
      takeWait,
      open: (id) => calls.open(headers.get(SESSION), id),
    });
  };
}

/**
 * Adds what clients of the protocol's revisions of 2025 need to take a call back: they say so in a request of its own, which is told
 * by a session's name. The name is all there is of a session.
 */
async function answer(request: Request, calls: OpenCalls, next: () => Promise<Response>): Promise<Response> {
  const { method, params } = await readMessage(request);
  if (method === 'notifications/cancelled') calls.cancel(request.headers.get(SESSION), params?.requestId);
  const response = await next();
  if (method === 'initialize' && response.ok) response.headers.set(SESSION, randomUUID());
  return response;
}

interface Message {
  readonly method?: unknown;
  readonly params?: { readonly requestId?: unknown };
}

/** What of a message is looked at here; the SDK checks it. */
async function readMessage(request: Request): Promise<Message> {
  try {
    return Object(await request.clone().json());
  } catch {
    return {};
  }
}

/** Who asks, and the vendors' tokens that it brings: what the gateway itself would read of these headers. */
function readCaller(headers: Headers): Pick<GatewayAccess, 'token' | 'vendorTokens'> {
  const prefix = 'x-waybill-token-';
  const token = /^Bearer ([\x21-\x7e]{1,8192})$/i.exec(headers.get('authorization') ?? '')?.[1];
  const brought = [...headers].filter(([name]) => name.startsWith(prefix));
  return {
    token,
    vendorTokens: Object.fromEntries(brought.map(([name, value]) => [name.slice(prefix.length), value])),
  };
}

/** As a Host header has it: IPv6 in brackets. */
function toHostName(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}

function toPath({ url = '' }: IncomingMessage): string {
  return url.split('?', 1)[0] ?? '';
}

function refuse(response: ServerResponse): void {
  response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' });
  response.end('The tools are at /mcp.\n');
}
