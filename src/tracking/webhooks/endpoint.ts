import type { ExportKey } from '../../export/export.ts';
import type { WebhookEventType } from '../../export/store.ts';
import type { WebhookEndpoint } from '../../export/webhook-endpoint.ts';

/** True where this endpoint wants to be told of it. */
export function wants(
  { tenant, events, vendors, accounts }: WebhookEndpoint,
  happened: { readonly tenant: string; readonly key: ExportKey; readonly type: WebhookEventType },
): boolean {
  const { vendor, account } = happened.key;
  return (
    tenant === happened.tenant &&
    events.includes(happened.type) &&
    (vendors.length === 0 || vendors.includes(vendor)) &&
    (accounts.length === 0 || accounts.includes(account))
  );
}
