import type { Clock } from './clock.ts';
import { WaybillError } from './error.ts';
import { toEvent } from './events.ts';
import { WaybillWatch } from './generated/documents.ts';
import type { Link, StreamSpec } from './link.ts';
import { toKey } from './locator.ts';
import { type Fields, toText } from './read.ts';
import type { Export, ExportEvent, ExportLocator } from './types.ts';

/** The most that one subscription may follow. */
const BATCH_SIZE = 100;
/** A message may have 64 kB; the document and the rest need some of it. */
const BATCH_BYTES = 40_000;
/** What is let go is kept this long: whoever comes back at once finds it as it was. */
export const RELEASE_MS = 250;
/** A stream that ends too early is opened again, not at once. */
const EARLY_END_MS = 1_000;

/** Who follows an export. */
export interface FeedListener {
  onEvent(event: ExportEvent): void;
  /** Nothing follows: it has ended, or cannot be read. @param isTold - an event has said so before */
  onEnd(error: WaybillError | null, isTold: boolean): void;
}

/** One export that is followed, however many follow it: its state, and who is told of it. */
export interface Feed {
  readonly key: string;
  readonly locator: ExportLocator;
  readonly listeners: Set<FeedListener>;
  /** Undefined until the first answer. */
  state: Export | undefined;
  /** Why it cannot be followed. */
  error: WaybillError | null;
  /** Nothing follows. */
  isOver: boolean;
  cursor: string;
}

/** Every export that is followed by its locator. Equal locators share one feed; newcomers of one moment share one subscription. */
export interface Feeds {
  /** @returns the feed, and the function that lets go of it */
  follow(locator: ExportLocator, listener: FeedListener): readonly [Feed, () => void];
  /** The next one to follow it begins anew. */
  forget(feed: Feed): void;
  /** Nothing is left behind. */
  close(): void;
}

/** Some exports that are followed by one subscription. They stay the same while it is open: a cursor stands for them. */
interface Batch {
  members: readonly Feed[];
  stop: () => void;
}

/** @param first - the cursor behind which those that are followed first go on */
export function createFeeds(link: Link, clock: Clock, first?: string): Feeds {
  const feeds = new Map<string, Feed>();
  const batches = new Set<Batch>();
  const timers = new Set<() => void>();
  let newcomers: Feed[] = [];

  function find(locator: ExportLocator): Feed {
    const key = toKey(locator);
    const known = feeds.get(key);
    if (known !== undefined) return known;
    const listeners = new Set<FeedListener>();
    const feed: Feed = {
      key,
      locator,
      listeners,
      state: undefined,
      error: null,
      isOver: false,
      cursor: '',
    };
    feeds.set(key, feed);
    if (newcomers.length === 0) {
      queueMicrotask(() => {
        const wanted = newcomers.filter(isOpen);
        newcomers = [];
        open(wanted);
      });
    }
    newcomers.push(feed);
    return feed;
  }

  function open(wanted: readonly Feed[]): void {
    let batch: Feed[] = [];
    let bytes = 0;
    for (const feed of wanted) {
      const size = JSON.stringify(feed.locator).length;
      if (batch.length === BATCH_SIZE || bytes + size > BATCH_BYTES) {
        run(batch);
        batch = [];
        bytes = 0;
      }
      batch.push(feed);
      bytes += size;
    }
    run(batch);
  }

  function run(members: readonly Feed[]): void {
    if (members.length === 0) return;
    const batch: Batch = { members, stop: () => {} };
    let after = first;
    const spec: StreamSpec = {
      operation() {
        // While some have not been told of yet, the cursor says which, by their places.
        if (
          after === undefined ||
          batch.members.every(({ state, isOver }) => isOver || state !== undefined)
        ) {
          for (const feed of batch.members) if (feed.listeners.size === 0) forget(feed);
          batch.members = batch.members.filter(isOpen);
        }
        const locators = batch.members.map(({ locator }) => locator);
        return { name: 'watch', text: WaybillWatch, variables: { locators, after } };
      },
      forgetCursor() {
        after = undefined;
      },
      sink: {
        next(event) {
          after = toText(event.cursor) || after;
          // The end of a token is about the stream, and the connection's business.
          if (event.__typename !== 'SubscriptionTokenExpiring') tell(batch.members, event);
        },
        end(error) {
          batches.delete(batch);
          ended(batch.members.filter(isOpen), error);
        },
      },
    };
    batches.add(batch);
    batch.stop = link.run(spec);
  }

  function tell(members: readonly Feed[], event: Fields): void {
    const key = toKey({ id: toText(event.exportId) });
    for (const [place, feed] of members.entries()) {
      if (feed.isOver) continue;
      // Where the gateway is polled, an export that cannot be read has no id, but a place. Without an account, a locator means
      // whichever one the gateway took.
      const isMeant =
        event.place === undefined
          ? key === feed.key || (!feed.key.includes('@') && key.endsWith(`@${feed.key}`))
          : event.place === place;
      if (!isMeant) continue;
      // From now on it is found under its global id too.
      if (!feeds.has(key)) feeds.set(key, feed);
      take(feed, event);
    }
  }

  function ended(left: readonly Feed[], error: WaybillError | null): void {
    if (error === null) {
      if (left.length > 0) later(EARLY_END_MS, () => open(left.filter(isOpen)));
    } else if (left.length < 2 || link.connection.get().state === 'closed') {
      for (const feed of left) end(feed, error);
    } else {
      // One of them may spoil the others: halves find it.
      const middle = Math.ceil(left.length / 2);
      run(left.slice(0, middle));
      run(left.slice(middle));
    }
  }

  /** What runs on for others is kept, and is up to date for whoever comes back. */
  function release(feed: Feed): void {
    if (feed.listeners.size > 0) return;
    for (const batch of batches) {
      if (!batch.members.includes(feed)) continue;
      if (batch.members.some(isOpen)) return;
      batches.delete(batch);
      batch.stop();
      for (const each of batch.members) if (each.listeners.size === 0) forget(each);
    }
    forget(feed);
  }

  function forget(feed: Feed): void {
    for (const key of [feed.key, toKey({ id: feed.state?.id ?? '' })])
      if (feeds.get(key) === feed) feeds.delete(key);
  }

  function later(delayMs: number, callback: () => void): void {
    const cancel = clock.setTimer(delayMs, () => {
      timers.delete(cancel);
      callback();
    });
    timers.add(cancel);
  }

  return {
    follow(locator, listener) {
      const feed = find(locator);
      feed.listeners.add(listener);
      return [
        feed,
        () => {
          feed.listeners.delete(listener);
          if (feed.listeners.size === 0) later(RELEASE_MS, () => release(feed));
        },
      ];
    },
    forget,
    close() {
      for (const cancel of timers) cancel();
      for (const { stop } of batches) stop();
      for (const each of [timers, batches, feeds]) each.clear();
      newcomers = [];
    },
  };
}

/** Still to be followed. */
function isOpen({ listeners, isOver }: Feed): boolean {
  return listeners.size > 0 && !isOver;
}

function take(feed: Feed, wire: Fields): void {
  const event = toEvent(wire, feed.state);
  feed.cursor = event.cursor;
  if (event.export !== null) feed.state = event.export;
  for (const listener of [...feed.listeners]) listener.onEvent(event);
  if (event.__typename === 'ExportWatchFailed') {
    const { code, message } = event;
    end(feed, new WaybillError(message, { code }), true);
  } else if (event.export?.isTerminal === true) end(feed, null, true);
}

function end(feed: Feed, error: WaybillError | null, isTold = false): void {
  feed.isOver = true;
  feed.error = error;
  for (const listener of [...feed.listeners]) listener.onEnd(error, isTold);
}
