import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { StoreUnavailableError } from '../../export/errors.ts';
import type { Store } from '../../export/store.ts';
import { sleep } from '../../runtime/clock.ts';
import { StoreOpenError } from '../errors.ts';
import type { StoreTools } from '../keeping.ts';
import { migrate } from './migrations.ts';
import { isDataError, isRepeatable, toPostgresFault } from './postgres-faults.ts';
import type { SqlJob, SqlRunner } from './runner.ts';
import type { Schema } from './schema.ts';
import { createSqlStore } from './store.ts';
import { Trouble, toClosed } from './trouble.ts';
import { type WaitingWrite, WriteQueue } from './write-queue.ts';

/** Each gateway holds at most so many connections. */
const MAX_CONNECTIONS = 5;
const CONNECT_TIMEOUT_MS = 3_000;
/** Of one statement, at the server. */
const STATEMENT_TIMEOUT_MS = 3_000;
/** Of one statement where no answer comes at all. */
const ANSWER_TIMEOUT_MS = 3_500;
/** A transaction whose gateway has gone lets go of its locks after so long. */
const IDLE_TRANSACTION_MS = 10_000;
/** Nobody waits longer for the store than this, whatever happens. */
const CALL_TIMEOUT_MS = 5_000;
/** Changes of the schema may take longer than questions. */
const MIGRATION_TIMEOUT_MS = 120_000;
/** A database that was away a moment ago is not asked again by every call. */
const RECONNECT_MS = 500;
/** As many writes share one transaction at most: its locks are held until its end. */
const MAX_BATCH = 50;
/** How often a transaction that got into another's way is run again. */
const MAX_REPEATS = 5;
const OLDEST_VERSION = 150_000;

/**
 * A database that is away is no reason not to start: it is looked for again whenever it is needed.
 *
 * @throws StoreOpenError where it is there, and cannot be used by this version
 */
export async function openPostgresStore(url: string, tools: StoreTools): Promise<Store> {
  if (!isPostgresUrl(url)) {
    throw new StoreOpenError('store.url must be a URL that begins with postgres://');
  }
  const runner = new PostgresRunner(url, tools);
  try {
    await runner.open();
  } catch (error) {
    if (error instanceof StoreUnavailableError) return createSqlStore(runner, tools.clock);
    await runner.close();
    throw error;
  }
  return createSqlStore(runner, tools.clock);
}

function isPostgresUrl(url: string): boolean {
  return /^postgres(ql)?:\/\//.test(url) && URL.canParse(url);
}

class PostgresRunner implements SqlRunner {
  readonly kind = 'postgres';
  private readonly url: string;
  private readonly tools: StoreTools;
  private readonly trouble: Trouble;
  private readonly db: Kysely<Schema>;
  private readonly writes = new WriteQueue({
    maxBatch: MAX_BATCH,
    commit: (batch) => repeatedly(() => this.commit(batch)),
    isFault: (error) => !isOwnMistake(error),
  });
  private isOpen = false;
  private opening: Promise<void> | null = null;
  private lastFailure: { readonly at: number; readonly error: unknown } | null = null;
  private closing: Promise<void> | null = null;
  private isStarting = true;

  constructor(url: string, tools: StoreTools) {
    this.url = url;
    this.tools = tools;
    this.trouble = new Trouble('postgres', tools.log);
    this.db = connect<Schema>(url, {
      max: MAX_CONNECTIONS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      query_timeout: ANSWER_TIMEOUT_MS,
      idle_in_transaction_session_timeout: IDLE_TRANSACTION_MS,
    });
  }

  /** Finds the database and brings it to this version's schema. */
  async open(): Promise<void> {
    try {
      await this.call(async () => {});
    } finally {
      this.isStarting = false;
    }
  }

  read<Result>(job: SqlJob<Result>): Promise<Result> {
    return this.call(() => job(this.db));
  }

  write<Result>(job: SqlJob<Result>): Promise<Result> {
    return this.call((isLate) => this.writes.add(job, isLate));
  }

  async inspect(): Promise<void> {}

  close(): Promise<void> {
    this.closing ??= Promise.race([
      this.writes.drain().then(() => this.db.destroy()),
      // A connection that hangs is left to itself.
      sleep(this.tools.clock, CONNECT_TIMEOUT_MS),
    ]);
    return this.closing;
  }

  private async call<Result>(work: (isLate: () => boolean) => Promise<Result>): Promise<Result> {
    if (this.closing !== null) throw toClosed();
    let isLate = false;
    let cancel = () => {};
    const tooLate = new Promise<never>((_resolve, reject) => {
      cancel = this.tools.clock.setTimer(CALL_TIMEOUT_MS, () => {
        isLate = true;
        reject(this.trouble.begin('the database does not answer in time'));
      });
    });
    try {
      return await Promise.race([this.run(() => work(() => isLate)), tooLate]);
    } finally {
      cancel();
    }
  }

  private async run<Result>(work: () => Promise<Result>): Promise<Result> {
    await this.beOpen();
    try {
      const result = await work();
      this.trouble.end();
      return result;
    } catch (error) {
      throw this.toFault(error);
    }
  }

  private commit(batch: readonly WaitingWrite[]): Promise<readonly unknown[]> {
    return this.db.transaction().execute(async (db) => {
      const results: unknown[] = [];
      for (const { job } of batch) results.push(await job(db));
      // Its caller has been told that nothing was written; the others go on without it.
      if (batch.some(({ isLate }) => isLate())) throw new TooLateError();
      return results;
    });
  }

  private async beOpen(): Promise<void> {
    if (this.isOpen) return;
    const { lastFailure } = this;
    if (lastFailure !== null && this.tools.clock.now() - lastFailure.at < RECONNECT_MS)
      throw lastFailure.error;
    this.opening ??= this.prepare().finally(() => {
      this.opening = null;
    });
    await this.opening;
  }

  private async prepare(): Promise<void> {
    const db = connect<never>(this.url, {
      max: 1,
      statement_timeout: MIGRATION_TIMEOUT_MS,
      query_timeout: MIGRATION_TIMEOUT_MS,
    });
    try {
      await refuseOld(db);
      await migrate(db, 'postgres');
      this.isOpen = true;
    } catch (error) {
      const told = this.toFault(error);
      this.lastFailure = { at: this.tools.clock.now(), error: told };
      throw told;
    } finally {
      db.destroy().catch(() => {});
    }
  }

  private toFault(error: unknown): unknown {
    if (error instanceof StoreUnavailableError) return error;
    // It ends the start; of a database that comes later it is told as trouble.
    if (error instanceof StoreOpenError && this.isStarting) return error;
    const fault = error instanceof StoreOpenError ? error.reason : toPostgresFault(error);
    return fault === null ? error : this.trouble.begin(fault);
  }
}

/** Work that took until after its caller had been told that it came to nothing. */
class TooLateError extends Error {
  override readonly name = 'TooLateError';
}

function isOwnMistake(error: unknown): boolean {
  return error instanceof TooLateError || isDataError(error);
}

async function repeatedly<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let repeats = 0; ; repeats += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isRepeatable(error) || repeats === MAX_REPEATS) throw error;
    }
  }
}

async function refuseOld(db: Kysely<never>): Promise<void> {
  const { rows } = await sql<{
    version: number;
  }>`select cast(current_setting('server_version_num') as integer) as version`.execute(db);
  if ((rows[0]?.version ?? 0) < OLDEST_VERSION) {
    throw new StoreOpenError('the database of store.url is older than Postgres 15: use one of 15 or newer');
  }
}

function connect<Tables>(url: string, options: pg.PoolConfig): Kysely<Tables> {
  const pool = new pg.Pool({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    application_name: 'waybill',
    types: { getTypeParser: toTypeParser },
    ...options,
  });
  // Told to nobody, a connection that ends while nothing is asked would end the process. The next call finds out by itself.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
}

/** Instants and counts are numbers; all of them are far below 2^53. */
function toTypeParser(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
  return oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format as 'text');
}
