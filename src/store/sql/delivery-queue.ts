import { type Kysely, sql } from 'kysely';
import type { Delivery, DeliveryResult, DeliveryStatus } from '../../export/store.ts';
import { rest } from './rests.ts';
import { toDeliveryRow, toStored } from './rows.ts';
import { inChunks, type SqlKind } from './runner.ts';
import type { Schema } from './schema.ts';

type Db = Kysely<Schema>;

/** What a queue is: the deliveries of one endpoint about one export. */
interface Queue {
  readonly endpoint: string;
  readonly tenant: string;
  readonly export_id: string;
}

const QUEUE = ['endpoint', 'tenant', 'export_id'] as const;
/** A literal, as the indexes have it: with a parameter the database could not know that the index fits. */
const OWED = sql.lit<DeliveryStatus>('owed');
/** As many locks stand for all queues: a transaction with thousands of deliveries would else take as many. */
const LOCKS = 64;

/** Puts deliveries at the end of their queues; one whose id is there already is not added again. */
export async function addDeliveries(db: Db, kind: SqlKind, deliveries: readonly Delivery[]): Promise<void> {
  const rows = deliveries.map(toDeliveryRow);
  await lockQueues(db, kind, rows);
  for (const chunk of inChunks(rows)) {
    const added = await db
      .insertInto('waybill_deliveries')
      .values(chunk)
      .onConflict((conflict) => conflict.column('id').doNothing())
      .returning('seq')
      .execute();
    if (added.length > 0) await markHeads(db, added);
  }
}

/** Of these newest ones, those that are alone in their queues, or first, are due. */
async function markHeads(db: Db, added: readonly { readonly seq: number }[]): Promise<void> {
  await db
    .updateTable('waybill_deliveries')
    .set(({ ref }) => ({ due_at: ref('next_attempt_at') }))
    .where(
      'seq',
      'in',
      added.map(({ seq }) => seq),
    )
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('waybill_deliveries as older')
            .select('older.seq')
            .whereRef('older.endpoint', '=', 'waybill_deliveries.endpoint')
            .whereRef('older.tenant', '=', 'waybill_deliveries.tenant')
            .whereRef('older.export_id', '=', 'waybill_deliveries.export_id')
            .where('older.status', '=', OWED)
            .whereRef('older.seq', '<', 'waybill_deliveries.seq'),
        ),
      ),
    )
    .execute();
}

/** See `Store.settleDeliveries`. */
export async function settleDeliveries(
  db: Db,
  kind: SqlKind,
  results: readonly DeliveryResult[],
): Promise<void> {
  if (kind === 'postgres') {
    for (const chunk of inChunks(results)) {
      const ids = chunk.map(({ id }) => id);
      await lockQueues(
        db,
        kind,
        await db.selectFrom('waybill_deliveries').select(QUEUE).where('id', 'in', ids).execute(),
      );
    }
  }
  for (const result of results) await settle(db, result);
}

/** What is finished already stays so: an attempt whose lease ran out may end after another one. */
async function settle(db: Db, result: DeliveryResult): Promise<void> {
  const isOwed = result.status === 'owed';
  const nextAttemptAt = isOwed ? Math.ceil(result.nextAttemptAt ?? result.at) : null;
  const queue = await db
    .updateTable('waybill_deliveries')
    .set(({ eb, ref }) => ({
      status: result.status,
      attempts: eb('attempts', '+', 1),
      next_attempt_at: nextAttemptAt,
      due_at: isOwed
        ? eb
            .case()
            .when(ref('due_at'), 'is not', null)
            .then(sql<number>`cast(${nextAttemptAt} as bigint)`)
            .else(null)
            .end()
        : null,
      leased_until: null,
      last_result: toStored(result.lastResult),
      last_attempt_at: result.at,
    }))
    .where('id', '=', result.id)
    .where('status', '=', OWED)
    .returning(QUEUE)
    .executeTakeFirst();
  if (queue === undefined) return;
  if (result.restsUntil !== undefined) await rest(db, queue.endpoint, result.restsUntil);
  await promote(db, queue);
}

/** Makes the oldest one of a queue its head, where it has none. */
async function promote(db: Db, queue: Queue): Promise<void> {
  await db
    .updateTable('waybill_deliveries')
    .set(({ ref }) => ({ due_at: ref('next_attempt_at') }))
    .where('seq', '=', (rows) =>
      rows
        .selectFrom('waybill_deliveries as oldest')
        .select((row) => row.fn.min('oldest.seq').as('seq'))
        .where('oldest.endpoint', '=', queue.endpoint)
        .where('oldest.tenant', '=', queue.tenant)
        .where('oldest.export_id', '=', queue.export_id)
        .where('oldest.status', '=', OWED),
    )
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('waybill_deliveries as head')
            .select('head.seq')
            .where('head.endpoint', '=', queue.endpoint)
            .where('head.tenant', '=', queue.tenant)
            .where('head.export_id', '=', queue.export_id)
            .where('head.status', '=', OWED)
            .where('head.due_at', 'is not', null),
        ),
      ),
    )
    .execute();
}

/** See `Store.retryDelivery`. */
export async function retryDelivery(
  db: Db,
  kind: SqlKind,
  { tenant, id, now }: { readonly tenant: string; readonly id: string; readonly now: number },
): Promise<boolean> {
  const found = await db
    .selectFrom('waybill_deliveries')
    .select(QUEUE)
    .where('id', '=', id)
    .where('tenant', '=', tenant)
    .executeTakeFirst();
  if (found === undefined) return false;
  await lockQueues(db, kind, [found]);
  const row = await db
    .selectFrom('waybill_deliveries')
    .select(['status', 'leased_until'])
    .where('id', '=', id)
    .$if(kind === 'postgres', (rows) => rows.forUpdate())
    .executeTakeFirst();
  if (row === undefined || row.status === 'delivered') return false;
  // It is being attempted at this moment.
  if (row.leased_until !== null && row.leased_until > now) return true;
  await db
    .updateTable('waybill_deliveries')
    .set({ status: 'owed', next_attempt_at: now, due_at: null, leased_until: null })
    .where('id', '=', id)
    .execute();
  await dismissHead(db, found, now);
  await promote(db, found);
  return true;
}

/** The head of a queue waits in line again, but for one that is under way. */
async function dismissHead(db: Db, queue: Queue, now: number): Promise<void> {
  await db
    .updateTable('waybill_deliveries')
    .set({ due_at: null, leased_until: null })
    .where('endpoint', '=', queue.endpoint)
    .where('tenant', '=', queue.tenant)
    .where('export_id', '=', queue.export_id)
    .where('status', '=', OWED)
    .where('due_at', 'is not', null)
    .where((row) => row.or([row('leased_until', 'is', null), row('leased_until', '<=', now)]))
    .execute();
}

/**
 * Until the transaction ends nobody else adds to these queues or takes away: whoever adds one must know whether it is the first.
 *
 * In the order of the locks, so that two transactions never wait for each other.
 */
async function lockQueues(db: Db, kind: SqlKind, queues: readonly Queue[]): Promise<void> {
  if (kind !== 'postgres' || queues.length === 0) return;
  const names = [...new Set(queues.map((queue) => QUEUE.map((name) => queue[name]).join(' ')))];
  await sql`
    select pg_advisory_xact_lock(lock) from (
      select distinct hashtextextended('waybill deliveries ' || abs(hashtext(name) % ${sql.lit(LOCKS)}), 0) as lock
      from unnest(cast(${names} as text[])) as name order by lock
    ) as locks`.execute(db);
}
