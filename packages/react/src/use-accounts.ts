import type { Account, WaybillError } from '@waybill/client';
import { useCallback, useSyncExternalStore } from 'react';
import { toWaybillError } from './errors.ts';
import { useWaybill } from './provider.ts';
import { isHidden } from './reached.ts';
import { onReturn } from './recent.ts';
import { listen, peek, type Query } from './shared.ts';

/** The accounts that a caller has. */
export interface UseAccountsResult {
  readonly accounts: readonly Account[];
  /** Why the last look failed; the accounts of before stay. */
  readonly error: WaybillError | null;
}

/** How long between two looks at the accounts, while anybody shows them. */
const REFRESH_MS = 30_000;

const NO_ACCOUNTS: UseAccountsResult = { accounts: [], error: null };

const ACCOUNTS: Query<UseAccountsResult> = {
  key: 'accounts',
  initial: NO_ACCOUNTS,
  open(client, publish) {
    const load = async (): Promise<void> => {
      try {
        publish({ accounts: await client.accounts(), error: null });
      } catch (problem) {
        publish({ ...peek(client, ACCOUNTS), error: toWaybillError(problem) });
      }
    };
    const stop = onReturn(client, load);
    const timer = setInterval(() => isHidden() || load(), REFRESH_MS);
    void load();
    return {
      retry: load,
      close() {
        stop();
        clearInterval(timer);
      },
    };
  },
};

/** The vendor accounts that the caller may use, and how well each vendor answers. Looked at again every 30 seconds while shown. */
export function useAccounts(): UseAccountsResult {
  const client = useWaybill();
  return useSyncExternalStore(
    useCallback((listener: () => void) => listen(client, ACCOUNTS, listener), [client]),
    () => peek(client, ACCOUNTS),
    () => NO_ACCOUNTS,
  );
}
