import type { ExportKey, ExportSnapshot } from '../../export/export.ts';
import type { OwnReads } from '../shared/account.ts';
import type { PowerBiClient } from './client.ts';
import { toSnapshot } from './mapping.ts';
import type { PowerBiOrder } from './orders.ts';
import type { PowerBiDetails, PowerBiIds } from './types.ts';

/**
 * How Power BI's exports are read and started: it has no list call, so each costs one GET, and one whose start's answer was lost
 * cannot be looked for.
 *
 * @param toKey - the key of an export that only the vendor has named so far
 */
export function createPowerBiLoader(
  client: PowerBiClient,
  toKey: (ids: PowerBiIds) => ExportKey<PowerBiIds>,
): Pick<OwnReads<PowerBiIds>, 'readOne' | 'start'> {
  return {
    readOne: (key, options): Promise<ExportSnapshot<PowerBiDetails>> =>
      client.readExport(key.ids, options).then((answer) => toSnapshot(key, answer)),

    async start(order, options) {
      const { ids, answer } = await client.startExport(order as unknown as PowerBiOrder, options);
      return { snapshot: toSnapshot(toKey(ids), answer), isExisting: false };
    },
  };
}
