import type { Waybill } from '@waybill/client';
import { createContext, createElement, type ReactNode, useContext } from 'react';

const WaybillContext = createContext<Waybill | null>(null);

/** Gives the hooks below it their client. It does not close the client: whoever created it does. */
export function WaybillProvider({
  client,
  children,
}: {
  readonly client: Waybill;
  readonly children?: ReactNode;
}): ReactNode {
  return createElement(WaybillContext.Provider, { value: client }, children);
}

/** The client of the nearest `WaybillProvider`. Throws where there is none. */
export function useWaybill(): Waybill {
  const client = useContext(WaybillContext);
  if (client === null) {
    throw new Error('There is no client here: put <WaybillProvider client={...}> around this component.');
  }
  return client;
}
