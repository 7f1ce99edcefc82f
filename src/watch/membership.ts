import type { BackplaneNode } from '../export/backplane.ts';
import type { Watch } from './watch.ts';

export interface MembershipSettings {
  readonly node: BackplaneNode;
  /** True while a watch of that topic is alive here that somebody here looks at. */
  readonly isWatched: (topic: string) => boolean;
}

/** Leaves exports: those that are left in one turn go in one call for each account. */
export class Membership {
  private readonly settings: MembershipSettings;
  private toLeave: Watch[] = [];

  constructor(settings: MembershipSettings) {
    this.settings = settings;
  }

  leave(watch: Watch): void {
    this.toLeave.push(watch);
    if (this.toLeave.length === 1) queueMicrotask(() => this.leaveAll());
  }

  leaveAll(): void {
    const { node, isWatched } = this.settings;
    const byAccount = new Map<string, string[]>();
    for (const { topic, queue } of this.toLeave) {
      // A subscriber came back in the meantime: its watch goes on.
      if (isWatched(topic)) continue;
      const { identity } = queue.account;
      const topics = byAccount.get(identity);
      if (topics === undefined) byAccount.set(identity, [topic]);
      else topics.push(topic);
    }
    this.toLeave = [];
    for (const [identity, topics] of byAccount) node.leave(identity, topics);
  }
}
