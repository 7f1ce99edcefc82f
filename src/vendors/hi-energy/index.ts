import type { ExportKey } from '../../export/export.ts';
import { toExportKey } from '../../export/locator.ts';
import { createAccountClient } from '../../http/client.ts';
import type { VendorDefinition } from '../vendor.ts';
import { createHiEnergyClient } from './client.ts';
import { locateFile } from './files.ts';
import { HI_ENERGY_LOCATOR } from './grammar.ts';
import { HI_ENERGY_HTTP_RULES } from './http-rules.ts';
import { createHiEnergyLoader } from './loader.ts';
import type { HiEnergyIds } from './types.ts';

export type { HiEnergyDetails, HiEnergyIds } from './types.ts';

const VENDOR = 'hi-energy';
const NAME = 'Hi Energy';

/** Hi Energy's export reports: one list call for many exports, a fresh presigned link per status call. */
export const hiEnergy: VendorDefinition<HiEnergyIds> = {
  id: VENDOR,
  name: NAME,
  capabilities: { canList: true, reportsProgress: true, reportsTimes: true },
  locator: HI_ENERGY_LOCATOR,

  createAccount(settings, tools) {
    const http = createAccountClient({
      vendor: VENDOR,
      vendorName: NAME,
      account: settings.key,
      baseUrl: settings.baseUrl,
      credential: settings.credential,
      limits: settings.limits,
      rules: HI_ENERGY_HTTP_RULES,
      tools,
      onCall: settings.onCall,
    });
    const client = createHiEnergyClient(http);
    const toKey = (exportId: string) => toExportKey(HI_ENERGY_LOCATOR, VENDOR, settings.key, { exportId });
    const loader = createHiEnergyLoader({ http, client, tools, timeoutMs: settings.limits.timeoutMs, toKey });

    return {
      key: settings.key,
      vendor: VENDOR,
      tenant: settings.tenant,
      identity: settings.identity,
      pacing: settings.pacing,
      readMany: (keys, options) => loader.readMany(keys.map(toOwnKey), options),
      describeFiles: (key, options) => loader.describeFiles(toOwnKey(key), options),
      listRecent: (limit, options) => loader.listRecent(limit, options),
      locateFile: (key, index, options) => locateFile(client, toOwnKey(key), index, options),
      health: () => http.health(),
      close: () => http.close(),
    };
  },
};

/** Every key of this account was built from this vendor's grammar, so it holds exactly these ids. */
function toOwnKey(key: ExportKey): ExportKey<HiEnergyIds> {
  return key as ExportKey<HiEnergyIds>;
}
