import type { Connection } from '@waybill/client';
import { useCallback, useSyncExternalStore } from 'react';
import { useWaybill } from './provider.ts';

const IDLE: Connection = { state: 'idle' };

/** How the client is connected to its gateway; `idle` on a server. */
export function useConnection(): Connection {
  const { connection } = useWaybill();
  return useSyncExternalStore(
    useCallback((listener: () => void) => connection.subscribe(listener), [connection]),
    () => connection.get(),
    () => IDLE,
  );
}
