/** How each account stands: what is wrong comes first, in words, before anything else of the page. */
import type { Account, Waybill, WaybillError } from '@waybill/client';
import { useEffect, useState } from 'react';
import { Icon } from './icons.tsx';
import { Link } from './link.tsx';
import { useNow } from './time.ts';
import { type AccountStanding, accountStanding } from './words/accounts.ts';
import { learntVendor, learnVendorName, learnVendors } from './words/vendors.ts';

const ASK_EVERY_MS = 5_000;

export interface Health {
  readonly accounts: readonly Account[];
  readonly error: WaybillError | null;
}

/** The accounts, asked for again and again: that costs no vendor call. */
export function useHealth(client: Waybill): Health {
  const [health, setHealth] = useState<Health>({ accounts: [], error: null });
  useEffect(() => {
    let isLeft = false;
    let asked = 0;
    const ask = async () => {
      asked += 1;
      const turn = asked;
      // A question of before that fails late says nothing about now.
      const isLast = () => !isLeft && turn === asked;
      try {
        const accounts = await client.accounts();
        for (const { vendor, vendorName } of accounts) learnVendorName(vendor, vendorName);
        // Once, and again when the gateway has taken over another vendor's file; an account without its forms is shown all the same.
        if (!accounts.every(({ vendor }) => learntVendor(vendor)))
          await client.vendors().then(learnVendors, () => {});
        if (isLast()) setHealth((before) => (isEqual(before, accounts) ? before : { accounts, error: null }));
      } catch (error) {
        if (isLast()) setHealth(({ accounts }) => ({ accounts, error: error as WaybillError }));
      }
    };
    let { state } = client.connection.get();
    // Back again: that the gateway does not answer is not to be said a moment longer.
    const stop = client.connection.subscribe(() => {
      const before = state;
      state = client.connection.get().state;
      if (state === 'live' && before !== 'live') void ask();
    });
    void ask();
    const timer = setInterval(() => document.visibilityState === 'visible' && void ask(), ASK_EVERY_MS);
    return () => {
      isLeft = true;
      stop();
      clearInterval(timer);
    };
  }, [client]);
  return health;
}

function isEqual(before: Health, accounts: readonly Account[]): boolean {
  return before.error === null && JSON.stringify(before.accounts) === JSON.stringify(accounts);
}

export function HealthStrip({ accounts }: { readonly accounts: readonly Account[] }) {
  const now = useNow();
  if (accounts.length === 0) return null;
  const standings = accounts.map((account) => ({ account, standing: accountStanding(account.health, now) }));
  const troubled = standings.filter(({ standing }) => standing.explanation !== null);
  return (
    <section className="health" aria-label="Accounts">
      {/* Said when it changes, and not with every second of a wait. */}
      <p className="visually-hidden" role="status">
        {troubled
          .map(({ account, standing }) => `${account.vendorName} ${account.key}: ${standing.text}.`)
          .join(' ')}
      </p>
      {troubled.length > 0 && (
        <ul className="troubles">
          {troubled.map(({ account, standing }) => (
            <li key={account.key} className="banner" data-tone={standing.tone}>
              <Icon sign="alert" />
              <div>
                <strong>
                  {account.vendorName} · {account.key}: {standing.text}
                </strong>
                <p>{standing.explanation}</p>
              </div>
            </li>
          ))}
        </ul>
      )}
      <ul className="accounts">
        {standings.map(({ account, standing }) => (
          <li key={account.key}>
            <AccountChip account={account} standing={standing} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function AccountChip({
  account,
  standing,
}: {
  readonly account: Account;
  readonly standing: AccountStanding;
}) {
  return (
    <Link
      className="account"
      data-tone={standing.tone}
      to={`/?account=${encodeURIComponent(account.key)}`}
      title={standing.explanation ?? `The exports of ${account.key}`}
    >
      <span className="lamp" aria-hidden="true" />
      <span className="account-name">
        {account.vendorName} · {account.key}
      </span>
      <span className="account-state">{standing.text}</span>
    </Link>
  );
}
