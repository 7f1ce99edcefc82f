import type { ExportSnapshot } from '../../../src/export/export.ts';
import type { Delivery, DeliveryRecord, DeliveryResult } from '../../../src/export/store.ts';
import type { WebhookEndpoint } from '../../../src/export/webhook-endpoint.ts';
import { MemoryDeliveries as StoredDeliveries } from '../../../src/store/memory-deliveries.ts';
import type { DeliveryStore } from '../../../src/tracking/webhooks/dispatcher.ts';
import { toKey, toSnapshot } from '../../export/support.ts';

/** `whsec_` and 32 bytes in base64. */
export const SECRET = `whsec_${Buffer.alloc(32, 'a secret of the test').toString('base64')}`;
export const OLDER_SECRET = `whsec_${Buffer.alloc(24, 'an older one').toString('base64')}`;

export const AT = Date.UTC(2026, 10, 22, 10, 0, 0);

export function toEndpoint(overrides: Partial<WebhookEndpoint> = {}): WebhookEndpoint {
  return {
    key: 'ops',
    tenant: 'default',
    url: 'https://hooks.example.com/waybill',
    secrets: [SECRET],
    events: ['export.succeeded'],
    vendors: [],
    accounts: [],
    allowPrivate: true,
    ...overrides,
  };
}

export function toDelivery(
  id: string,
  overrides: Partial<Delivery> & { readonly run?: string } = {},
): Delivery {
  const { run = '7', ...given } = overrides;
  const key = toKey(run);
  return {
    id,
    endpoint: 'ops',
    tenant: 'default',
    type: 'export.succeeded',
    at: AT,
    key,
    identity: 'default/admit',
    label: null,
    snapshot: toFinished(run),
    ...given,
  };
}

export function toFinished(run: string, overrides: Partial<ExportSnapshot> = {}): ExportSnapshot {
  return toSnapshot(toKey(run), {
    name: 'Applicants',
    status: 'SUCCEEDED',
    rawStatus: 'Available',
    outcome: 'COMPLETE',
    createdAt: AT - 60_000,
    finishedAt: AT,
    observedAt: AT,
    files: [{ name: 'Applicants.csv', mediaType: 'text/csv', availableUntil: null }],
    ...overrides,
  });
}

/** Deliveries in memory, and the trouble that a test wants. */
export interface MemoryDeliveries extends DeliveryStore {
  /** Why the store cannot be reached; null while it can. */
  trouble: Error | null;
  /** Called before ends are written down; may throw. */
  onSettle: (results: readonly DeliveryResult[]) => void;
  owe(...deliveries: readonly Delivery[]): void;
  get(id: string): DeliveryRecord;
  /** How often deliveries were asked for. */
  readonly takings: { count: number };
}

export function createMemoryDeliveries(): MemoryDeliveries {
  const deliveries = new StoredDeliveries();
  const takings = { count: 0 };
  const check = () => {
    if (store.trouble !== null) throw store.trouble;
  };
  const store: MemoryDeliveries = {
    trouble: null,
    onSettle: () => undefined,
    takings,
    owe: (...owed) => deliveries.add(owed),
    get(id) {
      const found = deliveries.find('default', id);
      if (found === null) throw new Error(`no delivery ${id}`);
      return found;
    },
    async takeDeliveries(request) {
      takings.count += 1;
      check();
      return deliveries.take(request);
    },
    async settleDeliveries(results) {
      check();
      store.onSettle(results);
      for (const result of results) deliveries.settle(result);
    },
    async wakeEndpoints(endpoints, which) {
      check();
      return deliveries.wake(endpoints, which);
    },
    async nextDeliveryAt(busy) {
      check();
      return deliveries.nextAt(busy);
    },
  };
  return store;
}
