import type { Loaded, LogEntry } from '../export/backplane.ts';
import type { ExportEvent, ExportFact } from '../export/events.ts';
import type { WatchedState } from '../export/transitions.ts';
import { ChannelStream } from './channel-stream.ts';
import { type Position, toPlace } from './cursor.ts';
import type { StreamHost } from './event-stream.ts';
import { toEvent, toExport } from './to-event.ts';

/** One export of a list. */
export interface ListedExport {
  readonly exportId: string;
  /** Of its watch, in the log. */
  readonly topic: string;
  /** Null while it has never been read. */
  readonly state: WatchedState | null;
}

/** A list as it stands at one moment. */
export interface ListNow {
  /** What a newcomer is shown, in the order of the list. */
  readonly shown: readonly ListedExport[];
  /** What may have had entries after this place in the log; null where that is not known any more. */
  changedSince(sequence: number): readonly ListedExport[] | null;
}

/** A list of exports that changes. */
export interface ListSource {
  /** The journal that tells who comes and goes. */
  readonly journal: string;
  /** From now on the stream takes every entry of the list, and of its journal. */
  open(stream: ListStream): void;
  close(stream: ListStream): void;
  /** Reads what does not stand in memory. @returns the list at the moment when it is called */
  load(): Promise<() => ListNow>;
  /** False where a filter leaves this entry out. @param fact - null where a state is shown for the first time */
  isShown(exportId: string, fact: ExportFact | null, state: WatchedState | null): boolean;
}

export interface ListStreamSettings {
  readonly host: StreamHost;
  readonly source: ListSource;
  /** Where to resume; null for a new stream. */
  readonly after: Position | null;
  readonly maxPending: number;
}

/** One thing that happened in the list. */
interface ListEntry {
  readonly exportId: string;
  readonly entry: LogEntry;
  readonly event: ExportEvent;
}

/**
 * What happens to a list of exports, for one subscriber: first each of them as it stands, then their entries in the order of the log,
 * newcomers included. It does not end by itself.
 *
 * Unlike an EventStream it holds nothing for a single export: the list is followed once for all of its streams.
 */
export class ListStream extends ChannelStream {
  private readonly host: ListStreamSettings['host'];
  private readonly source: ListSource;
  private readonly after: Position | null;
  /** Entries up to here have been told. */
  private position = 0;
  private backlog: ListEntry[] = [];
  private expiresAt: number | null = null;

  constructor({ host, source, after, maxPending }: ListStreamSettings) {
    super(maxPending);
    this.host = host;
    this.source = source;
    this.after = after;
  }

  warn(expiresAt: number): void {
    this.expiresAt = expiresAt;
    if (this.phase === 'live') this.tellExpiry();
  }

  /**
   * Takes one entry of the list; `event` is shared by all streams.
   *
   * @returns false where the stream began after this entry: what it was shown then stands for it
   */
  accept(exportId: string, entry: LogEntry, event: ExportEvent): boolean {
    if (this.phase === 'joining') this.backlog.push({ exportId, entry, event });
    return this.phase !== 'live' || this.tell({ exportId, entry, event });
  }

  /** Takes something that stands in no log. */
  tellLocally({ exportId, state }: ListedExport, event: ExportEvent): void {
    if (this.phase !== 'live' || !this.source.isShown(exportId, null, state)) return;
    // How many come at once is the backplane's doing.
    this.channel.allow(1);
    this.push({ ...event, cursor: this.base(exportId).cursor });
  }

  /** Shows an export whose first state came without an entry. */
  showLate(listed: ListedExport): void {
    if (this.phase === 'live') this.show(listed, false);
  }

  protected start(): void {
    this.phase = 'joining';
    this.host.remember(this);
    this.source.open(this);
    this.join().catch((error: unknown) => {
      this.fail(() => (error instanceof Error ? error : new Error('The stream could not be started.')));
    });
  }

  private async join(): Promise<void> {
    const lookNow = await this.source.load();
    const { after } = this;
    const changed = after?.epoch === this.host.epoch ? lookNow().changedSince(after.sequence) : null;
    if (after === null || changed === null) return this.begin(lookNow, after !== null);
    const topics = [this.source.journal, ...changed.map(({ topic }) => topic)];
    const loaded = await this.host.loadLater(topics, after.sequence, () => this.phase === 'joining');
    if (this.phase !== 'joining') return;
    const [journal] = loaded.topics;
    if (journal !== undefined && !journal.isComplete) return this.begin(lookNow, true);
    this.catchUp(changed, loaded, after);
  }

  /** Shows the list as it stands, each export as of one place in the log. */
  private async begin(lookNow: () => ListNow, isReplayGap: boolean): Promise<void> {
    const topics = lookNow().shown.map(({ topic }) => topic);
    const { head, topics: loaded } = await this.host.loadLater(topics, null, () => this.phase === 'joining');
    if (this.phase !== 'joining') return;
    const states = new Map(topics.map((topic, index) => [topic, loaded[index]?.state ?? null]));
    // Looked at once more: somebody may have come meanwhile.
    const { shown } = lookNow();
    this.phase = 'live';
    this.position = head;
    this.channel.allow(shown.length);
    for (const listed of shown)
      this.show({ ...listed, state: states.get(listed.topic) ?? listed.state }, isReplayGap);
    this.takeBacklog();
  }

  /** Tells what happened since the cursor; of exports whose entries are no longer all known, their state. */
  private catchUp(changed: readonly ListedExport[], loaded: Loaded, after: Position): void {
    this.phase = 'live';
    const journal = loaded.topics[0]?.entries ?? [];
    const trackedAt = new Map(
      journal.flatMap(({ fact, sequence }) =>
        fact.type === 'ExportTracked' ? [[fact.exportId, sequence] as const] : [],
      ),
    );
    const missed = journal.flatMap((entry) => {
      const { fact } = entry;
      const exportId = 'exportId' in fact ? fact.exportId : null;
      return exportId === null ? [] : [{ exportId, entry }];
    });
    const lost: ListedExport[] = [];
    for (const [index, listed] of changed.entries()) {
      const topic = loaded.topics[index + 1];
      const { exportId } = listed;
      const since = trackedAt.get(exportId) ?? after.sequence;
      if (topic === undefined || (!topic.isComplete && !trackedAt.has(exportId))) lost.push(listed);
      else
        for (const entry of topic.entries)
          if (entry.sequence > since && entry.fact.type !== 'ExportSnapshot')
            missed.push({ exportId, entry });
    }
    missed.sort((one, other) => one.entry.sequence - other.entry.sequence);
    this.channel.allow(missed.length + lost.length);
    this.position = after.sequence;
    for (const { exportId, entry } of missed) {
      const cursor = this.host.writeCursor(toPlace(entry.sequence));
      this.tell({ exportId, entry, event: toEvent(entry, exportId, cursor) });
    }
    this.position = Math.max(this.position, loaded.head);
    for (const listed of lost) this.show(listed, true);
    this.takeBacklog();
  }

  private takeBacklog(): void {
    const { backlog } = this;
    this.backlog = [];
    for (const entry of backlog) this.tell(entry);
    this.tellExpiry();
  }

  private show({ exportId, state }: ListedExport, isReplayGap: boolean): void {
    const shown = state === null ? null : toExport(state);
    if (shown === null || !this.source.isShown(exportId, null, state)) return;
    this.push({ ...this.base(exportId), export: shown, type: 'ExportSnapshot', isReplayGap });
  }

  private tell({ exportId, entry, event }: ListEntry): boolean {
    if (entry.sequence <= this.position) return false;
    this.position = entry.sequence;
    if (this.source.isShown(exportId, entry.fact, entry.state)) this.push(event);
    return true;
  }

  /** The warning is about the stream: it names no export. */
  private tellExpiry(): void {
    const { expiresAt } = this;
    if (expiresAt === null) return;
    this.expiresAt = null;
    this.push({ ...this.base(''), export: null, type: 'SubscriptionTokenExpiring', expiresAt });
  }

  private base(exportId: string) {
    return { cursor: this.host.writeCursor(toPlace(this.position)), at: this.host.now(), exportId };
  }

  private push(event: ExportEvent): void {
    if (this.phase !== 'closed') this.offer(event, this.host.tally);
  }

  protected finish(): void {
    if (this.phase === 'closed') return;
    const wasStarted = this.phase !== 'new';
    this.phase = 'closed';
    this.backlog = [];
    if (!wasStarted) return;
    this.source.close(this);
    this.host.forget(this);
  }
}
