import type { Command } from 'commander';

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
  ACCOUNT@VENDOR:…              where you have several accounts of a vendor
  the \`id\` of an earlier answer
`;
