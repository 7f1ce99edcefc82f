import { VendorError, type VendorErrorCode } from '../export/errors.ts';
import {
  type Export,
  type ExportKey,
  type ExportSnapshot,
  type ExportTransition,
  type FileDescription,
  isTerminal,
} from '../export/export.ts';
import type { CancelSignal, Reading, ReadOptions, VendorAccount, WorkScope } from '../export/ports.ts';
import { present } from '../export/present.ts';
import type { Clock } from '../runtime/clock.ts';
import { type Flight, SingleFlight } from '../runtime/single-flight.ts';
import { inSpan, isTracing, type Span, type SpanPlan } from '../telemetry/spans.ts';
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

export interface AskOptions extends ReadOptions {
  /** What `moment` said when the caller asked: an answer that came since then is shared with it. */
  readonly askedAt?: number | undefined;
}

export interface ReadManyOptions extends AskOptions {
  /** How old an answer may be. 0 asks the vendor. */
  readonly maxAgeMs: number;
}

/** What a store keeps of an export. */
export interface Kept {
  readonly snapshot: ExportSnapshot;
  readonly transitions: readonly ExportTransition[];
}

/** Trouble that passes: an answer of a moment ago is better than an error. */
const PASSING: ReadonlySet<VendorErrorCode> = new Set<VendorErrorCode>([
  'VENDOR_RATE_LIMITED',
  'VENDOR_TIMEOUT',
  'VENDOR_UNAVAILABLE',
  'VENDOR_BAD_RESPONSE',
]);

/** How long callers who keep coming may hold up an answer that has come, so that they share it. */
const MAX_HOLD_MS = 25;

/** A `readMany` that is under way. */
class ReadBatch {
  readonly flight: string;
  /** How many have joined it for one of its exports. */
  joined = 0;

  constructor(flight: string) {
    this.flight = flight;
  }
}

/** Where the answer about an export will stand. */
class Place {
  readonly batch: ReadBatch;
  readonly index: number;

  constructor(batch: ReadBatch, index: number) {
    this.batch = batch;
    this.index = index;
  }
}

/**
 * Every read of a vendor's exports: queries and watches alike go through here.
 *
 * A live watch answers when it is fresh enough; a read of the same export that is already under way is shared, key by key,
 * although reads travel together; the rest goes to the vendor in one `readMany`, which is cancelled when nobody waits for any of
 * its keys any more. Everything is keyed by the account's identity, so nothing is shared across credentials.
 */
export class ExportReader {
  private readonly clock: Clock;
  private readonly watched: WatchedExports;
  private readonly latest: LatestAnswers;
  private readonly flights = new SingleFlight<readonly Reading[]>();
  /** By identity and export: what is being read. The one place where exports that are named twice are told apart. */
  private readonly places = new Map<string, Place>();
  private readonly lists = new SingleFlight<readonly ExportSnapshot[]>();
  private readonly fileLists = new SingleFlight<readonly FileDescription[]>();
  private flightsBegun = 0;
  private turn: Promise<void> | null = null;

  /** @param isAwaited - false while nobody who has asked still waits for its turn: then answers need not be kept for anybody */
  constructor(
    clock: Clock,
    watched: WatchedExports = NOTHING_WATCHED,
    isAwaited: () => boolean = () => true,
  ) {
    this.clock = clock;
    this.watched = watched;
    this.latest = new LatestAnswers(clock, isAwaited);
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
    const { maxAgeMs } = options;
    if (maxAgeMs <= 0) {
      const readings = await this.ask(account, keys, options);
      const { throttledUntil } = account.health();
      return readings.map((reading) =>
        reading instanceof VendorError ? reading : this.present(account, reading, throttledUntil),
      );
    }
    const known = keys.map((key) => this.fresh(account, key, maxAgeMs));
    const missing = keys.filter((_key, index) => known[index] === undefined);
    const readings = (await this.ask(account, missing, options)).values();
    const { throttledUntil } = account.health();
    return known.map((answer, index) => {
      if (answer !== undefined) return answer;
      const reading = readings.next().value as Reading;
      if (!(reading instanceof VendorError)) return this.present(account, reading, throttledUntil);
      return this.standIn(account, keys[index] as ExportKey, reading, maxAgeMs) ?? reading;
    });
  }

  /** What the vendor says now: one entry per key, in the keys' order. Rejects only with the signal's reason. */
  ask(
    account: VendorAccount,
    keys: readonly ExportKey[],
    options: AskOptions = NO_OPTIONS,
  ): Promise<readonly Reading[]> {
    const { signal } = options;
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (keys.length === 0) return Promise.resolve([]);
    if (!isTracing()) return this.share(account, keys, options, null);
    return inSpan(toSpanPlan(account, keys.length), (span) => this.share(account, keys, options, span));
  }

  private share(
    account: VendorAccount,
    keys: readonly ExportKey[],
    { signal, scope, askedAt }: AskOptions,
    span: Span | null,
  ): Promise<readonly Reading[]> {
    const isCaller = askedAt !== undefined;
    const since = askedAt ?? this.moment;
    this.flightsBegun += 1;
    const own = new ReadBatch(String(this.flightsBegun));
    const wanted: ExportKey[] = [];
    const names: string[] = [];
    const found = keys.map((key) => {
      const name = toName(account, key);
      const known = this.latest.since(name, since) ?? this.places.get(name);
      if (known instanceof Place) known.batch.joined += 1;
      if (known !== undefined) return known;
      names.push(name);
      const place = new Place(own, wanted.push(key) - 1);
      this.places.set(name, place);
      return place;
    });
    const begin = (flight: Flight) => this.send(account, wanted, names, flight, scope, isCaller ? own : null);
    if (wanted.length === keys.length) return this.flights.join(own.flight, begin, signal);

    // The calls for these stand in the trace of whoever asked first.
    span?.setAttribute('waybill.exports_shared', keys.length - wanted.length);
    return this.gather(found, begin, signal);
  }

  /** Waits for all flights that these answers come with. */
  private async gather(
    found: readonly (Place | Reading)[],
    begin: (flight: Flight) => Promise<readonly Reading[]>,
    signal: CancelSignal | undefined,
  ): Promise<readonly Reading[]> {
    const flights = new Set(found.flatMap((place) => (place instanceof Place ? [place.batch.flight] : [])));
    const joined = [...flights].map(
      async (flight) => [flight, await this.flights.join(flight, begin, signal)] as const,
    );
    const readings = new Map(await Promise.all(joined));
    return found.map((place) =>
      place instanceof Place ? (readings.get(place.batch.flight)?.[place.index] as Reading) : place,
    );
  }

  private async send(
    account: VendorAccount,
    keys: readonly ExportKey[],
    names: readonly string[],
    flight: Flight,
    scope: WorkScope | undefined,
    batch: ReadBatch | null,
  ): Promise<readonly Reading[]> {
    let isOver = false;
    const forget = (): void => {
      if (!isOver) for (const name of names) this.places.delete(name);
      isOver = true;
    };
    // Whoever comes after it was abandoned begins anew: what is under way then is no longer theirs.
    flight.onAbandoned(forget);
    try {
      const options = toOptions(flight, scope);
      const readings =
        keys.length === 1 && account.readOne !== undefined
          ? [await account.readOne(keys[0] as ExportKey, options)]
          : await account.readMany(keys, options);
      if (batch !== null) await this.hold(batch);
      if (!isOver) this.latest.add(names, readings);
      return readings;
    } finally {
      forget();
    }
  }

  /**
   * Holds an answer back until the requests have been read that had come by then, while the gateway was at work, and for a little longer
   * while more callers come for it. They share it, and nobody has seen it before they asked.
   */
  private async hold(batch: ReadBatch): Promise<void> {
    const until = this.clock.now() + MAX_HOLD_MS;
    let before: number;
    do {
      before = batch.joined;
      await this.nextTurn();
    } while (batch.joined > before && this.clock.now() < until);
  }

  /** One turn of the event loop ends what was read together with an answer; what has come meanwhile is read in the next one. */
  private nextTurn(): Promise<void> {
    this.turn ??= new Promise((resolve) => {
      setImmediate(() => {
        this.turn = null;
        setImmediate(resolve);
      });
    });
    return this.turn;
  }

  /** The files of a finished export, asked of the vendor where the snapshot does not name them. @throws VendorError */
  async files(
    account: VendorAccount,
    known: Export,
    { signal, scope }: ReadOptions = NO_OPTIONS,
  ): Promise<readonly FileDescription[] | null> {
    if (known.files !== undefined) return known.files;
    const describe = (flight: Flight) => account.describeFiles(known.key, toOptions(flight, scope));
    return this.fileLists.join(toName(account, known.key), describe, signal);
  }

  /** The vendor's newest exports. @throws VendorError, UNSUPPORTED_BY_VENDOR where it has no list call */
  async listRecent(
    account: VendorAccount,
    limit: number,
    { signal, scope }: ReadOptions = NO_OPTIONS,
  ): Promise<readonly Export[]> {
    const list = (flight: Flight) => account.listRecent(limit, toOptions(flight, scope));
    const snapshots = await this.lists.join(`${account.identity} ${limit}`, list, signal);
    return snapshots.map((snapshot) => this.present(account, snapshot));
  }

  /** An export as it is known without asking: by a watch, else as it was kept. */
  recall(account: VendorAccount, kept: Kept): Export {
    const { snapshot, transitions } = kept;
    const { key } = snapshot;
    const seen = this.watched.peek(account, key) ?? this.watched.lastKnown(account, key);
    if (seen !== undefined && seen.observation.observedAt >= snapshot.observedAt) return seen;
    const isStale = !isTerminal(snapshot.status);
    return present(snapshot, { nextPollAt: null, throttledUntil: null, isStale }, transitions);
  }

  /** What a vendor's answer to something else than a read said of an export, as a caller is shown it. */
  show(account: VendorAccount, snapshot: ExportSnapshot): Export {
    return this.present(account, snapshot);
  }

  /** A snapshot as a caller is shown it: with what a watch knows beside it. */
  private present(
    account: VendorAccount,
    snapshot: ExportSnapshot,
    throttledUntil: number | null = account.health().throttledUntil,
  ): Export {
    this.watched.learn(account, snapshot);
    const live = this.watched.peek(account, snapshot.key);
    const seen = live ?? this.watched.lastKnown(account, snapshot.key);
    const nextPollAt = live?.observation.nextPollAt ?? null;
    const isCanceling = seen?.status === 'CANCELING' && !isTerminal(snapshot.status);
    return present(
      isCanceling ? { ...snapshot, status: 'CANCELING' } : snapshot,
      { nextPollAt, throttledUntil, isStale: false },
      seen?.transitions ?? NO_TRANSITIONS,
    );
  }

  private fresh(account: VendorAccount, key: ExportKey, maxAgeMs: number): Export | undefined {
    const watched = this.watched.peek(account, key);
    return watched === undefined || watched.observation.isStale
      ? undefined
      : this.unlessOlder(watched, maxAgeMs);
  }

  /** What a caller is shown instead of an error: the last answer where that is young enough, marked as stale. */
  private standIn(
    account: VendorAccount,
    key: ExportKey,
    { code }: VendorError,
    maxAgeMs: number,
  ): Export | undefined {
    if (!PASSING.has(code)) return undefined;
    const { watched } = this;
    const seen = watched.lastKnown(account, key) ?? watched.peek(account, key);
    if (seen === undefined || this.unlessOlder(seen, maxAgeMs) === undefined) return undefined;
    return { ...seen, observation: { ...seen.observation, isStale: true } };
  }

  private unlessOlder(seen: Export, maxAgeMs: number): Export | undefined {
    return this.clock.now() - seen.observation.observedAt <= maxAgeMs ? seen : undefined;
  }
}

const NO_TRANSITIONS: readonly never[] = [];

const NO_OPTIONS: ReadOptions = {};

function toOptions({ signal }: Flight, scope: WorkScope | undefined): ReadOptions {
  return signal === undefined && scope === undefined ? NO_OPTIONS : { signal, scope };
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
