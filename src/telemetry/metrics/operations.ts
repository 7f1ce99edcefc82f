import { Counter, Histogram, type Registry } from 'prom-client';
import type { Asked, Ending, RefusalReason, Transport } from '../../operations/reports.ts';

/** What callers asked, and how it ended. */
export function countOperations(registry: Registry): (asked: Asked, ending: Ending) => void {
  const registers = [registry];
  const operations = new Counter({
    name: 'waybill_operations_total',
    help: 'Finished operations by type, transport and outcome: ok, errors (with data or without), left (nobody waited for the end).',
    labelNames: ['type', 'transport', 'outcome'],
    registers,
  });
  const durations = new Histogram({
    name: 'waybill_operation_seconds',
    help: 'How long queries and mutations took, by type and transport. Subscriptions last as long as somebody listens.',
    labelNames: ['type', 'transport'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  });
  return ({ transport }, { subject: { type }, outcome, durationMs }) => {
    operations.inc({ type, transport, outcome });
    if (type !== 'subscription') durations.observe({ type, transport }, durationMs / 1_000);
  };
}

/** What was refused before it became an operation. */
export function countRefused(registry: Registry): (reason: RefusalReason, transport: Transport) => void {
  const refused = new Counter({
    name: 'waybill_refused_requests_total',
    help: 'Requests refused before anything of them was run, by reason and transport.',
    labelNames: ['reason', 'transport'],
    registers: [registry],
  });
  return (reason, transport) => refused.inc({ reason, transport });
}
