import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/export/errors.ts';
import { createCursorCodec } from '../../src/watch/cursor.ts';

const codec = createCursorCodec('secret', 'a1b2c3');

describe('cursors', () => {
  it('read back as they were written, in below 200 characters', () => {
    const place = fc.record({
      sequence: fc.nat(),
      size: fc.constant(100),
      missing: fc.uniqueArray(fc.nat(99)).map((places) => new Set(places)),
      isGap: fc.boolean(),
    });
    fc.assert(
      fc.property(place, (position) => {
        const cursor = codec.write(position);
        const { missing, isGap, sequence, epoch } = codec.read(cursor);

        expect(cursor.length).toBeLessThan(200);
        expect({ epoch, sequence, missing }).toEqual({
          epoch: 'a1b2c3',
          sequence: position.sequence,
          missing: position.missing,
        });
        expect(isGap).toBe(position.isGap && position.missing.size > 0);
      }),
    );
  });

  it('hold the largest sequence there can be', () => {
    const cursor = codec.write({
      sequence: Number.MAX_SAFE_INTEGER,
      missing: new Set(),
      isGap: false,
      size: 0,
    });

    expect(codec.read(cursor).sequence).toBe(Number.MAX_SAFE_INTEGER);
  });

  it('are refused when anything in them was changed', () => {
    const cursor = codec.write({ sequence: 4_711, missing: new Set([0, 9]), isGap: false, size: 10 });
    for (let place = 0; place < cursor.length; place += 1) {
      const forged = `${cursor.slice(0, place)}${cursor[place] === 'a' ? 'b' : 'a'}${cursor.slice(place + 1)}`;

      expect(() => codec.read(forged)).toThrow(InputError);
    }
  });

  it.each([
    '',
    'x',
    '.',
    'a.b.c',
    'a1b2c3.1.AAAAAAAAAAAAAA',
    'é'.repeat(60),
    'a'.repeat(10_000),
    '\u0000',
    '1.1.s1',
  ])('refuse %j', (forged) => {
    expect(() => codec.read(forged)).toThrow(InputError);
  });

  it('of another secret are refused, of another epoch recognised', () => {
    const place = { sequence: 1, missing: new Set<number>(), isGap: false, size: 0 };

    expect(() => codec.read(createCursorCodec('other', 'a1b2c3').write(place))).toThrow(InputError);
    expect(codec.read(createCursorCodec('secret', 'ffff').write(place)).epoch).toBe('ffff');
  });
});
