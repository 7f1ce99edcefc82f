import { type Command, InvalidArgumentError } from 'commander';
import { LOCATOR_HELP, withGateway } from './command-options.ts';
import type { DownloadOptions } from './download/download.ts';
import type { JsonOptions } from './gateway-options.ts';
import type { CommandIo } from './io.ts';

/** Adds the commands that ask a gateway. What they stand on is loaded when one of them runs. */
export function addClientCommands(
  program: Command,
  io: CommandIo,
  exitWith: (code: number | undefined) => void,
): void {
  withGateway(program.command('watch'))
    .summary('follow exports until they have ended')
    .description(
      'Follow exports until all of them have ended: a live bar for each on a terminal, else one line per change.',
    )
    .argument('[locators...]', 'the exports; else those of what moves that you pick, all of it on a pipe')
    .option('--json', 'print every change as a JSON object, one a line')
    .addHelpText('after', `${LOCATOR_HELP}${WATCH_HELP}`)
    .action(async (locators: string[], options: JsonOptions) => {
      const { watch } = await import('./watch.ts');
      exitWith(await watch(locators, options, io));
    });

  withGateway(program.command('download'))
    .summary("save a finished export's file")
    .description(
      'Wait for an export where it is not finished, then save its file. A download that broke is resumed where it can be.',
    )
    .argument('[locator...]', 'the export; see below')
    .option('-o, --output <path>', 'a file, a folder, or - for standard output', undefined)
    .option('-f, --force', 'replace a file that is there already')
    .option('--index <n>', 'which file, where there are several, from 0', parseIndex, 0)
    .option('--json', 'print a JSON object: where the file is, its size, and whose it is')
    .addHelpText('after', `${LOCATOR_HELP}${DOWNLOAD_HELP}`)
    .action(async (locators: string[], options: DownloadOptions) => {
      const { download } = await import('./download/download.ts');
      exitWith(await download(locators, options, io));
    });
}

function parseIndex(text: string): number {
  if (/^\d{1,4}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is a whole number, 0 for the first file.');
}

const WATCH_HELP = `
Examples; their exports are those of \`waybill demo\`:
  waybill watch
  waybill watch hi-energy:4213 talkdesk:calls/6f1c2a50-8d1e-4c4e-9a57-0b7d6a3c1e05
  waybill watch hi@hi-energy:4213 --json
  waybill watch hi-energy:4213 | grep --line-buffered SUCCEEDED

Exit codes: 0 all succeeded, 1 one ended badly or cannot be read, 2 wrong usage,
3 the gateway cannot be reached or refuses the token, 130 interrupted.`;

const DOWNLOAD_HELP = `
Examples; their exports are those of \`waybill demo\`:
  waybill download hi-energy:4213
  waybill download talkdesk:calls/6f1c2a50-8d1e-4c4e-9a57-0b7d6a3c1e05 -o calls.csv
  waybill download hi-energy:4213 -o - | head

Exit codes: 0 saved, 1 there is no file or it cannot be fetched, 2 wrong usage or the target
is there already, 3 the gateway cannot be reached or refuses the token, 130 interrupted.`;
