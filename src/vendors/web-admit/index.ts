import { defineVendor } from '../shared/account.ts';
import { createWebAdmitClient, WEB_ADMIT_HTTP_RULES } from './client.ts';
import { locateFile } from './files.ts';
import { createWebAdmitLoader } from './loader.ts';
import { WEB_ADMIT_LOCATOR, type WebAdmitIds } from './types.ts';

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
  rules: WEB_ADMIT_HTTP_RULES,
  open({ http, toKey }) {
    const client = createWebAdmitClient(http);
    return {
      ...createWebAdmitLoader(client, toKey),
      locateFile: (key, index, options) => locateFile(client, key, index, options),
    };
  },
});
