import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseInstant } from '../../../src/vendors/shared/instant.ts';

const AT_TEN = Date.UTC(2026, 10, 22, 10, 15, 0);

describe('parseInstant', () => {
  it.each([
    ['2026-11-22T10:15:00Z', AT_TEN],
    ['2026-11-22T10:15:00', AT_TEN],
    ['2026-11-22 10:15:00', AT_TEN],
    ['2026-11-22 10:15:00 UTC', AT_TEN],
    ['2026-11-22T10:15:00utc', AT_TEN],
    ['2026-11-22t10:15:00z', AT_TEN],
    ['  2026-11-22T10:15:00Z\n', AT_TEN],
    ['2026-11-22T12:15:00+02:00', AT_TEN],
    ['2026-11-22T12:15:00+0200', AT_TEN],
    ['2026-11-22T04:45:00-05:30', AT_TEN],
    ['2026-11-22T10:15:00-00:00', AT_TEN],
    ['2026-11-22T10:15:00,5Z', AT_TEN + 500],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
    ['1969-12-31T23:59:59.999Z', -1],
    ['9999-12-31T23:59:59.999999999Z', Date.UTC(9999, 11, 31, 23, 59, 59, 999)],
    ['0002-01-01T00:00:00Z', Date.parse('0002-01-01T00:00:00Z')],
  ])('reads %j', (text, expected) => {
    expect(parseInstant(text)).toBe(expected);
  });

  it.each([
    ['2026-11-22T10:15:00.1Z', 100],
    ['2026-11-22T10:15:00.12Z', 120],
    ['2026-11-22T10:15:00.123Z', 123],
    ['2026-11-22T10:15:00.1239Z', 123],
    ['2026-11-22T10:15:00.12399Z', 123],
    ['2026-11-22T10:15:00.123999Z', 123],
    ['2026-11-22T10:15:00.1239999Z', 123],
    ['2026-11-22T10:15:00.12399999Z', 123],
    ['2026-11-22T10:15:00.123999999Z', 123],
  ])('cuts the fraction of %j to whole milliseconds', (text, milliseconds) => {
    expect(parseInstant(text)).toBe(AT_TEN + milliseconds);
  });

  it.each([
    '0000-00-00 00:00:00',
    '0000-00-00T00:00:00Z',
    '0001-01-01T00:00:00',
    '0001-01-01T00:00:00Z',
    '0000-12-31T23:59:59Z',
    '2026-00-22T10:15:00Z',
    '2026-13-22T10:15:00Z',
    '2026-11-00T10:15:00Z',
    '2026-11-31T10:15:00Z',
    '2026-02-29T10:15:00Z',
    '1900-02-29T10:15:00Z',
    '2026-11-22T24:00:00Z',
    '2026-11-22T10:60:00Z',
    '2026-11-22T10:15:60Z',
    '2026-11-22T10:15:00+24:00',
    '2026-11-22T10:15:00+00:60',
    '2026-11-22T10:15:00.Z',
    '2026-11-22T10:15:00.1234567890Z',
    '2026-11-22T10:15:00+2',
    '2026-11-22T10:15:00 Europe/Berlin',
    '2026-11-22T10:15:00ZZ',
    '9999-12-31T23:59:59-01:00',
    '2026-11-22T10:15Z',
    '2026-11-22',
    '20261122T101500Z',
    '+002026-11-22T10:15:00Z',
    '22 Nov 2026 10:15:00 GMT',
    '1795342500000',
    '',
    'null',
    'Z',
  ])('reads no instant out of %j', (text) => {
    expect(parseInstant(text)).toBeNull();
  });

  it.each([
    undefined,
    null,
    0,
    1_795_342_500_000,
    Number.NaN,
    true,
    {},
    [],
    ['2026-11-22T10:15:00Z'],
    new Date(0),
  ])('reads no instant out of %j, which is no text', (value) => {
    expect(parseInstant(value)).toBeNull();
  });

  it('never throws, and is whole milliseconds or null, whatever comes', () => {
    const nearly = fc.stringMatching(
      /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d([.,]\d{0,12})?\s?(Z|UTC|[+-]\d\d:?\d\d)?$/,
    );
    fc.assert(
      fc.property(fc.oneof(nearly, fc.string({ unit: 'binary' }), fc.anything()), (value) => {
        const instant = parseInstant(value);

        expect(instant === null || Number.isSafeInteger(instant)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it('agrees with Date on every RFC 3339 text with milliseconds and any offset', () => {
    const dates = fc.date({
      min: new Date('0002-01-02T00:00:00Z'),
      max: new Date('9999-12-30T00:00:00Z'),
      noInvalidDate: true,
    });
    const offsets = fc.integer({ min: -23 * 60 - 59, max: 23 * 60 + 59 });
    fc.assert(
      fc.property(dates, offsets, (date, offsetMinutes) => {
        const text = toRfc3339(date, offsetMinutes);

        expect(parseInstant(text)).toBe(date.getTime());
        expect(parseInstant(text)).toBe(Date.parse(text));
      }),
      { numRuns: 500 },
    );
  });

  it('agrees with Date on which days there are', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 9_999 }), fc.nat(13), fc.nat(32), (year, month, day) => {
        const text = `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}T00:00:00Z`;
        const date = new Date(text);
        // Date rolls over where it can: only one that comes back as it went in exists.
        const exists = !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text.slice(0, 10));

        expect(parseInstant(text) !== null).toBe(exists);
      }),
      { numRuns: 500 },
    );
  });
});

function toRfc3339(date: Date, offsetMinutes: number): string {
  const local = new Date(date.getTime() + offsetMinutes * 60_000).toISOString().slice(0, -1);
  if (offsetMinutes === 0) return `${local}Z`;
  const size = Math.abs(offsetMinutes);
  return `${local}${offsetMinutes < 0 ? '-' : '+'}${pad(Math.floor(size / 60), 2)}:${pad(size % 60, 2)}`;
}

function pad(number: number, length: number): string {
  return String(number).padStart(length, '0');
}
