import { type ExportKey, isTerminal } from '../../export/export.ts';
import type { FileAccess } from '../../export/ports.ts';
import type { CallOptions } from '../../http/types.ts';
import { orGone } from '../shared/answers.ts';
import { readLinkExpiry } from '../shared/presigned-link.ts';
import type { WebAdmitClient } from './client.ts';
import { toSnapshot } from './mapping.ts';
import type { WebAdmitIds } from './types.ts';

/** Links live under 30 seconds from their issue; this is what remains when a link does not say. Docs read 2026-11. */
const ASSUMED_LIFE_MS = 25_000;

/** Asks for a fresh link to the file of a run: each single call mints a new one. @throws VendorError */
export async function locateFile(
  client: WebAdmitClient,
  key: ExportKey<WebAdmitIds>,
  index: number,
  options?: CallOptions,
): Promise<FileAccess> {
  const answer = await orGone(client.readRun(key.ids.exportId, key.ids.exportFileId, options));
  if (answer === null) return { type: 'gone' };
  const { value: run, receivedAt } = answer;
  const { status, files } = toSnapshot(key, run, 'single', receivedAt);
  if (!isTerminal(status)) return { type: 'unfinished' };
  const file = files?.[index];
  if (file === undefined || run.downloadUrl === null) return { type: 'gone' };
  return { type: 'link', url: run.downloadUrl, expiresAt: toLinkExpiry(run.downloadUrl, receivedAt), file };
}

/** When a link stops working, epoch milliseconds: what it says itself, else a guess from its arrival. */
export function toLinkExpiry(url: string, receivedAt: number): number {
  return readLinkExpiry(url) ?? receivedAt + ASSUMED_LIFE_MS;
}
