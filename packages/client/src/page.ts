import type { Clock } from './clock.ts';
import type { Link } from './link.ts';

/** A page that is hidden for less is not worth another connection. */
const PAUSE_AFTER_MS = 30_000;

/**
 * Takes the page's word on when the network may be another one, and lets go of the connection while the page is hidden where that is asked for.
 * Listens only while something is followed, and until the link is closed.
 */
export function watchPage(link: Link, clock: Clock, pause: boolean | { readonly afterMs: number }): void {
  const page = globalThis.document;
  const afterMs = typeof pause === 'object' ? pause.afterMs : PAUSE_AFTER_MS;
  let isListening = false;
  let cancel = (): void => {};

  const onVisibility = (): void => {
    cancel();
    if (page?.visibilityState !== 'hidden') {
      link.resume();
      link.probe();
    } else if (pause) cancel = clock.setTimer(afterMs, () => link.pause());
  };

  link.connection.subscribe(() => {
    const { state } = link.connection.get();
    const isWanted = state !== 'idle' && state !== 'closed';
    if (isWanted === isListening) return;
    isListening = isWanted;
    const change = isWanted ? 'addEventListener' : 'removeEventListener';
    globalThis[change]?.('online', link.probe);
    page?.[change]('visibilitychange', onVisibility);
    if (isWanted && page?.visibilityState === 'hidden') onVisibility();
    if (!isWanted) cancel();
  });
}
