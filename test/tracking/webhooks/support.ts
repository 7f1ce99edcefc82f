import type { ExportSnapshot } from '../../../src/export/export.ts';
import type { Delivery, DeliveryRecord, DeliveryResult } from '../../../src/export/store.ts';
import type { DeliveryStore } from '../../../src/tracking/webhooks/dispatcher.ts';
import type { WebhookEndpoint } from '../../../src/tracking/webhooks/endpoint.ts';
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

interface Row {
  record: DeliveryRecord;
  leaseUntil: number;
}

/** Deliveries in memory that keep the promises of the store's port, and the trouble that a test wants. */
export interface MemoryDeliveries extends DeliveryStore {
  /** Why the store cannot be reached; null while it can. */
  trouble: Error | null;
  /** Called before a settling is written; may throw. */
  onSettle: (results: readonly DeliveryResult[]) => void;
  owe(...deliveries: readonly Delivery[]): void;
  get(id: string): DeliveryRecord;
  /** The most attempts that were given out at once, by endpoint. */
  readonly takings: { count: number };
}

export function createMemoryDeliveries(now: () => number): MemoryDeliveries {
  const rows = new Map<string, Row>();
  const takings = { count: 0 };

  const check = () => {
    if (store.trouble !== null) throw store.trouble;
  };
  /** Of each endpoint and export the one that was owed first. */
  function heads(): readonly Row[] {
    const first = new Map<string, Row>();
    for (const row of rows.values()) {
      const group = `${row.record.endpoint} ${row.record.key.id}`;
      if (row.record.status === 'owed' && !first.has(group)) first.set(group, row);
    }
    return [...first.values()];
  }
  const dueAt = ({ record, leaseUntil }: Row) => Math.max(record.nextAttemptAt ?? 0, leaseUntil);

  const store: MemoryDeliveries = {
    trouble: null,
    onSettle: () => undefined,
    takings,
    owe(...deliveries) {
      for (const delivery of deliveries) {
        if (rows.has(delivery.id)) continue;
        const record: DeliveryRecord = {
          ...delivery,
          status: 'owed',
          attempts: 0,
          nextAttemptAt: now(),
          lastResult: null,
          lastAttemptAt: null,
        };
        rows.set(delivery.id, { record, leaseUntil: 0 });
      }
    },
    get(id) {
      const row = rows.get(id);
      if (row === undefined) throw new Error(`no delivery ${id}`);
      return row.record;
    },
    async takeDeliveries({ now: at, busy, perEndpoint, limit, leaseMs }) {
      takings.count += 1;
      check();
      const counts = new Map<string, number>();
      const taken: Row[] = [];
      const due = heads()
        .filter((row) => !busy.has(row.record.endpoint) && dueAt(row) <= at)
        .sort((one, other) => dueAt(one) - dueAt(other));
      for (const row of due) {
        const count = counts.get(row.record.endpoint) ?? 0;
        if (taken.length >= limit || count >= perEndpoint) continue;
        counts.set(row.record.endpoint, count + 1);
        row.leaseUntil = at + leaseMs;
        taken.push(row);
      }
      return taken.map(({ record }) => record);
    },
    async settleDeliveries(results) {
      check();
      store.onSettle(results);
      for (const { id, status, nextAttemptAt, lastResult, at } of results) {
        const row = rows.get(id);
        if (row === undefined) continue;
        const attempts = row.record.attempts + 1;
        row.record = { ...row.record, status, nextAttemptAt, lastResult, attempts, lastAttemptAt: at };
        row.leaseUntil = 0;
      }
    },
    async nextDeliveryAt(busy) {
      check();
      const instants = heads()
        .filter(({ record }) => !busy.has(record.endpoint))
        .map(dueAt);
      return instants.length === 0 ? null : Math.min(...instants);
    },
  };
  return store;
}
