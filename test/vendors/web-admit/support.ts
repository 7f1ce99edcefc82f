import { readFileSync } from 'node:fs';
import { VendorError } from '../../../src/export/errors.ts';
import { toExportKey } from '../../../src/export/locator.ts';
import type { Reading, VendorAccount } from '../../../src/export/ports.ts';
import type { Tools } from '../../../src/runtime/tools.ts';
import type { VendorAccountSettings } from '../../../src/vendors/vendor.ts';
import { webAdmit } from '../../../src/vendors/web-admit/index.ts';
import type { WebAdmitKey } from '../../../src/vendors/web-admit/loader.ts';
import {
  checkSingleRun,
  WEB_ADMIT_LOCATOR,
  type WebAdmitIds,
  type WireRun,
} from '../../../src/vendors/web-admit/types.ts';
import { createTestTools } from '../../support/tools.ts';

/** A documented answer; its source stands in `PROVENANCE.md` beside it. */
export function readFixture(name: string): object {
  return JSON.parse(readFileSync(new URL(`../../fixtures/web-admit/${name}.json`, import.meta.url), 'utf8'));
}

/** The run in a documented single answer, checked. */
export function readFixtureRun(name: string): WireRun {
  const checked = checkSingleRun(readFixture(name));
  if ('problem' in checked) throw new Error(checked.problem);
  return checked.wire;
}

/** The key of a run of the account `admit`; run 74780 of template 86466 where nothing else is said. */
export function createKey(ids: Partial<WebAdmitIds> = {}): WebAdmitKey {
  return toExportKey(WEB_ADMIT_LOCATOR, 'web-admit', 'admit', {
    exportId: '86466',
    exportFileId: '74780',
    ...ids,
  });
}

export const API_KEY = '0123456789abcdef0123456789abcdef';

/** Opens the account `admit` at an address; `await using` closes it. */
export function openAccount(
  baseUrl: string,
  { tools = createTestTools(), ...settings }: Partial<VendorAccountSettings> & { tools?: Tools } = {},
): VendorAccount & AsyncDisposable {
  const account = webAdmit.createAccount(
    {
      key: 'admit',
      tenant: 'acme',
      identity: 'acme/admit/1',
      baseUrl,
      credential: { type: 'api-key', apiKey: API_KEY },
      limits: { requestsPerSecond: 1_000, maxConcurrent: 8, timeoutMs: 2_000 },
      pacing: { minMs: 1_000, maxMs: 60_000, stallAfterMs: 600_000 },
      fileOrigins: [],
      ...settings,
    },
    tools,
  );
  return { ...account, [Symbol.asyncDispose]: () => account.close() };
}

/** What a reading says, without the answer's instant: the status, or the error's code. */
export function toWord(reading: Reading | undefined): string | undefined {
  return reading instanceof VendorError ? reading.code : reading?.status;
}
