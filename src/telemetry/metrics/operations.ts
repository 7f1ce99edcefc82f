import { Counter, Histogram, type Registry } from 'prom-client';
import type { LimitedKind } from '../../access/rate-limits.ts';
import type { Asked, Ending, RefusalReason, Transport } from '../../operations/reports.ts';
import { bindOnce } from './bound.ts';

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
  const bound = bindOnce((type, transport, outcome) => ({
    operations: operations.labels(type, transport, outcome),
    durations: type === 'subscription' ? null : durations.labels(type, transport),
  }));
  return ({ transport }, { subject: { type }, outcome, durationMs }) => {
    const of = bound(type, transport, outcome);
    of.operations.inc();
    of.durations?.observe(durationMs / 1_000);
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
  const bound = bindOnce((reason, transport) => refused.labels(reason, transport));
  return (reason, transport) => bound(reason, transport).inc();
}

/** What callers were refused because they had had their share of a minute. */
export function countRateLimited(registry: Registry): (kind: LimitedKind) => void {
  const refusals = new Counter({
    name: 'waybill_rate_limited_total',
    help: "Refusals over a caller's limit a minute, by kind: whole operations, or fields that name exports (locators).",
    labelNames: ['kind'],
    registers: [registry],
  });
  const bound = bindOnce((kind) => refusals.labels(kind));
  return (kind) => bound(kind).inc();
}
