import type { Export, ExportFile, Locator, WaybillError } from '@waybill/client';
import { useCallback, useMemo, useState } from 'react';
import { toWaybillError } from './errors.ts';
import { useWaybill } from './provider.ts';
import { useExport } from './use-export.ts';
import { type Link, useLink } from './use-link.ts';

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

/** The file of an export, of one at hand or of one to follow. */
export function useDownload(of: Export | Locator | null, index = 0): UseDownloadResult {
  const client = useWaybill();
  const given = isExport(of) ? of : undefined;
  const followed = useExport(given === undefined ? (of as Locator | null) : null);
  const shown = given ?? followed.export;

  const link = useLink(client, shown, index);
  const [failure, setFailure] = useState<{ readonly error: WaybillError; readonly of: unknown } | null>(null);
  const failed = failure !== null && failure.of === shown?.id ? failure.error : null;
  const error = (shown === undefined ? followed.error : link.error) ?? failed;
  const state = stateOf(shown, link, error);

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

function stateOf(
  shown: Export | undefined,
  link: Link,
  error: WaybillError | null,
): UseDownloadResult['state'] {
  if (link.isGone) return 'gone';
  if (error !== null) return 'error';
  if (shown === undefined || !shown.isTerminal || link.isSought) return 'waiting';
  if (link.file === undefined) return 'none';
  return link.isEnded ? 'waiting' : 'ready';
}

function isExport(of: Export | Locator | null): of is Export {
  return typeof of === 'object' && of !== null && 'phase' in of;
}

function openLink(url: URL, name = ''): void {
  const anchor = document.createElement('a');
  anchor.href = url.href;
  anchor.download = name;
  document.body.append(anchor);
  anchor.click();
  anchor.remove();
}
