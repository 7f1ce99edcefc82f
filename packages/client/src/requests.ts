import { toNetworkError } from './answers.ts';
import type { Clock } from './clock.ts';
import type { WaybillError } from './error.ts';
import type { Operation, StreamSink, Transport, TransportHost } from './transport.ts';

/** The gateway has not spoken: the way to it may be to blame. */
export const UNHEARD = /^(?:NETWORK|BAD_ANSWER|TIMEOUT)$/;

/** One stream of those that are requests of their own. */
export interface RequestStream {
  readonly operation: Operation;
  readonly sink: StreamSink;
  /** Aborted when it is stopped. */
  readonly signal: AbortSignal;
  /** How many there are, this one included. */
  readonly count: number;
  /** The one timer of the stream: another takes its place. */
  wait(delayMs: number, callback: () => void): void;
  /** The gateway has been heard. */
  live(): void;
  /** All of them are over. */
  lose(error: WaybillError): void;
}

/** A transport without a connection of its own. @param run - resolves where the stream is complete */
export function openRequests(
  clock: Clock,
  host: TransportHost,
  run: (stream: RequestStream) => Promise<void>,
): Transport {
  const running = new Set<() => void>();
  let isLive = false;

  function close(): void {
    for (const stop of running) stop();
  }

  function lose(error: WaybillError): void {
    close();
    host.onLost(error);
  }

  function live(): void {
    if (!isLive) host.onLive();
    isLive = true;
  }

  function open(operation: Operation, sink: StreamSink): () => void {
    const abort = new AbortController();
    const { signal } = abort;
    let cancelTimer = (): void => {};

    function wait(delayMs: number, callback: () => void): void {
      cancelTimer();
      cancelTimer = clock.setTimer(delayMs, callback);
    }

    function stop(): void {
      running.delete(stop);
      cancelTimer();
      abort.abort();
    }

    function end(error: WaybillError | null): void {
      // What was stopped is nobody's business any more.
      if (signal.aborted) return;
      if (error !== null && (!isLive || UNHEARD.test(error.code))) lose(error);
      else {
        stop();
        sink.end(error);
      }
    }

    running.add(stop);
    run({ operation, sink, signal, count: running.size, wait, live, lose }).then(
      () => end(null),
      (cause: unknown) => end(toNetworkError(cause)),
    );
    return stop;
  }

  return { open, close };
}
