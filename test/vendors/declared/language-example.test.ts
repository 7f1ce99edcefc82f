/** The examples of the language, as a stranger takes them: checked, and put through the suite that every vendor passes. */
import { describe, expect, it } from 'vitest';
import { describeVendorAccount } from '../../../simulator/conformance/account.ts';
import type { SuiteRunner } from '../../../simulator/conformance/runner.ts';
import { describeSimulatedVendor } from '../../../simulator/conformance/simulated.ts';
import { toConformanceHarness } from '../../../simulator/declared/harness.ts';
import { toSimulatorMount } from '../../../simulator/declared/mount.ts';
import { readVendorFile } from '../../../src/vendor-file/read.ts';
import { toVendorDefinition } from '../../../src/vendors/declared/vendor.ts';
import { createRecordingLog } from '../../support/tools.ts';
import { LANGUAGE_EXAMPLE, WIDE_EXAMPLE } from '../../vendor-file/language-example.ts';

const suite = { describe, it, expect, createLog: createRecordingLog, isBrief: true } as SuiteRunner;

describe.each([
  ['the first example', LANGUAGE_EXAMPLE],
  ['an example of nearly every key', WIDE_EXAMPLE],
])('%s', (_which, text) => {
  const read = readVendorFile(text, 'example.vendor.yaml');
  if ('problems' in read) throw new Error(read.problems.map(({ line }) => line).join('\n'));
  const { declaration } = read;

  describeVendorAccount(suite, declaration.name, toConformanceHarness(declaration));
  describeSimulatedVendor(suite, declaration.name, {
    definition: toVendorDefinition(declaration),
    mount: toSimulatorMount(declaration),
  });
});
