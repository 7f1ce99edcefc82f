import type { Kysely } from 'kysely';
import type { Schema } from './schema.ts';

export type SqlKind = 'sqlite' | 'postgres';

/** Work on the database. It may be run again from its start, so nothing outside may come of it but its result. */
export type SqlJob<Result> = (db: Kysely<Schema>) => Promise<Result>;

/** Runs jobs on one database; rejects with a StoreUnavailableError where that cannot be done. */
export interface SqlRunner {
  readonly kind: SqlKind;
  /** One statement that writes nothing. */
  read<Result>(job: SqlJob<Result>): Promise<Result>;
  /** One transaction: when this resolves, all of it is written durably. */
  write<Result>(job: SqlJob<Result>): Promise<Result>;
  /** What else is to be looked at before the store counts as fit to be written. */
  inspect(): Promise<void>;
  close(): Promise<void>;
}

/** Databases bound the parameters of one statement. */
export const CHUNK = 500;

export function* inChunks<Item>(items: readonly Item[], size = CHUNK): Generator<readonly Item[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}
