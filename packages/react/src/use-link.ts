import type { Export, ExportFile, Waybill, WaybillError } from '@waybill/client';
import { useCallback, useEffect, useState } from 'react';
import { toWaybillError } from './errors.ts';
import { useReached } from './reached.ts';

/** A file's link, as good as it can be had. */
export interface Link {
  readonly file: ExportFile | undefined;
  /** The link has ended, and no newer one has come yet. */
  readonly isEnded: boolean;
  /** The vendor keeps the file no longer. */
  readonly isGone: boolean;
  /** The export has ended well and its files were not told: they are asked for. */
  readonly isSought: boolean;
  /** Why there is no link that works. */
  readonly error: WaybillError | null;
}

/** How long before its end a link is renewed. */
const RENEW_BEFORE_MS = 60_000;
/** How long a link that has just come is trusted, whatever the clock of this machine says. */
const TRUSTED_MS = 60_000;
/** How long until a failed renewal is tried again, where the gateway names no time. */
const RETRY_MS = 15_000;

/** The newest link to a file that is known, renewed in good time for as long as it is shown. */
export function useLink(client: Waybill, shown: Export | undefined, index: number): Link {
  const { renewal, failure, renew } = useRenewal(client, shown?.id);
  const offered = shown?.files?.[index];
  const own = renewal?.files?.[index];
  const isOwn = own !== undefined && (offered === undefined || own.urlExpiresAt >= offered.urlExpiresAt);
  const file = isOwn ? own : offered;
  // A link that we were given by the page came at a time that we do not know.
  const cameAt = isOwn && renewal !== undefined ? renewal.at : Number.NEGATIVE_INFINITY;

  const endsAt = file === undefined ? null : Math.max(file.urlExpiresAt.getTime(), cameAt + TRUSTED_MS);
  const isEnded = useReached(endsAt);
  const isDropped = useReached(file?.availableUntil?.getTime() ?? null);
  const isGone = isDropped || shown?.status === 'EXPIRED';
  const isSought = shown?.phase === 'succeeded' && shown.files === null && renewal === undefined;

  const dueAt = isSought ? 0 : endsAt === null || isGone ? null : renewAt(endsAt, cameAt);
  const isDue = useReached(dueAt === null ? null : Math.max(dueAt, failure?.retryAt ?? 0));
  useEffect(() => (isDue ? renew() : undefined), [isDue, renew]);

  const isUsable = file !== undefined && !isEnded;
  return { file, isEnded, isGone, isSought, error: isUsable ? null : (failure?.error ?? null) };
}

function renewAt(endsAt: number, cameAt: number): number {
  return Math.max(endsAt - RENEW_BEFORE_MS, cameAt + TRUSTED_MS / 2);
}

interface Renewal {
  readonly id: string;
  readonly files: Export['files'];
  /** When it came; epoch milliseconds, as `retryAt`. */
  readonly at: number;
}

interface Failure {
  readonly id: string;
  readonly error: WaybillError;
  readonly retryAt: number;
}

/** Asks for an export's files anew, and keeps what came of it until the hook is led to another export. */
function useRenewal(client: Waybill, id: string | undefined) {
  const [renewal, setRenewal] = useState<Renewal>();
  const [failure, setFailure] = useState<Failure>();
  const renew = useCallback(() => {
    if (id === undefined) return;
    const closing = new AbortController();
    const ask = async (): Promise<void> => {
      try {
        const { files } = await client.get(id, { signal: closing.signal });
        if (closing.signal.aborted) return;
        setRenewal({ id, files, at: Date.now() });
        setFailure(undefined);
      } catch (problem) {
        if (!closing.signal.aborted) setFailure({ id, ...toFailure(toWaybillError(problem)) });
      }
    };
    const stop = whenShown(() => void ask());
    return () => {
      stop();
      closing.abort();
    };
  }, [client, id]);
  return {
    renewal: renewal?.id === id ? renewal : undefined,
    failure: failure?.id === id ? failure : undefined,
    renew,
  };
}

function toFailure(error: WaybillError): Omit<Failure, 'id'> {
  const waitMs = error.retryable ? (error.retryAfterMs ?? RETRY_MS) : Number.POSITIVE_INFINITY;
  return { error, retryAt: Date.now() + waitMs };
}

/** Calls back at once, or when the page is shown again. @returns how to take that back */
function whenShown(callback: () => void): () => void {
  if (typeof document === 'undefined' || !document.hidden) {
    callback();
    return () => {};
  }
  const look = (): void => {
    if (document.hidden) return;
    document.removeEventListener('visibilitychange', look);
    callback();
  };
  document.addEventListener('visibilitychange', look);
  return () => document.removeEventListener('visibilitychange', look);
}
