import type { Account, Waybill, WaybillError } from '@waybill/client';
import { useMemo } from 'react';
import { toWaybillError } from './errors.ts';
import { useWaybill } from './provider.ts';
import type { Opened, Query } from './shared.ts';
import { useStore, useValue } from './store.ts';

/** How long between two looks at the accounts, while anybody shows them. */
const REFRESH_MS = 30_000;

interface AccountsState {
  readonly accounts: readonly Account[];
  readonly error: WaybillError | null;
}

const NO_ACCOUNTS: AccountsState = { accounts: [], error: null };

/** The vendor accounts that the caller may use, and how well each vendor answers. Looked at again every 30 seconds while shown. */
export function useAccounts(): {
  readonly accounts: readonly Account[];
  /** Why the last look failed; the accounts of before stay. */
  readonly error: WaybillError | null;
} {
  const client = useWaybill();
  const query = useMemo<Query<AccountsState>>(
    () => ({ key: 'accounts', initial: NO_ACCOUNTS, open: (publish) => openAccounts(client, publish) }),
    [client],
  );
  return useValue(useStore(client, [query], theOnly));
}

function theOnly([state]: readonly AccountsState[]): AccountsState {
  return state ?? NO_ACCOUNTS;
}

function openAccounts(client: Waybill, publish: (next: AccountsState) => void): Opened {
  let known = NO_ACCOUNTS;
  let isClosed = false;
  const load = async (): Promise<void> => {
    try {
      known = { accounts: await client.accounts(), error: null };
    } catch (problem) {
      known = { ...known, error: toWaybillError(problem) };
    }
    if (!isClosed) publish(known);
  };
  let { state } = client.connection.get();
  const stop = client.connection.subscribe(() => {
    const before = state;
    state = client.connection.get().state;
    if (state !== before && state === 'live') void load();
  });
  const timer = setInterval(() => {
    if (!isHidden()) void load();
  }, REFRESH_MS);
  void load();
  return {
    retry: () => void load(),
    close() {
      isClosed = true;
      stop();
      clearInterval(timer);
    },
  };
}

function isHidden(): boolean {
  return typeof document !== 'undefined' && document.hidden;
}
