import type { Watch } from './watch.ts';

/** The latest watches, ended ones too: bounded, and found by topic or by account. */
export class RecentWatches {
  private readonly maxSize: number;
  /** The oldest first; with each the place it has in time. */
  private readonly byTopic = new Map<string, Watch>();
  private readonly byIdentity = new Map<string, Map<string, Remembered>>();
  private added = 0;

  constructor(maxSize: number) {
    this.maxSize = maxSize;
  }

  get(topic: string): Watch | undefined {
    return this.byTopic.get(topic);
  }

  /** Remembers a watch as the latest, in place of an earlier one of its topic. */
  add(watch: Watch): void {
    const { topic } = watch;
    this.byTopic.delete(topic);
    this.byTopic.set(topic, watch);
    this.added += 1;
    const { identity } = watch.queue.account;
    const own = this.byIdentity.get(identity);
    const remembered = { watch, order: this.added };
    if (own === undefined) this.byIdentity.set(identity, new Map([[topic, remembered]]));
    else own.set(topic, remembered);
    this.forgetOldest();
  }

  /** Those of some accounts, the latest first. */
  of(identities: ReadonlySet<string>): readonly Watch[] {
    return [...identities]
      .flatMap((identity) => [...(this.byIdentity.get(identity)?.values() ?? [])])
      .sort((one, other) => other.order - one.order)
      .map(({ watch }) => watch);
  }

  /** Forgets everything of an account. */
  forget(identity: string): void {
    for (const topic of this.byIdentity.get(identity)?.keys() ?? []) this.byTopic.delete(topic);
    this.byIdentity.delete(identity);
  }

  private forgetOldest(): void {
    if (this.byTopic.size <= this.maxSize) return;
    const [oldest] = this.byTopic.values();
    if (oldest === undefined) return;
    this.byTopic.delete(oldest.topic);
    const { identity } = oldest.queue.account;
    const own = this.byIdentity.get(identity);
    own?.delete(oldest.topic);
    if (own?.size === 0) this.byIdentity.delete(identity);
  }
}

interface Remembered {
  readonly watch: Watch;
  readonly order: number;
}
