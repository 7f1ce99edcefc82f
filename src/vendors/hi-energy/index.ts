import { defineVendor } from '../shared/account.ts';
import { createHiEnergyClient, HI_ENERGY_HTTP_RULES } from './client.ts';
import { locateFile } from './files.ts';
import { createHiEnergyLoader } from './loader.ts';
import { ACCEPTED_WORD, kindOf, parseOrder } from './orders.ts';
import { HI_ENERGY_LOCATOR, type HiEnergyIds } from './types.ts';

export type { HiEnergyDetails, HiEnergyIds } from './types.ts';

/** Hi Energy's export reports: one list call for many exports, a fresh presigned link per status call. */
export const hiEnergy = defineVendor<HiEnergyIds>({
  id: 'hi-energy',
  name: 'Hi Energy',
  capabilities: {
    canList: true,
    reportsProgress: true,
    reportsTimes: true,
    canStart: true,
    canCancel: false,
  },
  locator: HI_ENERGY_LOCATOR,
  rules: HI_ENERGY_HTTP_RULES,
  knownWords: [ACCEPTED_WORD],
  parseOrder,
  kindOf,
  open({ http, toKey }) {
    const client = createHiEnergyClient(http);
    return {
      ...createHiEnergyLoader(client, toKey),
      locateFile: (key, index, options) => locateFile(client, key, index, options),
    };
  },
});
