import { type Command, Option } from 'commander';
import type { CommandIo } from './io.ts';
import type { VendorNewOptions } from './vendor-new/vendor-new.ts';

/** Adds the commands about vendor files. What they stand on is loaded when one of them runs. */
export function addVendorCommands(
  program: Command,
  io: CommandIo,
  exitWith: (code: number | undefined) => void,
): void {
  const vendor = program.command('vendor').description('write and check vendor files');

  vendor
    .command('new')
    .summary('write a first vendor file')
    .description(
      'Write a first vendor file: from an OpenAPI document and the names of its operations, or from what you answer.',
    )
    .option('--openapi <file>', 'an OpenAPI document, 2.0 to 3.x, JSON or YAML')
    .option('--status <operation>', 'of the document: says how one export stands')
    .option('--list <operation>', 'of the document: lists exports')
    .option('--start <operation>', 'of the document: starts one')
    .option('--cancel <operation>', 'of the document: stops one')
    .option('--file <operation>', 'of the document: gives a finished file, or its link')
    .option('--id <id>', "the vendor's id here, such as acme-reports; else made of the document's title")
    .option('--name <name>', 'as its owner writes it')
    .option('--docs <url>', "where the vendor's documentation is")
    .option('--base-url <url>', 'where its API is')
    .addOption(
      new Option('--credential <kind>', 'how a key is sent').choices([
        'bearer',
        'header',
        'basic',
        'client-credentials',
      ]),
    )
    .option('--path <path>', 'the status call, with the ids in braces: /v2/jobs/{jobId}')
    .option('--at <pointer>', 'where in the answer the export is; else the whole')
    .option('--word <pointer>', 'its status, below that; else /status')
    .option('--words <words>', "the vendor's words, with a comma between: queued, done=SUCCEEDED")
    .option('-o, --output <path>', 'what to write; else ID.vendor.yaml')
    .addHelpText('after', NEW_HELP)
    .action(async (options: VendorNewOptions) => {
      const { vendorNew } = await import('./vendor-tools.ts');
      exitWith(await vendorNew(options, io));
    });
}

const NEW_HELP = `
An operation is named by its operationId, or as "GET /v2/jobs/{id}". Without --openapi it asks on a
terminal for what no option says. It never writes over a file. What it guessed says so in the file;
what it could not find out is listed there, and here.

Examples:
  waybill vendor new --openapi acme.yaml --status getJob --start createJob --list listJobs
  waybill vendor new --id acme-reports --name "Acme Reports" --base-url https://api.acme.example \\
    --path "/v2/jobs/{jobId}" --at /data --word /state --words "queued, working, ready=SUCCEEDED, error"

Exit codes: 0 written, 2 wrong usage or a file that is there already, 130 interrupted.`;
