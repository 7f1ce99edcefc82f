import { VendorError } from '../../export/errors.ts';
import type { ExportKey } from '../../export/export.ts';
import type { FileAccess } from '../../export/ports.ts';
import type { PowerBiClient } from './client.ts';
import type { PowerBiLoader } from './loader.ts';
import type { PowerBiIds } from './types.ts';

/**
 * Asks Power BI, now, whether a file can be opened. It lies behind the account's token, so it can only be streamed.
 *
 * @throws VendorError
 */
export async function locateFile(
  client: PowerBiClient,
  loader: PowerBiLoader,
  key: ExportKey<PowerBiIds>,
  index: number,
  signal?: AbortSignal,
): Promise<FileAccess> {
  const snapshot = await readOneIfKnown(loader, key, signal);
  if (snapshot === undefined) return { type: 'gone' };
  if (snapshot.files === null || snapshot.files === undefined) return { type: 'unfinished' };
  const file = snapshot.files[index];
  if (file === undefined || isPast(file.availableUntil, snapshot.observedAt)) return { type: 'gone' };
  return { type: 'stream', file, open: (options) => client.openFile(key.ids, options) };
}

/** An export that Power BI no longer knows has lost its file: it drops both a day after the end. */
async function readOneIfKnown(loader: PowerBiLoader, key: ExportKey<PowerBiIds>, signal?: AbortSignal) {
  try {
    return await loader.readOne(key, signal);
  } catch (error) {
    if (error instanceof VendorError && error.code === 'EXPORT_NOT_FOUND') return undefined;
    throw error;
  }
}

function isPast(instant: number | null, now: number): boolean {
  return instant !== null && instant <= now;
}
