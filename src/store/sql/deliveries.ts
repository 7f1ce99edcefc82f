import { type Kysely, sql } from 'kysely';
import type { DeliveryBacklog, DeliveryRecord, DeliveryStatus, Store } from '../../export/store.ts';
import { toDeliveryRecord } from './rows.ts';
import type { SqlKind } from './runner.ts';
import type { Schema } from './schema.ts';

type Db = Kysely<Schema>;

/** See `Store.takeDeliveries`. */
export async function takeDeliveries(
  db: Db,
  kind: SqlKind,
  request: Parameters<Store['takeDeliveries']>[0],
): Promise<readonly DeliveryRecord[]> {
  const { now, busy, limit } = request;
  const due: { seq: number; due_at: number | null }[] = [];
  for (const { endpoint, first } of await listEndpoints(db)) {
    if (first <= now && !busy.has(endpoint)) due.push(...(await findDue(db, kind, endpoint, request)));
  }
  due.sort((a, b) => (a.due_at ?? 0) - (b.due_at ?? 0) || a.seq - b.seq);
  return lease(
    db,
    due.slice(0, limit).map(({ seq }) => seq),
    Math.ceil(now + request.leaseMs),
  );
}

/** Heads of queues; on Postgres none that another gateway is just taking. */
async function findDue(
  db: Db,
  kind: SqlKind,
  endpoint: string,
  { now, perEndpoint, limit }: Parameters<Store['takeDeliveries']>[0],
) {
  return db
    .selectFrom('waybill_deliveries')
    .select(['seq', 'due_at'])
    .where('endpoint', '=', endpoint)
    .where('due_at', 'is not', null)
    .where('due_at', '<=', now)
    .orderBy('due_at')
    .orderBy('seq')
    .limit(Math.min(perEndpoint, limit))
    .$if(kind === 'postgres', (rows) => rows.forUpdate().skipLocked())
    .execute();
}

async function lease(db: Db, seqs: readonly number[], until: number): Promise<readonly DeliveryRecord[]> {
  if (seqs.length === 0) return [];
  const rows = await db
    .updateTable('waybill_deliveries')
    .set({ next_attempt_at: until, due_at: until, leased_until: until })
    .where('seq', 'in', seqs)
    .returningAll()
    .execute();
  return rows.sort((a, b) => seqs.indexOf(a.seq) - seqs.indexOf(b.seq)).map(toDeliveryRecord);
}

/** Makes what is under way due again. */
export async function dropLeases(db: Db, now: number): Promise<void> {
  await db
    .updateTable('waybill_deliveries')
    .set({ next_attempt_at: now, due_at: now, leased_until: null })
    .where('leased_until', 'is not', null)
    .execute();
}

interface EndpointDue {
  readonly endpoint: string;
  /** When its first delivery is due, and it does not rest. */
  readonly first: number;
}

/** From one endpoint to the next in the index: endpoints are few, deliveries may be many. Those that are to be woken are left out. */
async function listEndpoints(db: Db): Promise<readonly EndpointDue[]> {
  const { rows } = await sql<EndpointDue & { readonly rests_until: number | null }>`
    with recursive owed (endpoint) as (
      select min(endpoint) from waybill_deliveries where due_at is not null
      union all
      select (select min(endpoint) from waybill_deliveries where due_at is not null and endpoint > owed.endpoint)
      from owed where owed.endpoint is not null
    )
    select owed.endpoint, rests.rests_until,
      (select min(due_at) from waybill_deliveries as heads where heads.endpoint = owed.endpoint and heads.due_at is not null) as first
    from owed left join waybill_rests as rests on rests.endpoint = owed.endpoint
    where owed.endpoint is not null and (rests.endpoint is null or rests.rests_until is not null)`.execute(
    db,
  );
  return rows.map(({ endpoint, first, rests_until: until }) => ({
    endpoint,
    first: Math.max(first, until ?? 0),
  }));
}

/** See `Store.nextDeliveryAt`. */
export async function nextDeliveryAt(db: Db, busy: ReadonlySet<string>): Promise<number | null> {
  const endpoints = await listEndpoints(db);
  const times = endpoints.filter(({ endpoint }) => !busy.has(endpoint)).map(({ first }) => first);
  return times.length === 0 ? null : Math.min(...times);
}

/** See `Store.listDeliveries`. */
export async function listDeliveries(
  db: Db,
  query: Parameters<Store['listDeliveries']>[0],
): Promise<readonly DeliveryRecord[]> {
  const { tenant, before } = query;
  const rows = await db
    .selectFrom('waybill_deliveries')
    .selectAll()
    .where('tenant', '=', tenant)
    .$if(query.endpoint !== undefined, (rows) => rows.where('endpoint', '=', query.endpoint ?? ''))
    .$if(query.status !== undefined, (rows) => rows.where('status', '=', query.status as DeliveryStatus))
    .$if(before !== undefined, (rows) =>
      rows.where('seq', '<', (other) =>
        other
          .selectFrom('waybill_deliveries as last')
          .select('last.seq')
          .where('last.id', '=', before ?? '')
          .where('last.tenant', '=', tenant),
      ),
    )
    .orderBy('seq', 'desc')
    .limit(query.limit)
    .execute();
  return rows.map(toDeliveryRecord);
}

/** See `Store.findDelivery`. */
export async function findDelivery(db: Db, tenant: string, id: string): Promise<DeliveryRecord | null> {
  const row = await db
    .selectFrom('waybill_deliveries')
    .selectAll()
    .where('id', '=', id)
    .where('tenant', '=', tenant)
    .executeTakeFirst();
  return row === undefined ? null : toDeliveryRecord(row);
}

/** See `Store.readBacklog`. */
export async function readBacklog(db: Db): Promise<readonly DeliveryBacklog[]> {
  const rows = await db
    .selectFrom('waybill_deliveries')
    .select(({ fn }) => ['endpoint', fn.countAll().as('owed'), fn.min('at').as('oldest')])
    .where('status', '=', 'owed')
    .groupBy('endpoint')
    .execute();
  return rows.map(({ endpoint, owed, oldest }) => ({
    endpoint,
    owed: Number(owed),
    oldestAt: Number(oldest),
  }));
}
