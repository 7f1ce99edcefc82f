/** Where the live connection stands, in words. */
import type { Connection } from '@waybill/client';
import { toDuration, toWait } from '../time.ts';
import { problemText } from './problems.ts';

export interface ConnectionWords {
  readonly state: 'live' | 'asking' | 'paused' | 'lost' | 'closed';
  /** For the pill. */
  readonly text: string;
}

export function connectionWords(connection: Connection, now: number): ConnectionWords {
  switch (connection.state) {
    case 'live':
      return { state: 'live', text: 'Live' };
    case 'idle':
      return { state: 'live', text: 'Up to date' };
    case 'paused':
      return { state: 'paused', text: 'Paused' };
    case 'resuming':
      return {
        state: 'lost',
        text: `Resuming, ${toDuration(now - connection.since.getTime())}`,
      };
    case 'closed':
      return { state: 'closed', text: 'Closed' };
    default:
      return { state: 'asking', text: 'Connecting…' };
  }
}

/** What the connection's trouble means and what happens next; null where there is none. */
export function connectionExplanation(
  connection: Connection,
  { now, asOf }: { readonly now: number; readonly asOf: string },
): { readonly title: string; readonly text: string } | null {
  if (connection.state === 'closed') {
    return { title: 'The gateway has closed the connection', text: problemText(connection.error) };
  }
  if (connection.state !== 'resuming') return null;
  const { retryAt, attempt } = connection;
  const waitMs = retryAt.getTime() - now;
  const tries = attempt > 1 ? `, for the ${toOrdinal(attempt)} time` : '';
  const next = waitMs > 1_000 ? `Trying again in ${toWait(waitMs)}${tries}.` : `Trying again now${tries}.`;
  return {
    title: `No connection to the gateway for ${toDuration(now - connection.since.getTime())}`,
    text: `What you see is as of ${asOf}. ${next} Nothing is lost: what happens meanwhile is shown afterwards.`,
  };
}

function toOrdinal(count: number): string {
  const teens = count % 100 >= 11 && count % 100 <= 13;
  const ending = teens ? 'th' : (['th', 'st', 'nd', 'rd'][count % 10] ?? 'th');
  return `${count}${ending}`;
}
