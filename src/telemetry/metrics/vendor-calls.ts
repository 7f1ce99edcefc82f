import { Counter, Histogram, type Registry } from 'prom-client';
import type { VendorCall } from '../../http/types.ts';
import { WAIT_CAUSES } from '../../http/types.ts';

/** One account's histograms, looked up once for each outcome. */
type BoundAccount = Record<VendorCall['purpose'], Map<VendorCall['outcome'], Histogram.Internal<string>>>;

/**
 * Calls to vendors: how they went, how long they waited for their turn, and what became of tokens.
 *
 * An account that callers bring their own token for is one account here, however many tokens there are.
 */
export function countVendorCalls(registry: Registry): (call: VendorCall) => void {
  const registers = [registry];
  const calls = new Histogram({
    name: 'waybill_vendor_call_seconds',
    help: 'Calls sent to vendors, by account, purpose (api or token) and outcome (HTTP status or why there was none).',
    labelNames: ['vendor', 'account', 'purpose', 'outcome'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  });
  const tokens = new Counter({
    name: 'waybill_tokens_refreshed_total',
    help: 'Access tokens asked for, by account and outcome: renewed, refused (4xx) or failed (anything else).',
    labelNames: ['vendor', 'account', 'outcome'],
    registers,
  });
  const waiting = new Histogram({
    name: 'waybill_limiter_wait_seconds',
    help: "How long calls waited for their turn, where they had to, by account and cause: rate and concurrency are the account's limits, throttled is the vendor's wish.",
    labelNames: ['vendor', 'account', 'cause'],
    buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  });
  const bound = new Map<string, Map<string, BoundAccount>>();

  function bind(vendor: string, account: string): BoundAccount {
    const made = { api: new Map(), token: new Map() };
    const accounts = bound.get(vendor) ?? new Map<string, BoundAccount>();
    bound.set(vendor, accounts.set(account, made));
    return made;
  }

  return ({ vendor, account, purpose, outcome, durationMs, waits }) => {
    for (const cause of WAIT_CAUSES) {
      if (waits[cause] > 0) waiting.observe({ vendor, account, cause }, waits[cause] / 1_000);
    }
    const outcomes = (bound.get(vendor)?.get(account) ?? bind(vendor, account))[purpose];
    let child = outcomes.get(outcome);
    if (child === undefined) {
      child = calls.labels({ vendor, account, purpose, outcome: String(outcome) });
      outcomes.set(outcome, child);
    }
    child.observe(durationMs / 1_000);
    if (purpose === 'token') tokens.inc({ vendor, account, outcome: toTokenOutcome(outcome) });
  };
}

function toTokenOutcome(outcome: VendorCall['outcome']): 'renewed' | 'refused' | 'failed' {
  if (typeof outcome !== 'number') return 'failed';
  if (outcome < 300) return 'renewed';
  return outcome >= 400 && outcome < 500 ? 'refused' : 'failed';
}
