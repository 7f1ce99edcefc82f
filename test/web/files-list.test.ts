import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CODED_VENDOR_IDS, type CodedVendorId } from '../../src/export/vendor-id.ts';
import type { FakeReply } from '../support/fake-vendor.ts';
import {
  callsTo,
  FILES_QUERY,
  type FilesGateway,
  open,
  startFilesGateway,
  toLocator,
} from './files-support.ts';

let gateway: FilesGateway;
beforeAll(async () => {
  gateway = await startFilesGateway({
    config: { files: { linkTtlMs: 60_000 }, server: { publicUrl: 'https://exports.example.com/waybill' } },
  });
});
afterAll(() => gateway[Symbol.asyncDispose]());

async function readFiles(vendor: CodedVendorId, query = FILES_QUERY) {
  const { data, errors } = await gateway.query(query, { locator: toLocator(vendor, 1) });
  expect(errors).toEqual([]);
  return data.export;
}

/** A link as this test can open it: behind the public address stands this gateway. */
function toLocal(url: string): string {
  return url.replace('https://exports.example.com/waybill', gateway.url);
}

describe('the files of an export', () => {
  it.each(CODED_VENDOR_IDS)('are null before the end at %s', async (vendor) => {
    gateway.play.isRunning = true;
    try {
      expect(await readFiles(vendor)).toMatchObject({ status: 'RUNNING', files: null });
    } finally {
      gateway.play.isRunning = false;
    }
  });

  it.each<[string, CodedVendorId, FakeReply]>([
    ['a failed Power BI export', 'power-bi', { body: { id: 'export-1==', status: 'Failed' } }],
    [
      'a failed Hi Energy export',
      'hi-energy',
      { body: { export: { id: 4001, report_type: 'deals_excel', status: 'failed' } } },
    ],
    ['a failed Talkdesk job', 'talkdesk', { body: { job: { id: 'job-1', status: 'failed' } } }],
    ['a failed WebAdMIT run', 'web-admit', { body: { export_files: { id: 74_001, status: 'Failed' } } }],
    [
      'a WebAdMIT run that found nothing',
      'web-admit',
      { body: { export_files: { id: 74_001, status: 'Empty List' } } },
    ],
  ])('are none of %s', async (_title, vendor, api) => {
    gateway.play.api = api;
    try {
      expect(await readFiles(vendor)).toMatchObject({ files: [] });
    } finally {
      gateway.play.api = undefined;
    }
  });

  it.each<[CodedVendorId, string, string | null, boolean]>([
    ['power-bi', 'Sales overview.pdf', 'application/pdf', true],
    [
      'hi-energy',
      'Sales overview.xlsx',
      'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
      false,
    ],
    ['talkdesk', 'Sales overview.csv', 'text/csv', false],
    ['web-admit', 'Leads May.csv', 'text/csv', false],
  ])('are one at %s: %s', async (vendor, name, mediaType, hasEnd) => {
    const before = callsTo(gateway, vendor);

    const { files } = await readFiles(vendor);

    expect(files).toEqual([
      {
        name,
        mediaType,
        url: expect.stringMatching(/^https:\/\/exports\.example\.com\/waybill\/files\/[\w-]+\.[\w-]{43}$/),
        urlExpiresAt: expect.any(String),
        availableUntil: hasEnd ? expect.any(String) : null,
      },
    ]);
    const life = Date.parse(files[0].urlExpiresAt) - gateway.clock.now();
    expect(life).toBeGreaterThan(50_000);
    expect(life).toBeLessThanOrEqual(60_000);
    expect(callsTo(gateway, vendor) - before).toBe(1);
  });

  it.each(CODED_VENDOR_IDS)('cost no call more with their links at %s', async (vendor) => {
    const count = async (selection: string): Promise<number> => {
      const before = callsTo(gateway, vendor);
      await readFiles(
        vendor,
        `query ($locator: ExportLocator!) { export(locator: $locator) { files { ${selection} } } }`,
      );
      return callsTo(gateway, vendor) - before;
    };

    expect(await count('name url urlExpiresAt again: url')).toBe(await count('name'));
  });

  it('have links that all work, however often they were read, until each one ends', async () => {
    const [first] = (await readFiles('power-bi')).files;
    gateway.clock.skip(30_000);
    const [second] = (await readFiles('power-bi')).files;

    expect(second.url).not.toBe(first.url);
    expect((await open(toLocal(first.url))).status).toBe(200);
    expect((await open(toLocal(first.url))).status).toBe(200);
    expect((await open(toLocal(second.url))).status).toBe(200);
    gateway.clock.skip(30_000);
    expect((await open(toLocal(first.url))).status).toBe(410);
    expect((await open(toLocal(second.url))).status).toBe(200);
    gateway.clock.skip(30_000);
    expect((await open(toLocal(second.url))).status).toBe(410);
  });
});
