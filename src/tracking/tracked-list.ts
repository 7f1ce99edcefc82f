import type { LogEntry } from '../export/backplane.ts';
import type { ExportEvent, ExportFact } from '../export/events.ts';
import type { ExportKey } from '../export/export.ts';
import { type ExportFilter, passes } from '../export/filter.ts';
import type { VendorAccount } from '../export/ports.ts';
import type { TrackedExport } from '../export/store.ts';
import type { WatchedState } from '../export/transitions.ts';
import type { Clock } from '../runtime/clock.ts';
import type { ListedExport, ListNow, ListSource, ListStream } from '../watch/list-stream.ts';
import { toTopic } from '../watch/topic.ts';

/** Exports that have ended and are still at hand; the longest ended go first. The store has them all. */
const MAX_ENDED = 2_000;

/** One tracked export in this process. */
export class TrackedEntry implements TrackedExport {
  readonly tenant: string;
  readonly key: ExportKey;
  readonly identity: string;
  readonly startedHere: boolean;
  readonly trackedBy: string | null;
  readonly trackedAt: number;
  label: string | null;
  keptUntil: number | null;
  state: WatchedState | null;
  /** Null where the configuration has no such account (any more): then it waits for it. */
  account: VendorAccount | null = null;
  /** Those who look on have been told of it. */
  isAnnounced = false;
  /** Of its last entry in the log; null where it ended without one that was heard here. */
  sequence: number | null = 0;
  private failedWith: string | null;

  constructor(tracked: TrackedExport) {
    this.tenant = tracked.tenant;
    this.key = tracked.key;
    this.identity = tracked.identity;
    this.startedHere = tracked.startedHere;
    this.trackedBy = tracked.trackedBy;
    this.trackedAt = tracked.trackedAt;
    this.label = tracked.label;
    this.keptUntil = tracked.keptUntil;
    this.state = tracked.state;
    this.failedWith = tracked.state?.failed?.code ?? null;
  }

  /** True where this failure is the one told last: a refused credential is tried again now and then, and is no news each time. */
  hasFailedBefore({ failed, trouble }: WatchedState): boolean {
    const before = this.failedWith;
    if (failed !== null) this.failedWith = failed.code;
    else if (trouble === null) this.failedWith = null;
    return failed !== null && failed.code === before;
  }

  /** @param sequence - of the entry that told that it is tracked */
  noteAnnounced(sequence: number): void {
    this.isAnnounced = true;
    this.sequence = Math.max(this.sequence ?? 0, sequence);
  }

  get topic(): string {
    return toTopic(this.identity, this.key.id);
  }
}

/** What one stream shows of a tenant's tracked exports. */
export interface ListView {
  readonly filter: ExportFilter | null;
  /** How many that have ended it begins with. */
  readonly first: number;
  /** Those of them that the store knows, the newest first. */
  loadEnded(): Promise<readonly TrackedExport[]>;
}

/** One thing that was told of the list. */
interface Told {
  readonly exportId: string;
  readonly entry: LogEntry;
  readonly event: ExportEvent;
}

/** One tenant's tracked exports: those that are open, those that ended lately, and who looks on. */
export class TrackedList {
  /** Tells who comes and goes. */
  readonly journal: string;
  /** Tells those who follow exports, and nobody else, that something about one is to be read anew from the store. */
  readonly notices: string;
  private readonly open = new Map<string, TrackedEntry>();
  private readonly ended = new Map<string, TrackedEntry>();
  /** An export that ended up to here in the log may not be at hand, or no longer: nothing is resumed from before it. */
  private forgottenUpTo: number;
  private readonly streams = new Map<ListStream, ListView>();
  /** The last entry that was told here. */
  private heard = -1;
  /** Exports that are tracked by now, and of which nothing more is known here yet. */
  private readonly unknown = new Set<string>();
  /** What waits for one of those: filters look at names and labels. */
  private held: Told[] = [];

  private readonly clock: Pick<Clock, 'now'>;

  /** @param isShared - other gateways tell of its exports too: nothing is resumed before `resumeFrom` is called */
  constructor(tenant: string, clock: Pick<Clock, 'now'>, isShared: boolean) {
    this.clock = clock;
    this.forgottenUpTo = isShared ? Number.POSITIVE_INFINITY : -1;
    this.journal = `${tenant}/\ntracked`;
    this.notices = `${tenant}/\nnotices`;
  }

  get openCount(): number {
    return this.open.size;
  }

  entries(): IterableIterator<TrackedEntry> {
    return this.open.values();
  }

  find(exportId: string): TrackedEntry | undefined {
    return this.open.get(exportId) ?? this.ended.get(exportId);
  }

  findOpen(exportId: string): TrackedEntry | undefined {
    return this.open.get(exportId);
  }

  add(entry: TrackedEntry): void {
    this.ended.delete(entry.key.id);
    this.open.set(entry.key.id, entry);
  }

  /** It is kept at hand for a while. */
  end(entry: TrackedEntry): void {
    const { id } = entry.key;
    this.open.delete(id);
    this.ended.delete(id);
    this.ended.set(id, entry);
    if (this.ended.size <= MAX_ENDED) return;
    const [oldest] = this.ended.values();
    if (oldest === undefined) return;
    this.ended.delete(oldest.key.id);
    this.forgottenUpTo = Math.max(this.forgottenUpTo, oldest.sequence ?? this.heard);
  }

  /** What ended up to this place in the log, the last one at the moment, may not be at hand. */
  resumeFrom(sequence: number): void {
    this.forgottenUpTo = sequence;
  }

  remove(exportId: string): void {
    this.open.delete(exportId);
    this.ended.delete(exportId);
  }

  /** Its account is gone. */
  lose(exportId: string): void {
    const entry = this.open.get(exportId);
    if (entry !== undefined) entry.account = null;
  }

  tell(exportId: string, entry: LogEntry, event: ExportEvent): void {
    this.heard = Math.max(this.heard, entry.sequence);
    if (this.unknown.size > 0 || this.held.length > 0) this.held.push({ exportId, entry, event });
    else for (const stream of this.streams.keys()) stream.accept(exportId, entry, event);
  }

  /** From here on nothing is told before `becomeKnown` says that what this export is has been found out. */
  awaitKnown(exportId: string): void {
    this.unknown.add(exportId);
  }

  becomeKnown(exportId: string): void {
    if (!this.unknown.delete(exportId)) return;
    let next = this.held[0];
    while (next !== undefined && !this.unknown.has(next.exportId)) {
      this.held.shift();
      this.tellLate(next);
      next = this.held[0];
    }
  }

  /** A stream that began while it waited had no such export to show. */
  private tellLate({ exportId, entry, event }: Told): void {
    const newcomer = entry.fact.type === 'ExportTracked' ? this.find(exportId) : undefined;
    for (const stream of this.streams.keys()) {
      if (!stream.accept(exportId, entry, event) && newcomer !== undefined)
        stream.showLate(toListed(newcomer));
    }
  }

  /** Something that stands in no log. */
  tellLocally(exportId: string, event: ExportEvent): void {
    const entry = this.open.get(exportId);
    if (!entry?.isAnnounced) return;
    for (const stream of this.streams.keys()) stream.tellLocally(toListed(entry), event);
  }

  /** A state that came without an entry. */
  show(entry: TrackedEntry): void {
    for (const stream of this.streams.keys()) stream.showLate(toListed(entry));
  }

  /** The list as one stream sees it. */
  sourceFor(view: ListView): ListSource {
    const { journal, streams } = this;
    return {
      journal,
      open: (stream) => streams.set(stream, view),
      close: (stream) => streams.delete(stream),
      load: async () => {
        const ended = view.first === 0 ? [] : await view.loadEnded();
        return () => this.now(ended, view);
      },
      isShown: (exportId, fact, state) => this.isShown(exportId, fact, state, view.filter),
    };
  }

  private now(stored: readonly TrackedExport[], { filter, first }: ListView): ListNow {
    const open = [...this.open.values()];
    const ended = new Map(stored.map((each) => [each.key.id, this.ended.get(each.key.id) ?? each]));
    // One that ended a moment ago may not be written down yet, least of all by another gateway.
    for (const each of first === 0 ? [] : this.ended.values())
      if ((each.keptUntil ?? 0) > this.clock.now() && isFitting(each, filter)) ended.set(each.key.id, each);
    const others = [...ended.values()]
      .filter(({ key }) => !this.open.has(key.id))
      .sort(asStored)
      .slice(0, first)
      .map((each) => (each instanceof TrackedEntry ? each : new TrackedEntry(each)));
    return {
      shown: [...open, ...others].sort(newestFirst).map(toListed),
      changedSince: (sequence) =>
        sequence < this.forgottenUpTo
          ? null
          : [...open, ...[...this.ended.values()].filter((each) => isLater(each, sequence))].map(toListed),
    };
  }

  private isShown(
    exportId: string,
    fact: ExportFact | null,
    state: WatchedState | null,
    filter: ExportFilter | null,
  ): boolean {
    if (filter === null) return true;
    const label = this.find(exportId)?.label ?? null;
    const key = this.find(exportId)?.key ?? state?.snapshot?.key;
    if (key === undefined) return fact?.type === 'ExportUntracked';
    const subject = { key, label, snapshot: state?.snapshot ?? null, isTracked: true };
    if (passes(subject, filter)) return true;
    // Of one that has just left the filter, the change that took it away is told.
    return (
      fact?.type === 'ExportStatusChanged' &&
      fact.from !== null &&
      passes({ ...subject, status: fact.from }, filter)
    );
  }
}

function isLater({ sequence }: TrackedEntry, than: number): boolean {
  return sequence === null || sequence > than;
}

function isFitting({ key, label, state }: TrackedExport, filter: ExportFilter | null): boolean {
  return (
    filter === null || passes({ key, label, snapshot: state?.snapshot ?? null, isTracked: true }, filter)
  );
}

/** As `Store.list` orders them. */
function asStored(one: TrackedExport, other: TrackedExport): number {
  const toOrder = ({ state }: TrackedExport) => state?.snapshot?.createdAt ?? Number.MIN_SAFE_INTEGER;
  return toOrder(other) - toOrder(one) || (one.key.id < other.key.id ? 1 : -1);
}

function toListed(entry: TrackedEntry): ListedExport {
  return { exportId: entry.key.id, topic: entry.topic, state: entry.state };
}

/** By creation as the vendor says, else since when it is tracked. */
function newestFirst(one: TrackedEntry, other: TrackedEntry): number {
  return toTime(other) - toTime(one) || (one.key.id < other.key.id ? 1 : -1);
}

function toTime({ state, trackedAt }: TrackedEntry): number {
  return state?.snapshot?.createdAt ?? trackedAt;
}
