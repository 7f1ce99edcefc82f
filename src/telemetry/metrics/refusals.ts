import { Counter, type Registry } from 'prom-client';
import type { LimitedKind } from '../../access/rate-limits.ts';

/** What callers were refused because they had had their share of a minute. */
export function countRefusals(registry: Registry): (kind: LimitedKind) => void {
  const refusals = new Counter({
    name: 'waybill_rate_limited_total',
    help: "Refusals over a caller's limit a minute, by kind: whole operations, or fields that name exports (locators).",
    labelNames: ['kind'],
    registers: [registry],
  });
  return (kind) => refusals.inc({ kind });
}
