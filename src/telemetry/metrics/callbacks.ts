import { Counter, type Registry } from 'prom-client';
import type { Callback } from '../../web/callbacks-endpoint.ts';

/** Counts what vendors say by themselves. */
export function countCallbacks(registry: Registry): (callback: Callback) => void {
  const callbacks = new Counter({
    name: 'waybill_callbacks_total',
    help: 'Calls to callback links, by account and outcome; without an account where the link was none of ours.',
    labelNames: ['vendor', 'account', 'outcome'],
    registers: [registry],
  });
  return ({ vendor, account, outcome }) => callbacks.inc({ vendor, account, outcome });
}
