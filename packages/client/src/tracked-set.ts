import type { TrackedFeed } from './tracked.ts';
import type { Export, ExportSet, ExportSetState, Filter } from './types.ts';

/** Who has the feeds of tracked exports, one for each filter. */
export interface TrackedSource {
  openTracked(filter: Filter): TrackedFeed;
  reopenTracked(feed: TrackedFeed): void;
  closeTracked(filter: Filter): void;
}

/** The tracked exports that fit a filter. */
export class TrackedSet implements ExportSet {
  private readonly source: TrackedSource;
  private readonly filter: Filter;
  private readonly feed: TrackedFeed;
  private readonly beforeRetry: () => void;
  private isClosed = false;

  constructor(source: TrackedSource, filter: Filter, beforeRetry: () => void) {
    this.source = source;
    this.filter = { ...filter };
    this.beforeRetry = beforeRetry;
    this.feed = source.openTracked(this.filter);
  }

  add(): void {}

  remove(): void {}

  readonly subscribe = (listener: () => void): (() => void) => this.feed.state.subscribe(listener);

  readonly getSnapshot = (): readonly Export[] => this.feed.state.get().exports;

  readonly getState = (): ExportSetState => this.feed.state.get();

  retry(): void {
    this.beforeRetry();
    this.source.reopenTracked(this.feed);
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.source.closeTracked(this.filter);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
