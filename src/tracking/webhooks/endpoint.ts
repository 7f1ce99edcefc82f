import type { ExportKey } from '../../export/export.ts';
import type { WebhookEventType } from '../../export/store.ts';
import type { VendorId } from '../../export/vendor-id.ts';

/** Where one tenant wants to be told of its tracked exports. */
export interface WebhookEndpoint {
  /** Unique; names it in log lines, metrics and deliveries. */
  readonly key: string;
  readonly tenant: string;
  readonly url: string;
  /** Each `whsec_` and base64. Several while one is being replaced: each signs, and a receiver knows one of them. */
  readonly secrets: readonly string[];
  readonly events: readonly WebhookEventType[];
  /** Empty: all. */
  readonly vendors: readonly VendorId[];
  /** Keys of accounts; empty: all. */
  readonly accounts: readonly string[];
  /** Lets http and private addresses through, those of this machine included. */
  readonly allowPrivate: boolean;
}

/** What an endpoint is told of where its configuration does not say. */
export const DEFAULT_WEBHOOK_EVENTS = [
  'export.succeeded',
  'export.failed',
  'export.canceled',
  'export.expired',
  'export.watch_failed',
] as const satisfies readonly WebhookEventType[];

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
