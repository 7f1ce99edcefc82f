import { type Kysely, sql } from 'kysely';
import type { OpenName, TrackedChange, TrackedExport, TrackedQuery } from '../../export/store.ts';
import { NO_CREATION, toSearchText, toStateOrder } from '../keeping.ts';
import { addDeliveries } from './delivery-queue.ts';
import { addDurations, type Owner } from './durations.ts';
import { forgetCounts } from './open-count.ts';
import { fromStored, toStateColumns, toTracked } from './rows.ts';
import { CHUNK, inChunks, type SqlKind } from './runner.ts';
import type { Schema } from './schema.ts';

type Db = Kysely<Schema>;

/** See `Store.untrack`. */
export async function untrack(db: Db, tenant: string, id: string, at: number): Promise<TrackedExport | null> {
  forgetCounts(db);
  const row = await db
    .deleteFrom('waybill_exports')
    .where('tenant', '=', tenant)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst();
  // Of what was never tracked nothing is remembered: a caller could make up any number of ids.
  if (row === undefined) return null;
  await db
    .insertInto('waybill_untracked')
    .values({ tenant, id, at })
    .onConflict((conflict) => conflict.columns(['tenant', 'id']).doUpdateSet({ at }))
    .execute();
  return toTracked(row);
}

/** See `Store.record`. */
export async function record(db: Db, kind: SqlKind, changes: readonly TrackedChange[]): Promise<void> {
  forgetCounts(db);
  const latest = toLatest(changes);
  const tracked = new Map<string, Owner>();
  const note = (owners: readonly Owner[]) => {
    for (const owner of owners) tracked.set(toPair(owner.tenant, owner.id), owner);
  };
  for (const chunk of inChunks([...latest.values()])) note(await updateStates(db, chunk));
  // Untracked meanwhile, or a later state stands there: then only what is owed is added.
  const others = [...latest.values()].filter((each) => !tracked.has(toPair(each.tenant, each.exportId)));
  for (const chunk of inChunks(others)) note(await findOwners(db, chunk));
  const written = changes.flatMap((change) => {
    const owner = tracked.get(toPair(change.tenant, change.exportId));
    return owner === undefined ? [] : [{ change, owner }];
  });
  await addDurations(
    db,
    written.flatMap(({ change: { duration }, owner }) => (duration === null ? [] : [{ owner, ...duration }])),
  );
  await addDeliveries(
    db,
    kind,
    written.flatMap(({ change }) => change.deliveries),
  );
}

const toPair = (tenant: string, id: string) => `${tenant} ${id}`;

/** Of each export its latest change. */
function toLatest(changes: readonly TrackedChange[]): ReadonlyMap<string, TrackedChange> {
  const latest = new Map<string, TrackedChange>();
  for (const change of changes) {
    const name = toPair(change.tenant, change.exportId);
    const before = latest.get(name);
    if (before === undefined || toStateOrder(change.state) >= toStateOrder(before.state))
      latest.set(name, change);
  }
  return latest;
}

/** One statement for many rows: a round trip for each would take seconds after an outage. */
async function updateStates(db: Db, changes: readonly TrackedChange[]): Promise<readonly Owner[]> {
  const values = changes.map(({ tenant, exportId, state, keptUntil }) => {
    const columns = toStateColumns(state);
    return sql`(cast(${tenant} as text), cast(${exportId} as text), cast(${columns.state} as text), cast(${columns.status} as text),
      cast(${columns.created_order} as bigint), cast(${columns.name_search} as text), cast(${keptUntil} as bigint),
      cast(${columns.state_order} as bigint))`;
  });
  const { rows } = await sql<Owner>`
    with changed (tenant, id, state, status, created_order, name_search, kept_until, state_order) as (values ${sql.join(values)})
    update waybill_exports set state = changed.state, status = changed.status, created_order = changed.created_order,
      name_search = changed.name_search, kept_until = changed.kept_until, state_order = changed.state_order
    from changed where waybill_exports.tenant = changed.tenant and waybill_exports.id = changed.id
      and waybill_exports.state_order <= changed.state_order
    returning waybill_exports.tenant, waybill_exports.id, waybill_exports.vendor, waybill_exports.account`.execute(
    db,
  );
  return rows;
}

async function findOwners(db: Db, changes: readonly TrackedChange[]): Promise<readonly Owner[]> {
  const pairs = changes.map(({ tenant, exportId }) => sql`(${tenant}, ${exportId})`);
  const { rows } = await sql<Owner>`
    select tenant, id, vendor, account from waybill_exports where (tenant, id) in (values ${sql.join(pairs)})`.execute(
    db,
  );
  return rows;
}

/** See `Store.find`; at most a chunk of ids. */
export async function find(
  db: Db,
  tenant: string,
  ids: readonly string[],
): Promise<readonly TrackedExport[]> {
  const rows = await db
    .selectFrom('waybill_exports')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('id', 'in', ids)
    .limit(CHUNK)
    .execute();
  return rows.map(toTracked);
}

/** See `Store.list`. */
export async function list(db: Db, kind: SqlKind, query: TrackedQuery): Promise<readonly TrackedExport[]> {
  const text = toSearchText(query.text ?? '');
  const { hasEnded, from } = query;
  const rows = await db
    .selectFrom('waybill_exports')
    .selectAll()
    .where('tenant', '=', query.tenant)
    .$if(query.accounts !== undefined, (rows) => rows.where('account', 'in', toList(query.accounts)))
    .$if(query.vendors !== undefined, (rows) => rows.where('vendor', 'in', toList(query.vendors)))
    .$if(query.statuses !== undefined, (rows) => rows.where('status', 'in', toList(query.statuses)))
    .$if(text !== '', (rows) => rows.where(containsText(kind, text)))
    .$if(query.createdAfter !== undefined || query.createdBefore !== undefined, (rows) =>
      rows.where('created_order', '>', NO_CREATION),
    )
    .$if(query.createdAfter !== undefined, (rows) =>
      rows.where('created_order', '>=', query.createdAfter ?? 0),
    )
    .$if(query.createdBefore !== undefined, (rows) =>
      rows.where('created_order', '<', query.createdBefore ?? 0),
    )
    .$if(hasEnded === true, (rows) => rows.where('kept_until', 'is not', null))
    .$if(hasEnded === false, (rows) => rows.where('kept_until', 'is', null))
    .$if(from !== undefined, (rows) => rows.where('created_order', '<=', from ?? NO_CREATION))
    .orderBy('created_order', 'desc')
    .orderBy('id', 'desc')
    .limit(query.limit)
    .execute();
  return rows.map(toTracked);
}

/** No database takes an empty list; no account, vendor or status is the empty text. */
function toList(words: readonly string[] = []): readonly string[] {
  return words.length === 0 ? [''] : words;
}

/** Not LIKE: nothing in the text has a meaning of its own. */
function containsText(kind: SqlKind, text: string) {
  const place = kind === 'postgres' ? sql.raw('strpos') : sql.raw('instr');
  return sql<boolean>`(${place}(name_search, ${text}) > 0 or ${place}(label_search, ${text}) > 0)`;
}

/** See `Store.listOpen`. */
export async function listOpen(
  db: Db,
  after: Pick<TrackedExport, 'tenant' | 'key'> | null,
  limit: number,
): Promise<readonly TrackedExport[]> {
  const rows = await db
    .selectFrom('waybill_exports')
    .selectAll()
    .where('kept_until', 'is', null)
    .$if(after !== null, (rows) =>
      rows.where(sql<boolean>`(tenant, id) > (${after?.tenant ?? ''}, ${after?.key.id ?? ''})`),
    )
    .orderBy('tenant')
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map(toTracked);
}

/** See `Store.listOpenNames`. */
export async function listOpenNames(
  db: Db,
  after: Pick<OpenName, 'tenant' | 'exportId'> | null,
  limit: number,
): Promise<readonly OpenName[]> {
  const rows = await db
    .selectFrom('waybill_exports')
    .select(['tenant', 'id', 'label'])
    .where('kept_until', 'is', null)
    .$if(after !== null, (rows) =>
      rows.where(sql<boolean>`(tenant, id) > (${after?.tenant ?? ''}, ${after?.exportId ?? ''})`),
    )
    .orderBy('tenant')
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map(({ tenant, id, label }) => ({
    tenant,
    exportId: id,
    label: label === null ? null : fromStored(label),
  }));
}
