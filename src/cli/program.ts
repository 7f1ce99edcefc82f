import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { addClientCommands } from './client-commands.ts';
import { CommandError } from './command-error.ts';
import { takeSeveral } from './command-options.ts';
import { addCompletionCommands } from './completion-commands.ts';
import { addConfigCommands } from './config-commands.ts';
import { COLOR_CHOICES } from './display/paint.ts';
import { EXIT } from './exit-codes.ts';
import { type ColorChoice, type CommandIo, staysAlive } from './io.ts';
import { addListCommands } from './list-commands.ts';
import { addMcpCommand } from './mcp-command.ts';
import { addTrackingCommands } from './tracking-commands.ts';
import { addVendorCheckCommand } from './vendor-check-command.ts';
import { addVendorCommands } from './vendor-commands.ts';
import { addVendorTestCommand } from './vendor-test-command.ts';

/**
 * Runs one command.
 *
 * @param words - what stands behind `waybill`
 * @returns the exit code; undefined for a server that stays up
 */
export async function run(words: readonly string[], io: CommandIo): Promise<number | undefined> {
  let exitCode: number | undefined;
  const program = createProgram(io, (code) => {
    exitCode = code;
  });
  try {
    await staysAlive(() => program.parseAsync(words, { from: 'user' }));
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.succeeded : EXIT.usage;
    const { message, exitCode: code } = describe(error);
    if (message !== '') io.stderr.write(`${message.replace(/^/gm, 'waybill: ')}\n`);
    return code;
  }
}

/** The program with all its commands; nothing is run before it parses. */
export function createProgram(world: CommandIo, exitWith: (code: number | undefined) => void): Command {
  const program = new Command('waybill');
  const io: CommandIo = { ...world, colorChoice: () => program.opts<{ color: ColorChoice }>().color };
  const { environment } = io;
  program
    .description('Where is my export? One GraphQL answer over every vendor.')
    .version(readVersion(), '-V, --version', 'print the version')
    .addOption(
      new Option(
        '--color <when>',
        'colour: on a terminal, always or never; else NO_COLOR and FORCE_COLOR say',
      )
        .choices(COLOR_CHOICES)
        .default('auto'),
    )
    .helpOption('-h, --help', 'print what can be said')
    .helpCommand('help [command]', 'print what can be said behind a command')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
      getOutHelpWidth: () => io.stdout.columns ?? 100,
      getErrHelpWidth: () => io.stderr.columns ?? 100,
    })
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('Run with --help for the whole list.')
    .addHelpText('after', PROGRAM_HELP);

  addListCommands(program, io, exitWith);
  addClientCommands(program, io, exitWith);
  addTrackingCommands(program, io, exitWith);
  addMcpCommand(program, io, exitWith);
  addCompletionCommands(program, io, exitWith);
  addConfigCommands(program, io, exitWith);
  addVendorCommands(program, io, exitWith);
  addVendorCheckCommand(program, io, exitWith);

  program
    .command('serve')
    .description('run the gateway with the accounts of a configuration file')
    .option('--config <file>', 'the configuration; else WAYBILL_CONFIG names it')
    .action(async (options: { config?: string }) => {
      const { serve } = await import('./serve.ts');
      exitWith(await serve(options.config, environment));
    });

  program
    .command('health')
    .description('ask the gateway on this machine whether it is ready; the health check of a container')
    .option(
      '--config <file>',
      "the gateway's configuration; else WAYBILL_CONFIG names it, else it is the demo",
    )
    .action(async (options: { config?: string }) => {
      const { health } = await import('./health.ts');
      exitWith(await health(options, io));
    });

  program
    .command('demo')
    .description('run the vendor simulators and the gateway in front of them')
    .option(
      '--port <port>',
      'where the gateway listens, 0 for any free port (default: PORT, else 4000)',
      parsePort,
    )
    .option('--host <host>', 'the address it listens on; 0.0.0.0 in a container', '127.0.0.1')
    .addOption(takeSeveral(new Option('--vendors <vendors>', VENDORS_TEXT)))
    .action(async (options: { port?: number; host: string; vendors?: string[] }) => {
      const { demo } = await import('./demo.ts');
      exitWith(await demo(options, environment));
    });

  program
    .command('simulate')
    .description('run the vendor simulators alone')
    .option('--port <port>', 'where they listen', parsePort, 4100)
    .option('--speed <factor>', 'simulated seconds in a real one', parseSpeed, 1)
    .addOption(takeSeveral(new Option('--vendors <vendors>', VENDORS_TEXT)))
    .action(async (options: { port: number; speed: number; vendors?: string[] }) => {
      const { simulate } = await import('./simulate.ts');
      exitWith(await simulate(options));
    });

  addVendorTestCommand(program, io, exitWith);

  return program;
}

const VENDORS_TEXT = 'which ones, with commas between, or all (default: the four that are code)';

const PROGRAM_HELP = `
Exit codes: 0 all went well, 1 an export ended badly or could not be read, 2 wrong usage or
configuration, 3 the gateway cannot be reached or refuses the token, 130 interrupted.`;

function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError('A port is a whole number from 0 to 65535.');
}

function parseSpeed(text: string): number {
  const speed = Number(text);
  if (speed > 0 && speed <= 1_000) return speed;
  throw new InvalidArgumentError('A speed is a number above 0, at most 1000.');
}

function readVersion(): string {
  // By its name inside the package: the way to it differs between the source and what is built.
  const text = readFileSync(createRequire(import.meta.url).resolve('#package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** A problem in a sentence, without a stack: also one that no command foresaw. */
function describe(error: unknown): { readonly message: string; readonly exitCode: number } {
  if (error instanceof CommandError) return error;
  const { message } = error as { message?: string };
  return { message: message ?? 'Something went wrong.', exitCode: EXIT.failed };
}
