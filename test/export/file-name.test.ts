import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_FILE_NAME_BYTES, toFileName } from '../../src/export/file-name.ts';

describe('toFileName', () => {
  it.each([
    ['Sales overview', '.pdf', 'Sales overview.pdf'],
    ['Sales overview', 'pdf', 'Sales overview.pdf'],
    ['Sales overview.pdf', '.pdf', 'Sales overview.pdf'],
    ['Sales overview.PDF', '.pdf', 'Sales overview.pdf'],
    ['売上レポート 2026年度', '.pptx', '売上レポート 2026年度.pptx'],
    ['Umsätze Köln', '.xlsx', 'Umsätze Köln.xlsx'],
    ['Umsa\u0308tze', '.xlsx', 'Umsätze.xlsx'],
    ['v1.2 final', '.tar.gz', 'v1.2 final.tar.gz'],
  ])('keeps the title %j with %j readable', (base, extension, expected) => {
    expect(toFileName(base, extension)).toBe(expected);
  });

  it.each([
    ['../../etc/passwd', '', '_.._etc_passwd'],
    ['C:\\Windows\\system32', '.csv', 'C_Windows_system32.csv'],
    ['.htaccess', '', 'htaccess'],
    ['...', '.pdf', 'export.pdf'],
    ['', '', 'export'],
    ['   ', '.csv', 'export.csv'],
    ['.pdf', '.pdf', 'pdf.pdf'],
    ['a\r\nSet-Cookie: x', '.csv', 'a Set-Cookie_ x.csv'],
    ['report\u202Efdp.exe', '.pdf', 'reportfdp.exe.pdf'],
    ['a\u0000b', '.pdf', 'a b.pdf'],
    ['a\uD800b', '.pdf', 'a\uFFFDb.pdf'],
    ['trailing. . .', '', 'trailing'],
    ['-rf', '', '_-rf'],
    ['--output=x', '.csv', '_--output=x.csv'],
    ['. -n', '.pdf', '_-n.pdf'],
    ['~root', '', '_~root'],
    ['a - b ~ c', '.pdf', 'a - b ~ c.pdf'],
  ])('makes %j with %j harmless', (base, extension, expected) => {
    expect(toFileName(base, extension)).toBe(expected);
  });

  it.each(['CON', 'nul', 'Aux', 'COM1', 'lpt9', 'COM¹', 'CONIN$'])(
    'does not name the device %s',
    (device) => {
      expect(toFileName(device, '.pdf')).toBe(`_${device}.pdf`);
      expect(toFileName(`${device}.x`, '')).toBe(`_${device}.x`);
    },
  );

  it('leaves names alone that only begin like a device', () => {
    expect(toFileName('Contract', '.pdf')).toBe('Contract.pdf');
    expect(toFileName('COM10', '.pdf')).toBe('COM10.pdf');
  });

  it.each(['../x', '.a/b', '.p df', '.', '', '.a.b.c', `.${'x'.repeat(17)}`, '.pdf\r\n.exe'])(
    'counts %j as no extension',
    (extension) => {
      expect(toFileName('report', extension)).toBe('report');
    },
  );

  it('keeps the extension of a title that is too long', () => {
    const name = toFileName('報'.repeat(500), '.pptx');

    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(MAX_FILE_NAME_BYTES);
    expect(name).toMatch(/^報{65}\.pptx$/u);
  });

  const anyText = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.string({ unit: 'grapheme', maxLength: 300 }),
    fc
      .array(
        fc.constantFrom(
          '.',
          ' ',
          '/',
          '\\',
          'CON',
          'nul',
          '\u202E',
          '\u0000',
          '\uD800',
          'é',
          '😀',
          '.pdf',
          'x',
          '-',
          '~',
        ),
      )
      .map((parts) => parts.join('')),
  );

  it('gives a safe, bounded name for any text', () => {
    fc.assert(
      fc.property(anyText, fc.oneof(anyText, fc.constantFrom('.pdf', 'zip', '')), (base, extension) => {
        const name = toFileName(base, extension);

        expect(name).not.toBe('');
        expect(name.isWellFormed()).toBe(true);
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(MAX_FILE_NAME_BYTES);
        expect(name).not.toMatch(
          /[\p{Cc}\p{Zl}\p{Zp}<>:"/\\|?*\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/u,
        );
        expect(name).not.toMatch(/^[.\s~-]|[.\s]$/u);
        expect(name).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d)\s*(\.|$)/i);
      }),
      { numRuns: 2_000 },
    );
  });

  it('leaves its own names as they are', () => {
    fc.assert(
      fc.property(anyText, fc.constantFrom('.pdf', '.zip', ''), (base, extension) => {
        const name = toFileName(base, extension);

        expect(toFileName(name, extension)).toBe(name);
      }),
      { numRuns: 1_000 },
    );
  });
});
