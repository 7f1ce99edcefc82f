import { type Kysely, sql } from 'kysely';
import type { SqlKind } from './runner.ts';
import type { Schema } from './schema.ts';

type Db = Kysely<Schema>;

/**
 * What was counted in a transaction, by tenant: of many exports that are tracked together, only the first one has all counted.
 *
 * Another gateway can track nothing of the tenant meanwhile; that it may end something makes the limit come a moment early at worst.
 */
const counted = new WeakMap<Db, Map<string, number>>();

/** How many open exports a tenant has, for as long as the transaction lasts. */
export async function readOpenCount(db: Db, kind: SqlKind, tenant: string): Promise<number> {
  const counts = counted.get(db) ?? new Map<string, number>();
  counted.set(db, counts);
  const known = counts.get(tenant);
  if (known !== undefined) return known;
  if (kind === 'postgres') {
    // Two gateways that count at once would both find room for the last one.
    await sql`select pg_advisory_xact_lock(hashtextextended(${`waybill open ${tenant}`}, 0))`.execute(db);
  }
  const count = await countOpen(db, tenant);
  counts.set(tenant, count);
  return count;
}

/** One more is open. */
export function noteOpened(db: Db, tenant: string): void {
  const counts = counted.get(db);
  const known = counts?.get(tenant);
  if (known !== undefined) counts?.set(tenant, known + 1);
}

/** Some may be open no longer, or again. */
export function forgetCounts(db: Db): void {
  counted.delete(db);
}

/** See `Store.countOpen`. */
export async function countOpen(db: Db, tenant: string): Promise<number> {
  const { count } = await db
    .selectFrom('waybill_exports')
    .select((row) => row.fn.countAll<number>().as('count'))
    .where('tenant', '=', tenant)
    .where('kept_until', 'is', null)
    .executeTakeFirstOrThrow();
  return count;
}
