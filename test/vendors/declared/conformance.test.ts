/** Every vendor file that comes with Waybill passes the suite that coded vendors pass, and plays a whole life in front of its simulator. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { describeVendorAccount } from '../../../simulator/conformance/account.ts';
import type { SuiteRunner } from '../../../simulator/conformance/runner.ts';
import { describeSimulatedVendor } from '../../../simulator/conformance/simulated.ts';
import { toConformanceHarness } from '../../../simulator/declared/harness.ts';
import { toSimulatorMount } from '../../../simulator/declared/mount.ts';
import type { VendorDeclaration } from '../../../src/vendor-file/declaration.ts';
import { readVendorFile } from '../../../src/vendor-file/read.ts';
import { toVendorDefinition } from '../../../src/vendors/declared/vendor.ts';
import { createRecordingLog } from '../../support/tools.ts';

const FOLDER = new URL('../../../src/vendors/declared/', import.meta.url);
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.vendor.yaml'));

const suite = { describe, it, expect, createLog: createRecordingLog, isBrief: true } as SuiteRunner;

function read(file: string): VendorDeclaration {
  const result = readVendorFile(readFileSync(new URL(file, FOLDER), 'utf8'), file);
  if ('problems' in result) throw new Error(result.problems.map(({ line }) => line).join('\n'));
  return result.declaration;
}

describe.each(FILES)('%s', (file) => {
  const declaration = read(file);

  describeVendorAccount(suite, declaration.name, toConformanceHarness(declaration));
  describeSimulatedVendor(suite, declaration.name, {
    definition: toVendorDefinition(declaration),
    mount: toSimulatorMount(declaration),
  });
});
