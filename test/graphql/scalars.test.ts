import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scalars } from '../../src/graphql/scalars.ts';

describe('DateTime', () => {
  it('is RFC 3339 in UTC with milliseconds', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true }),
        (date) => {
          const text = scalars.DateTime.serialize(date.getTime());

          expect(text).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
          expect(Date.parse(text)).toBe(date.getTime());
        },
      ),
    );
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, 9e15, '2026-11-22T10:15:00.000Z', new Date(0), null])(
    'is a mistake of ours where the instant is %j',
    (value) => {
      expect(() => scalars.DateTime.serialize(value)).toThrow(/^(?!.*GraphQL)/);
    },
  );
});

describe('URL', () => {
  it.each(['https://api.powerbi.com/v1.0/myorg/x/file', 'http://127.0.0.1:4000/files/a.b'])(
    'passes %s on',
    (address) => {
      expect(scalars.URL.serialize(address)).toBe(address);
    },
  );

  it.each([
    '...Mi9C5419i....PS4=/file',
    '/files/a',
    'javascript:alert(1)',
    'ftp://example.com',
    'data:text/html,x',
    '',
    7,
    null,
  ])('is a mistake of ours where the address is %j', (value) => {
    expect(() => scalars.URL.serialize(value)).toThrow(TypeError);
  });
});
