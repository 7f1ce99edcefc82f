import type { Command } from 'commander';
import type { CheckOptions } from './check.ts';
import { JSON_OPTION } from './command-options.ts';
import type { CommandIo } from './io.ts';

/** Adds the commands about a configuration file. */
export function addConfigCommands(
  program: Command,
  io: CommandIo,
  exitWith: (code: number | undefined) => void,
): void {
  program
    .command('check')
    .summary('check a configuration file')
    .description('Read a configuration as `serve` does, and say everything that is wrong with it and where.')
    .option('--config <file>', 'the configuration; else WAYBILL_CONFIG names it')
    .option('--live', "ask each account's vendor once, whether it answers and takes the credential")
    .option('--json', JSON_OPTION)
    .addHelpText('after', CHECK_HELP)
    .action(async (options: CheckOptions) => {
      // With `serve`, so that the build has one copy of what reads configurations.
      const { check } = await import('./serve.ts');
      exitWith(await check(options, io));
    });
}

const CHECK_HELP = `
Problems are lines on standard error, FILE:LINE:COLUMN first, as editors and terminals jump to them.
With --json they are objects on standard output. \${NAME} is read from the environment.

Examples:
  waybill check --config waybill.yaml
  waybill check --config waybill.yaml --live

Exit codes: 0 all is well, 2 something is wrong.`;
