import { type ColumnDataType, type Kysely, type Migration, Migrator, type RawBuilder, sql } from 'kysely';
import { StoreOpenError } from '../errors.ts';
import type { SqlKind } from './runner.ts';

const MIGRATION_TABLE = 'waybill_migrations';

/** Only ever added to, at the end: a database tells by these names how far it has come. */
const MIGRATIONS: Readonly<Record<string, (db: Kysely<unknown>, kind: SqlKind) => Promise<void>>> = {
  '0001_first': createFirst,
  '0002_later_states': addStateOrder,
  '0003_rests_and_turns': createRestsAndTurns,
  '0004_tokens': createTokens,
};

/**
 * Brings a database to the schema of this version. Does nothing where it has it.
 *
 * @throws StoreOpenError where a newer version of Waybill has changed it
 */
export async function migrate(db: Kysely<never>, kind: SqlKind): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => toMigrations(kind) },
    migrationTableName: MIGRATION_TABLE,
    migrationLockTableName: `${MIGRATION_TABLE}_lock`,
  });
  await refuseNewer(db);
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}

function toMigrations(kind: SqlKind): Record<string, Migration> {
  return Object.fromEntries(
    Object.entries(MIGRATIONS).map(([name, up]) => [name, { up: (db: Kysely<unknown>) => up(db, kind) }]),
  );
}

async function refuseNewer(db: Kysely<never>): Promise<void> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some(({ name }) => name === MIGRATION_TABLE)) return;
  const { rows } = await sql<{ name: string }>`select name from ${sql.table(MIGRATION_TABLE)}`.execute(db);
  if (rows.every(({ name }) => Object.hasOwn(MIGRATIONS, name))) return;
  throw new StoreOpenError(
    'a newer version of Waybill has written it: run that version, or restore a backup from before it',
  );
}

/** What the two databases write differently. */
interface Dialect {
  readonly text: ColumnDataType | RawBuilder<unknown>;
  readonly instant: ColumnDataType;
}

/** Postgres compares text by its locale unless told otherwise; ids are ordered by their bytes everywhere. */
function toDialect(kind: SqlKind): Dialect {
  return kind === 'postgres'
    ? { text: sql`text collate "C"`, instant: 'bigint' }
    : { text: 'text', instant: 'integer' };
}

async function createFirst(db: Kysely<unknown>, kind: SqlKind): Promise<void> {
  await createExports(db, kind);
  await createUntracked(db, kind);
  await createDurations(db, kind);
  await createKeys(db, kind);
  await createDeliveries(db, kind);
  const { instant } = toDialect(kind);
  await db.schema
    .createTable('waybill_checks')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('at', instant, (column) => column.notNull())
    .execute();
}

/** Of rows from before it is 0: whatever is written next is later. */
async function addStateOrder(db: Kysely<unknown>, kind: SqlKind): Promise<void> {
  const { instant } = toDialect(kind);
  await db.schema
    .alterTable('waybill_exports')
    .addColumn('state_order', instant, (column) => column.notNull().defaultTo(0))
    .execute();
}

async function createRestsAndTurns(db: Kysely<unknown>, kind: SqlKind): Promise<void> {
  const { text, instant } = toDialect(kind);
  await db.schema
    .createTable('waybill_rests')
    .addColumn('endpoint', text, (column) => column.notNull())
    .addColumn('rests_until', instant)
    .addPrimaryKeyConstraint('waybill_rests_key', ['endpoint'])
    .execute();
  await db.schema
    .createTable('waybill_turns')
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('free_at', instant, (column) => column.notNull())
    .addPrimaryKeyConstraint('waybill_turns_key', ['name'])
    .execute();
}

async function createTokens(db: Kysely<unknown>, kind: SqlKind): Promise<void> {
  const { text, instant } = toDialect(kind);
  await db.schema
    .createTable('waybill_tokens')
    .addColumn('identity', text, (column) => column.notNull())
    .addColumn('version', instant, (column) => column.notNull())
    .addColumn('holder', text, (column) => column.notNull())
    .addColumn('held_until', instant, (column) => column.notNull())
    .addColumn('sealed', text)
    .addPrimaryKeyConstraint('waybill_tokens_key', ['identity'])
    .execute();
}

async function createExports(db: Kysely<unknown>, kind: SqlKind): Promise<void> {
  const { text, instant } = toDialect(kind);
  await db.schema
    .createTable('waybill_exports')
    .addColumn('tenant', text, (column) => column.notNull())
    .addColumn('id', text, (column) => column.notNull())
    .addColumn('vendor', text, (column) => column.notNull())
    .addColumn('account', text, (column) => column.notNull())
    .addColumn('ids', text, (column) => column.notNull())
    .addColumn('identity', text, (column) => column.notNull())
    .addColumn('label', text)
    .addColumn('label_search', text)
    .addColumn('name_search', text)
    .addColumn('started_here', 'integer', (column) => column.notNull())
    .addColumn('tracked_by', text)
    .addColumn('tracked_at', instant, (column) => column.notNull())
    .addColumn('kept_until', instant)
    .addColumn('status', text)
    .addColumn('created_order', instant, (column) => column.notNull())
    .addColumn('state', text)
    .addPrimaryKeyConstraint('waybill_exports_key', ['tenant', 'id'])
    .execute();
  // SQLite looks at the columns of an index before it fetches a row: what a search asks for stands in it. Postgres bounds an index entry.
  const searched =
    kind === 'sqlite'
      ? sql`, status, vendor, account, kept_until, name_search, label_search`
      : sql`, status, vendor, account, kept_until`;
  await sql`create index waybill_exports_newest on waybill_exports (tenant, created_order desc, id desc${searched})`.execute(
    db,
  );
  await sql`create index waybill_exports_newest_open on waybill_exports (tenant, created_order desc, id desc) where kept_until is null`.execute(
    db,
  );
  await sql`create index waybill_exports_open on waybill_exports (tenant, id) where kept_until is null`.execute(
    db,
  );
  await sql`create index waybill_exports_end on waybill_exports (kept_until) where kept_until is not null`.execute(
    db,
  );
}

async function createUntracked(db: Kysely<unknown>, kind: SqlKind): Promise<void> {
  const { text, instant } = toDialect(kind);
  await db.schema
    .createTable('waybill_untracked')
    .addColumn('tenant', text, (column) => column.notNull())
    .addColumn('id', text, (column) => column.notNull())
    .addColumn('at', instant, (column) => column.notNull())
    .addPrimaryKeyConstraint('waybill_untracked_key', ['tenant', 'id'])
    .execute();
  await sql`create index waybill_untracked_at on waybill_untracked (at)`.execute(db);
}

async function createDurations(db: Kysely<unknown>, kind: SqlKind): Promise<void> {
  const { text, instant } = toDialect(kind);
  await withSequence(db.schema.createTable('waybill_durations'), kind)
    .addColumn('tenant', text, (column) => column.notNull())
    .addColumn('export_id', text, (column) => column.notNull())
    .addColumn('vendor', text, (column) => column.notNull())
    .addColumn('account', text, (column) => column.notNull())
    .addColumn('kind', text, (column) => column.notNull())
    .addColumn('ms', instant, (column) => column.notNull())
    .addUniqueConstraint('waybill_durations_once', ['tenant', 'export_id'])
    .execute();
}

async function createKeys(db: Kysely<unknown>, kind: SqlKind): Promise<void> {
  const { text, instant } = toDialect(kind);
  await db.schema
    .createTable('waybill_keys')
    .addColumn('tenant', text, (column) => column.notNull())
    .addColumn('key', text, (column) => column.notNull())
    .addColumn('digest', text, (column) => column.notNull())
    .addColumn('status', text, (column) => column.notNull())
    .addColumn('sent_at', instant, (column) => column.notNull())
    .addColumn('mark', text)
    .addColumn('started', text)
    .addColumn('started_id', text)
    .addColumn('expires_at', instant, (column) => column.notNull())
    .addPrimaryKeyConstraint('waybill_keys_key', ['tenant', 'key'])
    .execute();
  await sql`create index waybill_keys_started on waybill_keys (tenant, started_id) where started_id is not null`.execute(
    db,
  );
  await sql`create index waybill_keys_end on waybill_keys (expires_at)`.execute(db);
}

async function createDeliveries(db: Kysely<unknown>, kind: SqlKind): Promise<void> {
  const { text, instant } = toDialect(kind);
  await withSequence(db.schema.createTable('waybill_deliveries'), kind)
    .addColumn('id', text, (column) => column.notNull().unique())
    .addColumn('endpoint', text, (column) => column.notNull())
    .addColumn('tenant', text, (column) => column.notNull())
    .addColumn('type', text, (column) => column.notNull())
    .addColumn('at', instant, (column) => column.notNull())
    .addColumn('export_id', text, (column) => column.notNull())
    .addColumn('export_key', text, (column) => column.notNull())
    .addColumn('identity', text, (column) => column.notNull())
    .addColumn('label', text)
    .addColumn('snapshot', text)
    .addColumn('status', text, (column) => column.notNull())
    .addColumn('attempts', 'integer', (column) => column.notNull())
    .addColumn('next_attempt_at', instant)
    .addColumn('due_at', instant)
    .addColumn('leased_until', instant)
    .addColumn('last_result', text)
    .addColumn('last_attempt_at', instant)
    .execute();
  await sql`create index waybill_deliveries_queue on waybill_deliveries (endpoint, tenant, export_id, seq) where status = 'owed'`.execute(
    db,
  );
  await sql`create index waybill_deliveries_due on waybill_deliveries (endpoint, due_at, seq) where due_at is not null`.execute(
    db,
  );
  await sql`create index waybill_deliveries_newest on waybill_deliveries (tenant, seq)`.execute(db);
  await sql`create index waybill_deliveries_by_status on waybill_deliveries (tenant, status, seq)`.execute(
    db,
  );
  await sql`create index waybill_deliveries_by_endpoint on waybill_deliveries (tenant, endpoint, seq)`.execute(
    db,
  );
  await sql`create index waybill_deliveries_end on waybill_deliveries (last_attempt_at) where status <> 'owed'`.execute(
    db,
  );
}

/** Numbers that only grow, in the order of writing down. */
function withSequence<Builder extends ReturnType<Kysely<unknown>['schema']['createTable']>>(
  table: Builder,
  kind: SqlKind,
) {
  return kind === 'postgres'
    ? table.addColumn('seq', 'bigint', (column) => column.generatedAlwaysAsIdentity().primaryKey())
    : table.addColumn('seq', 'integer', (column) => column.primaryKey().autoIncrement());
}
