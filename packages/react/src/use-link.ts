import type { Export, ExportFile, Waybill, WaybillError } from '@waybill/client';
import { useCallback, useEffect, useState } from 'react';
import { toWaybillError } from './errors.ts';
import { useReached } from './reached.ts';

/** A file's link, as good as it can be had. */
export interface Link {
  readonly file: ExportFile | undefined;
  /** There is no link that works, and a newer one is asked for. */
  readonly isAwaited: boolean;
  /** The vendor keeps the file no longer. */
  readonly isGone: boolean;
  /** Why the last try to renew it failed. */
  readonly error: WaybillError | null;
}

/** How long before its end a link is renewed. */
const RENEW_BEFORE_MS = 60_000;
/** An answer this old still comes with a new link. */
const MAX_AGE_MS = 60_000;
/** How long a link that has just come is trusted, whatever the clock of this machine says. */
const TRUSTED_MS = 60_000;
/** How long until a failed renewal is tried again, where the gateway names no time. */
const RETRY_MS = 15_000;

const NEVER = Number.POSITIVE_INFINITY;

/** The newest link to a file that is known, renewed in good time for as long as it is shown. */
export function useLink(client: Waybill, shown: Export | undefined, index: number): Link {
  const { files, cameAt, error, retryAt, renew } = useRenewal(client, shown?.id);
  const offered = shown?.files?.[index];
  const own = files?.[index];
  const isOwn = own !== undefined && !(offered !== undefined && offered.urlExpiresAt > own.urlExpiresAt);
  const file = isOwn ? own : offered;
  // A link that we were given came at a time that we do not know.
  const trustedFrom = isOwn ? cameAt : 0;

  const endsAt = file === undefined ? NEVER : Math.max(+file.urlExpiresAt, trustedFrom + TRUSTED_MS);
  const isEnded = useReached(endsAt);
  const isDropped = useReached(+(file?.availableUntil ?? NEVER));
  const isGone = isDropped || shown?.status === 'EXPIRED';
  // An export that ended well and whose files were not told.
  const isSought = shown?.phase === 'succeeded' && shown.files === null && files === undefined;

  const dueAt = isSought ? 0 : Math.max(endsAt - RENEW_BEFORE_MS, trustedFrom + TRUSTED_MS / 2);
  const isDue = useReached(isGone ? NEVER : Math.max(dueAt, retryAt), true);
  useEffect(() => (isDue ? renew() : undefined), [isDue, renew]);
  return { file, isAwaited: isEnded || isSought, isGone, error };
}

interface Renewal {
  readonly id?: string;
  readonly files?: Export['files'];
  /** When they came; epoch milliseconds, as `retryAt`. */
  readonly cameAt: number;
  readonly error: WaybillError | null;
  readonly retryAt: number;
}

const NO_RENEWAL: Renewal = { cameAt: 0, error: null, retryAt: 0 };

/** Asks for an export's files anew, and keeps what came of it until the hook is led to another export. */
function useRenewal(
  client: Waybill,
  id: string | undefined,
): Renewal & { renew(): (() => void) | undefined } {
  const [last, setLast] = useState(NO_RENEWAL);
  const renew = useCallback(() => {
    if (id === undefined) return;
    const closing = new AbortController();
    const { signal } = closing;
    client.get(id, { maxAgeMs: MAX_AGE_MS, signal }).then(
      ({ files }) => signal.aborted || setLast({ ...NO_RENEWAL, id, files, cameAt: Date.now() }),
      (problem) => {
        const error = toWaybillError(problem);
        const retryAt = error.retryable ? Date.now() + (error.retryAfterMs ?? RETRY_MS) : NEVER;
        if (!signal.aborted)
          setLast((before) => ({ ...(before.id === id ? before : NO_RENEWAL), id, error, retryAt }));
      },
    );
    return () => closing.abort();
  }, [client, id]);
  return { ...(last.id === id ? last : NO_RENEWAL), renew };
}
