import { codeOf } from './trouble.ts';

/** Codes of Postgres (SQLSTATE) and of sockets, in words that hold no name, address or value. */
const FAULTS: Readonly<Record<string, string>> = {
  '28000': 'the database refuses the user of store.url',
  '28P01': 'the database refuses the user or password of store.url',
  '3D000': 'the database that store.url names does not exist',
  '42501': 'the user of store.url may not do what the store needs: it creates tables, reads and writes them',
  '25006': 'the database can only be read',
  '53100': "the database's disk is full",
  '53200': 'the database has not enough memory',
  '53300': 'the database has no connection left',
  '57014': 'the database does not answer in time',
  '57P01': 'the database is shutting down',
  '57P02': 'the database is shutting down',
  '57P03': 'the database is starting',
  '08P01': 'what answers at store.url is not Postgres, or a pooler that refuses settings of the connection',
  ECONNREFUSED: 'the database cannot be reached: its port is closed',
  ENOTFOUND: "the database cannot be reached: its host's name is unknown",
  EAI_AGAIN: "the database cannot be reached: its host's name cannot be looked up",
  ECONNRESET: 'the connection to the database was cut',
  EPIPE: 'the connection to the database was cut',
  ENOENT: 'the database cannot be reached: its socket does not exist',
};

/** Postgres's own words for it are the same sentence each time; they name nothing. */
const NO_ANSWER = /timeout|timed out/i;
const CUT = /terminated|closed|not queryable|ended/i;

/**
 * What is wrong with the database, for the log; null where the mistake is in what was asked.
 *
 * A database's own message is never passed on: it may hold names, addresses and values.
 */
export function toPostgresFault(error: unknown): string | null {
  const code = codeOf(error);
  if (code !== null && !code.startsWith('ERR_')) {
    return FAULTS[code] ?? `the database cannot be used (${code})`;
  }
  if (error instanceof AggregateError) return toPostgresFault(error.errors[0]);
  if (!(error instanceof Error) || error instanceof TypeError) return null;
  if (NO_ANSWER.test(error.message)) return 'the database does not answer in time';
  return CUT.test(error.message) ? 'the connection to the database was cut' : 'the database cannot be used';
}

/** Two transactions got into each other's way: this one had no effect, and may be run again. */
export function isRepeatable(error: unknown): boolean {
  const code = codeOf(error);
  return code === '40001' || code === '40P01';
}

/** What was to be written is at fault, not the database: a value that it does not take, or a mistake in the question itself. */
export function isDataError(error: unknown): boolean {
  return !(error instanceof Error) || error instanceof TypeError || /^(22|23|42)/.test(codeOf(error) ?? '');
}
