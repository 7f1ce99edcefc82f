import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLinkExpiry } from '../../../src/vendors/shared/presigned-link.ts';
import { toLinkExpiry } from '../../../src/vendors/web-admit/files.ts';
import { describeFile, readDownloadUrl } from '../../../src/vendors/web-admit/mapping.ts';
import { readFixtureRun } from './support.ts';

const IDS = { exportId: '86466', exportFileId: '74780' };

function toLink(query: string, path = '/reports/000/074/780/0123456789abcdef_original.txt'): string {
  return `https://webadmit-production.s3.amazonaws.com${path}?AWSAccessKeyId=EXAMPLE&${query}`;
}

describe('WebAdMIT download link', () => {
  it('tells name, media type and expiry in the documented sample', () => {
    const link = readFixtureRun('available').downloadUrl ?? '';

    expect(readDownloadUrl(link)).toEqual({
      fileName: 'Test-API-Export.csv',
      mediaType: 'text/csv;charset=iso-8859-1',
    });
    expect(readLinkExpiry(link)).toBe(1_425_359_248_000);
  });

  it('tells a quoted name as real traffic holds it', () => {
    expect(readDownloadUrl(readFixtureRun('available-quoted').downloadUrl ?? '').fileName).toBe(
      'my report.csv',
    );
  });

  it.each([
    ['attachment; filename=my report.csv', 'my report.csv'],
    ['attachment; filename="a \\"b\\".csv"', 'a _b_.csv'],
    ["attachment; filename*=UTF-8''na%C3%AFve.csv", 'naïve.csv'],
    ['attachment; filename="日本語.csv"', '日本語.csv'],
    ['inline; filename="../../etc/passwd"', '_.._etc_passwd.txt'],
    ['attachment; filename="Applicants"', 'Applicants.txt'],
    ['attachment; filename="Applicants v1.2"', 'Applicants v1.2.txt'],
    ['attachment; filename=a b.csv; size=7', 'a b.csv'],
    ['attachment; filename="a.csv "', 'a.csv'],
    ['attachment; filename="a.csv.old"', 'a.csv.old.txt'],
    ['attachment; filename="a.xls"', 'a.xls'],
    ['attachment; filename="a.HTM"', 'a.HTM'],
    ['attachment; filename=""', null],
    ['attachment; filename=" "', null],
    ['attachment; filename*=broken', null],
    ['attachment', null],
    ['', null],
  ])('reads the disposition %j as %j', (disposition, fileName) => {
    const link = toLink(`response-content-disposition=${encodeURIComponent(disposition)}`);

    expect(readDownloadUrl(link).fileName).toBe(fileName);
  });

  it.each([
    ['%E9t%E9', 'été.csv'],
    ['%C3%A9t%C3%A9', 'été.csv'],
    ['autumn+term', 'autumn term.csv'],
    ['50%25', '50%.csv'],
  ])('decodes the name %j in either of the vendor encodings', (name, fileName) => {
    const link = toLink(`response-content-disposition=attachment%3B%20filename%3D%22${name}.csv%22`);

    expect(readDownloadUrl(link).fileName).toBe(fileName);
  });

  it('decodes a disposition that nobody encoded', () => {
    const link = toLink('response-content-disposition=attachment;filename="té+st=1.csv"');

    expect(readDownloadUrl(link).fileName).toBe('té st=1.csv');
  });

  it('reads a media type between blanks', () => {
    expect(readDownloadUrl(toLink('response-content-type=+text%2Fcsv+')).mediaType).toBe('text/csv');
  });

  it.each([
    ['text/csv;charset=iso-8859-1', 'export-86466-74780.csv'],
    ['text/csv', 'export-86466-74780.csv'],
    ['application/vnd.ms-excel', 'export-86466-74780.xls'],
    ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'export-86466-74780.xlsx'],
    ['text/csv ; header=present', 'export-86466-74780.csv'],
    ['TEXT/HTML', 'export-86466-74780.html'],
    ['text/plain', 'export-86466-74780.txt'],
    ['application/zip', 'export-86466-74780.zip'],
  ])('names a nameless file of type %j after the run', (mediaType, name) => {
    const link = toLink(`response-content-type=${encodeURIComponent(mediaType)}`, '/reports/original');

    expect(describeFile(IDS, link)).toEqual({ name, mediaType, availableUntil: null });
  });

  it.each(['constructor', 'text', 'text/csv\r\nx: y', 'a/b/c', '/', 'text/<script>'])(
    'takes %j for no media type',
    (mediaType) => {
      const link = toLink(`response-content-type=${encodeURIComponent(mediaType)}`, '/reports/original');

      expect(describeFile(IDS, link)).toEqual({
        name: 'export-86466-74780',
        mediaType: null,
        availableUntil: null,
      });
    },
  );

  it.each(['', 'soon', '-5', '0', '1425359248.5', '123456789012', '%31e9'])(
    'guesses 25 seconds where Expires is %j',
    (expires) => {
      expect(toLinkExpiry(toLink(`Expires=${expires}`), 1_000)).toBe(26_000);
    },
  );

  it('takes a parameter of another name, in the path or behind a fragment for none of its own', () => {
    const link = 'https://files.example.com/a&Expires=1425359248?xExpires=1&expires=2#?Expires=3&Expires=4';

    expect(readLinkExpiry(link)).toBeNull();
    expect(readLinkExpiry('https://files.example.com/a?b?c&Expires=5')).toBe(5_000);
  });

  it.each(['x', '%', 'é', '?', '&', '=', ' ', '.csv', 'filename='])(
    'costs next to nothing when it is megabytes of %j',
    (part) => {
      const link = toLink(`Expires=5&response-content-disposition=${part.repeat(5_000_000 / part.length)}`);
      const startedAt = performance.now();

      expect(describeFile(IDS, link)).toEqual({
        name: 'export-86466-74780',
        mediaType: null,
        availableUntil: null,
      });
      expect(toLinkExpiry(link, 0)).toBe(25_000);
      expect(performance.now() - startedAt).toBeLessThan(1_000);
    },
  );

  it('keeps a long name within what file systems take', () => {
    const { name } = describeFile(
      IDS,
      toLink(`response-content-disposition=attachment;filename=${'x'.repeat(9_000)}.csv`),
    );

    expect(name).toMatch(/^x{190,196}\.csv$/);
  });

  it('survives any text', () => {
    const parameter = fc.tuple(
      fc.constantFrom('response-content-disposition', 'response-content-type', 'Expires', 'Signature'),
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('%', '%zz', '%C3', 'attachment; filename=', '\u0000'),
      ),
    );
    const link = fc.array(parameter).map((pairs) => toLink(pairs.map((pair) => pair.join('=')).join('&')));

    fc.assert(
      fc.property(fc.oneof(link, fc.string({ unit: 'binary' })), (text) => {
        const { name, mediaType } = describeFile(IDS, text);

        expect(name).toMatch(/^[^/\\\p{Cc}]+$/u);
        expect(mediaType ?? 'a/b').toMatch(/^[\x20-\x7e]+$/);
        expect(Number.isSafeInteger(toLinkExpiry(text, 0))).toBe(true);
      }),
    );
  });

  it('gives back every safe name that a link was made with', () => {
    const safeName = fc
      .stringMatching(/^[A-Za-z0-9éüñ][A-Za-z0-9éüñ _.-]{0,40}[A-Za-z0-9]$/)
      .filter((name) => !/\s\s/.test(name) && !/^(con|prn|aux|nul|com\d|lpt\d)/i.test(name));

    fc.assert(
      fc.property(safeName, (name) => {
        const disposition = encodeURIComponent(`attachment; filename="${name}.csv"`);

        expect(readDownloadUrl(toLink(`response-content-disposition=${disposition}`)).fileName).toBe(
          `${name}.csv`.normalize('NFC'),
        );
      }),
    );
  });
});
