import { useCallback, useSyncExternalStore } from 'react';

/** What browsers take for a timer; longer ones would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** True from an instant on (epoch milliseconds); false for null, and on a server. Renders once, when it is reached. */
export function useReached(at: number | null): boolean {
  const subscribe = useCallback(
    (listener: () => void) => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const wait = (): void => {
        const leftMs = at === null ? 0 : at - Date.now();
        if (leftMs <= 0) listener();
        else timer = setTimeout(wait, Math.min(leftMs, MAX_TIMER_MS));
      };
      if (at !== null && at > Date.now()) wait();
      return () => clearTimeout(timer);
    },
    [at],
  );
  return useSyncExternalStore(
    subscribe,
    () => at !== null && Date.now() >= at,
    () => false,
  );
}
