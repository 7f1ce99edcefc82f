import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FakeReply, startFakeVendor } from '../support/fake-vendor.ts';
import { LANGUAGE_EXAMPLE } from '../vendor-file/language-example.ts';
import { runCli } from './support.ts';

const SECRET = 'sk-live-4d1c9a77';
const JOB = {
  ...{ id: 'j-12', state: 'ready', title: 'Orders\u001b[2J', created: '2026-05-18T09:00:00Z', row_count: 12 },
  ...{ finished: 1_779_095_000, progress: 1, error: null, page: `https://acme.example/?key=${SECRET}` },
  download: { url: `https://x.s3.amazonaws.com/j-12.csv?X-Amz-Signature=${SECRET}`, filename: 'orders.csv' },
};
const FILE = LANGUAGE_EXAMPLE.replace(
  '  details:',
  `  details:
    page: { type: URL, at: /page }
    goesAt: { type: DateTime, from: finishedAt, plus: P7D }`,
);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-live-'));
  writeFileSync(join(folder, 'acme.vendor.yaml'), FILE);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** `vendor test --live` in front of a vendor that answers so; the paths that it was asked for. */
async function readLive(words: readonly string[], reply: FakeReply = { body: { data: JOB } }) {
  await using vendor = await startFakeVendor(({ headers }) =>
    headers['x-acme-key'] === SECRET ? reply : { status: 401, body: { code: `no ${SECRET}` } },
  );
  const config = join(folder, 'waybill.yaml');
  writeFileSync(
    config,
    `vendorFiles: [./acme.vendor.yaml]
accounts:
  - { key: acme, vendor: acme-reports, baseUrl: "${vendor.url}", credential: { type: api-key, apiKey: "\${ACME_KEY}" } }
  - { key: brought, vendor: acme-reports, baseUrl: "${vendor.url}", credential: { type: caller } }
  - { key: hi, vendor: hi-energy, baseUrl: "${vendor.url}", credential: { type: bearer, token: t } }
`,
  );
  const file = join(folder, 'acme.vendor.yaml');
  const { exitCode, stdout, stderr } = await runCli(
    ['vendor', 'test', file, '--config', config, '--live', ...words],
    { env: { ACME_KEY: SECRET } },
  );
  expect(stdout + stderr).not.toContain(SECRET);
  expect(stdout + stderr).not.toContain('\u001b');
  return { exitCode, stdout, stderr, asked: vendor.requests.map(({ url }) => url) };
}

describe('waybill vendor test --live', () => {
  it('reads one export, and says which values of the file were not in the answer', async () => {
    const { exitCode, stdout, stderr, asked } = await readLive(['acme', 'acme-reports:7/j-12']);

    expect({ exitCode, stderr, asked }).toEqual({
      ...{ exitCode: 0, stderr: '' },
      asked: ['/v2/projects/7/jobs/j-12?expand=files'],
    });
    expect(stdout).toMatch(/^status {11}SUCCEEDED$/m);
    expect(stdout).toMatch(/^name {13}Orders \[2J$/m);
    expect(stdout).toMatch(/^createdAt {8}2026-05-18T09:00:00\.000Z$/m);
    expect(stdout).toMatch(/^page {13}a URL$/m);
    expect(stdout).toMatch(/^goesAt {11}2026-05-25T09:03:20\.000Z$/m);
    expect(stdout).toMatch(/^rowCount {9}12$/m);
    expect(stdout).toMatch(/^files .*orders\.csv/m);
    expect(stdout).toMatch(/^Not in this answer, or null:$/m);
    expect(stdout).toMatch(/^ {2}\/started, for startedAt$/m);
    expect(stdout).toMatch(/^ {2}\/urls, for the link of files\[1\]$/m);
    expect(stdout).not.toContain('for goesAt');
  });

  it('tells what the further call told, where one was made', async () => {
    const further = `  further:
    request: { path: "/v2/jobs/{jobId}/details" }
    when: { words: [ready] }
    word: /data/state
    words: { ready: SUCCEEDED }
    details: { records: { type: Int, at: /data/row_count } }
`;
    const path = join(folder, 'acme.vendor.yaml');
    writeFileSync(
      path,
      FILE.replace(/^list:\n/m, () => `${further}list:\n`),
    );

    const { stdout, asked } = await readLive(['acme', '7/j-12']).finally(() => writeFileSync(path, FILE));

    expect(asked).toEqual(['/v2/projects/7/jobs/j-12?expand=files', '/v2/jobs/j-12/details']);
    expect(stdout).toMatch(/^records {10}12$/m);
  });

  it('takes the ids alone', async () => {
    expect(await readLive(['acme', '7/j-12'])).toMatchObject({ exitCode: 0 });
  });

  it.each<[string, FakeReply, RegExp]>([
    ['knows no such export', { status: 404, body: {} }, /^EXPORT_NOT_FOUND: Acme Reports answered 404/],
    ['refuses the credential', { status: 401, body: { code: SECRET } }, /^VENDOR_UNAUTHENTICATED: /],
    [
      'sends another export',
      { body: { data: { ...JOB, id: 'j-13' } } },
      /^VENDOR_BAD_RESPONSE: .*\/data\/id/,
    ],
  ])('says so and fails where the vendor %s', async (_what, reply, line) => {
    const { exitCode, stdout, stderr } = await readLive(['acme', '7/j-12'], reply);

    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(line);
  });

  it.each([
    [['acme', '7/j-12/3'], /"7\/j-12\/3" names no export of acme-reports: give acme-reports:.*JOB_ID\./],
    [['acme', 'asana:7/j-12'], /locator\.projectId is not an id this vendor gives/],
    [['acme', '7/j 12'], /locator\.jobId is not an id this vendor gives/],
    [['acme'], /--live takes two words/],
    [['acme', '7/j-12', 'more'], /--live takes two words/],
    [['other', '7/j-12'], /The configuration has no account "other"\./],
    [['hi', '7/j-12'], /The account hi is one of hi-energy, not of acme-reports\./],
    [['brought', '7/j-12'], /each caller brings one/],
  ])('refuses %j and asks nobody', async (words, line) => {
    const { exitCode, stdout, stderr, asked } = await readLive(words);

    expect({ exitCode, stdout, asked }).toEqual({ exitCode: 2, stdout: '', asked: [] });
    expect(stderr).toMatch(line);
  });
});
