import type { Kysely } from 'kysely';
import type { Store } from '../../export/store.ts';
import type { Schema } from './schema.ts';

/** See `Store.takeTurn`. */
export async function takeTurn(
  db: Kysely<Schema>,
  { name, now, everyMs }: Parameters<Store['takeTurn']>[0],
): Promise<number | null> {
  const row = { name, free_at: now + everyMs };
  const taken = await db
    .insertInto('waybill_turns')
    .values(row)
    .onConflict((conflict) =>
      conflict.column('name').doUpdateSet(row).where('waybill_turns.free_at', '<=', now),
    )
    .returning('name')
    .executeTakeFirst();
  if (taken !== undefined) return null;
  const held = await db
    .selectFrom('waybill_turns')
    .select('free_at')
    .where('name', '=', name)
    .executeTakeFirst();
  return held?.free_at ?? now;
}
