import { type Clock, type Random, sleep } from '../../runtime/clock.ts';
import { TryAgain } from '../command-error.ts';
import { toDurationText } from '../display/measures.ts';
import { toWaitMs } from '../gateway/backoff.ts';

const MAX_TRIES = 5;
/** A try that brought this much counts as none lost: a long download may break more often than a short one. */
const WORTHWHILE_BYTES = 1_048_576;

export interface TryOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  readonly onNotice: (text: string) => void;
  /** How far the work has come, in bytes. */
  readonly progress: () => number;
  /** The error to end with, where it never works. */
  readonly toFailure: (cause: TryAgain, tries: number) => Error;
}

/** Does something again and again until it works, a bounded number of times, waiting in between. */
export async function tryOften<Result>(work: () => Promise<Result>, options: TryOptions): Promise<Result> {
  const { clock, random, signal, onNotice, progress, toFailure } = options;
  let failures = 0;
  let most = progress();
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof TryAgain)) throw error;
      if (progress() >= most + WORTHWHILE_BYTES) {
        failures = 0;
        most = progress();
      }
      failures += 1;
      if (failures >= MAX_TRIES) throw toFailure(error, failures);
      const waitMs = toWaitMs(failures, random, error.retryAfterMs);
      onNotice(`That did not work: ${error.message}. Trying again in ${toDurationText(waitMs)}.`);
      await sleep(clock, waitMs, signal);
    }
  }
}
