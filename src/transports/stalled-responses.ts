import type { Clock } from '../runtime/clock.ts';
import type { Answer } from '../web/http-server.ts';

/** How often open responses are looked at. */
const CHECK_MS = 2_500;
/** A response of which the peer took nothing for this long, though something waits for it, has stalled. */
const STALLED_AFTER_MS = 10_000;

interface Progress {
  readonly sentBytes: number;
  readonly at: number;
}

/** Ends responses whose peer has stopped reading, so that none of them holds memory or a stream for ever. */
export interface StalledResponses {
  /** Looks after this response until it is closed. */
  watch(response: Answer): void;
}

/** One timer for all of them, and none while there is none. */
export function createStalledResponses(clock: Clock, onStalled: () => void): StalledResponses {
  const open = new Map<Answer, Progress | null>();
  let isTicking = false;

  function tick(): void {
    if (isTicking || open.size === 0) return;
    isTicking = true;
    clock.setTimer(CHECK_MS, () => {
      isTicking = false;
      for (const [response, progress] of open) check(response, progress);
      tick();
    });
  }

  function check(response: Answer, progress: Progress | null): void {
    if (!response.writableNeedDrain) {
      open.set(response, null);
      return;
    }
    const sentBytes = countSent(response);
    if (progress?.sentBytes !== sentBytes) open.set(response, { sentBytes, at: clock.now() });
    else if (clock.now() - progress.at >= STALLED_AFTER_MS) {
      onStalled();
      response.destroy();
    }
  }

  return {
    watch(response) {
      open.set(response, null);
      response.whenClosed(() => void open.delete(response));
      tick();
    },
  };
}

/** Bytes that the kernel has taken: what was written, but for what waits here. */
function countSent({ socket }: Answer): number {
  return socket === null ? 0 : socket.bytesWritten - socket.writableLength;
}
