import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { demo } from './cli/demo.ts';
import { EXIT } from './cli/exit-codes.ts';
import { serve } from './cli/serve.ts';
import { simulate } from './cli/simulate.ts';
import { readEnvironment } from './config/process-environment.ts';

/** A server that stays up leaves the exit code open; everything else sets it. */
function exitWith(code: number | undefined): void {
  if (code !== undefined) process.exitCode = code;
}

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

function createProgram(): Command {
  const environment = readEnvironment();
  const program = new Command('waybill')
    .description('Where is my export? One GraphQL answer over every vendor.')
    .exitOverride()
    .showHelpAfterError('Run with --help for the whole list.');

  program
    .command('serve')
    .description('run the gateway with the accounts of a configuration file')
    .option('--config <file>', 'the configuration; else WAYBILL_CONFIG names it')
    .action(async (options: { config?: string }) => exitWith(await serve(options.config, environment)));

  program
    .command('demo')
    .description('run the vendor simulators and the gateway in front of them; PORT sets the port')
    .action(async () => exitWith(await demo(environment)));

  program
    .command('simulate')
    .description('run the vendor simulators alone')
    .option('--port <port>', 'where they listen', parsePort, 4100)
    .option('--speed <factor>', 'simulated seconds in a real one', parseSpeed, 1)
    .action(async (options: { port: number; speed: number }) =>
      exitWith(await simulate(options.port, options.speed)),
    );

  return program;
}

/** The one line for a problem that no command foresaw: what happened, without a stack. */
function describe(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  if (code === 'EADDRINUSE') return 'The port is already in use: choose another one.';
  return message ?? 'Something went wrong.';
}

try {
  await createProgram().parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : EXIT.usage;
  } else {
    console.error(describe(error));
    process.exitCode = EXIT.failed;
  }
}
