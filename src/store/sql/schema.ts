import type { Generated } from 'kysely';
import type { DeliveryStatus, StartKey, WebhookEventType } from '../../export/store.ts';

/** Exports that are tracked. Instants are epoch milliseconds, here and below. */
export interface ExportsTable {
  tenant: string;
  id: string;
  vendor: string;
  account: string;
  /** `ExportKey.ids` as JSON. */
  ids: string;
  identity: string;
  label: string | null;
  /** See `toSearchText`. */
  label_search: string | null;
  name_search: string | null;
  started_here: number;
  tracked_by: string | null;
  tracked_at: number;
  /** Null while it runs: this column says whether it is open. */
  kept_until: number | null;
  /** Null while the vendor has never been read. */
  status: string | null;
  /** See `toCreatedOrder`. */
  created_order: number;
  /** `WatchedState` as JSON. */
  state: string | null;
  /** See `toStateOrder`. */
  state_order: number;
}

/** Exports that were untracked by hand. */
export interface UntrackedTable {
  tenant: string;
  id: string;
  at: number;
}

/** How long exports took, each once. */
export interface DurationsTable {
  seq: Generated<number>;
  tenant: string;
  export_id: string;
  vendor: string;
  account: string;
  kind: string;
  ms: number;
}

/** Idempotency keys. */
export interface KeysTable {
  tenant: string;
  key: string;
  digest: string;
  status: StartKey['status'];
  sent_at: number;
  mark: string | null;
  /** `ExportSnapshot` as JSON. */
  started: string | null;
  started_id: string | null;
  expires_at: number;
}

/**
 * Webhooks, owed and finished.
 *
 * Those of one endpoint and export wait in a queue, in the order of `seq`. Its head alone has a `due_at`: the one that is under way, else
 * the oldest that is owed. So what waits behind a head costs nothing when due ones are looked for.
 */
export interface DeliveriesTable {
  seq: Generated<number>;
  id: string;
  endpoint: string;
  tenant: string;
  type: WebhookEventType;
  at: number;
  export_id: string;
  /** `ExportKey` as JSON. */
  export_key: string;
  identity: string;
  label: string | null;
  /** `ExportSnapshot` as JSON. */
  snapshot: string | null;
  status: DeliveryStatus;
  attempts: number;
  /** Null where it is finished; the end of the lease while it is under way. */
  next_attempt_at: number | null;
  /** `next_attempt_at` of a queue's head; null elsewhere. */
  due_at: number | null;
  /** Null where no attempt is under way. */
  leased_until: number | null;
  last_result: string | null;
  last_attempt_at: number | null;
}

/** Endpoints that get no webhooks for now. */
export interface RestsTable {
  endpoint: string;
  /** Null: until they are woken. */
  rests_until: number | null;
}

/** What one of all gateways does now and then. */
export interface TurnsTable {
  name: string;
  free_at: number;
}

/** See `KeptToken`. */
export interface TokensTable {
  identity: string;
  version: number;
  holder: string;
  held_until: number;
  sealed: string | null;
}

/** One row that is written to find out whether the store can be written. */
export interface ChecksTable {
  id: number;
  at: number;
}

/** A database may hold other things beside: every name says whose it is. */
export interface Schema {
  waybill_exports: ExportsTable;
  waybill_untracked: UntrackedTable;
  waybill_durations: DurationsTable;
  waybill_keys: KeysTable;
  waybill_deliveries: DeliveriesTable;
  waybill_rests: RestsTable;
  waybill_turns: TurnsTable;
  waybill_tokens: TokensTable;
  waybill_checks: ChecksTable;
}
