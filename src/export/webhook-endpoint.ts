import type { WebhookEventType } from './store.ts';
import type { VendorId } from './vendor-id.ts';

/** Where one tenant wants to be told of its tracked exports, by HTTP. */
export interface WebhookEndpoint {
  /** Unique over all tenants, `[a-z0-9-]{1,40}`; names it in log lines, metrics and deliveries. */
  readonly key: string;
  readonly tenant: string;
  /** https, or http where `allowPrivate` is set. Its path and query may be secrets. */
  readonly url: string;
  /** One, or two while one takes the other's place, the newer first: `whsec_` and base64. Each signs, and a receiver knows one of them. */
  readonly secrets: readonly string[];
  /** At least one. */
  readonly events: readonly WebhookEventType[];
  /** Only exports of these vendors; empty: of all. */
  readonly vendors: readonly VendorId[];
  /** Only exports of these accounts, by key; empty: of all that the tenant has. */
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
