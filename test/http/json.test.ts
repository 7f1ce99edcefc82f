import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson, readJson } from '../../src/http/json.ts';

describe('parseJson', () => {
  it('reads what the engine reads', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        fc.pre(!/\d{16}/.test(text));
        expect(parseJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('keeps every digit of integers that a float cannot hold', () => {
    const text =
      '{"id":9223372036854775807,"ids":[-9007199254740993,9007199254740991],"n":12345678901234567890}';

    expect(parseJson(text)).toEqual({
      id: '9223372036854775807',
      ids: ['-9007199254740993', 9_007_199_254_740_991],
      n: '12345678901234567890',
    });
  });

  it('gives every integer back, as a number where it is safe and as its digits where not', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }), (integer) => {
        const value = parseJson(`[{"id": ${integer} }]`);
        const isSafe = Number.isSafeInteger(Number(integer));
        expect(value).toEqual([{ id: isSafe ? Number(integer) : String(integer) }]);
      }),
    );
  });

  it('finds a long integer wherever it begins', () => {
    fc.assert(
      fc.property(fc.nat(64), fc.integer({ min: 17, max: 40 }), fc.boolean(), (before, digits, isLast) => {
        const integer = '7'.repeat(digits);
        const text = `[${' '.repeat(before)}${integer}${isLast ? '' : ',1'}]`;
        expect(parseJson(text)).toEqual(isLast ? [integer] : [integer, 1]);
      }),
    );
  });

  it('leaves digits in texts and keys, fractions and exponents alone', () => {
    const text =
      '{"12345678901234567890":"\\"12345678901234567890\\\\","pi":3.14159265358979323846,"big":1234567890123456789e2}';

    expect(parseJson(text)).toEqual(JSON.parse(text));
  });

  it('reads past a byte order mark', () => {
    expect(parseJson('\ufeff{"a":1}')).toEqual({ a: 1 });
  });

  it.each([
    '',
    ' ',
    '<html>',
    '{',
    '{"a":',
    '"abc',
    '[1,]',
    '01',
    '00000000000000000001',
    '-',
    "{'a':1}",
    'undefined',
    '"\\',
  ])('reads %j as no JSON', (text) => {
    expect(parseJson(text)).toBeUndefined();
  });

  it('never throws, whatever comes', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[[\]{}",:\\0-9eE.+\- a-f]{0,80}$/), (text) => {
        let expected: unknown;
        try {
          expected = JSON.parse(text);
        } catch {
          expected = undefined;
        }
        const value = parseJson(text);
        if (!/\d{16}/.test(text)) expect(value).toEqual(expected);
      }),
    );
  });

  it('refuses nesting beyond two hundred levels, and reads up to it', () => {
    expect(parseJson('['.repeat(200) + ']'.repeat(200))).toBeDefined();
    expect(parseJson('['.repeat(201) + ']'.repeat(201))).toBeUndefined();
    expect(parseJson('{"a":'.repeat(500_000))).toBeUndefined();
    expect(parseJson(`"${'['.repeat(500)}"`)).toBe('['.repeat(500));
  });

  it('makes no prototype of a key called __proto__', () => {
    const value = parseJson('{"__proto__":{"polluted":true}}') as Record<string, unknown>;

    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(value.polluted).toBeUndefined();
  });

  it.each([
    ['values', `[${'1,'.repeat(50_000)}1]`],
    ['keys', ` {${Array.from({ length: 50_001 }, (_, n) => `"${n}":1`).join(',')}}`],
    ['lists', `[${'[],'.repeat(25_000)}[]]`],
  ])('reads no JSON out of more than fifty thousand %s', async (_what, text) => {
    expect(parseJson(text)).toBeUndefined();
    expect(await readJson(text)).toBeUndefined();
  });

  it('counts no comma of a text', () => {
    const text = JSON.stringify([',",['.repeat(100_000)]);

    expect(parseJson(text)).toEqual(JSON.parse(text));
  });
});

describe('readJson', () => {
  it('reads a long text in steps as a short one in one go, digits and all', async () => {
    const row = `{"id":9007199254740993,"name":"a \\" b \\\\","note":"${'x'.repeat(300)}"}`;
    const text = `\ufeff{"exports":[${Array.from({ length: 10_000 }, () => row).join(',')}]}`;

    const value = await readJson(text);

    expect(value).toEqual(parseJson(text));
    expect(value).toMatchObject({ exports: { 9999: { id: '9007199254740993', name: 'a " b \\' } } });
  });

  it('lets others have their turn meanwhile', async () => {
    const turns = { count: 0 };
    const tick = (): void => {
      turns.count += 1;
      if (turns.count < 1_000) setImmediate(tick);
    };
    setImmediate(tick);

    await readJson(JSON.stringify('\n"'.repeat(1_000_000)));

    expect(turns.count).toBeGreaterThan(5);
  });

  it('gives up in the step that goes over a bound', async () => {
    expect(await readJson(`${'['.repeat(300)}${' '.repeat(3_000_000)}`)).toBeUndefined();
    expect(await readJson(`["${'x'.repeat(3_000_000)}`)).toBeUndefined();
  });
});
