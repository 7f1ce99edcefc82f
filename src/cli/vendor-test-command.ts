import type { Command } from 'commander';
import type { CommandIo } from './io.ts';
import type { VendorTestOptions } from './vendor-test.ts';

/** Adds `vendor test`, which asks a vendor file whether it holds what it says. */
export function addVendorTestCommand(
  program: Command,
  io: CommandIo,
  exitWith: (code: number | undefined) => void,
): void {
  const known = program.commands.find((command) => command.name() === 'vendor');
  const vendor = known ?? program.command('vendor').description('write and check vendor files');
  vendor
    .command('test')
    .summary('put a vendor file through the suite that every vendor passes')
    .description(
      'Put a vendor file through the suite that every vendor passes, in front of a simulator that is made from the file; or read one real export by it.',
    )
    .argument('<file>', 'the vendor file')
    .option('--live <words...>', 'an account of the configuration, and an export there: read it instead')
    .option('--config <file>', 'with --live: the configuration; else WAYBILL_CONFIG names it')
    .addHelpText('after', TEST_HELP)
    .action(async (file: string, options: VendorTestOptions) => {
      const { vendorTest } = await import('./vendor-tools.ts');
      exitWith(await vendorTest(file, options, io));
    });
}

const TEST_HELP = `
The suite asks whether the file's words, pointers, requests, paging, errors and files work together:
it reads, starts, stops and downloads exports, and sends answers that are broken. It calls nobody.
With --live it reads one export of yours, and says which values of the file were not in the answer.

Examples:
  waybill vendor test acme-reports.vendor.yaml
  waybill vendor test acme-reports.vendor.yaml --config waybill.yaml --live acme acme-reports:7/j-12

Exit codes: 0 all is well, 1 a test failed or the export could not be read, 2 wrong usage or a file
that cannot be used.`;
