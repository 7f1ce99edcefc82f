import { VendorError } from '../export/errors.ts';
import type { Export, ExportKey, ExportSnapshot, FileDescription } from '../export/export.ts';
import type { Reading, VendorAccount } from '../export/ports.ts';
import { present } from '../export/present.ts';
import type { Clock } from '../runtime/clock.ts';
import { SingleFlight } from '../runtime/single-flight.ts';
import type { VendorReads } from './vendor-reads.ts';

/** What the reader asks of the live watches: an answer they already have. */
export interface WatchedExports {
  /** What may stand for the vendor's own answer: the state of a live watch, or an end. */
  peek(account: VendorAccount, key: ExportKey): Export | undefined;
  /** What was last known, marked as stale; undefined where nothing was ever watched. */
  lastKnown(account: VendorAccount, key: ExportKey): Export | undefined;
  /** A read brought this: what is known gives way where it is older. */
  learn(account: VendorAccount, snapshot: ExportSnapshot): void;
}

/** No watch anywhere. */
export const NOTHING_WATCHED: WatchedExports = {
  peek: () => undefined,
  lastKnown: () => undefined,
  learn: () => undefined,
};

export interface ReadManyOptions {
  /** How old an answer may be. 0 asks the vendor. */
  readonly maxAgeMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads exports now.
 *
 * A live watch answers when it is fresh enough; a read of the same export that is already under way is shared; the rest goes
 * to the vendor in one `readMany`. Everything is keyed by the account's identity, so nothing is shared across credentials.
 */
export class ExportReader {
  private readonly clock: Clock;
  private readonly watched: WatchedExports;
  private readonly reads: VendorReads;
  private readonly lists = new SingleFlight<readonly ExportSnapshot[]>();
  private readonly fileLists = new SingleFlight<readonly FileDescription[]>();

  constructor(clock: Clock, reads: VendorReads, watched: WatchedExports = NOTHING_WATCHED) {
    this.clock = clock;
    this.reads = reads;
    this.watched = watched;
  }

  /** One entry per key, in the keys' order; a failed read is an entry. Rejects only with the signal's reason. */
  async readMany(
    account: VendorAccount,
    keys: readonly ExportKey[],
    options: ReadManyOptions,
  ): Promise<readonly (Export | VendorError)[]> {
    const known = keys.map((key) => this.fresh(account, key, options.maxAgeMs));
    const missing = keys.filter((_key, index) => known[index] === undefined);
    const readings = (await this.reads.readMany(account, missing, options.signal)).values();
    return known.map((answer) => answer ?? this.toExport(account, readings.next().value as Reading));
  }

  /** The files of a finished export, asked of the vendor where the snapshot does not name them. @throws VendorError */
  async files(
    account: VendorAccount,
    known: Export,
    signal?: AbortSignal,
  ): Promise<readonly FileDescription[] | null> {
    if (known.files !== undefined) return known.files;
    const describe = (shared: AbortSignal) => account.describeFiles(known.key, { signal: shared });
    return this.fileLists.join(`${account.identity} ${known.key.id}`, describe, signal);
  }

  /** The vendor's newest exports. @throws VendorError, UNSUPPORTED_BY_VENDOR where it has no list call */
  async listRecent(account: VendorAccount, limit: number, signal?: AbortSignal): Promise<readonly Export[]> {
    const list = (shared: AbortSignal) => account.listRecent(limit, { signal: shared });
    const snapshots = await this.lists.join(`${account.identity} ${limit}`, list, signal);
    return snapshots.map((snapshot) => this.present(account, snapshot));
  }

  /** A snapshot as a caller is shown it: with what a watch knows beside it. */
  present(account: VendorAccount, snapshot: ExportSnapshot): Export {
    const watched = this.watched.peek(account, snapshot.key);
    const nextPollAt = watched?.observation.nextPollAt ?? null;
    const { throttledUntil } = account.health();
    return present(snapshot, { nextPollAt, throttledUntil, isStale: false }, watched?.transitions ?? []);
  }

  private fresh(account: VendorAccount, key: ExportKey, maxAgeMs: number): Export | undefined {
    if (maxAgeMs <= 0) return undefined;
    const watched = this.watched.peek(account, key);
    if (watched === undefined || watched.observation.isStale) return undefined;
    return this.clock.now() - watched.observation.observedAt <= maxAgeMs ? watched : undefined;
  }

  private toExport(account: VendorAccount, reading: Reading): Export | VendorError {
    return reading instanceof VendorError ? reading : this.present(account, reading);
  }
}
