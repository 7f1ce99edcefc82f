import type { Connection, Waybill } from '@waybill/client';
import { useCallback, useSyncExternalStore } from 'react';
import { useWaybill } from './provider.ts';

const IDLE: Connection = { state: 'idle' };

/** How the client is connected to its gateway; `idle` on a server. */
export function useConnection(): Connection {
  return useConnectionOf(useWaybill());
}

/** The same for a client at hand. */
export function useConnectionOf({ connection }: Waybill): Connection {
  return useSyncExternalStore(
    useCallback((listener: () => void) => connection.subscribe(listener), [connection]),
    useCallback(() => connection.get(), [connection]),
    () => IDLE,
  );
}
