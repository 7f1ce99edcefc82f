import type { Locator } from '../harness/operations.ts';
import { type ShownExport, toShownExport } from './exports.ts';
import type { Read } from './loader.ts';

/** What a subscriber is sent. */
export interface ShownEvent {
  readonly __typename: string;
  readonly cursor: string;
  readonly at: string;
  readonly exportId: string;
  readonly export: ShownExport;
}

interface Watched {
  subscribers: number;
  shown: Promise<ShownExport>;
  timer: NodeJS.Timeout | null;
}

export interface SharedPollsSettings {
  readonly read: Read;
  readonly pollMs: number;
  readonly publish: (key: string, event: ShownEvent) => void;
}

/** One poll loop per export, from its first subscriber to its last, as somebody would write it beside a server. */
export class SharedPolls {
  private readonly settings: SharedPollsSettings;
  private readonly watched = new Map<string, Watched>();
  private events = 0;

  constructor(settings: SharedPollsSettings) {
    this.settings = settings;
  }

  /** @returns how to leave again */
  join(key: string, locator: Locator): () => void {
    const watch = this.watched.get(key) ?? this.start(key, locator);
    watch.subscribers += 1;
    return () => {
      watch.subscribers -= 1;
      if (watch.subscribers > 0) return;
      if (watch.timer !== null) clearTimeout(watch.timer);
      this.watched.delete(key);
    };
  }

  async snapshot(key: string): Promise<ShownEvent | undefined> {
    const shown = await this.watched.get(key)?.shown;
    return shown && this.toEvent('ExportSnapshot', shown);
  }

  private start(key: string, locator: Locator): Watched {
    const { pollMs, publish } = this.settings;
    const watch: Watched = { subscribers: 0, shown: this.read(locator), timer: null };
    this.watched.set(key, watch);
    const poll = async (): Promise<void> => {
      try {
        const before = await watch.shown;
        const after = await this.read(locator);
        watch.shown = Promise.resolve(after);
        if (after.status !== before.status) publish(key, this.toEvent('ExportStatusChanged', after));
      } catch (error) {
        console.error(error);
      }
      if (this.watched.get(key) === watch) watch.timer = setTimeout(poll, pollMs);
    };
    watch.timer = setTimeout(poll, pollMs);
    return watch;
  }

  private toEvent(__typename: string, shown: ShownExport): ShownEvent {
    this.events += 1;
    const cursor = this.events.toString(36).padStart(34, '0');
    return { __typename, cursor, at: new Date().toISOString(), exportId: shown.id, export: shown };
  }

  private async read(locator: Locator): Promise<ShownExport> {
    return toShownExport(locator, await this.settings.read(locator));
  }
}
