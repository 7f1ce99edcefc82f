import { Batch, type BatchHost } from './batch.ts';
import type { Clock } from './clock.ts';
import type { WaybillError } from './error.ts';
import { Feed, type FeedListener } from './feed.ts';
import type { Link } from './link.ts';
import { toKey } from './locator.ts';
import type { ExportLocator } from './types.ts';

/** The most that one subscription may follow. */
const BATCH_SIZE = 100;
/** A message may have 64 kB; the document and the rest need some of it. */
const BATCH_BYTES = 40_000;
/** What is let go is kept this long: whoever comes back at once finds it as it was. */
export const RELEASE_MS = 250;
/** A stream that ends too early is opened again, not at once. */
const EARLY_END_MS = 1_000;

/** Every export that is followed by its locator. Equal locators share one feed; newcomers of one moment share one subscription. */
export class Feeds implements BatchHost {
  private readonly link: Link;
  private readonly clock: Clock;
  private readonly feeds = new Map<string, Feed>();
  /** The same by the keys of their global ids, where a locator was written in another way. */
  private readonly named = new Map<string, Feed>();
  private readonly batches = new Map<Batch, () => void>();
  private readonly timers = new Set<() => void>();
  private readonly after: string | undefined;
  private newcomers: Feed[] = [];

  /** @param after - where those that are followed first resume */
  constructor(link: Link, clock: Clock, after?: string) {
    this.link = link;
    this.clock = clock;
    this.after = after;
  }

  /** @returns the feed, and the function that lets go of it */
  follow(locator: ExportLocator, listener: FeedListener): readonly [Feed, () => void] {
    const feed = this.find(locator);
    const stop = feed.listen(listener);
    return [
      feed,
      () => {
        stop();
        if (!feed.isWanted) this.later(RELEASE_MS, () => this.release(feed));
      },
    ];
  }

  /** Follows again what has failed. */
  renew({ key, isOver, error }: Feed): void {
    if (isOver && error !== null) this.feeds.delete(key);
  }

  onNamed(feed: Feed, key: string): void {
    if (key !== feed.key) this.named.set(key, feed);
  }

  onLeft(feeds: readonly Feed[]): void {
    for (const feed of feeds) if (!feed.isWanted) this.forget(feed);
  }

  /** Nothing is left behind. */
  close(): void {
    for (const cancel of this.timers) cancel();
    this.timers.clear();
    for (const stop of this.batches.values()) stop();
    this.batches.clear();
    this.feeds.clear();
    this.named.clear();
    this.newcomers = [];
  }

  onEnded(batch: Batch, left: readonly Feed[], error: WaybillError | null): void {
    this.batches.delete(batch);
    if (left.length === 0) return;
    if (error === null) {
      // Of those that were told of, the state is known; the others begin anew.
      this.later(EARLY_END_MS, () => this.open(left.filter(({ isWanted, isOver }) => isWanted && !isOver)));
    } else if (left.length === 1 || this.link.connection.get().state === 'closed') {
      for (const feed of left) feed.end(error);
    } else {
      // One of them may spoil the others: halves find it.
      const middle = Math.ceil(left.length / 2);
      this.open(left.slice(0, middle));
      this.open(left.slice(middle));
    }
  }

  private find(locator: ExportLocator): Feed {
    const key = toKey(locator);
    const known = this.feeds.get(key) ?? this.named.get(key);
    if (known !== undefined) return known;
    const feed = new Feed(key, locator);
    this.feeds.set(key, feed);
    if (this.newcomers.length === 0) queueMicrotask(() => this.takeNewcomers());
    this.newcomers.push(feed);
    return feed;
  }

  private takeNewcomers(): void {
    const newcomers = this.newcomers.filter(({ isWanted }) => isWanted);
    this.newcomers = [];
    this.open(newcomers);
  }

  private open(feeds: readonly Feed[]): void {
    let batch: Feed[] = [];
    let bytes = 0;
    for (const feed of feeds) {
      const size = JSON.stringify(feed.locator).length;
      if (batch.length === BATCH_SIZE || (batch.length > 0 && bytes + size > BATCH_BYTES)) {
        this.run(new Batch(batch, this, this.after));
        batch = [];
        bytes = 0;
      }
      batch.push(feed);
      bytes += size;
    }
    if (batch.length > 0) this.run(new Batch(batch, this, this.after));
  }

  private run(batch: Batch): void {
    this.batches.set(batch, this.link.run(batch));
  }

  /** What runs on for others is kept, and is up to date for whoever comes back. */
  private release(feed: Feed): void {
    if (feed.isWanted) return;
    let isRunning = false;
    for (const [batch, stop] of this.batches) {
      if (!batch.members.includes(feed)) continue;
      isRunning = batch.isWanted;
      if (isRunning) continue;
      this.batches.delete(batch);
      stop();
      this.onLeft(batch.members);
    }
    if (!isRunning) this.forget(feed);
  }

  private forget(feed: Feed): void {
    if (this.feeds.get(feed.key) === feed) this.feeds.delete(feed.key);
    for (const [key, named] of this.named) if (named === feed) this.named.delete(key);
  }

  private later(delayMs: number, callback: () => void): void {
    const cancel = this.clock.setTimer(delayMs, () => {
      this.timers.delete(cancel);
      callback();
    });
    this.timers.add(cancel);
  }
}
