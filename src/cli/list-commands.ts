import { type Command, Option } from 'commander';
import {
  createWordOption,
  JSON_OPTION,
  parseWholeNumber,
  takeSeveral,
  withGateway,
} from './command-options.ts';
import { EXPORT_STATUSES } from './export-statuses.ts';
import type { JsonOptions } from './gateway-options.ts';
import type { CommandIo } from './io.ts';
import type { ListOptions } from './list/list.ts';

/** Adds the commands that show what there is. What they stand on is loaded when one of them runs. */
export function addListCommands(
  program: Command,
  io: CommandIo,
  exitWith: (code: number | undefined) => void,
): void {
  withGateway(program.command('list'))
    .alias('ls')
    .summary('list tracked and recent exports')
    .description(
      'List tracked and recent exports, the newest first, each with the locator that other commands take.',
    )
    .addOption(takeSeveral(new Option('--vendor <vendor>', 'only those of this vendor')))
    .addOption(takeSeveral(new Option('--account <account>', 'only those of this account')))
    .addOption(
      takeSeveral(createWordOption('-s, --status <status>', 'only those in this status', EXPORT_STATUSES)),
    )
    .option('--text <text>', 'only those with this in their name or label')
    .option('-L, --limit <n>', 'how many at most, 1 to 1000', parseWholeNumber(1, 1_000), 20)
    .option('-q, --quiet', 'print locators alone, one a line')
    .option('-w, --watch', 'go on showing what happens, until Ctrl-C')
    .option('--json', JSON_OPTION)
    .addHelpText('after', LIST_HELP)
    .action(async (options: ListOptions) => {
      const { list } = await import('./list/list.ts');
      exitWith(await list(options, io));
    });

  withGateway(program.command('accounts'))
    .description('list the accounts one may use, and how well their vendors answer')
    .option('--json', JSON_OPTION)
    .addHelpText('after', ACCOUNTS_HELP)
    .action(async (options: JsonOptions) => {
      const { accounts } = await import('./accounts.ts');
      exitWith(await accounts(options, io));
    });
}

const LIST_HELP = `
--vendor, --account and --status may be given several times, or once with commas.

On a terminal it is a table; elsewhere each export is a line of fields divided by tabs, whole:
locator, status, name, created, vendor, account.

Examples:
  waybill list
  waybill list --status running,queued --vendor power-bi
  waybill list --text shoes --json
  waybill list --quiet --status running | xargs waybill watch

Exit codes: 0 done, 1 an account could not be listed, 2 wrong usage, 3 the gateway cannot be
reached or refuses the token, 130 interrupted.`;

const ACCOUNTS_HELP = `
Examples:
  waybill accounts
  waybill accounts --json

Exit codes: 0 done, 2 wrong usage, 3 the gateway cannot be reached or refuses the token,
130 interrupted.`;
