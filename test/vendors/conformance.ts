/** The suite that every vendor passes, run by vitest. A vendor's own test file calls it once; see `simulator/conformance/harness.ts`. */
import { describe, expect, it } from 'vitest';
import { describeVendorAccount as describeWith } from '../../simulator/conformance/account.ts';
import type { ConformanceHarness } from '../../simulator/conformance/harness.ts';
import type { SuiteRunner } from '../../simulator/conformance/runner.ts';
import { createRecordingLog } from '../support/tools.ts';

export type { ConformanceHarness, JobState } from '../../simulator/conformance/harness.ts';
export { mutate } from '../../simulator/conformance/stage.ts';

export const VITEST: SuiteRunner = { describe, it, expect, createLog: createRecordingLog };

/** Runs the whole suite for one vendor. */
export function describeVendorAccount(name: string, harness: ConformanceHarness): void {
  describeWith(VITEST, name, harness);
}
