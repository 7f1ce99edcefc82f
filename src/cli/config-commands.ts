import { type Command, Option } from 'commander';
import type { CheckOptions } from './check.ts';
import { JSON_OPTION, takeSeveral } from './command-options.ts';
import type { InitOptions } from './init/init.ts';
import type { CommandIo } from './io.ts';

/** Adds the commands about a configuration file. */
export function addConfigCommands(
  program: Command,
  io: CommandIo,
  exitWith: (code: number | undefined) => void,
): void {
  program
    .command('init')
    .summary('write a first configuration file')
    .description('Write a first configuration file, and say what to do next.')
    .addOption(
      takeSeveral(new Option('--vendor <vendor>', 'an account at this vendor; may be given several times')),
    )
    .addOption(
      new Option('--access <mode>', 'who may ask: on this machine anybody, or callers with a key').choices([
        'open',
        'keys',
      ]),
    )
    .option('--file <file>', 'what to write', 'waybill.yaml')
    .addHelpText('after', INIT_HELP)
    .action(async (options: InitOptions) => {
      const { init } = await import('./init/init.ts');
      exitWith(await init(options, io));
    });

  program
    .command('check')
    .summary('check a configuration file')
    .description('Read a configuration as `serve` does, and say everything that is wrong with it and where.')
    .option('--config <file>', 'the configuration; else WAYBILL_CONFIG names it')
    .option('--live', "ask each account's vendor once, whether it answers and takes the credential")
    .option('--json', JSON_OPTION)
    .addHelpText('after', CHECK_HELP)
    .action(async (options: CheckOptions) => {
      const { check } = await import('./check.ts');
      exitWith(await check(options, io));
    });
}

const INIT_HELP = `
On a terminal it asks which vendors; elsewhere --vendor says so. It never writes over a file, and
writes no secret: the file reads them from environment variables, which it lists.

Examples:
  waybill init
  waybill init --vendor hi-energy --vendor power-bi --file deploy/waybill.yaml

Exit codes: 0 written, 2 wrong usage or a file that is there already, 130 interrupted.`;

const CHECK_HELP = `
Problems are lines on standard error, FILE:LINE:COLUMN first, as editors and terminals jump to them.
With --json they are objects on standard output. \${NAME} is read from the environment.

Examples:
  waybill check --config waybill.yaml
  waybill check --config waybill.yaml --live

Exit codes: 0 all is well, 2 something is wrong.`;
