import type { ExportKey } from '../../export/export.ts';
import type { FileAccess } from '../../export/ports.ts';
import type { CallOptions } from '../../http/types.ts';
import { orGone } from '../shared/answers.ts';
import type { PowerBiClient } from './client.ts';
import { toSnapshot } from './mapping.ts';
import type { PowerBiIds } from './types.ts';

/**
 * Asks Power BI, now, whether a file can be opened. It lies behind the account's token, so it can only be streamed. An export
 * that Power BI no longer knows has lost its file: it drops both a day after the end.
 *
 * @throws VendorError
 */
export async function locateFile(
  client: PowerBiClient,
  key: ExportKey<PowerBiIds>,
  index: number,
  options?: CallOptions,
): Promise<FileAccess> {
  const answer = await orGone(client.readExport(key.ids, options));
  if (answer === null) return { type: 'gone' };
  const { files, observedAt } = toSnapshot(key, answer);
  if (files === null || files === undefined) return { type: 'unfinished' };
  const file = files[index];
  if (file === undefined || isPast(file.availableUntil, observedAt)) return { type: 'gone' };
  return { type: 'stream', file, open: (options) => client.openFile(key.ids, options) };
}

function isPast(instant: number | null, now: number): boolean {
  return instant !== null && instant <= now;
}
