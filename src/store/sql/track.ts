import { type Kysely, sql } from 'kysely';
import type { TrackedExport, TrackOutcome, TrackRequest } from '../../export/store.ts';
import { addDeliveries } from './delivery-queue.ts';
import { addDurations } from './durations.ts';
import { finishKey } from './keys.ts';
import { noteOpened, readOpenCount } from './open-count.ts';
import { toExportRow, toLabelColumns } from './rows.ts';
import type { SqlKind } from './runner.ts';
import type { Schema } from './schema.ts';

type Db = Kysely<Schema>;

/** See `Store.track`. */
export async function track(db: Db, kind: SqlKind, request: TrackRequest): Promise<TrackOutcome> {
  const { entry, startKey } = request;
  const outcome = await trackEntry(db, kind, request);
  if (outcome === 'limit') return outcome;
  if (startKey !== null) await finishKey(db, entry.tenant, startKey.key, startKey.started);
  if (outcome !== 'tracked') return outcome;
  const owner = {
    tenant: entry.tenant,
    id: entry.key.id,
    vendor: entry.key.vendor,
    account: entry.key.account,
  };
  if (request.duration !== null) await addDurations(db, [{ owner, ...request.duration }]);
  await addDeliveries(db, kind, request.deliveries);
  return outcome;
}

async function trackEntry(db: Db, kind: SqlKind, request: TrackRequest): Promise<TrackOutcome> {
  const { entry, isDiscovered } = request;
  const before = await lookUp(db, entry);
  if (before.isTracked) return rename(db, request);
  if (isDiscovered && before.wasUntracked) return 'known';
  if (await isFull(db, kind, request)) return 'limit';
  const inserted = await db
    .insertInto('waybill_exports')
    .values(toExportRow(entry))
    .onConflict((conflict) => conflict.columns(['tenant', 'id']).doNothing())
    .returning('id')
    .executeTakeFirst();
  // Another gateway was faster, since the question above.
  if (inserted === undefined) return rename(db, request);
  if (entry.keptUntil === null) noteOpened(db, entry.tenant);
  if (before.wasUntracked) await forgetUntracked(db, entry);
  return 'tracked';
}

/** What is known of an export, in one question: many may be found at once. */
async function lookUp(db: Db, { tenant, key }: TrackedExport) {
  const { rows } = await sql<{ tracked: unknown; untracked: unknown }>`select
    exists (select 1 from waybill_exports where tenant = ${tenant} and id = ${key.id}) as tracked,
    exists (select 1 from waybill_untracked where tenant = ${tenant} and id = ${key.id}) as untracked`.execute(
    db,
  );
  // SQLite has numbers for it.
  return { isTracked: Boolean(rows[0]?.tracked), wasUntracked: Boolean(rows[0]?.untracked) };
}

/** Gives one that is tracked already its label, where one is to be given. */
async function rename(db: Db, { entry, setsLabel }: TrackRequest): Promise<'known'> {
  if (!setsLabel) return 'known';
  await db
    .updateTable('waybill_exports')
    .set(toLabelColumns(entry.label))
    .where('tenant', '=', entry.tenant)
    .where('id', '=', entry.key.id)
    .execute();
  return 'known';
}

async function forgetUntracked(db: Db, { tenant, key }: TrackedExport): Promise<void> {
  await db.deleteFrom('waybill_untracked').where('tenant', '=', tenant).where('id', '=', key.id).execute();
}

async function isFull(db: Db, kind: SqlKind, { entry, maxOpen }: TrackRequest): Promise<boolean> {
  if (maxOpen === null || entry.keptUntil !== null) return false;
  return (await readOpenCount(db, kind, entry.tenant)) >= maxOpen;
}
