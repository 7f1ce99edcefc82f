import { type Command, InvalidArgumentError, Option } from 'commander';

/** Adds what every command has that asks a gateway. */
export function withGateway(command: Command): Command {
  return command
    .option('--url <url>', 'the gateway; else WAYBILL_URL, else http://127.0.0.1:4000')
    .option(
      '--token <token>',
      'the key or JWT it asks for; better in WAYBILL_TOKEN, where no process list shows it',
    );
}

/** How exports are named, behind a command's help. */
export const LOCATOR_HELP = `
Locators:
  power-bi:REPORT/EXPORT        power-bi:GROUP/REPORT/EXPORT
  hi-energy:ID                  talkdesk:TYPE/ID
  web-admit:EXPORT/FILE         web-admit:IDENTITY/EXPORT/FILE
  VENDOR:ID/ID                  of another vendor that the gateway knows
  ACCOUNT@VENDOR:…              where you have several accounts of a vendor
  the \`id\` of an earlier answer
`;

/** What `--json` does where a command prints objects. */
export const JSON_OPTION = 'print JSON objects, one a line';

/** Reads a whole number within its bounds. */
export function parseWholeNumber(least: number, most: number) {
  return (text: string): number => {
    const number = Number(text);
    if (/^\d{1,9}$/.test(text) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`It is a whole number from ${least} to ${most}.`);
  };
}

/** An option with a word of the schema, or several, written in lower case or as they stand there: `GIVEN_UP` is `given-up`. */
export function createWordOption<Value extends string>(
  flags: string,
  description: string,
  words: readonly Value[],
): Option {
  const choices = words.map((word) => word.toLowerCase().replaceAll('_', '-'));
  const option = new Option(flags, description).choices(choices);
  return option.argParser((text) => {
    const name = text.toUpperCase().replaceAll('-', '_');
    const found = words.find((word) => word === name);
    if (found !== undefined) return found;
    throw new InvalidArgumentError(`It is one of ${choices.join(', ')}.`);
  });
}

/** For an option that may be given several times, or once with commas. */
export function takeSeveral<Value>(option: Option): Option {
  const { parseArg } = option;
  return option.argParser((text: string, earlier: Value[] | undefined) => [
    ...(earlier ?? []),
    ...text.split(',').map((each) => (parseArg === undefined ? each : parseArg(each, undefined)) as Value),
  ]);
}
