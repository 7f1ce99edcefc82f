import { systemClock } from '../src/runtime/clock.ts';
import type { VendorDeclaration } from '../src/vendor-file/declaration.ts';
import type { TestResult } from './conformance/plain-runner.ts';

export type { TestResult } from './conformance/plain-runner.ts';

/**
 * Runs the suite that every vendor passes over a vendor in a file: its requests and readings against answers of every kind, and a whole
 * life of exports against a simulator. Both are made from the file. Takes some seconds; never rejects.
 *
 * @param onResult - told of each test as it ends
 */
export async function testVendor(
  declaration: VendorDeclaration,
  onResult: (result: TestResult) => void,
): Promise<void> {
  const { PlainRunner } = await import('./conformance/plain-runner.ts');
  const { describeVendorAccount } = await import('./conformance/account.ts');
  const { describeSimulatedVendor } = await import('./conformance/simulated.ts');
  const { toConformanceHarness } = await import('./declared/harness.ts');
  const { toSimulatorMount } = await import('./declared/mount.ts');
  const { toVendorDefinition } = await import('../src/vendors/declared/vendor.ts');
  const { toSpellings } = await import('./declared/words.ts');
  const { name } = declaration;
  const { queued, running } = toSpellings(declaration);
  if (queued === undefined && running === undefined) {
    const problem = 'status.words has no word that means QUEUED or RUNNING: nothing can be watched.';
    onResult({ groups: [name], title: 'has a word for an export that is under way', problem });
    return;
  }
  const runner = new PlainRunner();
  describeSimulatedVendor(runner, name, {
    definition: toVendorDefinition(declaration),
    mount: toSimulatorMount(declaration),
    hasFiles: declaration.files.length > 0,
  });
  describeVendorAccount(runner, name, toConformanceHarness(declaration));
  await runner.run(systemClock, onResult);
}
