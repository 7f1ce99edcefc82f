import type { ExportOrder, StartedExport, StartOptions, WaybillError } from '@waybill/client';
import { useCallback } from 'react';
import { useWaybill } from './provider.ts';
import { useTask } from './task.ts';

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
  return useTask(
    useCallback((order: ExportOrder, options?: StartOptions) => client.start(order, options), [client]),
  );
}
