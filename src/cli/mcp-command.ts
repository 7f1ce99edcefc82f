import { type Command, Option } from 'commander';
import { parseWholeNumber, takeSeveral, withGateway } from './command-options.ts';
import type { CommandIo } from './io.ts';
import type { McpOptions } from './mcp/mcp.ts';

/** Adds `waybill mcp`. The protocol's SDK is loaded when it runs. */
export function addMcpCommand(
  program: Command,
  io: CommandIo,
  exitWith: (code: number | undefined) => void,
): void {
  withGateway(program.command('mcp'))
    .summary('serve exports as tools to an assistant (MCP)')
    .description(
      "Serve a gateway's exports as tools of the Model Context Protocol: on standard input and output, or by HTTP.",
    )
    .option('--http', 'by streamable HTTP; each caller brings what it proves itself with')
    .option(
      '--port <port>',
      'with --http: where it listens, 0 for any free port',
      parseWholeNumber(0, 65_535),
      4001,
    )
    .option('--host <host>', 'with --http: the address it listens on; 0.0.0.0 in a container', '127.0.0.1')
    .addOption(
      takeSeveral(
        new Option('--allow-host <name>', 'with --http: a further name under which callers reach it'),
      ),
    )
    .addHelpText('after', MCP_HELP)
    .action(async (options: McpOptions) => {
      const { mcp } = await import('./mcp/mcp.ts');
      exitWith(await mcp(options, io, program.version() ?? ''));
    });
}

const MCP_HELP = `
Tools: list_exports, get_export, start_export, wait_for_export, get_download_link.

Examples:
  waybill mcp --url https://exports.example.com
  waybill mcp --http --port 4001 --url http://127.0.0.1:4000

Exit codes: 0 standard input has ended, or drained on a signal, 1 it cannot listen, 2 wrong usage.`;
