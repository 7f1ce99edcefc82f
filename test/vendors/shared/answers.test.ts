import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  field,
  readEntries,
  toCount,
  toErrorCode,
  toFields,
  toProblem,
} from '../../../src/vendors/shared/answers.ts';
import { readLinkExpiry, readSignedLifetime } from '../../../src/vendors/shared/presigned-link.ts';

describe('a field of an answer', () => {
  it.each([undefined, null, 'text', 5, [], [{ code: 1 }]])('is none in %j', (value) => {
    expect(toFields(value)).toBeUndefined();
    expect(field(value, 'code')).toBeUndefined();
  });

  it.each(['constructor', '__proto__', 'toString'])('called %s is none that every object has', (name) => {
    expect(field({}, name)).toBeUndefined();
  });

  it.each([
    [undefined, '"export.status" is missing'],
    [null, '"export.status" is missing'],
    [7, '"export.status" is not of the documented type'],
  ])('that cannot be done without is a problem where it is %j', (value, problem) => {
    expect(toProblem('export.status', value)).toEqual({ problem });
  });

  it.each([
    [0, 0],
    [2_147_483_647, 2_147_483_647],
    [2_147_483_648, null],
    [-1, null],
    [1.5, null],
    ['1', null],
    [Number.NaN, null],
  ])('counts as %j where it is %j', (value, count) => {
    expect(toCount(value)).toBe(count);
  });
});

describe('an error code', () => {
  it('is a short word, never free text', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(toErrorCode(value) ?? 'none').toMatch(/^[\w.-]{1,64}$/);
      }),
    );
    expect(toErrorCode('DM_Example.Error-1')).toBe('DM_Example.Error-1');
  });
});

describe('a list', () => {
  it('is read up to its bound, without what cannot be read', () => {
    const read = (entry: unknown) => (typeof entry === 'number' ? entry : undefined);

    expect(readEntries([1, 'x', 2, 3], 3, read)).toEqual([1, 2]);
  });
});

describe('the end of a presigned link', () => {
  const toLink = (query: string) => `https://bucket.s3.amazonaws.com/a.csv?${query}`;

  it('is told by either version of the signature', () => {
    const at = Date.UTC(2026, 4, 18, 9, 10, 0);

    expect(readLinkExpiry(toLink('X-Amz-Date=20260518T090000Z&X-Amz-Expires=600'))).toBe(at);
    expect(readLinkExpiry(toLink(`Expires=${at / 1_000}&Signature=x`))).toBe(at);
  });

  it.each(['', 'X-Amz-Date=20260231T090000Z&X-Amz-Expires=600', 'X-Amz-Expires=600', 'Expires=soon'])(
    'is not told by %j',
    (query) => {
      expect(readLinkExpiry(toLink(query))).toBeNull();
      expect(readSignedLifetime(toLink(query))).toBeNull();
    },
  );

  it('is read from any text without a throw', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(readLinkExpiry(text) ?? 0).toBeTypeOf('number');
      }),
    );
  });
});
