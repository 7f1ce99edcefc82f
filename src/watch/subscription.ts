import type { EventStream } from './event-stream.ts';
import type { Watch } from './watch.ts';

/** Where one stream stands with one export. */
export type SubscriptionPhase =
  | 'awaiting' // no first state told yet
  | 'interrupted' // likewise, and the stream knows that the vendor cannot be read
  | 'live' // every entry is passed on
  | 'done'; // the export has ended, or cannot be read for good

/** One stream's interest in one export. */
export class Subscription {
  readonly stream: EventStream;
  readonly watch: Watch;
  /** Its place in the stream. */
  readonly index: number;
  phase: SubscriptionPhase = 'awaiting';
  /** Entries of this export up to here are in the first state it was told, however late they come. */
  sequence = 0;

  constructor(stream: EventStream, watch: Watch, index: number) {
    this.stream = stream;
    this.watch = watch;
    this.index = index;
  }
}

/** Adds to a watch's subscribers, which are a Set only from the second one on. */
export function addSubscriber(watch: Watch, subscription: Subscription): void {
  if (watch.subscribers === null) watch.subscribers = subscription;
  else if (watch.subscribers instanceof Set) watch.subscribers.add(subscription);
  else watch.subscribers = new Set([watch.subscribers, subscription]);
}

export function removeSubscriber(watch: Watch, subscription: Subscription): void {
  if (watch.subscribers === subscription) watch.subscribers = null;
  else if (watch.subscribers instanceof Set) {
    watch.subscribers.delete(subscription);
    if (watch.subscribers.size === 0) watch.subscribers = null;
  }
}

/** Calls back for each subscriber; one that leaves meanwhile is no trouble. */
export function forEachSubscriber(watch: Watch, callback: (subscription: Subscription) => void): void {
  if (watch.subscribers instanceof Set) for (const subscription of watch.subscribers) callback(subscription);
  else if (watch.subscribers !== null) callback(watch.subscribers);
}
