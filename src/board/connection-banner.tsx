/** What is wrong between this page and the gateway, and what happens next. */
import type { Connection, WaybillError } from '@waybill/client';
import { useState } from 'react';
import { Icon } from './icons.tsx';
import { now, toClockText, useNow } from './time.ts';
import { connectionExplanation } from './words/connection.ts';
import { codeOf, problemText } from './words/problems.ts';

interface BannerProps {
  readonly connection: Connection;
  /** Why the list or the accounts cannot be read. */
  readonly error: WaybillError | null;
}

export function ConnectionBanner({ connection, error }: BannerProps) {
  useNow();
  const asOf = connection.state === 'resuming' ? connection.since : new Date(now());
  const explained = connectionExplanation(connection, { now: now(), asOf: toClockText(asOf, now()) });
  const words =
    explained ?? (error === null ? null : { title: unreadTitle(error), text: problemText(error) });
  const title = useSteady(words?.title ?? '');
  return (
    <>
      {/* Said once, and not again with every second. */}
      <p className="visually-hidden" role="status">
        {title}
      </p>
      {words !== null && (
        <div className="banner" data-tone={connection.state === 'closed' ? 'bad' : 'warning'}>
          <Icon sign="plug" />
          <div>
            <strong>{words.title}</strong>
            <p>{words.text}</p>
          </div>
          {connection.state === 'closed' && (
            <button type="button" className="button" onClick={() => location.reload()}>
              Load anew
            </button>
          )}
        </div>
      )}
    </>
  );
}

function unreadTitle(error: WaybillError): string {
  return codeOf(error) === '' ? 'The gateway does not answer' : 'The exports cannot be read';
}

/** The text as it was first, for as long as there is one. */
function useSteady(text: string): string {
  const [steady, setSteady] = useState(text);
  if ((text === '') !== (steady === '')) setSteady(text);
  return steady;
}
