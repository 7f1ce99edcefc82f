import { useCallback, useSyncExternalStore } from 'react';

/** What browsers take for a timer; longer ones would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * True from an instant on, and false on a server. Renders when it is reached.
 *
 * @param at - epoch milliseconds; infinite where there is none
 * @param onlyShown - true: not while the page is hidden
 */
export function useReached(at: number, onlyShown = false): boolean {
  const subscribe = useCallback(
    (listener: () => void) => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const wait = (): void => {
        const leftMs = at - Date.now();
        if (leftMs > 0) timer = setTimeout(wait, Math.min(leftMs, MAX_TIMER_MS));
        else listener();
      };
      if (at < Number.POSITIVE_INFINITY) wait();
      const page = onlyShown ? globalThis.document : undefined;
      page?.addEventListener('visibilitychange', listener);
      return () => {
        clearTimeout(timer);
        page?.removeEventListener('visibilitychange', listener);
      };
    },
    [at, onlyShown],
  );
  return useSyncExternalStore(
    subscribe,
    () => Date.now() >= at && !(onlyShown && isHidden()),
    () => false,
  );
}

/** True while nobody can see the page. */
export function isHidden(): boolean {
  return globalThis.document?.hidden;
}
