import type { ExportSnapshot } from '../../export/export.ts';
import type { OwnReads } from '../shared/account.ts';
import type { PowerBiClient } from './client.ts';
import { toSnapshot } from './mapping.ts';
import type { PowerBiDetails, PowerBiIds } from './types.ts';

/** How Power BI's exports are read: it has no list call, so each costs one GET. */
export function createPowerBiLoader(client: PowerBiClient): Pick<OwnReads<PowerBiIds>, 'readOne'> {
  return {
    readOne: (key, options): Promise<ExportSnapshot<PowerBiDetails>> =>
      client.readExport(key.ids, options).then((answer) => toSnapshot(key, answer)),
  };
}
