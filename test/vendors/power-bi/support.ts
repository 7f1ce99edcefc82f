import { readFileSync } from 'node:fs';
import type { ExportKey } from '../../../src/export/export.ts';
import { parseIds, toExportKey } from '../../../src/export/locator.ts';
import type { VendorAccount } from '../../../src/export/ports.ts';
import type { Credential } from '../../../src/http/types.ts';
import type { Tools } from '../../../src/runtime/tools.ts';
import { powerBi } from '../../../src/vendors/power-bi/index.ts';
import { checkExport, type PowerBiExportWire, type PowerBiIds } from '../../../src/vendors/power-bi/types.ts';
import { createTestTools } from '../../support/tools.ts';

export type PowerBiFixture =
  | 'export-not-started'
  | 'export-running'
  | 'export-succeeded'
  | 'export-succeeded-workspace'
  | 'export-failed'
  | 'export-failed-with-error'
  | 'export-undefined'
  | 'token'
  | 'token-v1'
  | 'token-invalid-client'
  | 'error-standard'
  | 'error-rich'
  | 'error-with-targets'
  | 'error-legacy'
  | 'error-token-expired'
  | 'error-not-authorized'
  | 'error-too-many-requests';

/** A recorded answer; where it comes from stands in PROVENANCE.md beside it. */
export function readFixture(name: PowerBiFixture): Record<string, unknown> {
  const file = new URL(`../../fixtures/power-bi/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
}

/** A status answer, checked. */
export function toWire(body: object): PowerBiExportWire {
  const checked = checkExport(body);
  if ('problem' in checked) throw new Error(checked.problem);
  return checked.wire;
}

export const GROUP_ID = 'aaaaaaaa-0000-4000-8000-000000000001';
export const REPORT_ID = 'bbbbbbbb-0000-4000-8000-000000000002';
/** The id in `export-not-started`, `export-running`, `export-succeeded-workspace` and `export-undefined`. */
export const EXPORT_ID = 'Mi9CbG9iSWRWMi0wMDAwMDAwMC0wMDAwLTQwMDAtODAwMC0wMDAwMDAwMDAwMDFhYmNkZWY9Lg==';

/** The key of an export in the account `bi`. */
export function toKey(ids: Partial<PowerBiIds> = {}): ExportKey<PowerBiIds> {
  const checked = parseIds(powerBi.locator, { reportId: REPORT_ID, exportId: EXPORT_ID, ...ids }, 'locator');
  return toExportKey(powerBi.locator, 'power-bi', 'bi', checked);
}

export interface AccountChoices {
  readonly url: string;
  readonly credential?: Credential;
  readonly tools?: Partial<Tools>;
  readonly maxConcurrent?: number;
}

export interface TestAccount extends AsyncDisposable {
  readonly account: VendorAccount;
}

/** An account at `{url}/v1.0/myorg`, with a fixed token unless a credential is given. */
export function openAccount({ url, credential, tools, maxConcurrent = 8 }: AccountChoices): TestAccount {
  const account = powerBi.createAccount(
    {
      key: 'bi',
      tenant: 'default',
      identity: 'default/bi/test',
      baseUrl: `${url}/v1.0/myorg`,
      credential: credential ?? { type: 'bearer', token: 'test-token' },
      limits: { requestsPerSecond: 1_000, maxConcurrent, timeoutMs: 2_000 },
      pacing: { minMs: 1_000, maxMs: 60_000, stallAfterMs: 600_000 },
      fileOrigins: [],
    },
    createTestTools(tools),
  );
  return { account, [Symbol.asyncDispose]: () => account.close() };
}
