import { defineVendor } from '../shared/account.ts';
import { createWebAdmitClient, WEB_ADMIT_HTTP_RULES } from './client.ts';
import { locateFile } from './files.ts';
import { createWebAdmitLoader, RunMemory } from './loader.ts';
import { createWebAdmitOrders, parseOrder, readCallback } from './orders.ts';

import { ACCEPTED_WORD, WEB_ADMIT_LOCATOR, type WebAdmitIds } from './types.ts';

export type { WebAdmitDetails, WebAdmitIds } from './types.ts';

/** Liaison WebAdMIT, API v1: export files, the runs of saved export templates. */
export const webAdmit = defineVendor<WebAdmitIds>({
  id: 'web-admit',
  name: 'WebAdMIT',
  capabilities: {
    canList: true,
    reportsProgress: false,
    reportsTimes: false,
    canStart: true,
    canCancel: false,
  },
  locator: WEB_ADMIT_LOCATOR,
  parseOrder,
  // Runs of one template take about the same time.
  kindOf: ({ key }) => key.ids.exportId ?? null,
  readCallback,
  rules: WEB_ADMIT_HTTP_RULES,
  knownWords: [ACCEPTED_WORD],
  open({ http, toKey }) {
    const client = createWebAdmitClient(http);
    const parts = { client, toKey, memory: new RunMemory() };
    return {
      ...createWebAdmitLoader(parts),
      ...createWebAdmitOrders(parts),
      locateFile: (key, index, options) => locateFile(client, key, index, options),
    };
  },
});
