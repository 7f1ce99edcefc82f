import type { ExportOrder, StartedExport, StartOptions, WaybillError } from '@waybill/client';
import { useCallback, useMemo, useState } from 'react';
import { toWaybillError } from './errors.ts';
import { useWaybill } from './provider.ts';

/** Starts exports, and says how the last start went. */
export interface UseStartExportResult {
  /** Rejects with what `error` then holds. */
  start(order: ExportOrder, options?: StartOptions): Promise<StartedExport>;
  readonly isPending: boolean;
  /** Why the last start failed; null again when another begins. */
  readonly error: WaybillError | null;
}

/** Starts exports at their vendors. */
export function useStartExport(): UseStartExportResult {
  const client = useWaybill();
  const [{ pending, error }, setState] = useState<{ pending: number; error: WaybillError | null }>({
    pending: 0,
    error: null,
  });
  const start = useCallback(
    async (order: ExportOrder, options?: StartOptions) => {
      setState((now) => ({ pending: now.pending + 1, error: null }));
      let failure: WaybillError | null = null;
      try {
        return await client.start(order, options);
      } catch (problem) {
        failure = toWaybillError(problem);
        throw failure;
      } finally {
        setState((now) => ({ pending: now.pending - 1, error: failure ?? now.error }));
      }
    },
    [client],
  );
  return useMemo(() => ({ start, isPending: pending > 0, error }), [start, pending, error]);
}
