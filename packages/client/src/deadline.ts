import type { Clock } from './clock.ts';
import { WaybillError } from './error.ts';

/** Does something that has to be done in time, and is given up where a caller's signal says so. @throws the signal's reason */
export async function withDeadline<Result>(
  clock: Clock,
  timeoutMs: number | undefined,
  outer: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  outer?.throwIfAborted();
  const controller = new AbortController();
  const { signal } = controller;
  const onAbort = (): void => controller.abort(outer?.reason);
  outer?.addEventListener('abort', onAbort);
  const late = new WaybillError('That was not done in time.', { code: 'TIMEOUT', retryable: true });
  const cancelTimer =
    timeoutMs === undefined ? undefined : clock.setTimer(timeoutMs, () => controller.abort(late));
  try {
    return await work(signal);
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    cancelTimer?.();
    outer?.removeEventListener('abort', onAbort);
  }
}
