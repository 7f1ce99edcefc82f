import { Client, type ClientOptions, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { parseGatewayAccess } from '../../../src/cli/gateway/address.ts';
import { type McpHttpOptions, type McpHttpServer, serveMcpHttp } from '../../../src/cli/mcp/http.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { createSeededRandom } from '../../support/manual-clock.ts';

/** The protocol's revisions that clients speak today: that of 2025, which begins with `initialize`, and that of 2026. */
export const REVISIONS = ['legacy', 'auto'] as const;
export type Revision = (typeof REVISIONS)[number];

export interface TestMcp extends McpHttpServer, AsyncDisposable {
  /** What whoever runs the server is told. */
  readonly lines: readonly string[];
}

/** The tools of a gateway by HTTP, on a free port. */
export async function startMcp(url: string, options: Partial<McpHttpOptions> = {}): Promise<TestMcp> {
  const lines: string[] = [];
  const server = await serveMcpHttp({
    access: parseGatewayAccess(url, undefined),
    ...{ host: '127.0.0.1', port: 0, allowedHosts: [], version: '0.0.0' },
    ...{ clock: systemClock, random: createSeededRandom(1) },
    log: (text) => void lines.push(text),
    ...options,
  });
  return { ...server, lines, [Symbol.asyncDispose]: () => server.close() };
}

export interface ToolAnswer {
  readonly text: string;
  readonly isError: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever it asked for
  readonly data: any;
}

export interface ToolCall {
  readonly signal?: AbortSignal;
  readonly onProgress?: (message: string, progress: number) => void;
}

export interface TestClient extends AsyncDisposable {
  readonly client: Client;
  call(name: string, input?: object, options?: ToolCall): Promise<ToolAnswer>;
}

/** A client of the official SDK, over any transport. */
export async function connect(
  transport: Parameters<Client['connect']>[0],
  revision: Revision = 'auto',
): Promise<TestClient> {
  const options: ClientOptions = { versionNegotiation: { mode: revision } };
  const client = new Client({ name: 'test', version: '0.0.0' }, options);
  await client.connect(transport);
  return {
    client,
    async call(name, input = {}, { signal, onProgress } = {}) {
      const { content, isError, structuredContent } = await client.callTool(
        { name, arguments: { ...input } },
        {
          signal,
          ...(onProgress && { onprogress: ({ message = '', progress }) => onProgress(message, progress) }),
        },
      );
      const [first] = content;
      return {
        text: first?.type === 'text' ? first.text : '',
        isError: isError === true,
        data: structuredContent,
      };
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}

/** The same by HTTP, with a caller's headers. */
export function connectByHttp(
  { url }: McpHttpServer,
  headers: Record<string, string> = {},
  revision: Revision = 'auto',
): Promise<TestClient> {
  return connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }), revision);
}
