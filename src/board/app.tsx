/** Who looks, and through which client: another caller is another client, with nothing of the one before. */
import { createWaybill, type Waybill } from '@waybill/client';
import { WaybillProvider } from '@waybill/react';
import { useCallback, useEffect, useState } from 'react';
import { Board } from './board.tsx';
import { KeyPanel } from './key-panel.tsx';
import { forgetKey, keepKey, readKey } from './session.ts';
import { Masthead } from './shell.tsx';
import { forgetOrders } from './start/order-keys.ts';

/** A caller without a key is known where the gateway is open. */
interface Caller {
  readonly key: string | null;
  /** The same key given again is another caller too: the one before was refused. */
  readonly turn: number;
}

export function App() {
  const [caller, setCaller] = useState<Caller>({ key: readKey(), turn: 0 });
  const [isLocked, setLocked] = useState(false);
  const client = useClient(caller, isLocked);

  const lock = useCallback(() => {
    forgetKey();
    setLocked(true);
  }, []);

  function enter(key: string | null): void {
    if (key !== null) keepKey(key);
    setCaller(({ turn }) => ({ key, turn: turn + 1 }));
    setLocked(false);
  }

  function leave(): void {
    forgetKey();
    forgetOrders();
    location.reload();
  }

  if (isLocked)
    return (
      <>
        <Masthead />
        <main id="main" className="page">
          <KeyPanel wasRefused={caller.key !== null} onKey={enter} />
        </main>
      </>
    );
  if (client === null) return null;
  return (
    <WaybillProvider client={client}>
      <Board
        key={caller.turn}
        client={client}
        onKeyNeeded={lock}
        onLeave={caller.key === null ? null : leave}
      />
    </WaybillProvider>
  );
}

function useClient({ key, turn }: Caller, isLocked: boolean): Waybill | null {
  const [client, setClient] = useState<Waybill | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each turn is another caller, though the key may be the same
  useEffect(() => {
    if (isLocked) return;
    const made = createWaybill({
      url: location.origin,
      ...(key === null ? {} : { token: key }),
      // A tab in the background goes on: its title counts, and it may tell when an export has ended.
      pauseWhenHidden: false,
    });
    setClient(made);
    return () => {
      setClient(null);
      void made[Symbol.asyncDispose]();
    };
  }, [key, turn, isLocked]);
  return client;
}
