import { once } from 'node:events';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { CommandError } from '../command-error.ts';
import { EXIT } from '../exit-codes.ts';
import { type GatewayOptions, readGatewayAccess } from '../gateway-options.ts';
import type { CommandIo } from '../io.ts';
import { CHOOSE_PORT, toListenProblem } from '../listen-problem.ts';
import { drainOnSignal } from '../signals.ts';
import { serveMcpHttp } from './http.ts';
import { createMcpServer } from './server.ts';

export interface McpOptions extends GatewayOptions {
  /** By streamable HTTP, in place of standard input and output. */
  readonly http?: boolean | undefined;
  readonly host: string;
  readonly port: number;
  readonly allowHost?: readonly string[] | undefined;
}

/**
 * `waybill mcp`: the gateway's exports as tools of the Model Context Protocol.
 *
 * @returns the exit code; undefined for a server that stays up
 * @throws CommandError
 */
export async function mcp(options: McpOptions, io: CommandIo, version: string): Promise<number | undefined> {
  const { clock, random } = io;
  const log = (text: string): void => void io.stderr.write(`${text}\n`);
  if (options.http !== true) {
    const access = readGatewayAccess(options, io);
    await serveProcess({
      access,
      clock,
      random,
      version,
      log,
      isShared: false,
      takeWait: () => () => undefined,
    });
    return EXIT.succeeded;
  }
  if (options.token !== undefined) {
    throw new CommandError(
      EXIT.usage,
      'With --http each caller says itself who it is: leave --token out, and let callers send the header "authorization: Bearer …".',
    );
  }
  // WAYBILL_TOKEN belongs to whoever starts this, not to its callers.
  const access = { ...readGatewayAccess(options, io), token: undefined };
  const { host, port, allowHost: allowedHosts = [] } = options;
  const parts = { access, clock, random, version, log, host, port, allowedHosts };
  const server = await serveMcpHttp(parts).catch((error: unknown) => {
    throw toListenProblem(error, CHOOSE_PORT);
  });
  drainOnSignal(() => server.close());
  io.stdout.write(`waybill mcp listening on ${server.url}\n`);
  return undefined;
}

/** Until standard input ends. Standard output holds the protocol and nothing else. */
async function serveProcess(parts: Parameters<typeof createMcpServer>[0]): Promise<void> {
  const ended = once(process.stdin, 'close');
  const handle = serveStdio(() => createMcpServer(parts), {
    onerror: ({ message }) => parts.log(`A message failed: ${message}`),
  });
  await ended;
  await handle.close();
}
