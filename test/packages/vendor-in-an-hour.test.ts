import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readVendorFile } from '../../src/vendor-file/read.ts';
import { PATIENCE_MS, runCli } from '../cli/support.ts';
import { startFakeVendor } from '../support/fake-vendor.ts';
import { startTestGateway } from '../support/gateway.ts';
import { connect } from './client/support.ts';

const PAGE = readFileSync(new URL('../../docs/guides/vendor-in-an-hour.md', import.meta.url), 'utf8');
const blocks = (info: string) =>
  [...PAGE.matchAll(new RegExp(`^\`\`\`${info}\\n(.*?)^\`\`\`$`, 'gms'))].map(([, text = '']) => text);

const FILE = 'northwind.vendor.yaml';
const STEPS = blocks(`yaml ${FILE}`);
/** The file after so many steps. */
const fileAfter = (count: number) => STEPS.slice(0, count).join('');

describe('docs/guides/vendor-in-an-hour.md', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'waybill-hour-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('shows after the first step what a check says is missing', () => {
    const read = readVendorFile(fileAfter(1), FILE);

    const lines = 'problems' in read ? read.problems.map(({ line }) => line) : [];
    expect(lines).toEqual(blocks('text check').join('').trim().split('\n'));
  });

  it.each(STEPS.map((_, index) => index + 1).slice(1))('has a file that is taken after step %i', (count) => {
    const read = readVendorFile(fileAfter(count), FILE);

    expect('problems' in read ? read.problems.map(({ line }) => line) : []).toEqual([]);
  });

  it('passes `vendor test` when it is whole', { timeout: PATIENCE_MS }, async () => {
    const file = join(folder, FILE);
    writeFileSync(file, fileAfter(STEPS.length));

    const { exitCode, stdout, stderr } = await runCli(['vendor', 'test', file]);

    const withoutCounts = (text: string) => text.replace(/\d+ passed/g, 'N passed');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(withoutCounts(stdout)).toBe(withoutCounts(blocks('text test').join('')));
  });

  it('reads the answer that the vendor documents, by the file and the configuration of the page', async () => {
    const [answer = ''] = [...PAGE.matchAll(/^> ```json\n(.*?)^> ```$/gms)].map(([, text = '']) =>
      text.replace(/^> /gm, ''),
    );
    const asked: (string | undefined)[] = [];
    await using vendor = await startFakeVendor(({ url, headers }) => {
      asked.push(url, headers['x-northwind-key'] as string | undefined);
      return { body: JSON.parse(answer) };
    });
    writeFileSync(join(folder, FILE), fileAfter(STEPS.length));
    const { accounts, vendorFiles } = parse(
      (blocks('yaml waybill.yaml')[0] ?? '').replace(/\$\{\w+\}/, 'key-1'),
    ) as { accounts: object[]; vendorFiles: string[] };
    await using gateway = await startTestGateway({
      accounts: accounts.map((account) => ({ ...account, baseUrl: vendor.url })),
      config: { vendorFiles: vendorFiles.map((file) => join(folder, file)) },
    });

    const { data, errors } = await gateway.query(blocks('graphql')[0] ?? '');

    expect(errors).toEqual([]);
    expect(data.export).toMatchObject({
      name: 'Orders',
      status: 'SUCCEEDED',
      outcome: 'COMPLETE',
      progress: { percent: 40 },
      createdAt: '2026-11-22T10:00:00.000Z',
      files: [{ name: 'ex_81.csv', mediaType: 'text/csv' }],
      rows: 1_200,
    });
    expect(asked).toContain('/v1/projects/7/exports/ex_81');
    expect(asked).toContain('key-1');
    await using client = connect(gateway.url);
    expect(await client.get('nw@northwind:7/ex_81')).toMatchObject({ vendorName: 'Northwind Exports' });
    expect((await client.vendors()).find((told) => told.key === 'northwind')).toMatchObject({
      input: 'northwind',
      capabilities: { canStart: true, canCancel: true, reportsProgress: true },
      locator: [
        { name: 'project', description: "The project's number." },
        { name: 'exportId', example: expect.stringMatching(/^ex_[0-9]+$/) },
      ],
      order: [
        { name: 'project', type: 'ID!' },
        { name: 'report', type: 'String!', isRequired: true },
        { name: 'columns', type: '[String!]' },
      ],
    });
  });
});
