import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
// Loaded here, since reading them is none of a test's time.
import '../../simulator/conformance/account.ts';
import '../../simulator/conformance/simulated.ts';
import '../../simulator/declared/mount.ts';
import '../../simulator/index.ts';
import '../../src/cli/vendor-tools.ts';
import { PATIENCE_MS, runCli } from './support.ts';

const SMALL = `id: acme-reports
name: Acme Reports
baseUrl: https://api.acme.example
credentials:
  bearer: {}
locator:
  jobId: { pattern: "[A-Za-z0-9_-]{1,64}" }
status:
  request: { path: "/v2/jobs/{jobId}" }
  word: /state
  words: { queued: QUEUED, working: RUNNING, ready: SUCCEEDED, error: FAILED }
`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-vendor-test-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function vendorTest(text: string) {
  const file = join(folder, 'acme.vendor.yaml');
  writeFileSync(file, text);
  return runCli(['vendor', 'test', file]);
}

describe('waybill vendor test', { timeout: PATIENCE_MS }, () => {
  it.each([
    ['the smallest file, which says nothing of files', SMALL],
    ['one with a single word for what is not at its end', SMALL.replace('working: RUNNING, ', '')],
  ])('passes %s', async (_what, text) => {
    const { exitCode, stdout, stderr } = await vendorTest(text);

    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(
      /^Acme Reports in front of its simulator: \d+ passed\.\nAcme Reports as a vendor account: \d+ passed\.\n$/,
    );
  });

  it('says of a file that is wrong in what it does which tests fail, and why, and ends with 1', async () => {
    const { exitCode, stdout, stderr } = await vendorTest(
      `${SMALL}errors: { notFound: [{ status: 200 }] }\n`,
    );

    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^Acme Reports as a vendor account: \d+ passed, \d+ failed\.$/m);
    expect(stderr).toMatch(/^FAILED {2}reads a running job$/m);
    expect(stderr).toMatch(/^ +came: VendorError: Acme Reports answered 200 when asked/m);
    expect(stderr).not.toMatch(/\bfile:\/\/|\.[jt]s:\d+/);
  });

  it('says of a file without a word for what is under way that it has none', async () => {
    const { exitCode, stdout, stderr } = await vendorTest(
      SMALL.replace('queued: QUEUED, working: RUNNING, ', ''),
    );

    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: 'Acme Reports: 0 passed, 1 failed.\n' });
    expect(stderr).toMatch(
      /^FAILED {2}has a word for an export that is under way\n +status\.words has no word/,
    );
  });

  it('refuses a file that the check refuses, with its lines', async () => {
    const { exitCode, stdout, stderr } = await vendorTest(SMALL.replace('word: /state', 'word: state'));

    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/acme\.vendor\.yaml:10: status\.word: found "state", allowed: /);
  });
});
