/** Both pages, and what stands above them: the connection, the accounts, and what has ended just now. */
import type { Connection, Waybill } from '@waybill/client';
import { useConnection } from '@waybill/react';
import { useEffect, useState } from 'react';
import { type Route, readFollowed, readRoute } from './address.ts';
import { ConnectionBanner } from './connection-banner.tsx';
import { ExportPage } from './export/export-page.tsx';
import { Announcer, useFinishings } from './finishings.tsx';
import { HealthStrip, useHealth } from './health-strip.tsx';
import { ListPage } from './list/list-page.tsx';
import { useLiveList } from './list/live-list.ts';
import { useAddress } from './router.ts';
import { Masthead } from './shell.tsx';
import { StartDialog } from './start/start-dialog.tsx';
import { freezeAges, now } from './time.ts';
import { codeOf } from './words/problems.ts';

interface BoardProps {
  readonly client: Waybill;
  /** The gateway does not know who asks, or not any more. */
  readonly onKeyNeeded: () => void;
  /** Forgets the key; null where there is none. */
  readonly onLeave: (() => void) | null;
}

const KEY_ERRORS = new Set(['UNAUTHENTICATED', 'SUBSCRIPTION_TOKEN_EXPIRED']);

export function Board({ client, onKeyNeeded, onLeave }: BoardProps) {
  const address = useAddress();
  const route = readRoute(address.pathname);
  const connection = useConnection();
  const health = useHealth(client);
  const list = useLiveList(readFollowed(route.page === 'list' ? address.hash : ''));
  const [isStarting, setStarting] = useState(false);
  const announcement = useFinishings(list.exports, list.isPending);

  useFrozenAges(connection);
  useLock([health.error, list.error, connection.state === 'closed' ? connection.error : null], onKeyNeeded);
  useFocusOnArrival(route);

  return (
    <>
      <Masthead
        connection={connection}
        onStart={
          health.accounts.some(({ capabilities }) => capabilities.canStart) ? () => setStarting(true) : null
        }
        onLeave={onLeave}
      />
      <main id="main" className="page" tabIndex={-1}>
        <ConnectionBanner connection={connection} error={health.error ?? list.error} />
        <HealthStrip accounts={health.accounts} />
        {route.page === 'list' ? (
          <ListPage address={address} list={list} accounts={health.accounts} />
        ) : (
          <ExportPage
            key={route.id}
            id={route.id}
            known={list.exports.find(({ id }) => id === route.id)}
            accounts={health.accounts}
            onChanged={list.refresh}
          />
        )}
      </main>
      {isStarting && (
        <StartDialog accounts={health.accounts} onClose={() => setStarting(false)} onStarted={list.refresh} />
      )}
      <Announcer text={announcement} />
    </>
  );
}

/** While nothing is heard of the gateway, nothing gets older: nobody knows how it stands. */
function useFrozenAges(connection: Connection): void {
  const since = connection.state === 'resuming' ? connection.since.getTime() : null;
  const isClosed = connection.state === 'closed';
  useEffect(() => {
    freezeAges(since ?? (isClosed ? now() : null));
    return () => freezeAges(null);
  }, [since, isClosed]);
}

function useLock(errors: readonly unknown[], onKeyNeeded: () => void): void {
  const isKeyNeeded = errors.some((error) => KEY_ERRORS.has(codeOf(error)));
  useEffect(() => {
    if (isKeyNeeded) onKeyNeeded();
  }, [isKeyNeeded, onKeyNeeded]);
}

/** Whoever follows a link within the page is on another page: screen readers and the keyboard begin at its top. */
function useFocusOnArrival(route: Route): void {
  const [first] = useState(route);
  const page = route.page === 'list' ? 'list' : route.id;
  const firstPage = first.page === 'list' ? 'list' : first.id;
  const [hasMoved, setMoved] = useState(false);
  useEffect(() => {
    if (page !== firstPage) setMoved(true);
    if (page === firstPage && !hasMoved) return;
    scrollTo(0, 0);
    document.getElementById('main')?.focus({ preventScroll: true });
  }, [page, firstPage, hasMoved]);
}
