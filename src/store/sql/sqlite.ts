import { stat } from 'node:fs/promises';
import { Kysely, SqliteDialect } from 'kysely';
import type { Store } from '../../export/store.ts';
import { sleep } from '../../runtime/clock.ts';
import type { StoreTools } from '../keeping.ts';
import { dropLeases } from './deliveries.ts';
import { migrate } from './migrations.ts';
import type { SqlJob, SqlRunner } from './runner.ts';
import type { Schema } from './schema.ts';
import { openSqliteFile, PreparedStatements, type SqliteFile, toOpenError } from './sqlite-file.ts';
import { createSqlStore } from './store.ts';
import { codeOf, Trouble, toClosed } from './trouble.ts';
import { type WaitingWrite, WriteQueue } from './write-queue.ts';

/** As many writes share one transaction at most: they run in one turn of the loop. */
const MAX_BATCH = 64;
/** A program that makes a copy or looks into the file may hold it for a moment. */
const BUSY_RETRY_MS = 50;
const MAX_BUSY_RETRIES = 60;

/** What SQLite's result codes mean to an operator, by their beginnings. */
const FAULTS: readonly (readonly [string, string])[] = [
  ['SQLITE_FULL', 'its disk is full'],
  ['SQLITE_CORRUPT', 'its file is damaged: restore a backup'],
  ['SQLITE_NOTADB', 'its file is damaged: restore a backup'],
  ['SQLITE_BUSY', 'another program holds its file'],
  ['SQLITE_LOCKED', 'another program holds its file'],
  ['SQLITE_READONLY', 'its file cannot be written'],
  ['SQLITE_PERM', 'its file cannot be written'],
  ['SQLITE_CANTOPEN', 'its file cannot be opened'],
  ['SQLITE_IOERR', 'its disk cannot be written or read'],
  ['SQLITE_NOMEM', 'there is not enough memory'],
  ['SQLITE_PROTOCOL', 'another program holds its file'],
];

/** @throws StoreOpenError where the path leads to nothing that can be a store, or another gateway has it */
export async function openSqliteStore(path: string, tools: StoreTools): Promise<Store> {
  const file = openSqliteFile(path);
  const runner = new SqliteRunner(file, tools);
  try {
    await runner.migrate();
    // Nobody else has this file: what was under way when the gateway before ended is due at once.
    await runner.write((db) => dropLeases(db, tools.clock.now()));
  } catch (error) {
    await runner.close();
    throw isFault(error) ? toOpenError(path, error) : error;
  }
  return createSqlStore(runner, tools.clock);
}

/** One connection: what is asked in between two turns of the loop never sees half of a transaction. */
class SqliteRunner implements SqlRunner {
  readonly kind = 'sqlite';
  private readonly file: SqliteFile;
  private readonly db: Kysely<Schema>;
  private readonly tools: StoreTools;
  private readonly trouble: Trouble;
  private readonly writes = new WriteQueue({
    maxBatch: MAX_BATCH,
    commit: (batch) => this.patiently(() => this.commit(batch)),
    isFault,
  });
  private closing: Promise<void> | null = null;

  constructor(file: SqliteFile, tools: StoreTools) {
    this.file = file;
    this.tools = tools;
    this.trouble = new Trouble('sqlite', tools.log);
    this.db = new Kysely<Schema>({
      dialect: new SqliteDialect({ database: new PreparedStatements(file.connection) }),
    });
  }

  /** In one transaction, which Kysely makes none of for SQLite: a process that dies in it leaves nothing half done. */
  migrate(): Promise<void> {
    return this.inTransaction((db) => migrate(db as unknown as Kysely<never>, 'sqlite'));
  }

  async read<Result>(job: SqlJob<Result>): Promise<Result> {
    if (this.closing !== null) throw toClosed();
    try {
      return await this.patiently(() => job(this.db));
    } catch (error) {
      throw this.toFault(error);
    }
  }

  async write<Result>(job: SqlJob<Result>): Promise<Result> {
    if (this.closing !== null) throw toClosed();
    try {
      const result = await this.writes.add(job);
      this.trouble.end();
      return result;
    } catch (error) {
      throw this.toFault(error);
    }
  }

  async inspect(): Promise<void> {
    const found = await stat(this.file.path).catch(() => null);
    if (found?.ino === this.file.inode) return;
    throw this.trouble.begin('its file was moved or deleted: put it back, or start the gateway again');
  }

  close(): Promise<void> {
    this.closing ??= this.finish();
    return this.closing;
  }

  private async finish(): Promise<void> {
    await this.writes.drain();
    await this.db.destroy();
    this.file.close();
  }

  private commit(batch: readonly WaitingWrite[]): Promise<readonly unknown[]> {
    return this.inTransaction(async (db) => {
      const results: unknown[] = [];
      for (const { job } of batch) results.push(await job(db));
      return results;
    });
  }

  /**
   * A statement that found the file held would stay begun until libsql forgets it, and no commit works beside it: what begins and ends a
   * transaction is not prepared.
   */
  private inTransaction<Result>(work: SqlJob<Result>): Promise<Result> {
    const { connection } = this.file;
    return this.db.connection().execute(async (db) => {
      connection.exec('begin immediate');
      try {
        const result = await work(db);
        connection.exec('commit');
        return result;
      } catch (error) {
        // A full disk has ended it already.
        if (connection.inTransaction) connection.exec('rollback');
        throw error;
      }
    });
  }

  /** Never waits inside SQLite: that would hold up everything else the gateway does. */
  private async patiently<Result>(work: () => Promise<Result>): Promise<Result> {
    for (let retries = 0; ; retries += 1) {
      try {
        return await work();
      } catch (error) {
        const isHeld = codeOf(error)?.startsWith('SQLITE_BUSY') ?? false;
        if (!isHeld || retries === MAX_BUSY_RETRIES) throw error;
        await sleep(this.tools.clock, BUSY_RETRY_MS);
      }
    }
  }

  private toFault(error: unknown): unknown {
    if (!isFault(error)) return error;
    const code = codeOf(error) ?? '';
    const [, fault] = FAULTS.find(([start]) => code.startsWith(start)) ?? [];
    return this.trouble.begin(fault ?? code);
  }
}

/** The disk's or the file's trouble, not a mistake in what was asked. */
function isFault(error: unknown): boolean {
  const code = codeOf(error);
  return code !== null && FAULTS.some(([start]) => code.startsWith(start));
}
