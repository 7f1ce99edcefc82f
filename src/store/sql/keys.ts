import { type Kysely, sql } from 'kysely';
import type { ExportSnapshot } from '../../export/export.ts';
import type { StartKey } from '../../export/store.ts';
import { toKeyRow, toStartedColumns, toStartKey, toStored } from './rows.ts';
import type { Schema } from './schema.ts';

type Db = Kysely<Schema>;

/** A key that goes away between two questions is asked for again; more often than this it does not. */
const MAX_TURNS = 5;

/** See `Store.takeKey`. */
export async function takeKey(db: Db, key: StartKey, now: number): Promise<StartKey | null> {
  const row = toKeyRow({ ...key, status: 'sending', started: null });
  for (let turn = 0; turn < MAX_TURNS; turn += 1) {
    const taken = await db
      .insertInto('waybill_keys')
      .values(row)
      .onConflict((conflict) =>
        conflict.columns(['tenant', 'key']).doUpdateSet(row).where('waybill_keys.expires_at', '<=', now),
      )
      .returning('key')
      .executeTakeFirst();
    if (taken !== undefined) return null;
    const holder = await db
      .selectFrom('waybill_keys')
      .selectAll()
      .where('tenant', '=', row.tenant)
      .where('key', '=', row.key)
      .executeTakeFirst();
    if (holder !== undefined) return toStartKey(holder);
  }
  throw new Error('An idempotency key comes and goes faster than it can be taken.');
}

/** See `Store.retakeKey`. */
export async function retakeKey(
  db: Db,
  seen: StartKey,
  next: Pick<StartKey, 'sentAt' | 'mark' | 'expiresAt'>,
): Promise<boolean> {
  const before = toKeyRow(seen);
  const after = toKeyRow({ ...seen, ...next });
  const taken = await db
    .updateTable('waybill_keys')
    .set({ status: 'sending', sent_at: after.sent_at, mark: after.mark, expires_at: after.expires_at })
    .where('tenant', '=', before.tenant)
    .where('key', '=', before.key)
    .where('digest', '=', before.digest)
    // What a done key stands for is never ordered again.
    .where('status', '<>', 'done')
    .where('status', '=', before.status)
    .where('sent_at', '=', before.sent_at)
    .where('expires_at', '=', before.expires_at)
    .where(sql<boolean>`mark is not distinct from ${before.mark}`)
    .returning('key')
    .execute();
  return taken.length > 0;
}

/** See `Store.settleKey`. */
export async function settleKey(
  db: Db,
  tenant: string,
  key: string,
  { status, started }: Pick<StartKey, 'status' | 'started'>,
): Promise<void> {
  await db
    .updateTable('waybill_keys')
    .set({ status, ...toStartedColumns(started) })
    .where('tenant', '=', tenant)
    .where('key', '=', toStored(key))
    .execute();
}

/** The key stands for this export from now on. */
export async function finishKey(db: Db, tenant: string, key: string, started: ExportSnapshot): Promise<void> {
  await settleKey(db, tenant, key, { status: 'done', started });
}

/** See `Store.releaseKey`. */
export async function releaseKey(db: Db, tenant: string, key: string): Promise<void> {
  await db.deleteFrom('waybill_keys').where('tenant', '=', tenant).where('key', '=', toStored(key)).execute();
}

/** See `Store.findKeyed`; at most a chunk of ids. */
export async function findKeyed(db: Db, tenant: string, ids: readonly string[]): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('waybill_keys')
    .select('started_id')
    .distinct()
    .where('tenant', '=', tenant)
    .where('started_id', 'is not', null)
    .where('started_id', 'in', ids)
    .execute();
  return rows.flatMap(({ started_id: id }) => (id === null ? [] : [id]));
}
