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
/** A socket may run a hundred subscriptions. With more than this, small ones are brought together. */
const MANY_BATCHES = 60;
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
  /** Whose events count. */
  batch: Batch | undefined;
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
  /** A later one takes over from an earlier one. */
  readonly order: number;
  members: readonly Feed[];
  stop: () => void;
}

/** @param first - the cursor behind which those that are followed first go on */
export function createFeeds(link: Link, clock: Clock, first?: string): Feeds {
  const feeds = new Map<string, Feed>();
  const batches = new Set<Batch>();
  const timers = new Set<() => void>();
  let newcomers: Feed[] = [];
  let order = 0;

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
      batch: undefined,
    };
    feeds.set(key, feed);
    if (newcomers.length === 0) {
      queueMicrotask(() => {
        const wanted = newcomers.filter(isOpen);
        newcomers = [];
        open(batches.size < MANY_BATCHES ? wanted : [...small(), ...wanted]);
      });
    }
    newcomers.push(feed);
    return feed;
  }

  function open(wanted: readonly Feed[]): void {
    const { length } = wanted;
    const size = JSON.stringify(wanted.map(({ locator }) => locator)).length;
    if (length > BATCH_SIZE || (length > 1 && size > BATCH_BYTES)) halve(wanted);
    else if (length > 0) run(wanted);
  }

  /** In two; the first of them full batches where there are any. */
  function halve(wanted: readonly Feed[]): void {
    const unit = wanted.length > BATCH_SIZE ? BATCH_SIZE : 1;
    const middle = Math.ceil(wanted.length / 2 / unit) * unit;
    open(wanted.slice(0, middle));
    open(wanted.slice(middle));
  }

  /** What runs in batches that are far from full, and will run in larger ones: see `tell`. */
  function small(): readonly Feed[] {
    return [...batches].filter(({ members }) => members.length < BATCH_SIZE / 2).flatMap(openOf);
  }

  function run(members: readonly Feed[]): void {
    order += 1;
    const batch: Batch = { order, members, stop: () => {} };
    for (const feed of members) feed.batch ??= batch;
    let after = first;
    const spec: StreamSpec = {
      operation() {
        // While some have not been told of yet, the cursor says which, by their places.
        if (
          after === undefined ||
          batch.members.every(({ state, isOver }) => isOver || state !== undefined)
        ) {
          forgetUnwanted(batch);
          batch.members = batch.members.filter(isOpen);
        }
        const locators = batch.members.map(({ locator }) => locator);
        return { text: WaybillWatch, variables: { locators, after } };
      },
      forgetCursor() {
        after = undefined;
      },
      sink: {
        next(event) {
          after = toText(event.cursor) || after;
          // The end of a token is about the stream, and the connection's business.
          if (event.__typename !== 'SubscriptionTokenExpiring') tell(batch, event);
        },
        end(error) {
          batches.delete(batch);
          const left = openOf(batch);
          for (const feed of left) feed.batch = undefined;
          ended(left, error);
        },
      },
    };
    batches.add(batch);
    batch.stop = link.run(spec);
  }

  function tell(batch: Batch, event: Fields): void {
    const key = toKey({ id: toText(event.exportId) });
    for (const [place, feed] of batch.members.entries()) {
      if (feed.isOver) continue;
      // Where the gateway is polled, an export that cannot be read has no id, but a place. Without an account, a locator means
      // whichever one the gateway took: none that is followed by name and cannot be read.
      const isMeant =
        event.place === undefined
          ? key === feed.key ||
            (!/^[^:]*@/.test(feed.key) &&
              key.endsWith(`@${feed.key}`) &&
              (event.export != null || (feeds.get(key) ?? feed) === feed))
          : event.place === place;
      if (!isMeant) continue;
      // From now on it is found under its global id too.
      if (key !== '' && !feeds.has(key)) feeds.set(key, feed);
      const before = feed.batch ?? batch;
      if (before.order > batch.order) continue;
      feed.batch = batch;
      // Where it ran in another batch, all up to here has been told, in this order, on the same socket: its first word is known.
      if (before === batch || feed.state === undefined) take(feed, event);
      else leaveIdle(before);
    }
  }

  function ended(left: readonly Feed[], error: WaybillError | null): void {
    if (error === null) {
      if (left.length > 0) later(EARLY_END_MS, () => open(left.filter(isOpen)));
    } else if (left.length < 2 || link.connection.get().state === 'closed') {
      for (const feed of left) end(feed, error);
    } else {
      // One of them may spoil the others: halves find it.
      halve(left);
    }
  }

  function openOf(batch: Batch): readonly Feed[] {
    return batch.members.filter((feed) => isOpen(feed) && feed.batch === batch);
  }

  function forgetUnwanted({ members }: Batch): void {
    for (const feed of members) if (feed.listeners.size === 0) forget(feed);
  }

  /** Ends a batch of which nothing counts any more. */
  function leaveIdle(batch: Batch): void {
    if (openOf(batch).length > 0 || !batches.delete(batch)) return;
    batch.stop();
    forgetUnwanted(batch);
  }

  /** What runs on for others is kept, and is up to date for whoever comes back. */
  function release(feed: Feed): void {
    if (feed.listeners.size > 0) return;
    if (feed.batch !== undefined) leaveIdle(feed.batch);
    if (feed.batch === undefined || !batches.has(feed.batch)) forget(feed);
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
