import { VendorError, type VendorErrorCode } from '../export/errors.ts';
import type { Export, ExportKey, ExportSnapshot, FileDescription } from '../export/export.ts';
import type { Reading, ReadOptions, VendorAccount } from '../export/ports.ts';
import { present } from '../export/present.ts';
import type { Clock } from '../runtime/clock.ts';
import { type Flight, SingleFlight } from '../runtime/single-flight.ts';
import { inSpan, isTracing, type SpanPlan } from '../telemetry/spans.ts';
import { LatestAnswers } from './latest-answers.ts';

/** What the reader asks of the watches, and tells them. */
export interface WatchedExports {
  /** What answers for the vendor: the state of a live watch, or one that is final. */
  peek(account: VendorAccount, key: ExportKey): Export | undefined;
  /** Whatever a watch last saw, however long ago. */
  lastKnown(account: VendorAccount, key: ExportKey): Export | undefined;
  /** A caller's read brought this: what is remembered must not contradict it. Does nothing where nothing is remembered. */
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
  /** What `moment` said when the caller asked: an answer that came since then is shared with it. */
  readonly askedAt?: number | undefined;
}

/** Trouble that passes: an answer of a moment ago is better than an error. */
const PASSING: ReadonlySet<VendorErrorCode> = new Set<VendorErrorCode>([
  'VENDOR_RATE_LIMITED',
  'VENDOR_TIMEOUT',
  'VENDOR_UNAVAILABLE',
  'VENDOR_BAD_RESPONSE',
]);

/**
 * Every read of a vendor's exports: queries and watches alike go through here.
 *
 * A live watch answers when it is fresh enough; a read of the same export that is already under way is shared, key by key,
 * although reads travel in batches; the rest goes to the vendor in one `readMany`. Everything is keyed by the account's
 * identity, so nothing is shared across credentials.
 */
export class ExportReader {
  private readonly clock: Clock;
  private readonly watched: WatchedExports;
  private readonly latest: LatestAnswers;
  private readonly reads = new SingleFlight<Reading>();
  private readonly lists = new SingleFlight<readonly ExportSnapshot[]>();
  private readonly fileLists = new SingleFlight<readonly FileDescription[]>();

  constructor(clock: Clock, watched: WatchedExports = NOTHING_WATCHED) {
    this.clock = clock;
    this.watched = watched;
    this.latest = new LatestAnswers(clock);
  }

  /** Stands for this moment, for `askedAt`. */
  get moment(): number {
    return this.latest.moment;
  }

  /** One entry per key, in the keys' order; a failed read is an entry. Rejects only with the signal's reason. */
  async readMany(
    account: VendorAccount,
    keys: readonly ExportKey[],
    options: ReadManyOptions,
  ): Promise<readonly (Export | VendorError)[]> {
    const [key] = keys;
    if (key !== undefined && keys.length === 1) return [await this.read(account, key, options)];
    const known = keys.map((wanted) => this.fresh(account, wanted, options.maxAgeMs));
    const missing = keys.filter((_key, index) => known[index] === undefined);
    const readings = (await this.ask(account, missing, options.signal, options.askedAt)).values();
    return known.map((answer, index) =>
      answer === undefined
        ? this.toAnswer(account, keys[index] as ExportKey, readings.next().value as Reading, options.maxAgeMs)
        : answer,
    );
  }

  /** One export; a failed read is the answer. Rejects only with the signal's reason. */
  async read(
    account: VendorAccount,
    key: ExportKey,
    { maxAgeMs, signal, askedAt }: ReadManyOptions,
  ): Promise<Export | VendorError> {
    const known = this.fresh(account, key, maxAgeMs);
    if (known !== undefined) return known;
    return this.toAnswer(account, key, await this.askOne(account, key, signal, askedAt), maxAgeMs);
  }

  /** What the vendor says now: one entry per key, in the keys' order. Rejects only with the signal's reason. */
  async ask(
    account: VendorAccount,
    keys: readonly ExportKey[],
    signal?: AbortSignal,
    askedAt: number = this.moment,
  ): Promise<readonly Reading[]> {
    const [key] = keys;
    if (key === undefined) return [];
    if (keys.length === 1) return [await this.askOne(account, key, signal, askedAt)];
    return inSpan(isTracing() ? toSpanPlan(account, keys.length) : NO_PLAN, (span) => {
      const batch = new Batch(account, this.latest, signal === undefined ? null : new AbortController());
      // A key that is named twice joins itself.
      const readings = keys.map((wanted) => {
        const name = toName(account, wanted);
        const answered = this.latest.since(name, askedAt);
        if (answered !== undefined) return answered;
        return this.reads.join(name, (flight) => batch.add(wanted, name, flight), signal);
      });
      batch.send();
      // The calls for these stand in the trace of whoever asked first.
      if (batch.size < keys.length) span.setAttribute('waybill.exports_shared', keys.length - batch.size);
      return Promise.all(readings);
    });
  }

  /** The files of a finished export, asked of the vendor where the snapshot does not name them. @throws VendorError */
  async files(
    account: VendorAccount,
    known: Export,
    signal?: AbortSignal,
  ): Promise<readonly FileDescription[] | null> {
    if (known.files !== undefined) return known.files;
    const describe = ({ signal: shared }: Flight) => account.describeFiles(known.key, { signal: shared });
    return this.fileLists.join(toName(account, known.key), describe, signal);
  }

  /** The vendor's newest exports. @throws VendorError, UNSUPPORTED_BY_VENDOR where it has no list call */
  async listRecent(account: VendorAccount, limit: number, signal?: AbortSignal): Promise<readonly Export[]> {
    const list = ({ signal: shared }: Flight) => account.listRecent(limit, { signal: shared });
    const snapshots = await this.lists.join(`${account.identity} ${limit}`, list, signal);
    return snapshots.map((snapshot) => this.present(account, snapshot));
  }

  /** A snapshot as a caller is shown it: with what a watch knows beside it. */
  private present(account: VendorAccount, snapshot: ExportSnapshot): Export {
    this.watched.learn(account, snapshot);
    const live = this.watched.peek(account, snapshot.key);
    const seen = live ?? this.watched.lastKnown(account, snapshot.key);
    const nextPollAt = live?.observation.nextPollAt ?? null;
    const { throttledUntil } = account.health();
    return present(snapshot, { nextPollAt, throttledUntil, isStale: false }, seen?.transitions ?? []);
  }

  private askOne(
    account: VendorAccount,
    key: ExportKey,
    signal: AbortSignal | undefined,
    askedAt: number | undefined,
  ): Promise<Reading> {
    const name = toName(account, key);
    const answered = askedAt === undefined ? undefined : this.latest.since(name, askedAt);
    if (answered !== undefined) return Promise.resolve(answered);
    return this.reads.join(name, (flight) => this.askVendor(account, key, name, flight), signal);
  }

  private askVendor(account: VendorAccount, key: ExportKey, name: string, flight: Flight): Promise<Reading> {
    if (!isTracing()) return this.askAlone(account, key, name, flight);
    return inSpan(toSpanPlan(account, 1), () => this.askAlone(account, key, name, flight));
  }

  private async askAlone(
    account: VendorAccount,
    key: ExportKey,
    name: string,
    { signal }: Flight,
  ): Promise<Reading> {
    const options = toOptions(signal);
    const reading =
      account.readOne === undefined
        ? ((await account.readMany([key], options))[0] as Reading)
        : await account.readOne(key, options);
    this.latest.add(name, reading);
    return reading;
  }

  private fresh(account: VendorAccount, key: ExportKey, maxAgeMs: number): Export | undefined {
    if (maxAgeMs <= 0) return undefined;
    const watched = this.watched.peek(account, key);
    return watched === undefined || watched.observation.isStale
      ? undefined
      : this.unlessOlder(watched, maxAgeMs);
  }

  private toAnswer(
    account: VendorAccount,
    key: ExportKey,
    reading: Reading,
    maxAgeMs: number,
  ): Export | VendorError {
    if (!(reading instanceof VendorError)) return this.present(account, reading);
    if (maxAgeMs <= 0 || !PASSING.has(reading.code)) return reading;
    const { watched } = this;
    const seen = watched.lastKnown(account, key) ?? watched.peek(account, key);
    if (seen === undefined || this.unlessOlder(seen, maxAgeMs) === undefined) return reading;
    return { ...seen, observation: { ...seen.observation, isStale: true } };
  }

  private unlessOlder(seen: Export, maxAgeMs: number): Export | undefined {
    return this.clock.now() - seen.observation.observedAt <= maxAgeMs ? seen : undefined;
  }
}

/** One `readMany` on its way, cancelled when nobody waits for any of its keys. */
class Batch {
  private readonly account: VendorAccount;
  private readonly latest: LatestAnswers;
  private readonly keys: ExportKey[] = [];
  private readonly names: string[] = [];
  private readonly abort: AbortController | null;
  private readonly readings: Promise<readonly Reading[]>;
  private settle: (readings: Promise<readonly Reading[]>) => void = () => undefined;
  private abandoned = 0;

  /** @param abort - null where whoever asks cannot leave */
  constructor(account: VendorAccount, latest: LatestAnswers, abort: AbortController | null) {
    this.account = account;
    this.latest = latest;
    this.abort = abort;
    this.readings = new Promise((resolve) => {
      this.settle = resolve;
    });
  }

  get size(): number {
    return this.keys.length;
  }

  add(key: ExportKey, name: string, flight: Flight): Promise<Reading> {
    const index = this.keys.push(key) - 1;
    this.names.push(name);
    flight.onAbandoned(() => this.abandon());
    return this.readings.then((readings) => readings[index] as Reading);
  }

  send(): void {
    if (this.keys.length > 0) this.settle(this.read());
  }

  private async read(): Promise<readonly Reading[]> {
    const readings = await this.account.readMany(this.keys, toOptions(this.abort?.signal));
    for (const [index, name] of this.names.entries()) this.latest.add(name, readings[index] as Reading);
    return readings;
  }

  private abandon(): void {
    this.abandoned += 1;
    if (this.abandoned === this.keys.length) this.abort?.abort();
  }
}

const NO_PLAN: SpanPlan = { name: 'read' };

/** Most reads have no signal: they share their options. */
const NO_OPTIONS: ReadOptions = {};

function toOptions(signal: AbortSignal | undefined): ReadOptions {
  return signal === undefined ? NO_OPTIONS : { signal };
}

function toName(account: VendorAccount, key: ExportKey): string {
  return `${account.identity} ${key.id}`;
}

function toSpanPlan(account: VendorAccount, exports: number): SpanPlan {
  const attributes = {
    'waybill.vendor': account.vendor,
    'waybill.account': account.key,
    'waybill.exports': exports,
  };
  return { name: 'read', attributes };
}
