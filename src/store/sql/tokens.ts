import type { Kysely } from 'kysely';
import type { KeptToken } from '../../export/store.ts';
import type { Schema } from './schema.ts';

/** See `Store.readToken`. */
export async function readToken(db: Kysely<Schema>, identity: string): Promise<KeptToken | null> {
  const row = await db
    .selectFrom('waybill_tokens')
    .selectAll()
    .where('identity', '=', identity)
    .executeTakeFirst();
  if (row === undefined) return null;
  const { version, holder, held_until: heldUntil, sealed } = row;
  return { identity, version, holder, heldUntil, sealed };
}

/** See `Store.writeToken`. */
export async function writeToken(db: Kysely<Schema>, next: KeptToken): Promise<boolean> {
  const { identity, version, holder, heldUntil, sealed } = next;
  const row = { version, holder, held_until: heldUntil, sealed };
  const written =
    version === 1
      ? await db
          .insertInto('waybill_tokens')
          .values({ identity, ...row })
          .onConflict((conflict) => conflict.column('identity').doNothing())
          .returning('version')
          .executeTakeFirst()
      : await db
          .updateTable('waybill_tokens')
          .set(row)
          .where('identity', '=', identity)
          .where('version', '=', version - 1)
          .returning('version')
          .executeTakeFirst();
  return written !== undefined;
}
