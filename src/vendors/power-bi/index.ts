import type { ExportKey } from '../../export/export.ts';
import type { VendorAccount } from '../../export/ports.ts';
import { createAccountClient } from '../../http/account-client.ts';
import type { Tools } from '../../runtime/tools.ts';
import type { VendorAccountSettings, VendorDefinition } from '../vendor.ts';
import { createPowerBiClient } from './client.ts';
import { locateFile } from './files.ts';
import { POWER_BI_LOCATOR } from './grammar.ts';
import { POWER_BI_HTTP_RULES } from './http-rules.ts';
import { createPowerBiLoader } from './loader.ts';
import type { PowerBiIds } from './types.ts';

export type { PowerBiDetails, PowerBiIds } from './types.ts';

/** Microsoft Power BI, "export to file" jobs. */
export const powerBi: VendorDefinition<PowerBiIds> = {
  id: 'power-bi',
  name: 'Power BI',
  capabilities: { canList: false, reportsProgress: true, reportsTimes: true },
  locator: POWER_BI_LOCATOR,
  createAccount,
};

function createAccount(settings: VendorAccountSettings, tools: Tools): VendorAccount {
  const http = createAccountClient({
    vendor: powerBi.id,
    vendorName: powerBi.name,
    account: settings.key,
    baseUrl: settings.baseUrl,
    credential: settings.credential,
    limits: settings.limits,
    rules: POWER_BI_HTTP_RULES,
    tools,
    onCall: settings.onCall,
  });
  const client = createPowerBiClient(http, tools.clock);
  const loader = createPowerBiLoader(client, settings.key, tools.log);

  return {
    key: settings.key,
    vendor: powerBi.id,
    tenant: settings.tenant,
    identity: settings.identity,
    pacing: settings.pacing,
    readMany: (keys, options) => loader.readMany(keys.map(toPowerBiKey), options?.signal),
    listPays: () => false,
    async describeFiles(key, options) {
      const { files } = await loader.readOne(toPowerBiKey(key), options?.signal);
      return files ?? [];
    },
    async listRecent() {
      throw http.toError('UNSUPPORTED_BY_VENDOR', 'Power BI has no call that lists exports.');
    },
    locateFile: (key, index, options) =>
      locateFile(client, loader, toPowerBiKey(key), index, options?.signal),
    health: () => http.health(),
    close: () => http.close(),
  };
}

/** A key of this vendor went through `POWER_BI_LOCATOR` when it was made, so its ids are these. */
function toPowerBiKey(key: ExportKey): ExportKey<PowerBiIds> {
  return key as ExportKey<PowerBiIds>;
}
