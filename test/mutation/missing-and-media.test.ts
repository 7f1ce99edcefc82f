import { describe, expect, it } from 'vitest';
import { VendorError } from '../../src/export/errors.ts';
import { advance, NOT_FOUND_GRACE_MS, startWatch } from '../../src/export/transitions.ts';
import { toSnapshot as toHiEnergySnapshot } from '../../src/vendors/hi-energy/mapping.ts';
import { toSnapshot as toPowerBiSnapshot } from '../../src/vendors/power-bi/mapping.ts';
import { createKey, readFixtureExport, SINGLE } from '../vendors/hi-energy/support.ts';
import { readFixture, toKey, toWire } from '../vendors/power-bi/support.ts';

const RULES = { stallAfterMs: 60_000 };
const STARTED_AT = Date.UTC(2026, 10, 22, 10, 0, 0);

function missing(httpStatus: number | undefined): VendorError {
  const facts = { code: 'EXPORT_NOT_FOUND', vendor: 'hi-energy', account: 'hi' } as const;
  return new VendorError({ ...facts, message: 'There is no such export.', httpStatus });
}

describe('an export that was never seen', () => {
  it('is waited for during its grace, counted from when it was first asked for', () => {
    const state = startWatch(STARTED_AT);

    const early = advance(state, missing(404), STARTED_AT + NOT_FOUND_GRACE_MS - 1, RULES);
    const late = advance(state, missing(404), STARTED_AT + NOT_FOUND_GRACE_MS, RULES);

    expect(early).toEqual({ state, facts: [] });
    expect(late.facts).toMatchObject([{ type: 'ExportWatchFailed', code: 'EXPORT_NOT_FOUND' }]);
  });

  it('is not waited for where no vendor was asked', () => {
    const { facts } = advance(startWatch(STARTED_AT), missing(undefined), STARTED_AT, RULES);

    expect(facts).toMatchObject([{ type: 'ExportWatchFailed', code: 'EXPORT_NOT_FOUND' }]);
  });
});

describe('the media type of a Power BI file', () => {
  it.each([
    ['.pdf', 'application/pdf'],
    ['.zip', 'application/zip'],
    ['.png', 'image/png'],
    ['.jpg', 'image/jpeg'],
    ['.jpeg', 'image/jpeg'],
    ['.gif', 'image/gif'],
    ['.bmp', 'image/bmp'],
    ['.tif', 'image/tiff'],
    ['.tiff', 'image/tiff'],
    ['.emf', 'image/emf'],
    ['.csv', 'text/csv'],
    ['.xml', 'text/xml'],
    ['.mhtml', 'multipart/related'],
    ['.rdl', null],
  ])('of %s is %s', (resourceFileExtension, mediaType) => {
    const wire = toWire({ ...readFixture('export-succeeded-workspace'), resourceFileExtension });

    const { files } = toPowerBiSnapshot(toKey({}), { wire, retryAfter: undefined, receivedAt: STARTED_AT });

    expect(files).toMatchObject([{ mediaType }]);
  });
});

describe('the file of a Hi Energy export', () => {
  it.each([
    ['deals.xls', 'deals.xls', 'application/vnd.ms-excel'],
    ['deals.csv.old', 'deals.csv.old', null],
  ])('called %j is given as %j', (filename, name, mediaType) => {
    const snapshot = toHiEnergySnapshot(createKey(), readFixtureExport('completed', { filename }), SINGLE);

    expect(snapshot.files).toMatchObject([{ name, mediaType }]);
  });
});

describe('the progress of a Hi Energy export', () => {
  it.each([
    [
      { parts_ready: 3, total_parts: null },
      { percent: null, completedParts: 3, totalParts: null },
    ],
    [
      { parts_ready: null, total_parts: 8 },
      { percent: null, completedParts: null, totalParts: 8 },
    ],
  ])('of %j is %j', (progress, expected) => {
    const snapshot = toHiEnergySnapshot(
      createKey(),
      readFixtureExport('pending', { status: 'processing', progress }),
      SINGLE,
    );

    expect(snapshot.progress).toEqual(expected);
  });
});
