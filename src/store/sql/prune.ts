import { type Kysely, type RawBuilder, sql } from 'kysely';
import { FINISHED_DELIVERY_KEPT_MS, MAX_DURATIONS, UNTRACKED_KEPT_MS } from '../keeping.ts';
import { CHUNK, type SqlRunner } from './runner.ts';
import type { Schema } from './schema.ts';

/** Deletes as many rows as fit into one turn of the loop. @returns how many there were */
type Sweep = (db: Kysely<Schema>, now: number) => Promise<number>;

const SWEEPS: readonly Sweep[] = [
  (db, now) =>
    remove(
      db,
      sql`waybill_exports where (tenant, id) in (select tenant, id from waybill_exports
        where kept_until is not null and kept_until <= ${now} limit ${sql.lit(CHUNK)})`,
    ),
  (db, now) =>
    remove(
      db,
      sql`waybill_keys where (tenant, key) in (select tenant, key from waybill_keys
        where expires_at <= ${now} limit ${sql.lit(CHUNK)})`,
    ),
  (db, now) =>
    remove(
      db,
      sql`waybill_untracked where (tenant, id) in (select tenant, id from waybill_untracked
        where at <= ${now - UNTRACKED_KEPT_MS} limit ${sql.lit(CHUNK)})`,
    ),
  (db, now) =>
    remove(
      db,
      sql`waybill_deliveries where seq in (select seq from waybill_deliveries
        where status <> 'owed' and last_attempt_at <= ${now - FINISHED_DELIVERY_KEPT_MS} limit ${sql.lit(CHUNK)})`,
    ),
  (db) =>
    remove(
      db,
      sql`waybill_durations where seq in (select seq from waybill_durations
        where seq <= (select seq from waybill_durations order by seq desc limit 1 offset ${sql.lit(MAX_DURATIONS)})
        limit ${sql.lit(CHUNK)})`,
    ),
];

/** See `Store.prune`. In many small transactions: nobody has to see all of it go at once, and no write has to wait for all of it. */
export async function prune(runner: SqlRunner, now: number): Promise<void> {
  for (const sweep of SWEEPS) {
    while ((await runner.write((db) => sweep(db, now))) === CHUNK);
  }
}

async function remove(db: Kysely<Schema>, what: RawBuilder<unknown>): Promise<number> {
  const { numAffectedRows } = await sql`delete from ${what}`.execute(db);
  return Number(numAffectedRows ?? 0);
}
