import type { Backplane, BackplaneNode, LogEntry } from '../export/backplane.ts';
import type { ExportEvent, ExportFact } from '../export/events.ts';
import { startWatch, type WatchedState } from '../export/transitions.ts';
import type { Clock } from '../runtime/clock.ts';
import type { JournalListener } from './hub-types.ts';
import { toEvent } from './to-event.ts';

/** Topics of the log that tell of no single export, such as what comes to be tracked. */
export class Journals {
  private readonly backplane: Backplane;
  private readonly node: BackplaneNode;
  private readonly clock: Clock;
  private readonly onFailure: () => void;
  private readonly listeners = new Map<string, JournalListener>();
  private readonly unfollowed = new Set<string>();

  /** @param onFailure - called where the backplane cannot be reached */
  constructor(backplane: Backplane, node: BackplaneNode, clock: Clock, onFailure: () => void) {
    this.backplane = backplane;
    this.node = node;
    this.clock = clock;
    this.onFailure = onFailure;
  }

  /** @returns resolves when it is followed, or cannot be now and will be */
  async listenTo(journal: string, listener: JournalListener): Promise<void> {
    this.listeners.set(journal, listener);
    await this.follow(journal);
  }

  /** The backplane can be reached again. */
  goOn(): void {
    for (const journal of this.unfollowed) void this.follow(journal);
  }

  private async follow(journal: string): Promise<void> {
    this.unfollowed.add(journal);
    try {
      await this.node.follow(journal);
      this.unfollowed.delete(journal);
    } catch {
      this.onFailure();
    }
  }

  publish(journal: string, fact: ExportFact, state: WatchedState | null): Promise<number> {
    const at = this.clock.now();
    return this.backplane.publish(journal, { at, fact, state: state ?? startWatch(at) });
  }

  /** @param cursor - of the place right after the entry */
  tell(journal: string, entry: LogEntry, cursor: string): void {
    const { fact } = entry;
    if (!('exportId' in fact)) return;
    const event: ExportEvent = toEvent(entry, fact.exportId, cursor);
    this.listeners.get(journal)?.(fact.exportId, entry, event);
  }
}
