import { WaybillError } from './error.ts';
import { toEvent } from './events.ts';
import type { Fields } from './read.ts';
import type { Export, ExportEvent, ExportLocator } from './types.ts';

/** Who follows an export. */
export interface FeedListener {
  onEvent(event: ExportEvent): void;
  /** Nothing follows: it has ended, or cannot be read. @param isTold - an event has said so before */
  onEnd(error: WaybillError | null, isTold: boolean): void;
}

/** One export that is followed, however many follow it: its state, and who is told of it. */
export class Feed {
  readonly key: string;
  readonly locator: ExportLocator;
  /** Undefined until the first answer. */
  state: Export | undefined;
  /** Why it cannot be followed. */
  error: WaybillError | null = null;
  /** Nothing follows. */
  isOver = false;
  /** The stream has told of it. */
  isTold = false;
  cursor = '';
  private readonly listeners = new Set<FeedListener>();

  constructor(key: string, locator: ExportLocator) {
    this.key = key;
    this.locator = locator;
  }

  get isWanted(): boolean {
    return this.listeners.size > 0;
  }

  /**
   * @param key - of the export's id
   * @returns true where this locator names that export; without an account it means whichever one the gateway took
   */
  names(exportId: string, key: string): boolean {
    if (this.state !== undefined && this.state.id === exportId) return true;
    return key === this.key || (!this.key.includes('@') && key.endsWith(`@${this.key}`));
  }

  listen(listener: FeedListener): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  take(wire: Fields): void {
    const event = toEvent(wire, this.state);
    this.isTold = true;
    this.cursor = event.cursor;
    if (event.export !== null) this.state = event.export;
    for (const listener of [...this.listeners]) listener.onEvent(event);
    if (event.__typename === 'ExportWatchFailed') {
      const { code, message } = event;
      this.end(new WaybillError(message, { code }), true);
    } else if (event.export?.isTerminal === true) this.end(null, true);
  }

  end(error: WaybillError | null, isTold = false): void {
    if (this.isOver) return;
    this.isOver = true;
    this.error = error;
    for (const listener of [...this.listeners]) listener.onEnd(error, isTold);
  }
}
