import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildTarget, parseBaseAddress } from '../../src/http/path.ts';

const BASE = parseBaseAddress('https://api.example.com/v1.0/myorg');

describe('parseBaseAddress', () => {
  it('takes origin and path apart', () => {
    expect(BASE).toEqual({ origin: 'https://api.example.com', pathPrefix: '/v1.0/myorg' });
    expect(parseBaseAddress('http://127.0.0.1:4100')).toEqual({
      origin: 'http://127.0.0.1:4100',
      pathPrefix: '',
    });
  });

  it.each([
    'ftp://example.com',
    'https://user:word@example.com',
    'https://example.com/?a=b',
    'https://example.com/#a',
    'nonsense',
  ])('refuses %s', (baseUrl) => {
    expect(() => parseBaseAddress(baseUrl)).toThrow(TypeError);
  });
});

describe('buildTarget', () => {
  it('encodes each segment and each part of the query once', () => {
    expect(buildTarget(BASE, ['exports', 'a=b c'], { per_page: 100, 'a&b': 'ü=1' })).toBe(
      '/v1.0/myorg/exports/a%3Db%20c?per_page=100&a%26b=%C3%BC%3D1',
    );
  });

  it('is the root for a bare host without segments', () => {
    expect(buildTarget(parseBaseAddress('https://example.com'), [])).toBe('/');
  });

  it.each(['', '.', '..', 'a\0b', 'a\r\nb', 'a\u007fb', '\u0085', '\ud800', 'a\udfff'])(
    'refuses the segment %j',
    (segment) => {
      expect(() => buildTarget(BASE, ['exports', segment])).toThrow(TypeError);
    },
  );

  it('refuses control characters in the query', () => {
    expect(() => buildTarget(BASE, [], { q: 'a\nb' })).toThrow(TypeError);
  });

  it('never leaves the base address, whatever the segments are', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom('..', '%2e%2e', '//a')),
          { minLength: 1 },
        ),
        (segments) => {
          let target: string;
          try {
            target = buildTarget(BASE, segments);
          } catch (error) {
            expect(error).toBeInstanceOf(TypeError);
            return;
          }
          const url = new URL(target, BASE.origin);
          expect(url.origin).toBe(BASE.origin);
          expect(url.pathname).toBe(target);
          expect(url.pathname.split('/').slice(3).map(decodeURIComponent)).toEqual(segments);
        },
      ),
    );
  });
});
