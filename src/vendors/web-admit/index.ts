import { toExportKey } from '../../export/locator.ts';
import type { IdRule } from '../../export/ports.ts';
import { createAccountClient } from '../../http/account-client.ts';
import type { VendorDefinition } from '../vendor.ts';
import { createWebAdmitAccount } from './account.ts';
import { webAdmitHttpRules } from './http-rules.ts';
import { ID_PATTERN, type WebAdmitIds } from './types.ts';

export type { WebAdmitDetails, WebAdmitIds } from './types.ts';

const ALLOWED = 'a positive integer of at most 18 digits, without leading zeros';
const isId = (value: string): boolean => ID_PATTERN.test(value);
const requiredId: IdRule = { isOptional: false, test: isId, allowed: ALLOWED };
const optionalId: IdRule = { isOptional: true, test: isId, allowed: ALLOWED };

const locator = { userIdentityId: optionalId, exportId: requiredId, exportFileId: requiredId };

/** Liaison WebAdMIT, API v1: export files, the runs of saved export templates. */
export const webAdmit: VendorDefinition<WebAdmitIds> = {
  id: 'web-admit',
  name: 'WebAdMIT',
  capabilities: { canList: true, reportsProgress: false, reportsTimes: false },
  locator,
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
      (ids) => toExportKey(locator, 'web-admit', settings.key, ids),
      tools.log,
    );
  },
};
