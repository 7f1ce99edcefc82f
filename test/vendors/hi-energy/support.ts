import { readFileSync } from 'node:fs';
import { toExportKey } from '../../../src/export/locator.ts';
import { HI_ENERGY_LOCATOR } from '../../../src/vendors/hi-energy/grammar.ts';
import type { HiEnergyKey } from '../../../src/vendors/hi-energy/loader.ts';
import {
  type AnswerFacts,
  checkSingleAnswer,
  type WireExport,
} from '../../../src/vendors/hi-energy/types.ts';

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
