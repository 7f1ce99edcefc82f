import { describe, expect, it } from 'vitest';
import type { DeliveryBacklog } from '../../src/export/store.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { createSecrets } from '../../src/telemetry/secrets.ts';
import type { WebhookAttempt } from '../../src/tracking/webhooks/attempt.ts';

const NOW = 1_000_000;

function toAttempt(result: string): WebhookAttempt {
  return {
    tenant: 'default',
    endpoint: 'ops',
    delivery: 'msg_1',
    type: 'export.succeeded',
    exportId: 'id',
    attempt: 1,
    result,
    durationMs: 200,
    status: 'owed',
  };
}

async function linesOf(metrics: ReturnType<typeof createMetrics>): Promise<readonly string[]> {
  return (await metrics.read()).text.split('\n').filter((line) => line.startsWith('waybill_webhook'));
}

describe('metrics of webhooks', () => {
  it('count attempts by endpoint and class of result', async () => {
    const metrics = createMetrics(createSecrets());

    for (const result of ['200', '204', '302', '410', '503', 'timeout', 'address'])
      metrics.onWebhook(toAttempt(result));

    const counts = (await linesOf(metrics)).filter((line) => line.includes('_seconds_count'));
    expect(counts).toEqual(
      [
        ['2xx', 2],
        ['3xx', 1],
        ['4xx', 1],
        ['5xx', 1],
        ['timeout', 1],
        ['address', 1],
      ].map(
        ([result, count]) =>
          `waybill_webhook_attempt_seconds_count{endpoint="ops",result="${result}"} ${count}`,
      ),
    );
  });

  it('show what is owed, of one reading, and nothing of it while the store is away', async () => {
    const metrics = createMetrics(createSecrets());
    let reads = 0;
    let backlog: readonly DeliveryBacklog[] | null = [{ endpoint: 'ops', owed: 3, oldestAt: NOW - 90_000 }];
    const read = async () => {
      reads += 1;
      if (backlog === null) throw new Error('away');
      return backlog;
    };
    metrics.observeBacklog(read, () => NOW);

    expect(await linesOf(metrics)).toEqual([
      'waybill_webhooks_owed{endpoint="ops"} 3',
      'waybill_webhook_oldest_owed_seconds{endpoint="ops"} 90',
    ]);
    expect(reads).toBe(1);
    backlog = null;
    expect(await linesOf(metrics)).toEqual([]);
    backlog = [];
    expect(await linesOf(metrics)).toEqual([]);
  });
});
