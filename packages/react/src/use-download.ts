import type { Export, ExportFile, Locator, Waybill, WaybillError } from '@waybill/client';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { toWaybillError } from './errors.ts';
import { useWaybill } from './provider.ts';
import { useReached } from './reached.ts';
import { useExport } from './use-export.ts';

/** A file to be had, or why there is none. */
export interface UseDownloadResult {
  /** `none`: ended without a file. `gone`: the vendor keeps it no longer. */
  readonly state: 'waiting' | 'ready' | 'none' | 'gone' | 'error';
  /** For an `<a>`; empty unless `ready`. The link is renewed before it ends, for as long as it is shown. */
  readonly anchorProps: { readonly href?: string; readonly download?: string };
  readonly file?: ExportFile;
  /** Why there is no link. */
  readonly error: WaybillError | null;
  /** Downloads it by a link of this moment. Rejects where there is none to be had. */
  start(): Promise<void>;
}

/** How long before its end a link is renewed. */
const RENEW_BEFORE_MS = 60_000;
/** How long a link that has just come is trusted, whatever the clock of this machine says. */
const TRUSTED_MS = 60_000;
/** How long until a failed renewal is tried again, where the gateway names no time. */
const RETRY_MS = 15_000;

interface Renewal {
  readonly id: string;
  readonly files: Export['files'];
  /** Epoch milliseconds. */
  readonly at: number;
}

/** The file of an export, of one at hand or of one to follow. */
export function useDownload(of: Export | Locator | null, index = 0): UseDownloadResult {
  const client = useWaybill();
  const given = isExport(of) ? of : undefined;
  const followed = useExport(given === undefined ? (of as Locator | null) : null);
  const shown = given ?? followed.export;

  const link = useLink(client, shown, index);
  const isGone = useReached(link.file?.availableUntil?.getTime() ?? null) || shown?.status === 'EXPIRED';
  const [failure, setFailure] = useState<{ readonly error: WaybillError; readonly of: unknown } | null>(null);
  const failed = failure !== null && failure.of === shown?.id ? failure.error : null;
  const error = (shown === undefined ? followed.error : link.error) ?? failed;
  const state = isGone ? 'gone' : stateOf(shown, link, error);

  const target = shown ?? of;
  const id = shown?.id;
  const name = link.file?.name;
  const start = useCallback(async () => {
    try {
      if (target === null) throw new Error('There is no export to download a file of.');
      openLink(await client.fileUrl(target, index), name);
      setFailure(null);
    } catch (problem) {
      const error = toWaybillError(problem);
      setFailure({ error, of: id });
      throw error;
    }
  }, [client, target, id, index, name]);

  const { file } = link;
  return useMemo(() => {
    const anchorProps =
      state === 'ready' && file !== undefined ? { href: file.url, download: file.name } : {};
    return { state, anchorProps, file, error, start };
  }, [state, file, error, start]);
}

interface Link {
  readonly file: ExportFile | undefined;
  readonly isEnded: boolean;
  readonly isSought: boolean;
  readonly error: WaybillError | null;
}

/** The newest link that is known, renewed in good time; sought where an export has ended well and its files were not told. */
function useLink(client: Waybill, shown: Export | undefined, index: number): Link {
  const [renewal, setRenewal] = useState<Renewal | null>(null);
  const [failure, setFailure] = useState<{ error: WaybillError; of: string; retryAt: number } | null>(null);
  const id = shown?.id;
  const offered = shown?.files?.[index];
  const renewed = renewal !== null && renewal.id === id ? renewal : null;
  const own = renewed?.files?.[index];
  const isOwn = own !== undefined && (offered === undefined || own.urlExpiresAt >= offered.urlExpiresAt);
  const file = isOwn ? own : offered;

  const endsAt =
    file === undefined ? null : later(file.urlExpiresAt.getTime(), isOwn ? renewed?.at : undefined);
  const isEnded = useReached(endsAt);
  const isMissing = shown?.phase === 'succeeded' && shown.files === null && renewed === null;
  const dueAt = isMissing ? 0 : endsAt === null ? null : endsAt - RENEW_BEFORE_MS / (isOwn ? 2 : 1);
  const failed = failure !== null && failure.of === id ? failure : null;
  const isDue = useReached(dueAt === null ? null : Math.max(dueAt, failed?.retryAt ?? 0));

  useEffect(() => {
    if (!isDue || id === undefined) return;
    const closing = new AbortController();
    const renew = async (): Promise<void> => {
      try {
        const { files } = await client.get(id, { signal: closing.signal });
        setRenewal({ id, files, at: Date.now() });
        setFailure(null);
      } catch (problem) {
        if (closing.signal.aborted) return;
        const error = toWaybillError(problem);
        const retryAt = error.retryable
          ? Date.now() + (error.retryAfterMs ?? RETRY_MS)
          : Number.POSITIVE_INFINITY;
        setFailure({ error, of: id, retryAt });
      }
    };
    const stop = whenShown(() => void renew());
    return () => {
      stop();
      closing.abort();
    };
  }, [client, id, isDue]);

  const isUsable = file !== undefined && !isEnded;
  return { file, isEnded, isSought: isMissing, error: isUsable ? null : (failed?.error ?? null) };
}

function later(endsAt: number, receivedAt: number | undefined): number {
  return receivedAt === undefined ? endsAt : Math.max(endsAt, receivedAt + TRUSTED_MS);
}

function stateOf(
  shown: Export | undefined,
  link: Link,
  error: WaybillError | null,
): UseDownloadResult['state'] {
  if (error !== null) return 'error';
  if (shown === undefined || !shown.isTerminal || link.isSought) return 'waiting';
  if (link.file === undefined) return 'none';
  return link.isEnded ? 'waiting' : 'ready';
}

function isExport(of: Export | Locator | null): of is Export {
  return typeof of === 'object' && of !== null && 'phase' in of;
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

function openLink(url: URL, name = ''): void {
  const anchor = document.createElement('a');
  anchor.href = url.href;
  anchor.download = name;
  document.body.append(anchor);
  anchor.click();
  anchor.remove();
}
