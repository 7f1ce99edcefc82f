import { realpathSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { SqliteDatabase, SqliteStatement } from 'kysely';
import Database from 'libsql';
import { StoreOpenError } from '../errors.ts';
import { codeOf } from './trouble.ts';

type Connection = InstanceType<typeof Database>;

/** "Wayb": tells a store from whatever else a path may lead to. */
const APPLICATION_ID = 0x57617962;
/** Larger files are not read through at the start. Measured: 0.6 s for so many bytes. */
const MAX_CHECKED_BYTES = 268_435_456;
/** Statements that are kept ready; more than the store has. */
const MAX_STATEMENTS = 200;

/** An open file that no other gateway can open. */
export interface SqliteFile {
  readonly connection: Connection;
  /** Tells this very file from one that was put in its place. */
  readonly inode: number;
  readonly path: string;
  close(): void;
}

/** @throws StoreOpenError where the path leads to nothing that can be a store */
export function openSqliteFile(configured: string): SqliteFile {
  const path = toRealPath(configured);
  const lock = takeLock(path);
  try {
    const connection = openConnection(path);
    return {
      connection,
      inode: statSync(path).ino,
      path,
      close() {
        // libsql lets go of a file only when it has forgotten the last statement, so nothing is left to that.
        connection.pragma('wal_checkpoint(truncate)');
        connection.close();
        release(lock);
      },
    };
  } catch (error) {
    release(lock);
    throw error;
  }
}

function release(lock: Connection): void {
  lock.exec('rollback');
  lock.close();
}

/** Two names of one file must come to one lock. */
function toRealPath(path: string): string {
  const found = lookAt(path);
  if (found?.isDirectory()) throw refuse(path, 'it is a directory: name a file in it');
  if (found !== undefined && !found.isFile()) throw refuse(path, 'it is not a file');
  if (found !== undefined) return realpathSync(path);
  if (!lookAt(dirname(path))?.isDirectory()) {
    throw refuse(path, 'its directory does not exist, or may not be looked into: create it');
  }
  return path;
}

function lookAt(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

/**
 * A file beside the store is locked for as long as this process lives; the system takes the lock away with the process, however that
 * ends. The store's own file stays open to readers, so that a running gateway can be backed up.
 */
function takeLock(path: string): Connection {
  let lock: Connection | undefined;
  try {
    lock = new Database(`${path}-lock`);
    lock.pragma('journal_mode = memory');
    lock.exec('begin exclusive');
    return lock;
  } catch (error) {
    lock?.close();
    if (codeOf(error)?.startsWith('SQLITE_BUSY')) {
      throw refuse(
        path,
        'another gateway has it open: stop that one, or use store.kind postgres for several gateways',
      );
    }
    throw toOpenError(path, error);
  }
}

function openConnection(path: string): Connection {
  let connection: Connection | undefined;
  try {
    connection = new Database(path);
    refuseForeign(path, connection);
    connection.pragma('journal_mode = wal');
    // With NORMAL a commit could be lost with the machine's power.
    connection.pragma('synchronous = full');
    checkPages(path, connection);
    // Written each time: what cannot be written is no store.
    connection.pragma(`application_id = ${APPLICATION_ID}`);
    return connection;
  } catch (error) {
    connection?.close();
    throw error instanceof StoreOpenError ? error : toOpenError(path, error);
  }
}

function refuseForeign(path: string, connection: Connection): void {
  const id = toValue(connection.pragma('application_id'));
  if (id === APPLICATION_ID) return;
  const tables = toValue(connection.prepare('select count(*) from sqlite_master').all());
  if (id !== 0 || tables !== 0) throw refuse(path, 'it is a database of another program');
}

function checkPages(path: string, connection: Connection): void {
  if (statSync(path).size > MAX_CHECKED_BYTES) return;
  if (toValue(connection.pragma('quick_check(1)')) !== 'ok') throw refuse(path, DAMAGED);
}

/** The one value of the one row. */
function toValue(rows: unknown): unknown {
  const [row] = rows as readonly Record<string, unknown>[];
  return row === undefined ? undefined : Object.values(row)[0];
}

const DAMAGED = 'it is damaged: move it away and restore a backup';

/** What the start is told of an error of SQLite's. */
export function toOpenError(path: string, error: unknown): StoreOpenError {
  const code = codeOf(error) ?? '';
  if (code.startsWith('SQLITE_NOTADB')) return refuse(path, 'it is not a database, or damaged');
  if (code.startsWith('SQLITE_CORRUPT')) return refuse(path, DAMAGED);
  if (code.startsWith('SQLITE_FULL')) return refuse(path, 'its disk is full');
  if (code.startsWith('SQLITE_BUSY')) return refuse(path, 'another program has it open');
  return refuse(
    path,
    'it cannot be written: give the gateway the right to write this file and its directory',
  );
}

function refuse(path: string, why: string): StoreOpenError {
  return new StoreOpenError(`${path} (store.path): ${why}`);
}

/** Statements that are prepared once, and nothing else of the database. */
export class PreparedStatements implements SqliteDatabase {
  private readonly connection: Connection;
  private readonly statements = new Map<string, SqliteStatement>();

  constructor(connection: Connection) {
    this.connection = connection;
  }

  prepare(text: string): SqliteStatement {
    const known = this.statements.get(text);
    if (known !== undefined) return known;
    const statement = this.connection.prepare(text);
    const reader = (statement as unknown as SqliteStatement).reader;
    const prepared: SqliteStatement = {
      reader,
      all: (parameters) => this.careful(text, () => statement.all(checkParameters(parameters))),
      run: (parameters) => this.careful(text, () => statement.run(checkParameters(parameters))),
      iterate: () => {
        throw new Error('The store reads no streams.');
      },
    };
    if (this.statements.size < MAX_STATEMENTS) this.statements.set(text, prepared);
    return prepared;
  }

  /** Whoever opened the connection closes it. */
  close(): void {}

  /** A statement that failed half-way may hold on to what it read. */
  private careful<Result>(text: string, work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      this.statements.delete(text);
      throw error;
    }
  }
}

/** libsql 0.5 ends the process at a value it does not know, such as a boolean. */
function checkParameters(parameters: readonly unknown[]): unknown[] {
  for (const value of parameters) {
    const isKnown = value === null || ['string', 'number', 'bigint'].includes(typeof value);
    if (!isKnown) throw new TypeError(`A ${typeof value} cannot be stored.`);
  }
  return [...parameters];
}
