import { readFileSync } from 'node:fs';
import { toExportKey } from '../../../src/export/locator.ts';
import { webAdmitLocator } from '../../../src/vendors/web-admit/grammar.ts';
import type { WebAdmitKey } from '../../../src/vendors/web-admit/loader.ts';
import { checkSingleRun, type WebAdmitIds, type WireRun } from '../../../src/vendors/web-admit/types.ts';

/** A documented answer; its source stands in `PROVENANCE.md` beside it. */
export function readFixture(name: string): object {
  return JSON.parse(readFileSync(new URL(`../../fixtures/web-admit/${name}.json`, import.meta.url), 'utf8'));
}

/** The run in a documented single answer, checked. */
export function readFixtureRun(name: string): WireRun {
  const checked = checkSingleRun(readFixture(name));
  if (!checked.ok) throw new Error(checked.problem);
  return checked.value;
}

/** The key of a run of the account `admit`; run 74780 of template 86466 where nothing else is said. */
export function createKey(ids: Partial<WebAdmitIds> = {}): WebAdmitKey {
  return toExportKey(webAdmitLocator, 'web-admit', 'admit', {
    exportId: '86466',
    exportFileId: '74780',
    ...ids,
  });
}
