import { toWaybillError } from './answers.ts';
import type { WaybillError } from './error.ts';
import type { Feed } from './feed.ts';
import type { Feeds } from './feeds.ts';
import { toInput, toName } from './locator.ts';
import { Store } from './store.ts';
import type { Export, ExportSet, ExportSetState, Locator } from './types.ts';

/** One locator of a set. */
interface Member {
  readonly locator: Locator;
  readonly feed: Feed | null;
  /** It names no export. */
  readonly error: WaybillError | null;
  readonly stop: () => void;
}

/** Exports by their locators. */
export class LocatorSet implements ExportSet {
  private readonly feeds: Feeds;
  /** By what they are called in errors. */
  private readonly members = new Map<string, Member>();
  private readonly changes = new Store(0);
  private state: ExportSetState | null = null;
  private isDirty = false;
  private readonly beforeRetry: () => void;

  constructor(feeds: Feeds, locators: readonly Locator[], beforeRetry: () => void) {
    this.feeds = feeds;
    this.beforeRetry = beforeRetry;
    for (const locator of locators) this.join(locator);
  }

  add(locator: Locator): void {
    if (this.join(locator)) this.change();
  }

  remove(locator: Locator): void {
    const name = toName(locator);
    const member = this.members.get(name);
    if (member === undefined) return;
    this.members.delete(name);
    member.stop();
    this.change();
  }

  readonly subscribe = (listener: () => void): (() => void) => this.changes.subscribe(listener);

  readonly getSnapshot = (): readonly Export[] => this.getState().exports;

  readonly getState = (): ExportSetState => {
    this.state ??= this.toState();
    return this.state;
  };

  retry(): void {
    this.beforeRetry();
    for (const [name, member] of [...this.members]) {
      if (member.feed === null || member.feed.error === null) continue;
      this.feeds.renew(member.feed);
      member.stop();
      // In its old place.
      this.members.set(name, this.follow(member.locator));
    }
    this.change();
  }

  close(): void {
    for (const { stop } of this.members.values()) stop();
    this.members.clear();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  private join(locator: Locator): boolean {
    const name = toName(locator);
    if (this.members.has(name)) return false;
    this.members.set(name, this.follow(locator));
    return true;
  }

  private follow(locator: Locator): Member {
    try {
      const change = (): void => this.change();
      const [feed, stop] = this.feeds.follow(toInput(locator), { onEvent: change, onEnd: change });
      return { locator, feed, error: null, stop };
    } catch (error) {
      return { locator, feed: null, error: toWaybillError(error), stop: () => {} };
    }
  }

  /** Told once for all that comes in one go. */
  private change(): void {
    this.state = null;
    if (this.isDirty) return;
    this.isDirty = true;
    queueMicrotask(() => {
      this.isDirty = false;
      this.changes.tell();
    });
  }

  private toState(): ExportSetState {
    const exports = new Map<string, Export>();
    const errors = new Map<string, WaybillError>();
    let isPending = false;
    for (const [name, { feed, error }] of this.members) {
      const own = error ?? feed?.error ?? null;
      if (own !== null) errors.set(name, own);
      if (feed?.state !== undefined) exports.set(feed.state.id, feed.state);
      else if (own === null) isPending = true;
    }
    return { exports: [...exports.values()], errors, isPending };
  }
}
