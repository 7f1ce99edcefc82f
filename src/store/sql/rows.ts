import type { Insertable, Selectable } from 'kysely';
import type { ExportKey, ExportSnapshot } from '../../export/export.ts';
import type { Delivery, DeliveryRecord, StartKey, TrackedExport } from '../../export/store.ts';
import type { VendorId } from '../../export/vendor-id.ts';
import { toCreatedOrder, toSearchText, toStateOrder } from '../keeping.ts';
import type { DeliveriesTable, ExportsTable, KeysTable } from './schema.ts';

/**
 * Text that a caller chose, so that it comes back as it was: databases cut text at a NUL or refuse it, and know no half of a
 * surrogate pair. JSON needs none of this: it writes both as escapes.
 */
export function toStored(text: string): string {
  return text.replace(/\\u|\0|\p{Cs}/gu, (found) =>
    found.length > 1 ? '\\u005cu' : `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

export function fromStored(text: string): string {
  return text.replace(/\\u([0-9a-f]{4})/g, (_found, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
}

const toStoredOrNull = (text: string | null) => (text === null ? null : toStored(text));
const fromStoredOrNull = (text: string | null) => (text === null ? null : fromStored(text));
const toJson = (value: unknown) => (value === null ? null : JSON.stringify(value));
const fromJson = <Value>(text: string | null) => (text === null ? null : (JSON.parse(text) as Value));

/** The columns that follow from a state. */
export function toStateColumns(state: TrackedExport['state']) {
  const name = state?.snapshot?.name ?? null;
  return {
    state: toJson(state),
    status: state?.snapshot?.status ?? null,
    created_order: toCreatedOrder(state),
    state_order: toStateOrder(state),
    name_search: name === null ? null : toSearchText(name),
  };
}

/** The columns that follow from a label. */
export function toLabelColumns(label: string | null) {
  return { label: toStoredOrNull(label), label_search: label === null ? null : toSearchText(label) };
}

export function toExportRow(entry: TrackedExport): Insertable<ExportsTable> {
  return {
    tenant: entry.tenant,
    id: entry.key.id,
    vendor: entry.key.vendor,
    account: entry.key.account,
    ids: JSON.stringify(entry.key.ids),
    identity: entry.identity,
    ...toLabelColumns(entry.label),
    started_here: entry.startedHere ? 1 : 0,
    tracked_by: toStoredOrNull(entry.trackedBy),
    tracked_at: entry.trackedAt,
    kept_until: entry.keptUntil,
    ...toStateColumns(entry.state),
  };
}

export function toTracked(row: Selectable<ExportsTable>): TrackedExport {
  return {
    tenant: row.tenant,
    key: {
      id: row.id,
      vendor: row.vendor as VendorId,
      account: row.account,
      ids: JSON.parse(row.ids) as ExportKey['ids'],
    },
    identity: row.identity,
    label: fromStoredOrNull(row.label),
    startedHere: row.started_here === 1,
    trackedBy: fromStoredOrNull(row.tracked_by),
    trackedAt: row.tracked_at,
    keptUntil: row.kept_until,
    state: fromJson<NonNullable<TrackedExport['state']>>(row.state),
  };
}

export function toKeyRow(key: StartKey): Insertable<KeysTable> {
  return {
    tenant: key.tenant,
    key: toStored(key.key),
    digest: key.digest,
    status: key.status,
    sent_at: key.sentAt,
    mark: toStoredOrNull(key.mark),
    ...toStartedColumns(key.started),
    expires_at: key.expiresAt,
  };
}

export function toStartedColumns(started: ExportSnapshot | null) {
  return { started: toJson(started), started_id: started?.key.id ?? null };
}

export function toStartKey(row: Selectable<KeysTable>): StartKey {
  return {
    tenant: row.tenant,
    key: fromStored(row.key),
    digest: row.digest,
    status: row.status,
    sentAt: row.sent_at,
    mark: fromStoredOrNull(row.mark),
    started: fromJson<ExportSnapshot>(row.started),
    expiresAt: row.expires_at,
  };
}

export function toDeliveryRow(delivery: Delivery): Insertable<DeliveriesTable> {
  return {
    id: delivery.id,
    endpoint: delivery.endpoint,
    tenant: delivery.tenant,
    type: delivery.type,
    at: delivery.at,
    export_id: delivery.key.id,
    export_key: JSON.stringify(delivery.key),
    identity: delivery.identity,
    label: toStoredOrNull(delivery.label),
    snapshot: toJson(delivery.snapshot),
    status: 'owed',
    attempts: 0,
    next_attempt_at: delivery.at,
    due_at: null,
    leased_until: null,
    last_result: null,
    last_attempt_at: null,
  };
}

export function toDeliveryRecord(row: Selectable<DeliveriesTable>): DeliveryRecord {
  return {
    id: row.id,
    endpoint: row.endpoint,
    tenant: row.tenant,
    type: row.type,
    at: row.at,
    key: JSON.parse(row.export_key) as ExportKey,
    identity: row.identity,
    label: fromStoredOrNull(row.label),
    snapshot: fromJson<ExportSnapshot>(row.snapshot),
    status: row.status,
    attempts: row.attempts,
    nextAttemptAt: row.next_attempt_at,
    lastResult: fromStoredOrNull(row.last_result),
    lastAttemptAt: row.last_attempt_at,
  };
}
