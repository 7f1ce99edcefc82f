import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createExportId } from '../../../simulator/power-bi/ids.ts';
import { parseGlobalId, parseIds, toExportKey, toKeyFromGlobalId } from '../../../src/export/locator.ts';
import { buildTarget, parseBaseAddress } from '../../../src/http/path.ts';
import { POWER_BI_LOCATOR } from '../../../src/vendors/power-bi/types.ts';
import { EXPORT_ID, GROUP_ID, REPORT_ID } from './support.ts';

describe('Power BI locator', () => {
  it('names its ids in the order in which they stand in a global id', () => {
    expect(Object.keys(POWER_BI_LOCATOR)).toEqual(['groupId', 'reportId', 'exportId']);
  });

  it.each([EXPORT_ID, 'Mi9C5419i....PS4=', createExportId('any'), 'a+b=', '...', 'x'.repeat(512)])(
    'accepts the export id %j',
    (exportId) => {
      expect(parseIds(POWER_BI_LOCATOR, { reportId: REPORT_ID, exportId }, 'locator')).toEqual({
        reportId: REPORT_ID,
        exportId,
      });
    },
  );

  it.each([
    '',
    ' ',
    '.',
    '..',
    'a/b',
    'a\\b',
    'a?b',
    'a#b',
    'a%3D',
    'a\r\nb',
    'a\u0000b',
    'a\u0085b',
    'a\uD800',
    'x'.repeat(513),
    'x'.repeat(10_000),
    42,
    ['a'],
  ])('refuses the export id %j', (exportId) => {
    expect(() => parseIds(POWER_BI_LOCATOR, { reportId: REPORT_ID, exportId }, 'locator')).toThrow(
      /locator\.exportId/,
    );
  });

  it.each([
    '',
    'abc',
    `${REPORT_ID} `,
    `{${REPORT_ID}}`,
    REPORT_ID.replaceAll('-', ''),
    '..',
    `${REPORT_ID}\n`,
  ])('refuses %j as a report or workspace id', (id) => {
    const exportId = EXPORT_ID;

    expect(() => parseIds(POWER_BI_LOCATOR, { reportId: id, exportId }, 'l')).toThrow(/l\.reportId/);
    expect(() => parseIds(POWER_BI_LOCATOR, { groupId: id, reportId: REPORT_ID, exportId }, 'l')).toThrow(
      /l\.groupId/,
    );
  });

  it('keeps the letter case of ids as it was given', () => {
    const ids = { groupId: GROUP_ID.toUpperCase(), reportId: REPORT_ID.toUpperCase(), exportId: EXPORT_ID };

    expect(parseIds(POWER_BI_LOCATOR, ids, 'locator')).toEqual(ids);
  });

  it('leaves every accepted export id one path segment, whatever it holds', () => {
    const base = parseBaseAddress('https://api.example.com/v1.0/myorg');
    const anyId = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.base64String(),
      fc
        .array(fc.constantFrom('.', '/', '%', '=', '+', ' ', '\n', 'é', 'A'), { maxLength: 6 })
        .map((p) => p.join('')),
    );
    fc.assert(
      fc.property(anyId, (exportId) => {
        if (!exportId.isWellFormed() || !POWER_BI_LOCATOR.exportId.test(exportId)) return;
        const url = new URL(
          buildTarget(base, ['reports', REPORT_ID, 'exports', exportId, 'file']),
          base.origin,
        );

        const segments = url.pathname.split('/');
        expect(segments).toHaveLength(8);
        expect(decodeURIComponent(segments[6] ?? '')).toBe(exportId);
        expect(url.search + url.hash).toBe('');
      }),
      { numRuns: 2_000 },
    );
  });

  it('finds the same ids again in the global id it made', () => {
    fc.assert(
      fc.property(
        fc.uuid(),
        fc.option(fc.uuid(), { nil: undefined }),
        fc.string(),
        (reportId, groupId, seed) => {
          const ids = {
            ...(groupId === undefined ? {} : { groupId }),
            reportId,
            exportId: createExportId(seed),
          };
          const key = toExportKey(POWER_BI_LOCATOR, 'power-bi', 'bi', ids);

          const parsed = parseGlobalId(key.id);
          expect(parsed.type === 'export' && toKeyFromGlobalId(POWER_BI_LOCATOR, parsed)).toEqual(key);
        },
      ),
    );
  });
});
