import type { WaybillError } from './error.ts';
import type { FeedListener } from './feeds.ts';
import type { ExportEvent } from './types.ts';

/** Joins something that tells events. @returns the function that leaves it */
export type Join = (listener: WatchListener) => () => void;

export interface WatchListener {
  onEvent(event: ExportEvent): void;
  /** Nothing follows. @param error - null where all has been told */
  onEnd(error: WaybillError | null): void;
}

/** Events as they come, for whoever reads them one after another; left when the reader stops reading. */
export async function* toEvents(
  join: Join,
  signal?: AbortSignal,
): AsyncGenerator<ExportEvent, void, undefined> {
  signal?.throwIfAborted();
  const pending: ExportEvent[] = [];
  let end: { readonly error: unknown } | null = null;
  let wake = (): void => {};
  const finish = (error: unknown): void => {
    end ??= { error };
    wake();
  };
  const onAbort = (): void => finish(signal?.reason);
  const leave = join({
    onEvent(event) {
      pending.push(event);
      wake();
    },
    onEnd: finish,
  });
  signal?.addEventListener('abort', onAbort);
  try {
    for (;;) {
      for (let event = pending.shift(); event !== undefined; event = pending.shift()) {
        signal?.throwIfAborted();
        yield event;
      }
      if (end !== null) break;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    const { error } = end as { readonly error: unknown };
    if (error !== null) throw error;
  } finally {
    signal?.removeEventListener('abort', onAbort);
    leave();
  }
}

/** Several as one: over when all of them are, or with the first that cannot be followed and no event says so. */
export function toWatched(count: number, { onEvent, onEnd }: WatchListener): FeedListener {
  let left = count;
  return {
    onEvent,
    onEnd(error, isTold) {
      left -= 1;
      if (error !== null && !isTold) onEnd(error);
      else if (left === 0) onEnd(null);
    },
  };
}
