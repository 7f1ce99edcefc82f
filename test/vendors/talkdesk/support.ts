import { readFileSync } from 'node:fs';
import type { ExportKey } from '../../../src/export/export.ts';
import { toExportKey } from '../../../src/export/locator.ts';
import type { VendorAccount } from '../../../src/export/ports.ts';
import type { Credential } from '../../../src/http/types.ts';
import type { Tools } from '../../../src/runtime/tools.ts';
import { talkdesk } from '../../../src/vendors/talkdesk/index.ts';
import type { TalkdeskIds } from '../../../src/vendors/talkdesk/types.ts';
import { TALKDESK_LOCATOR } from '../../../src/vendors/talkdesk/types.ts';
import { createTestTools } from '../../support/tools.ts';

/** The id of most of the documented samples. */
export const JOB_ID = '00000000-0000-4000-8000-0000000000a1';

/** A minute after the job of the samples was created. */
export const RECEIVED_AT = Date.UTC(2024, 4, 2, 10, 18, 15);

/** A documented answer; its source stands in `PROVENANCE.md` beside it. */
export function readFixture(name: string): object {
  return JSON.parse(readFileSync(new URL(`../../fixtures/talkdesk/${name}.json`, import.meta.url), 'utf8'));
}

/** The key of a job of the account `desk`. */
export function createKey(jobId = JOB_ID, reportType = 'calls'): ExportKey<TalkdeskIds> {
  return toExportKey(TALKDESK_LOCATOR, 'talkdesk', 'desk', { reportType, jobId });
}

/** The n-th of many job ids. */
export function toJobId(n: number): string {
  return `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
}

interface AccountOverrides {
  readonly credential: Credential;
  readonly reportTypes: readonly string[];
  readonly timeoutMs: number;
  readonly tools: Partial<Tools>;
}

/** An account whose vendor is at `baseUrl`; nothing in it waits unless a test wants it to. */
export function openAccount(baseUrl: string, overrides: Partial<AccountOverrides> = {}): VendorAccount {
  const { credential = { type: 'bearer', token: 'token-1' }, timeoutMs = 5_000, tools = {} } = overrides;
  return talkdesk.createAccount(
    {
      key: 'desk',
      tenant: 'acme',
      identity: 'acme/desk/1',
      baseUrl,
      credential,
      limits: { requestsPerSecond: 10_000, maxConcurrent: 50, timeoutMs },
      pacing: { minMs: 1_000, maxMs: 60_000, stallAfterMs: 600_000 },
      fileOrigins: [],
      reportTypes: overrides.reportTypes,
    },
    // Without dice, retries follow at once.
    createTestTools({ random: { next: () => 0 }, ...tools }),
  );
}

/** The path of a job's status. */
export function jobPath(jobId = JOB_ID, reportType = 'calls'): string {
  return `/data/reports/${reportType}/jobs/${jobId}`;
}

/** The path of a job's file. */
export function filePath(jobId = JOB_ID, reportType = 'calls'): string {
  return `/data/reports/${reportType}/files/${jobId}`;
}

/** The path and query of the list call that answers many keys. */
export function listPath(reportType = 'calls', perPage = 100): string {
  return `/data/reports/${reportType}/jobs?page=1&per_page=${perPage}`;
}
