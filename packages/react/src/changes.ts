import type { Export } from '@waybill/client';
import { useEffect, useInsertionEffect, useRef } from 'react';
import type { Store } from './store.ts';

/** What a hook calls when something happens. Always those of the latest render. */
export interface ChangeListeners {
  /** Called with each new state of an export, whether it is rendered or not. */
  onChange?(now: Export, before?: Export): void;
  /** Called once for each export that has ended. */
  onDone?(ended: Export): void;
}

/**
 * Calls the listeners. They hang on the store and not on what is rendered, so `throttleMs` and transitions keep nothing from them.
 *
 * @param initial - what was shown before anything was known: it is no news
 * @param tellsEnded - whether an export that had ended when it was first seen is told as done
 */
export function useChanges(
  store: Store,
  listeners: ChangeListeners,
  initial: readonly Export[],
  tellsEnded: boolean,
): void {
  const memory = useRef({
    listeners,
    initial,
    tellsEnded,
    seen: new Map<string, Export>(),
    done: new Set<string>(),
  }).current;
  useInsertionEffect(() => {
    Object.assign(memory, { listeners, initial, tellsEnded });
  });
  const isWanted = listeners.onChange !== undefined || listeners.onDone !== undefined;

  useEffect(() => {
    if (!isWanted) return;
    const look = (): void => {
      const before = memory.seen;
      const { exports } = store.get();
      memory.seen = new Map(exports.map((now) => [now.id, now]));
      for (const now of exports) tell(now, before.get(now.id));
    };
    const tell = (now: Export, known: Export | undefined): void => {
      if (now === known) return;
      const { listeners, initial, tellsEnded, done } = memory;
      const before = known ?? initial.find(({ id }) => id === now.id);
      void safely(() => listeners.onChange?.(now, before));
      const isNews = before === undefined ? tellsEnded : !before.isTerminal;
      if (!now.isTerminal || !isNews || done.has(now.id)) return;
      done.add(now.id);
      void safely(() => listeners.onDone?.(now));
    };
    const stop = store.subscribe(look);
    look();
    return stop;
  }, [store, isWanted, memory]);
}

/** A listener that throws keeps no other from being called: as an unhandled rejection it is its page's own error. */
async function safely(call: () => void): Promise<void> {
  call();
}
