import type { Export, ExportFile, Locator, WaybillError } from '@waybill/client';
import { useCallback, useMemo } from 'react';
import { useWaybill } from './provider.ts';
import { useTask } from './task.ts';
import { useExport } from './use-export.ts';
import { type Link, useLink } from './use-link.ts';

/** A file to be had, or why there is none. */
export interface UseDownloadResult {
  /** `none`: ended without a file. `gone`: the vendor keeps it no longer. */
  readonly state: 'waiting' | 'ready' | 'none' | 'gone' | 'error';
  /** For an `<a>`; empty unless `ready`. The link is renewed before it ends, for as long as it is shown. */
  readonly anchorProps: { readonly href?: string; readonly download?: string };
  readonly file?: ExportFile;
  /** What failed last: following the export, renewing the link, or starting a download. */
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
  const { file } = link;
  const target = shown ?? of;
  const name = file?.name ?? '';
  const { start, error: failure } = useTask(
    useCallback(async () => {
      if (target === null) throw new Error('There is no export to download.');
      openLink(await client.fileUrl(target, index), name);
    }, [client, target, index, name]),
  );

  const error = failure ?? link.error ?? (shown === undefined ? followed.error : null);
  const state = stateOf(shown, link, error);
  return useMemo(() => {
    const anchorProps = state === 'ready' ? { href: file?.url, download: file?.name } : {};
    return { state, anchorProps, file, error, start };
  }, [state, file, error, start]);
}

function stateOf(
  shown: Export | undefined,
  link: Link,
  error: WaybillError | null,
): UseDownloadResult['state'] {
  if (link.isGone) return 'gone';
  if (shown === undefined || link.isAwaited) return error === null ? 'waiting' : 'error';
  if (!shown.isTerminal) return 'waiting';
  return link.file === undefined ? 'none' : 'ready';
}

function isExport(of: Export | Locator | null): of is Export {
  return typeof of === 'object' && of !== null && 'phase' in of;
}

function openLink({ href }: URL, download: string): void {
  const anchor = Object.assign(document.createElement('a'), { href, download });
  document.body.append(anchor);
  anchor.click();
  anchor.remove();
}
