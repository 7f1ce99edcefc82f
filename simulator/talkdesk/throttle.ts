import type { Clock } from '../../src/runtime/clock.ts';
import { Refusal, toErrorBody } from './answers.ts';
import type { TalkdeskSimulatorOptions } from './options.ts';

/** Counts calls by the second. The returned function throws a Refusal (429) where there are too many. */
export function createRequestWindow(
  clock: Clock,
  { requestsPerSecond, retryAfterSeconds }: TalkdeskSimulatorOptions,
): () => void {
  let second = Number.NEGATIVE_INFINITY;
  let taken = 0;
  return () => {
    if (requestsPerSecond === null) return;
    const now = Math.floor(clock.now() / 1_000);
    taken = now === second ? taken + 1 : 1;
    second = now;
    if (taken <= requestsPerSecond) return;
    const headers: Record<string, string> =
      retryAfterSeconds === null ? {} : { 'retry-after': String(retryAfterSeconds) };
    throw new Refusal({ status: 429, headers, body: toErrorBody(429) });
  };
}
