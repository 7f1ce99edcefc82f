import { type Kysely, sql } from 'kysely';
import type { Schema } from './schema.ts';

type Db = Kysely<Schema>;

/** An endpoint gets nothing until then; the longest rest counts, and null is the longest. */
export async function rest(db: Db, endpoint: string, until: number | null): Promise<void> {
  const restsUntil = until === null ? null : Math.ceil(until);
  await sql`
    insert into waybill_rests (endpoint, rests_until) values (${endpoint}, cast(${restsUntil} as bigint))
    on conflict (endpoint) do update set rests_until = case
      when waybill_rests.rests_until is null or excluded.rests_until is null then null
      when excluded.rests_until > waybill_rests.rests_until then excluded.rests_until
      else waybill_rests.rests_until end`.execute(db);
}

/** See `Store.wakeEndpoints`. */
export async function wakeEndpoints(
  db: Db,
  endpoints: readonly string[],
  which: 'off' | 'all',
): Promise<boolean> {
  const woken = await db
    .deleteFrom('waybill_rests')
    .where('endpoint', 'in', endpoints)
    .$if(which === 'off', (rows) => rows.where('rests_until', 'is', null))
    .returning('endpoint')
    .execute();
  return woken.length > 0;
}
