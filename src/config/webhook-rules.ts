import { inspectEndpoint } from '../yaml/address.ts';
import { closestName } from '../yaml/closest.ts';
import { withSuggestion } from '../yaml/hints.ts';
import type { Problem } from '../yaml/problem.ts';
import { listAt, valueAt } from '../yaml/tree.ts';
import { describeFound, type Findings } from './found.ts';

/** What is said of a webhook goes over the network only as TLS, unless the operator names the network a private one. */
export function webhooksWithoutTlsArePrivate(findings: Findings): readonly Problem[] {
  return listAt(findings.tree, ['webhooks']).flatMap((webhook, index) => {
    const url = valueAt(webhook, ['url']);
    const inspected = typeof url === 'string' ? inspectEndpoint(url) : undefined;
    if (inspected === undefined || 'fault' in inspected || inspected.url.protocol === 'https:') return [];
    if (valueAt(webhook, ['allowPrivate']) === true) return [];
    const path = ['webhooks', index, 'url'];
    const allowed = 'an https URL, or allowPrivate: true beside it where it is in a network of your own';
    return [{ path, found: describeFound(path, findings), allowed }];
  });
}

/** Of an account that is misspelt, or is another tenant's, the endpoint would never be told anything. */
export function webhookAccountsAreOfItsTenant(findings: Findings): readonly Problem[] {
  const accounts = listAt(findings.tree, ['accounts']);
  return listAt(findings.tree, ['webhooks']).flatMap((webhook, index) =>
    listAt(webhook, ['accounts']).flatMap((key, position) => {
      const path = ['webhooks', index, 'accounts', position];
      const fault = typeof key === 'string' ? whyNeverTold(accounts, key, webhook) : undefined;
      if (fault === undefined) return [];
      return [
        {
          path,
          found: `${describeFound(path, findings)}, ${fault}`,
          allowed: allowedInPlaceOf(String(key), accounts),
        },
      ];
    }),
  );
}

const ACCOUNTS_ALLOWED = "keys of the tenant's accounts that have a credential of their own";

function allowedInPlaceOf(key: string, accounts: readonly unknown[]): string {
  const keys = accounts.map((account) => String(valueAt(account, ['key'])));
  const closest = keys.includes(key) ? undefined : closestName(key, keys);
  return closest === undefined ? ACCOUNTS_ALLOWED : withSuggestion(ACCOUNTS_ALLOWED, closest);
}

function whyNeverTold(accounts: readonly unknown[], key: string, webhook: unknown): string | undefined {
  const keys = accounts.map((account) => valueAt(account, ['key']));
  const account = accounts[keys.indexOf(key)];
  if (account === undefined) {
    // Where a key is not readable, it may be this one.
    return keys.every((each) => typeof each === 'string') ? 'which is no account of this file' : undefined;
  }
  const tenants = [tenantOf(account), tenantOf(webhook)];
  if (!tenants.every((tenant) => typeof tenant === 'string')) return undefined;
  if (tenants[0] !== tenants[1]) return 'an account of another tenant';
  // What is read with a caller's own token is not tracked.
  const isCallers = valueAt(account, ['credential', 'type']) === 'caller';
  return isCallers ? 'an account whose credential each caller brings' : undefined;
}

function tenantOf(item: unknown): unknown {
  return valueAt(item, ['tenant']) ?? 'default';
}
