/** The list of all exports, and what is above it. */
import type { Account } from '@waybill/client';
import { useCallback, useDeferredValue, useMemo, useState } from 'react';
import {
  EVERYTHING,
  isFiltered,
  readFollowed,
  readView,
  type View,
  writeFollowed,
  writeView,
} from '../address.ts';
import { applyView } from '../filters.ts';
import { Icon } from '../icons.tsx';
import { type Address, navigate } from '../router.ts';
import { useNow } from '../time.ts';
import { readLocator } from '../words/locators.ts';
import { vendorName } from '../words/vendors.ts';
import { ExportList } from './export-list.tsx';
import { FollowField } from './follow-field.tsx';
import type { LiveList } from './live-list.ts';
import { PhaseTabs } from './phase-tabs.tsx';
import { Toolbar } from './toolbar.tsx';

interface ListPageProps {
  readonly address: Address;
  readonly list: LiveList;
  readonly accounts: readonly Account[];
}

const MINUTE_MS = 60_000;

export function ListPage({ address, list, accounts }: ListPageProps) {
  const view = readView(address.search);
  const shown = useShown(list, view);
  const names = readFollowed(address.hash);
  // Where there is room it is always open; what is wrong in it is never hidden.
  const [isOpened, setOpen] = useState(false);
  const isOpen = isOpened || names.some((name) => 'problem' in readLocator(name) || list.problems.has(name));

  function change(next: Partial<View>): void {
    const isTyping = next.text !== undefined;
    navigate(`/${writeView({ ...view, ...next })}${address.hash}`, isTyping ? 'replace' : 'push');
  }
  // Always the same function: rows are rendered again when one of their own has changed, and not with every letter typed.
  const unfollow = useCallback((name: string) => {
    const known = readFollowed(location.hash).filter((other) => other !== name);
    navigate(`/${location.search}${writeFollowed(known)}`);
  }, []);
  function follow(name: string): void {
    navigate(`/${address.search}${writeFollowed([...names.filter((known) => known !== name), name])}`);
  }

  return (
    <>
      <h1 className="visually-hidden">Exports</h1>
      <button
        type="button"
        className="button tools-toggle"
        aria-expanded={isOpen}
        aria-controls="tools"
        onClick={() => setOpen(!isOpen)}
      >
        {isFiltered(view) ? 'Search, filter, follow · filtered' : 'Search, filter, follow'}
        <Icon sign="chevron" />
      </button>
      <section id="tools" className="tools" aria-label="Find exports" data-closed={isOpen ? undefined : ''}>
        <FollowField names={names} problems={list.problems} onFollow={follow} onLeave={unfollow} />
        <Toolbar view={view} accounts={accounts} exports={list.exports} onChange={change} />
      </section>
      <PhaseTabs exports={list.exports} view={view} hash={address.hash} />
      <ExportList
        exports={shown}
        view={view}
        isPending={list.isPending}
        isUnknown={list.error !== null}
        total={list.exports.length}
        followed={list.followed}
        onChange={change}
        onClear={() => change({ ...EVERYTHING, sort: view.sort, isReversed: view.isReversed })}
        onUnfollow={unfollow}
      />
      <Footnotes list={list} isFiltered={isFiltered(view)} count={shown.length} />
    </>
  );
}

function useShown(list: LiveList, view: View) {
  const now = useNow();
  // Ages matter to the filter by the minute alone.
  const minute = view.hours === 0 ? 0 : Math.floor(now / MINUTE_MS) * MINUTE_MS;
  const { text, vendor, account, status, hours, sort, isReversed } = view;
  // Typing stays quick, however long the list is.
  const searched = useDeferredValue(text);
  return useMemo(
    () =>
      applyView(list.exports, { text: searched, vendor, account, status, hours, sort, isReversed }, minute),
    [list.exports, searched, vendor, account, status, hours, sort, isReversed, minute],
  );
}

interface FootnotesProps {
  readonly list: LiveList;
  readonly isFiltered: boolean;
  readonly count: number;
}

function Footnotes({ list, isFiltered, count }: FootnotesProps) {
  return (
    <footer className="footnotes">
      <p role="status">{isFiltered ? `${count} of ${list.exports.length} exports fit.` : ''}</p>
      {list.fetchMore && (
        <button type="button" className="button" onClick={list.fetchMore}>
          Show older exports
        </button>
      )}
      {list.unavailable.length > 0 && (
        <ul aria-label="Accounts whose exports are not listed">
          {list.unavailable.map(({ account, vendor, message }) => (
            <li key={account}>
              {vendorName(vendor)} · {account} is not listed: {message}
            </li>
          ))}
        </ul>
      )}
    </footer>
  );
}
