import { toWaybillError } from './answers.ts';
import type { WaybillError } from './error.ts';
import type { Feed, Feeds } from './feeds.ts';
import { toInput, toName } from './locator.ts';
import { createView, type Store } from './store.ts';
import type { Export, ExportSet, ExportSetState, Locator } from './types.ts';

/** One locator of a set. */
interface Member {
  readonly locator: Locator;
  readonly feed?: Feed;
  /** It names no export. */
  readonly error?: WaybillError;
  stop(): void;
}

type Changes = Pick<ExportSet, 'add' | 'remove' | 'retry' | 'close'>;

/** Exports by their locators. @param beforeRetry - opens what was closed */
export function followLocators(
  feeds: Feeds,
  locators: readonly Locator[],
  beforeRetry: () => void,
): ExportSet {
  /** By what they are called in errors. */
  const members = new Map<string, Member>();
  const view = createView(toState);
  const { change } = view;

  function join(locator: Locator): void {
    // The same one again is not followed twice.
    members.get(toName(locator))?.stop();
    try {
      const [feed, stop] = feeds.follow(toInput(locator), { onEvent: change, onEnd: change });
      members.set(toName(locator), { locator, feed, stop });
    } catch (error) {
      members.set(toName(locator), { locator, error: toWaybillError(error), stop() {} });
    }
  }

  function toState(): ExportSetState {
    const exports = new Map<string, Export>();
    const errors = new Map<string, WaybillError>();
    let isPending = false;
    for (const [name, { feed, error = feed?.error }] of members) {
      if (error != null) errors.set(name, error);
      if (feed?.state !== undefined) exports.set(feed.state.id, feed.state);
      else if (error == null) isPending = true;
    }
    return { exports: [...exports.values()], errors, isPending };
  }

  for (const locator of locators) join(locator);
  return toSet(view, {
    add(locator) {
      if (members.has(toName(locator))) return;
      join(locator);
      change();
    },
    remove(locator) {
      const name = toName(locator);
      members.get(name)?.stop();
      if (members.delete(name)) change();
    },
    retry() {
      beforeRetry();
      for (const { locator, feed } of [...members.values()]) {
        if (feed == null || feed.error === null) continue;
        feeds.forget(feed);
        // In its old place.
        join(locator);
      }
      change();
    },
    close() {
      for (const { stop } of members.values()) stop();
      members.clear();
    },
  });
}

/** A set is what it shows, and what can be done with it. */
export function toSet({ get, subscribe }: Store<ExportSetState>, changes: Changes): ExportSet {
  return {
    ...changes,
    subscribe,
    getState: get,
    getSnapshot: () => get().exports,
    [Symbol.dispose]: changes.close,
  };
}
