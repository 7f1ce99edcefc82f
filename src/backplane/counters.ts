/** What a backplane amounts to; the later ones count from the start of the process. */
export interface BackplaneCounters {
  /** Accounts that this gateway asks about for all. */
  readonly ownedAccounts: number;
  /** How far the shared clock is ahead of this gateway's, in milliseconds; negative where it is behind. */
  readonly clockOffsetMs: number;
  /** Readings of exports that were to be written. */
  readonly commits: number;
  /** Batches of them that were refused, since the account belongs to another gateway by now. */
  readonly fenced: number;
  /** Entries of the log that this gateway was told. */
  readonly entries: number;
  /** Calls that went to the store and back, or should have. */
  readonly roundTrips: number;
  /** Those that were not answered, or refused. */
  readonly failures: number;
  /** Connections that were given up for a new one. */
  readonly reconnects: number;
}

/** Of a backplane that is the process's memory: nothing is shared, and no call leaves the process. */
export const NOTHING_SHARED: BackplaneCounters = {
  ownedAccounts: 0,
  clockOffsetMs: 0,
  commits: 0,
  fenced: 0,
  entries: 0,
  roundTrips: 0,
  failures: 0,
  reconnects: 0,
};
