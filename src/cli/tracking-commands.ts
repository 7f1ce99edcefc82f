import type { Command } from 'commander';
import {
  createWordOption,
  JSON_OPTION,
  LOCATOR_HELP,
  parseWholeNumber,
  withGateway,
} from './command-options.ts';
import type { JsonOptions } from './gateway-options.ts';
import type { WebhookDeliveryStatus } from './generated/operations.ts';
import type { CommandIo } from './io.ts';
import type { StartOptions } from './start.ts';
import type { TrackOptions } from './track.ts';
import type { ListOptions } from './webhooks.ts';

/** Adds the commands that change something at a gateway. What they stand on is loaded when one of them runs. */
export function addTrackingCommands(
  program: Command,
  io: CommandIo,
  exitWith: (code: number | undefined) => void,
): void {
  withGateway(program.command('start'))
    .summary('start an export at its vendor')
    .description('Start an export at its vendor; the gateway tracks it from then on. The order is sent once.')
    .argument('<vendor>', 'power-bi, hi-energy, talkdesk, web-admit, or another one that the gateway knows')
    .argument('[fields...]', 'the order, each KEY=VALUE; see below')
    .option('--label <text>', 'what people call it; the vendor does not see it')
    .option('--idempotency-key <key>', 'makes asking twice safe; made up and printed where it is left out')
    .option('--watch', 'follow it to its end')
    .option('--json', 'print the export as a JSON object, and with --watch every change')
    .addHelpText('after', START_HELP)
    .action(async (vendor: string, fields: string[], options: StartOptions) => {
      const { start } = await import('./start.ts');
      exitWith(await start(vendor, fields, options, io));
    });

  withLocator(program.command('cancel'))
    .summary('ask a vendor to stop an export')
    .description('Ask the vendor to stop an export. Until it confirms that, the export is CANCELING.')
    .addHelpText('after', `${LOCATOR_HELP}${CANCEL_HELP}`)
    .action(async (locator: string, options: JsonOptions) => {
      const { cancel } = await import('./cancel.ts');
      exitWith(await cancel(locator, options, io));
    });

  withLocator(program.command('track'))
    .summary('have an export followed and remembered')
    .description(
      'Have an export followed until it has ended, and remembered afterwards. Twice: changes its label only.',
    )
    .option('--label <text>', 'what people call it')
    .addHelpText('after', `${LOCATOR_HELP}${EXIT_HELP}`)
    .action(async (locator: string, options: TrackOptions) => {
      const { track } = await import('./track.ts');
      exitWith(await track(locator, options, io));
    });

  withLocator(program.command('untrack'))
    .summary('have an export forgotten')
    .description('Have an export followed and remembered no longer. The job itself goes on.')
    .addHelpText('after', `${LOCATOR_HELP}${EXIT_HELP}`)
    .action(async (locator: string, options: JsonOptions) => {
      const { untrack } = await import('./track.ts');
      exitWith(await untrack(locator, options, io));
    });

  addWebhookCommands(program, io, exitWith);
}

function addWebhookCommands(
  program: Command,
  io: CommandIo,
  exitWith: (code: number | undefined) => void,
): void {
  const webhooks = program.command('webhooks').description('what endpoints were told, and are owed');

  withGateway(webhooks.command('list'))
    .description('list webhooks, the newest first')
    .option('--endpoint <endpoint>', 'only those of this endpoint of the configuration')
    .addOption(createWordOption('--status <status>', 'only those in this status', DELIVERY_STATUSES))
    .option('-L, --limit <n>', 'how many at most, 1 to 100', parseWholeNumber(1, 100), 20)
    .option('--after <delivery>', 'only older ones than this: the last of the list before')
    .option('--json', JSON_OPTION)
    .addHelpText('after', EXIT_HELP)
    .action(async (options: ListOptions) => {
      const { listWebhooks } = await import('./webhooks.ts');
      exitWith(await listWebhooks(options, io));
    });

  withGateway(webhooks.command('send-test'))
    .description('send one of type test to an endpoint now, and say how that went')
    .argument('<endpoint>', 'its key in the configuration')
    .option('--json', JSON_OPTION)
    .addHelpText('after', TEST_HELP)
    .action(async (key: string, options: JsonOptions) => {
      const { sendTestWebhook } = await import('./webhooks.ts');
      exitWith(await sendTestWebhook(key, options, io));
    });

  withGateway(webhooks.command('retry'))
    .description('send one again that was given up, or waits for its next attempt')
    .argument('<delivery>', 'its id, from the list')
    .option('--json', JSON_OPTION)
    .addHelpText('after', EXIT_HELP)
    .action(async (id: string, options: JsonOptions) => {
      const { retryWebhook } = await import('./webhooks.ts');
      exitWith(await retryWebhook(id, options, io));
    });
}

function withLocator(command: Command): Command {
  return withGateway(command).argument('<locator>', 'the export; see below').option('--json', JSON_OPTION);
}

const DELIVERY_STATUSES: readonly WebhookDeliveryStatus[] = ['OWED', 'DELIVERED', 'GIVEN_UP'];

const START_HELP = `
Orders (! must be there):
  power-bi    reportId! format! groupId reportConfiguration paginatedReportConfiguration
  hi-energy   reportType! searchParams indexParams
  talkdesk    reportType! from! to! name timezone format parameters
  web-admit   userIdentityId! exportId!
  of another vendor, those that the gateway tells: leave them out to see which must be there
  and account=KEY where you have several accounts of a vendor

\`from\` and \`to\` are RFC 3339 instants; searchParams, indexParams, parameters and both
configurations are JSON objects.

Examples; their reports are those of \`waybill demo\`:
  waybill start hi-energy reportType=deals_excel 'searchParams={"status":"active"}'
  waybill start talkdesk reportType=calls from=2026-11-01T00:00:00Z to=2026-11-08T00:00:00Z
  waybill start power-bi groupId=b49fa391-fee8-4b74-b59c-931dd089bcce \\
    reportId=bdc014b4-5696-4989-93d9-9f22bd5f8186 format=PDF --watch

Exit codes: 0 started, 1 refused, or not known whether it was started, 2 wrong usage, 3 the gateway
cannot be reached, or its answer was lost, or it refuses the token, 130 interrupted.
With --watch, those of waybill watch from then on.`;

const CANCEL_HELP = `
Example, in \`waybill demo\`:
  waybill cancel $(waybill list --quiet --vendor talkdesk --status queued,running --limit 1)

Exit codes: 0 canceled or asked to stop, 1 refused, or it had ended otherwise, 2 wrong usage,
3 the gateway cannot be reached or refuses the token, 130 interrupted.`;

const TEST_HELP = `
Exit codes: 0 the endpoint took it, 1 it did not, 2 wrong usage, 3 the gateway cannot be reached
or refuses the token, 130 interrupted.`;

const EXIT_HELP = `
Exit codes: 0 done, 1 refused, 2 wrong usage, 3 the gateway cannot be reached or refuses the token,
130 interrupted.`;
