import { toJsonLine } from './display/json.ts';
import { toAgeText, toDurationText } from './display/measures.ts';
import { toStatusStyle } from './display/paint.ts';
import { type Column, type Field, writeTable } from './display/table.ts';
import { toTerminalText } from './display/terminal-text.ts';
import { EXIT } from './exit-codes.ts';
import { askGateway } from './gateway/ask.ts';
import { type JsonOptions, readGatewayAccess } from './gateway-options.ts';
import {
  type ListedDeliveryFragment,
  RetryWebhookDeliveryDocument,
  SendTestWebhookDocument,
  WebhookDeliveriesDocument,
  type WebhookDeliveryStatus,
} from './generated/operations.ts';
import type { CommandIo } from './io.ts';
import { toLocatorText } from './locator-argument.ts';

export interface ListOptions extends JsonOptions {
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
  writeDeliveries(webhookDeliveries, json, io);
  if (webhookDeliveries.length === 0) io.stderr.write('There are none.\n');
  return EXIT.succeeded;
}

/** `waybill webhooks retry`: has one sent again. @returns the exit code @throws CommandError */
export async function retryWebhook(id: string, options: JsonOptions, io: CommandIo): Promise<number> {
  const { retryWebhookDelivery } = await askGateway({
    access: readGatewayAccess(options, io),
    document: RetryWebhookDeliveryDocument,
    variables: { id },
    io,
  });
  writeDeliveries([retryWebhookDelivery], options.json, io);
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
  options: JsonOptions,
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
  if (options.json === true) io.stdout.write(toJsonLine({ endpoint, ...sent }));
  else
    writeTable(
      { columns: TEST_COLUMNS, fields: TEST_COLUMNS, rows: [{ name, isDelivered, result }] },
      io.stdout,
      io,
    );
  if (isDelivered) return EXIT.succeeded;
  io.stderr.write(`${name} did not take it: ${RESULTS.get(result) ?? toResultText(result)}\n`);
  return EXIT.failed;
}

interface SentTest {
  readonly name: string;
  readonly isDelivered: boolean;
  readonly result: string;
}

const TEST_COLUMNS: readonly Column<SentTest>[] = [
  { title: 'ENDPOINT', text: ({ name }) => name, least: 8 },
  {
    title: 'STATUS',
    text: ({ isDelivered }) => (isDelivered ? 'DELIVERED' : 'NOT DELIVERED'),
    style: ({ isDelivered }) => (isDelivered ? 'green' : 'red'),
  },
  { title: 'ANSWER', text: ({ result }) => result },
];

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

function writeDeliveries(
  rows: readonly ListedDeliveryFragment[],
  json: boolean | undefined,
  io: CommandIo,
): void {
  if (json !== true) {
    writeTable({ columns: toColumns(io.clock.now()), fields: FIELDS, rows }, io.stdout, io);
    return;
  }
  for (const row of rows) io.stdout.write(toJsonLine({ ...row, locator: toLocatorText(row.exportId) }));
}

type Delivery = ListedDeliveryFragment;

const ID = { text: ({ id }: Delivery) => toTerminalText(id) };
const TYPE = { text: ({ type }: Delivery) => toTerminalText(type) };
const ENDPOINT = { text: ({ endpoint }: Delivery) => toTerminalText(endpoint) };
const STATUS = {
  text: ({ status }: Delivery) => status,
  style: ({ status }: Delivery) => toStatusStyle(status),
};
const ATTEMPTS = { text: ({ attempts }: Delivery) => String(attempts) };
const LAST = { text: ({ lastResult }: Delivery) => toTerminalText(lastResult ?? '') };
const LOCATOR = { text: ({ exportId }: Delivery) => toLocatorText(exportId) };

/** An id is whole: `retry` is given it. */
function toColumns(now: number): readonly Column<Delivery>[] {
  return [
    { title: 'ID', ...ID },
    { title: 'STATUS', ...STATUS },
    { title: 'TYPE', ...TYPE, least: 16 },
    { title: 'ENDPOINT', ...ENDPOINT, least: 8 },
    { title: 'AGE', text: ({ at }) => toAgeText(now - Date.parse(at)), dropped: 1 },
    { title: 'ATTEMPTS', ...ATTEMPTS, dropped: 3 },
    { title: 'LAST', ...LAST, dropped: 2 },
    {
      title: 'NEXT',
      text: ({ nextAttemptAt: at }) => (at === null ? '' : `in ${toDurationText(Date.parse(at) - now)}`),
      dropped: 4,
    },
    { title: 'LOCATOR', ...LOCATOR, dropped: 5 },
  ];
}

const FIELDS: readonly Field<Delivery>[] = [
  ID,
  { text: ({ at }) => at },
  ENDPOINT,
  TYPE,
  STATUS,
  LOCATOR,
  ATTEMPTS,
  LAST,
  { text: ({ lastAttemptAt }) => lastAttemptAt ?? '' },
  { text: ({ nextAttemptAt }) => nextAttemptAt ?? '' },
];
