import type { ExportKey } from '../../src/export/export.ts';
import type { AccountClient } from '../../src/http/types.ts';
import type { Tools } from '../../src/runtime/tools.ts';
import { openDeclaredAccount } from '../../src/vendors/declared/account.ts';
import { compileVendor, createReading } from '../../src/vendors/declared/vendor.ts';
import { createHiEnergyClient } from '../../src/vendors/hi-energy/client.ts';
import { createHiEnergyLoader, type HiEnergyKey } from '../../src/vendors/hi-energy/loader.ts';
import { HI_ENERGY_TWIN } from './twin.ts';

/** The reads of both kinds over one client. */
export function readers(http: AccountClient, tools: Tools) {
  const toKey = (): never => {
    throw new TypeError('no part of this measurement');
  };
  const coded = createHiEnergyLoader(createHiEnergyClient(http), toKey);
  const settings = {
    ...{ key: 'bench', tenant: 'default', identity: 'default/bench/1', baseUrl: 'https://api.example' },
    credential: { type: 'api-key', apiKey: 'bench-key' },
    limits: { requestsPerSecond: 1, maxConcurrent: 1, timeoutMs: 1_000 },
    pacing: HI_ENERGY_TWIN.pacing,
    fileOrigins: [],
  } as const;
  const account = openDeclaredAccount(compileVendor(HI_ENERGY_TWIN), { http, settings, tools, toKey });
  const declared = createReading(account);
  return {
    coded: (key: ExportKey) => coded.readOne(key as HiEnergyKey),
    declared: (key: ExportKey) => declared.readOne(key),
  };
}
