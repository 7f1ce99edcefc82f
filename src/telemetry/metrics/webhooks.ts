import { Histogram, type Registry } from 'prom-client';
import type { DeliveryBacklog } from '../../export/store.ts';
import type { WebhookAttempt } from '../../tracking/webhooks/attempt.ts';
import { collectGaugeLater } from './collected.ts';

/** Attempts at webhooks, tests of an endpoint included. */
export function countWebhooks(registry: Registry): (attempt: WebhookAttempt) => void {
  const attempts = new Histogram({
    name: 'waybill_webhook_attempt_seconds',
    help: 'Attempts at webhooks, by endpoint and result: 2xx, 3xx, 4xx, 5xx, or why there was no answer.',
    labelNames: ['endpoint', 'result'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15],
    registers: [registry],
  });
  return ({ endpoint, result, durationMs }) =>
    attempts.observe({ endpoint, result: toClass(result) }, durationMs / 1_000);
}

/** `503` as `5xx`; words as they are. */
function toClass(result: string): string {
  return /^\d{3}$/.test(result) ? `${result[0]}xx` : result;
}

/** What is owed at the moment of a scrape, as the store that all gateways share has it. */
export function showBacklog(
  registry: Registry,
  read: () => Promise<readonly DeliveryBacklog[]>,
  now: () => number,
): void {
  // Both gauges are of one reading.
  let reading: Promise<readonly DeliveryBacklog[]> | null = null;
  const readOnce = () => {
    reading ??= read().finally(() => {
      reading = null;
    });
    return reading;
  };
  const collect = (name: string, help: string, toValue: (backlog: DeliveryBacklog) => number) =>
    collectGaugeLater(registry, {
      name,
      help,
      labelNames: ['endpoint'],
      read: async () =>
        (await readOnce()).map((backlog) => ({
          labels: { endpoint: backlog.endpoint },
          value: toValue(backlog),
        })),
    });
  collect('waybill_webhooks_owed', 'Webhooks to be sent, or to be sent again.', ({ owed }) => owed);
  collect(
    'waybill_webhook_oldest_owed_seconds',
    'How long ago the oldest of them happened.',
    ({ oldestAt }) => Math.max(0, now() - oldestAt) / 1_000,
  );
}
