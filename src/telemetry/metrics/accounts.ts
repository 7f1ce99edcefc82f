import type { Registry } from 'prom-client';
import type { AccountHealth, VendorAccount } from '../../export/ports.ts';
import { collectGauge, type Sample } from './collected.ts';

/** How the accounts are at the moment of a scrape. */
export function showAccounts(registry: Registry, accounts: () => readonly VendorAccount[]): void {
  const count = (state: AccountHealth['state']): readonly Sample[] => {
    const byKey = new Map<string, { readonly labels: Sample['labels']; value: number }>();
    for (const { vendor, key, health } of accounts().map(toRow)) {
      const known = byKey.get(key) ?? { labels: { vendor, account: key }, value: 0 };
      byKey.set(key, known);
      // Of an account that callers bring their own tokens for: with how many of them it is so.
      if (health.state === state) known.value += 1;
    }
    return [...byKey.values()];
  };
  collectGauge(registry, {
    name: 'waybill_breaker_open',
    help: '1 while an account leaves its vendor alone because calls failed in a row, until one goes well again.',
    labelNames: ['vendor', 'account'],
    read: () => count('UNAVAILABLE'),
  });
  collectGauge(registry, {
    name: 'waybill_account_throttled',
    help: '1 while an account waits because its vendor asked it to.',
    labelNames: ['vendor', 'account'],
    read: () => count('THROTTLED'),
  });
}

function toRow(account: VendorAccount) {
  return { vendor: account.vendor, key: account.key, health: account.health() };
}
