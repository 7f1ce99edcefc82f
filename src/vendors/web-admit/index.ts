import { toExportKey } from '../../export/locator.ts';
import { createAccountClient } from '../../http/client.ts';
import type { VendorDefinition } from '../vendor.ts';
import { createWebAdmitAccount } from './account.ts';
import { webAdmitLocator } from './grammar.ts';
import { webAdmitHttpRules } from './http-rules.ts';
import type { WebAdmitIds } from './types.ts';

export type { WebAdmitDetails, WebAdmitIds } from './types.ts';

/** Liaison WebAdMIT, API v1: export files, the runs of saved export templates. */
export const webAdmit: VendorDefinition<WebAdmitIds> = {
  id: 'web-admit',
  name: 'WebAdMIT',
  capabilities: { canList: true, reportsProgress: false, reportsTimes: false },
  locator: webAdmitLocator,
  createAccount(settings, tools) {
    const http = createAccountClient({
      vendor: 'web-admit',
      vendorName: 'WebAdMIT',
      account: settings.key,
      baseUrl: settings.baseUrl,
      credential: settings.credential,
      limits: settings.limits,
      rules: webAdmitHttpRules,
      tools,
      onCall: settings.onCall,
    });
    return createWebAdmitAccount(
      settings,
      http,
      (ids) => toExportKey(webAdmitLocator, 'web-admit', settings.key, ids),
      tools,
    );
  },
};
