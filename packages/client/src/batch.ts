import type { WaybillError } from './error.ts';
import type { Feed } from './feed.ts';
import { WaybillWatch } from './generated/documents.ts';
import type { StreamSpec } from './link.ts';
import { toKey } from './locator.ts';
import { type Fields, toText } from './read.ts';
import type { Operation, StreamSink } from './transport.ts';

/** What becomes of a batch's members where its stream ends before they do. */
export interface BatchHost {
  /** The gateway has said which export a locator means. @param key - of its id */
  onNamed(feed: Feed, key: string): void;
  /** Nobody follows these any more, and they are told of no longer. */
  onLeft(feeds: readonly Feed[]): void;
  /** The stream is over: whoever of these is still to be followed needs another one. */
  onEnded(batch: Batch, left: readonly Feed[], error: WaybillError | null): void;
}

/** Some exports that are followed by one subscription. They stay the same while it is open: a cursor stands for them. */
export class Batch implements StreamSpec {
  members: readonly Feed[];
  private readonly host: BatchHost;
  private after: string | undefined;

  /** @param after - where to resume */
  constructor(members: readonly Feed[], host: BatchHost, after?: string) {
    this.members = members;
    this.host = host;
    this.after = after;
  }

  get isWanted(): boolean {
    return this.members.some(isOpen);
  }

  operation(): Operation {
    // While some have not been told of yet, the cursor says which, by their places.
    if (this.after === undefined || this.members.every(({ isTold }) => isTold)) {
      this.host.onLeft(this.members.filter((feed) => !isOpen(feed)));
      this.members = this.members.filter(isOpen);
    }
    const locators = this.members.map(({ locator }) => locator);
    return { name: 'WaybillWatch', text: WaybillWatch, variables: { locators, after: this.after } };
  }

  forgetCursor(): void {
    this.after = undefined;
  }

  readonly sink: StreamSink = {
    next: (event) => this.take(event),
    end: (error) => this.host.onEnded(this, this.members.filter(isOpen), error),
  };

  private take(event: Fields): void {
    const { __typename, exportId, cursor, index } = event;
    if (typeof cursor === 'string' && cursor !== '') this.after = cursor;
    // About the stream, and the connection's business.
    if (__typename === 'SubscriptionTokenExpiring') return;
    const id = toText(exportId);
    const key = toKey({ id });
    for (const [place, feed] of this.members.entries()) {
      if (feed.isOver) continue;
      if (index === undefined ? !feed.names(id, key) : index !== place) continue;
      if (feed.state === undefined) this.host.onNamed(feed, key);
      feed.take(event);
    }
  }
}

/** Still to be followed. */
function isOpen(feed: Feed): boolean {
  return feed.isWanted && !feed.isOver;
}
