import { toLine } from './changed-export.ts';
import { toJsonLine } from './display/json.ts';
import { toTerminalText } from './display/terminal-text.ts';
import { EXIT } from './exit-codes.ts';
import { askGateway } from './gateway/ask.ts';
import {
  type ListedDeliveryFragment,
  RetryWebhookDeliveryDocument,
  SendTestWebhookDocument,
  WebhookDeliveriesDocument,
  type WebhookDeliveryStatus,
} from './generated/operations.ts';
import type { CommandIo } from './io.ts';
import { toLocatorText } from './locator-argument.ts';
import { readGatewayAccess, type WatchOptions } from './watch.ts';

export interface ListOptions extends WatchOptions {
  /** Only those of this endpoint, by its key. */
  readonly endpoint?: string | undefined;
  readonly status?: WebhookDeliveryStatus | undefined;
  readonly limit: number;
  /** The id of the last one of the list before. */
  readonly after?: string | undefined;
}

/** `waybill webhooks list`: the newest first. @returns the exit code @throws CommandError */
export async function listWebhooks(options: ListOptions, io: CommandIo): Promise<number> {
  const { endpoint, status, limit: first, after, json } = options;
  const { webhookDeliveries } = await askGateway({
    access: readGatewayAccess(options, io),
    document: WebhookDeliveriesDocument,
    variables: { endpoint, status, first, after },
    io,
  });
  for (const delivery of webhookDeliveries) io.stdout.write(toText(delivery, json));
  if (webhookDeliveries.length === 0) io.stderr.write('There are none.\n');
  return EXIT.succeeded;
}

/** `waybill webhooks retry`: has one sent again. @returns the exit code @throws CommandError */
export async function retryWebhook(id: string, options: WatchOptions, io: CommandIo): Promise<number> {
  const { retryWebhookDelivery } = await askGateway({
    access: readGatewayAccess(options, io),
    document: RetryWebhookDeliveryDocument,
    variables: { id },
    io,
  });
  io.stdout.write(toText(retryWebhookDelivery, options.json));
  return EXIT.succeeded;
}

/**
 * `waybill webhooks send-test`: sends one to an endpoint now.
 *
 * @returns the exit code: 1 where the endpoint did not take it
 * @throws CommandError
 */
export async function sendTestWebhook(
  endpoint: string,
  options: WatchOptions,
  io: CommandIo,
): Promise<number> {
  const { sendTestWebhook: sent } = await askGateway({
    access: readGatewayAccess(options, io),
    document: SendTestWebhookDocument,
    variables: { endpoint },
    io,
  });
  const { isDelivered } = sent;
  const result = toTerminalText(sent.result);
  const name = toTerminalText(endpoint);
  io.stdout.write(
    options.json === true
      ? toJsonLine({ endpoint, ...sent })
      : toLine([name, isDelivered ? 'DELIVERED' : 'NOT DELIVERED', result]),
  );
  if (isDelivered) return EXIT.succeeded;
  io.stderr.write(`${name} did not take it: ${RESULTS.get(result) ?? toResultText(result)}\n`);
  return EXIT.failed;
}

/** How an attempt ended where there was no HTTP answer. */
const RESULTS: ReadonlyMap<string, string> = new Map([
  ['timeout', 'there was no answer in time.'],
  [
    'address',
    'its address is not known, or is one that webhooks are not sent to; `allowPrivate: true` lets private ones through.',
  ],
  ['connection', 'the connection failed or broke. Is it up, and its TLS certificate good?'],
]);

function toResultText(result: string): string {
  if (/^3\d\d$/.test(result)) return `it answers with HTTP ${result}, and redirects are not followed.`;
  return /^\d{3}$/.test(result) ? `it answers with HTTP ${result}.` : `${result}.`;
}

function toText(delivery: ListedDeliveryFragment, json: boolean | undefined): string {
  const locator = toLocatorText(delivery.exportId);
  if (json === true) return toJsonLine({ ...delivery, locator });
  const { id, at, endpoint, type, status } = delivery;
  return toLine([...[id, at, endpoint, type, status].map(toTerminalText), locator, toNote(delivery)]);
}

/** `3 attempts, the last 503 at 2026-11-22T10:15:00.000Z, the next at …`. */
function toNote({ attempts, lastResult, lastAttemptAt, nextAttemptAt }: ListedDeliveryFragment): string {
  const parts = [
    attempts === 1 ? '1 attempt' : `${attempts} attempts`,
    lastAttemptAt === null ? '' : `the last ${lastResult ?? ''} at ${lastAttemptAt}`,
    nextAttemptAt === null ? '' : `the next at ${nextAttemptAt}`,
  ];
  return toTerminalText(parts.filter((part) => part !== '').join(', '));
}
