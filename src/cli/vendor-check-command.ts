import type { Command } from 'commander';
import { JSON_OPTION } from './command-options.ts';
import type { CommandIo } from './io.ts';
import type { VendorCheckOptions } from './vendor-check.ts';

/** Adds `vendor check` to the commands about vendor files. */
export function addVendorCheckCommand(
  program: Command,
  io: CommandIo,
  exitWith: (code: number | undefined) => void,
): void {
  const vendor =
    program.commands.find((command) => command.name() === 'vendor') ??
    program.command('vendor').description('write and check vendor files');

  vendor
    .command('check')
    .summary('check vendor files')
    .description('Read vendor files, and say everything that is wrong with them and where.')
    .argument('<file...>', 'the vendor files')
    .option('--json', JSON_OPTION)
    .addHelpText('after', CHECK_HELP)
    .action(async (files: readonly string[], options: VendorCheckOptions) => {
      const { vendorCheck } = await import('./vendor-tools.ts');
      exitWith(await vendorCheck(files, options, io));
    });
}

const CHECK_HELP = `
Problems are lines on standard error, FILE:LINE first. With --json they are objects on standard
output. Nothing is asked of the vendor.

Examples:
  waybill vendor check acme.vendor.yaml
  waybill vendor check vendors/*.vendor.yaml --json

Exit codes: 0 all is well, 2 something is wrong.`;
