/** The head of every page. */
import type { Connection } from '@waybill/client';
import { useState } from 'react';
import icon from './icon.svg';
import { Icon } from './icons.tsx';
import { Link } from './link.tsx';
import { now, useNow } from './time.ts';
import { connectionWords } from './words/connection.ts';
import { faultsUrl } from './words/elsewhere.ts';

interface MastheadProps {
  readonly connection?: Connection;
  /** Null where nothing can be started. */
  readonly onStart?: (() => void) | null;
  readonly onLeave?: (() => void) | null;
}

export function Masthead({ connection, onStart = null, onLeave = null }: MastheadProps) {
  const faults = faultsUrl();
  return (
    <header className="masthead">
      <button type="button" className="skip" onClick={skip}>
        Skip to the exports
      </button>
      <Link className="brand" to="/">
        <img src={icon} width="32" height="32" alt="" />
        <span>
          <strong>Waybill</strong>
          <span className="claim">Every export, at every vendor, as it moves</span>
        </span>
      </Link>
      <div className="masthead-end">
        {connection && <ConnectionPill connection={connection} />}
        {connection && <NotifyButton />}
        {faults !== null && (
          <a className="button quiet" href={faults}>
            <Icon sign="alert" /> <span className="wide">Order a fault</span>
          </a>
        )}
        {onLeave && (
          <button type="button" className="button quiet" onClick={onLeave}>
            <Icon sign="key" /> <span className="wide">Forget the token</span>
          </button>
        )}
        {onStart && (
          <button type="button" className="button strong" onClick={onStart}>
            <Icon sign="plus" /> <span className="wide">Start an export</span>
          </button>
        )}
      </div>
    </header>
  );
}

/** Not a link to a fragment: that one says what is followed. */
function skip(): void {
  document.getElementById('main')?.focus();
}

function ConnectionPill({ connection }: { readonly connection: Connection }) {
  useNow();
  const { state, text } = connectionWords(connection, now());
  return (
    <p className="connection" data-state={state}>
      <span className="lamp" aria-hidden="true" />
      <span>
        <span className="visually-hidden">Connection: </span>
        {text}
      </span>
    </p>
  );
}

/** Offers to tell of what ends while another tab is looked at; only where nobody has answered that yet. */
function NotifyButton() {
  const canAsk = 'Notification' in window && isSecureContext;
  const [permission, setPermission] = useState(() => (canAsk ? Notification.permission : 'denied'));
  if (permission !== 'default') return null;
  return (
    <button
      type="button"
      className="button quiet"
      onClick={async () => setPermission(await Notification.requestPermission())}
    >
      <Icon sign="bell" /> <span className="wide">Notify me</span>
      <span className="visually-hidden"> when an export ends while this page is hidden</span>
    </button>
  );
}
