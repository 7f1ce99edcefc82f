import type { LogEntry } from '../export/backplane.ts';
import type { ExportEvent } from '../export/events.ts';
import type { ExportKey } from '../export/export.ts';
import type { VendorAccount } from '../export/ports.ts';
import { hasEnded, type WatchedState } from '../export/transitions.ts';
import type { StreamHost } from './event-stream.ts';
import { isLast } from './to-event.ts';
import { toTopic } from './topic.ts';
import type { Subscriber, Subscription } from './watch.ts';
import type { WatchRequest } from './watch-request.ts';

/** One entry of an export that is followed. */
export interface FollowedEntry {
  readonly entry: LogEntry;
  /** The one that all subscribers share. */
  readonly event: ExportEvent;
  /** This process asks about the export. */
  readonly isOurs: boolean;
}

/** Is told what happens to exports that are followed. */
export interface FollowListener {
  /** What is known of one where its watch was there before. @param isOurs - this process asks about it */
  onState(account: VendorAccount, key: ExportKey, state: WatchedState, isOurs: boolean): void;
  onEntry(account: VendorAccount, key: ExportKey, happened: FollowedEntry): void;
  /** Something that stands in no log has happened to the watch, and it goes on. */
  onNews(account: VendorAccount, key: ExportKey, event: ExportEvent): void;
  /** Nothing more comes of it: its account is gone. It is followed no longer. */
  onLost(account: VendorAccount, key: ExportKey): void;
}

interface Followed {
  readonly request: WatchRequest;
  readonly listener: FollowListener;
  readonly subscription: Subscription;
}

/** Follows exports that nobody need look at: one subscriber for all of them. */
export class Follower implements Subscriber {
  private readonly host: StreamHost;
  private readonly byTopic = new Map<string, Followed>();

  constructor(host: StreamHost) {
    this.host = host;
  }

  /** @returns resolves when they are watched, or cannot be now and will be */
  async follow(requests: readonly WatchRequest[], listener: FollowListener): Promise<void> {
    const fresh = requests.filter(({ account, key }) => !this.byTopic.has(toTopic(account.identity, key.id)));
    if (fresh.length === 0) return;
    const byId = new Map(
      fresh.map((request) => [toTopic(request.account.identity, request.key.id), request]),
    );
    const subscriptions = this.host.attach(this, [...byId.values()]);
    for (const subscription of subscriptions) {
      const { topic } = subscription.watch;
      this.byTopic.set(topic, { request: byId.get(topic) as WatchRequest, listener, subscription });
    }
    const watches = subscriptions.map(({ watch }) => watch);
    await this.host.tried(watches);
    this.host.greet(subscriptions);
    if (watches.every(({ phase }) => phase !== 'opening')) this.look(subscriptions);
    else void this.host.opened(watches).then(() => this.look(subscriptions));
  }

  has(topic: string): boolean {
    return this.byTopic.has(topic);
  }

  unfollow(topic: string): void {
    const followed = this.byTopic.get(topic);
    if (followed !== undefined) this.drop(followed.subscription);
  }

  accept(subscription: Subscription, entry: LogEntry, event: ExportEvent): void {
    const followed = this.followed(subscription);
    if (followed === undefined) return;
    const { fact, state } = entry;
    const isNewcomers = fact.type === 'ExportSnapshot' && subscription.phase === 'live';
    if (fact.type === 'ExportSnapshot') this.becomeLive(subscription);
    const isEnd = isLast(fact, state);
    const isOurs = subscription.watch.phase === 'asking';
    if (isEnd) this.drop(subscription);
    const { request, listener } = followed;
    if (!isNewcomers || isEnd) listener.onEntry(request.account, request.key, { entry, event, isOurs });
  }

  adopt(subscription: Subscription): void {
    this.look([subscription]);
  }

  lose(subscription: Subscription): void {
    const followed = this.followed(subscription);
    if (followed === undefined) return;
    this.drop(subscription);
    followed.listener.onLost(followed.request.account, followed.request.key);
  }

  tell(subscription: Subscription, event: ExportEvent): void {
    const followed = this.followed(subscription);
    if (followed !== undefined)
      followed.listener.onNews(followed.request.account, followed.request.key, event);
  }

  /** What a watch that is shared knows already counts as told. */
  private look(subscriptions: readonly Subscription[]): void {
    for (const subscription of subscriptions) {
      const followed = this.followed(subscription);
      const { watch } = subscription;
      const { state } = watch;
      if (followed === undefined || state === null || !watch.isCurrent(state)) continue;
      const isOurs = watch.phase === 'asking';
      this.becomeLive(subscription);
      if (hasEnded(state)) this.drop(subscription);
      followed.listener.onState(followed.request.account, followed.request.key, state, isOurs);
    }
  }

  private followed(subscription: Subscription): Followed | undefined {
    const followed = this.byTopic.get(subscription.watch.topic);
    return followed?.subscription === subscription ? followed : undefined;
  }

  private becomeLive(subscription: Subscription): void {
    if (subscription.phase === 'live' || subscription.phase === 'done') return;
    subscription.phase = 'live';
    subscription.watch.firstStateTold();
  }

  private drop(subscription: Subscription): void {
    if (subscription.phase === 'done') return;
    this.becomeLive(subscription);
    subscription.phase = 'done';
    this.byTopic.delete(subscription.watch.topic);
    this.host.detach(subscription);
  }
}
