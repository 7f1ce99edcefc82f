import { defineVendor } from '../shared/account.ts';
import { createPowerBiClient, POWER_BI_HTTP_RULES } from './client.ts';
import { locateFile } from './files.ts';
import { createPowerBiLoader } from './loader.ts';
import { ACCEPTED_WORD, parseOrder } from './orders.ts';
import { POWER_BI_LOCATOR, type PowerBiDetails, type PowerBiIds } from './types.ts';

export type { PowerBiDetails, PowerBiIds } from './types.ts';

/** Microsoft Power BI, "export to file" jobs. */
export const powerBi = defineVendor<PowerBiIds>({
  id: 'power-bi',
  name: 'Power BI',
  capabilities: {
    canList: false,
    reportsProgress: true,
    reportsTimes: true,
    canStart: true,
    canCancel: false,
  },
  locator: POWER_BI_LOCATOR,
  rules: POWER_BI_HTTP_RULES,
  knownWords: ['Undefined', ACCEPTED_WORD],
  parseOrder,
  kindOf: ({ details }) => (details as PowerBiDetails).reportId.toLowerCase(),
  open({ http, tools, toKey }) {
    const client = createPowerBiClient(http, tools.clock);
    return {
      ...createPowerBiLoader(client, toKey),
      locateFile: (key, index, options) => locateFile(client, key, index, options),
    };
  },
});
