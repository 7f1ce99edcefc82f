import type { Clock } from './clock.ts';
import type { Link } from './link.ts';

/** A page that is hidden for less is not worth another connection. */
const PAUSE_AFTER_MS = 30_000;

/**
 * Takes the page's word on when the network may be another one, and lets go of the connection while the page is hidden where that is asked for.
 *
 * Listens only while something is followed.
 *
 * @returns the function that ends it, once the link is closed
 */
export function watchPage(
  link: Link,
  clock: Clock,
  pause: boolean | { readonly afterMs: number },
): () => void {
  const page = typeof document === 'undefined' ? undefined : document;
  const target = typeof addEventListener === 'undefined' ? undefined : globalThis;
  let cancel = (): void => {};

  const onOnline = (): void => link.probe();
  const onVisibility = (): void => {
    cancel();
    if (page?.visibilityState !== 'hidden') {
      link.resume();
      link.probe();
    } else if (pause !== false) {
      const afterMs = typeof pause === 'object' ? pause.afterMs : PAUSE_AFTER_MS;
      cancel = clock.setTimer(afterMs, () => link.pause());
    }
  };

  let isListening = false;
  const update = (): void => {
    const { state } = link.connection.get();
    const isWanted = state !== 'idle' && state !== 'closed';
    if (isWanted === isListening) return;
    isListening = isWanted;
    const change = isWanted ? 'addEventListener' : 'removeEventListener';
    target?.[change]?.('online', onOnline);
    page?.[change]('visibilitychange', onVisibility);
    if (isWanted) onVisibility();
    else cancel();
  };
  const unsubscribe = link.connection.subscribe(update);
  return () => {
    unsubscribe();
    cancel();
  };
}
