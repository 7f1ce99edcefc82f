import { readFileSync } from 'node:fs';
import { toExportKey } from '../../../src/export/locator.ts';
import type { VendorAccount } from '../../../src/export/ports.ts';
import type { Credential } from '../../../src/http/types.ts';
import type { Tools } from '../../../src/runtime/tools.ts';
import { hiEnergy } from '../../../src/vendors/hi-energy/index.ts';
import type { HiEnergyKey } from '../../../src/vendors/hi-energy/loader.ts';
import {
  type AnswerFacts,
  checkSingleAnswer,
  HI_ENERGY_LOCATOR,
  type WireExport,
} from '../../../src/vendors/hi-energy/types.ts';
import type { FakeHandler, FakeReply } from '../../support/fake-vendor.ts';
import { createTestTools } from '../../support/tools.ts';

/** A documented answer as its text; the source stands in `PROVENANCE.md` beside it. */
export function readFixtureText(name: string): string {
  return readFileSync(new URL(`../../fixtures/hi-energy/${name}.json`, import.meta.url), 'utf8');
}

/** A documented answer, parsed. */
export function readFixture(name: string): object {
  return JSON.parse(readFixtureText(name));
}

/** The export in a documented single answer, checked; fields may be laid over it. */
export function readFixtureExport(name: string, overlay: Readonly<Record<string, unknown>> = {}): WireExport {
  const body = readFixture(name) as { readonly export: object };
  const checked = checkSingleAnswer({ export: { ...body.export, ...overlay } });
  if ('problem' in checked) throw new Error(checked.problem);
  return checked.wire;
}

/** The key of an export of the account `hi`. */
export function createKey(exportId = '4213'): HiEnergyKey {
  return toExportKey(HI_ENERGY_LOCATOR, 'hi-energy', 'hi', { exportId });
}

/** A quarter of a second after the documented sample was completed. */
export const RECEIVED_AT = Date.UTC(2026, 4, 18, 9, 5, 0, 250);

export const SINGLE: AnswerFacts = { source: 'single', receivedAt: RECEIVED_AT, retryAfterMs: null };
export const LIST: AnswerFacts = { source: 'list', receivedAt: RECEIVED_AT, retryAfterMs: null };

/** An account whose vendor is at `baseUrl`; nothing in it waits unless a test wants it to. */
export function openAccount(baseUrl: string, overrides: Partial<AccountOverrides> = {}): VendorAccount {
  const { credential = { type: 'api-key', apiKey: 'key-1' }, timeoutMs = 5_000, tools = {} } = overrides;
  return hiEnergy.createAccount(
    {
      key: 'hi',
      tenant: 'acme',
      identity: 'acme/hi/1',
      baseUrl,
      credential,
      limits: { requestsPerSecond: 10_000, maxConcurrent: 50, timeoutMs },
      pacing: { minMs: 1_000, maxMs: 60_000, stallAfterMs: 600_000 },
      fileOrigins: [],
    },
    // Without dice, retries follow at once.
    createTestTools({ random: { next: () => 0 }, ...tools }),
  );
}

interface AccountOverrides {
  readonly credential: Credential;
  readonly timeoutMs: number;
  readonly tools: Partial<Tools>;
}

/** The answers of a vendor that knows these exports, by path and query. */
export function answerFrom(answers: Readonly<Record<string, FakeReply>>): FakeHandler {
  const notFound = { status: 404, body: readFixture('error-404') };
  return ({ url }) => answers[url] ?? notFound;
}

/** An export with only the required fields. */
export function toMinimal(id: number | string, status = 'processing'): object {
  return { id, report_type: 'deals_excel', status };
}
