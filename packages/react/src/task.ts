import type { WaybillError } from '@waybill/client';
import { useCallback, useMemo, useState } from 'react';
import { toWaybillError } from './errors.ts';

/** Something that is done when it is called for. */
export interface Task<Parameters extends readonly unknown[], Result> {
  /** Rejects with what `error` then holds. */
  start(...parameters: Parameters): Promise<Result>;
  readonly isPending: boolean;
  /** Why the last try failed; null again when another begins. */
  readonly error: WaybillError | null;
}

/** Says how something went that is called by hand. @param run - the same function for as long as it does the same */
export function useTask<Parameters extends readonly unknown[], Result>(
  run: (...parameters: Parameters) => Promise<Result>,
): Task<Parameters, Result> {
  const [pending, setPending] = useState(0);
  const [error, setError] = useState<WaybillError | null>(null);
  const start = useCallback(
    async (...parameters: Parameters) => {
      setPending((before) => before + 1);
      setError(null);
      try {
        return await run(...parameters);
      } catch (problem) {
        const failure = toWaybillError(problem);
        setError(failure);
        throw failure;
      } finally {
        setPending((before) => before - 1);
      }
    },
    [run],
  );
  return useMemo(() => ({ start, isPending: pending > 0, error }), [start, pending, error]);
}
