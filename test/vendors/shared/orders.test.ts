import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CODED_VENDORS } from '../../../src/vendors/coded.ts';
import { defineVendor } from '../../../src/vendors/shared/account.ts';
import {
  byNearness,
  isFromOrder,
  joinMessages,
  readFreeForm,
  toCanonicalJson,
  withoutAbsent,
} from '../../../src/vendors/shared/orders.ts';

describe('a free-form field', () => {
  const read = (value: unknown) => readFreeForm({ value }, 'value', 'input');

  it('is copied as it is, whatever JSON is in it', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 5 })), (value) => {
        // -0 is no JSON.
        const json = JSON.parse(JSON.stringify(value));
        expect(read(value)).toEqual(json);
        expect(read(value)).not.toBe(value);
      }),
    );
  });

  it('keeps a key that every object knows as a key', () => {
    const value: unknown = JSON.parse('{"__proto__":{"polluted":true},"constructor":1}');

    expect(JSON.stringify(read(value))).toBe('{"__proto__":{"polluted":true},"constructor":1}');
    expect(Object.hasOwn({}, 'polluted')).toBe(false);
  });

  it('takes objects without a prototype, as GraphQL makes them', () => {
    expect(read(Object.assign(Object.create(null), { a: 1 }))).toEqual({ a: 1 });
  });

  it('is bounded in size by its bytes, and in depth', () => {
    expect(read({ a: 'x'.repeat(65_528) })).toBeDefined();
    expect(() => read({ a: 'x'.repeat(65_529) })).toThrow(
      'input.value must be a JSON object of at most 64 kB',
    );
    expect(() => read({ a: 'ß'.repeat(40_000) })).toThrow('64 kB');
    const nest = (depth: number): object => (depth === 1 ? {} : { a: nest(depth - 1) });
    expect(read(nest(20))).toBeDefined();
    expect(() => read(nest(21))).toThrow('20 levels');
  });

  it('does not go into what refers to itself', () => {
    const loop: Record<string, unknown> = {};
    loop.loop = loop;

    expect(() => read(loop)).toThrow('input.value must be');
  });
});

describe('canonical JSON', () => {
  it('is the same for the same value with its keys in another order, at every depth', () => {
    const shuffled = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(shuffled);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([key, member]) => [key, shuffled(member)]),
      );
    };

    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(toCanonicalJson(shuffled(value))).toBe(toCanonicalJson(value));
        expect(JSON.parse(toCanonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it.each([
    [{ a: 1 }, { a: '1' }],
    [
      [1, 2],
      [2, 1],
    ],
    [{ a: null }, {}],
    [{ a: { b: 1 } }, { a: { b: 2 } }],
  ])('differs for %j and %j', (left, right) => {
    expect(toCanonicalJson(left)).not.toBe(toCanonicalJson(right));
  });
});

describe('an export that an order may have started', () => {
  it.each([
    [null, false],
    [-60_001, false],
    [-60_000, true],
    [600_000, true],
    [600_001, false],
  ])('made %s ms after it: %s', (afterMs, isIt) => {
    expect(isFromOrder(afterMs === null ? null : 1_000_000 + afterMs, 1_000_000)).toBe(isIt);
  });

  it('is likelier the closer it was made', () => {
    const made = [null, 500, 90, 130].map((createdAt) => ({ createdAt }));

    expect(made.sort(byNearness(100)).map(({ createdAt }) => createdAt)).toEqual([90, 130, 500, null]);
  });
});

describe("a vendor's messages", () => {
  it('are joined without repetition, and none where there is no text', () => {
    expect(joinMessages(['a', 7, ' ', null, 'b', 'a', {}])).toBe('a - b');
    expect(joinMessages([undefined, '', {}])).toBeUndefined();
  });
});

describe('fields without a value', () => {
  it('are left out, those that are null or false are not', () => {
    expect(Object.keys(withoutAbsent({ a: undefined, b: null, c: false }))).toEqual(['b', 'c']);
  });
});

describe('a vendor that says nothing of orders', () => {
  const vendor = defineVendor({
    ...CODED_VENDORS['power-bi'],
    capabilities: { canList: false, reportsProgress: false, reportsTimes: false },
    parseOrder: undefined as never,
    kindOf: undefined as never,
    rules: { authHeaders: () => ({}), isTokenExpired: () => false, vendorCode: () => undefined },
    open: () => ({
      readOne: () => Promise.reject(new Error('not part of this test')),
      locateFile: () => Promise.reject(new Error('not part of this test')),
    }),
  });

  it('can neither start nor stop exports, and knows no kinds of them', () => {
    expect(vendor.capabilities).toMatchObject({ canStart: false, canCancel: false });
    expect(() => vendor.parseOrder({}, 'input.order.x')).toThrow(
      'input.order.x cannot be ordered: Power BI has no call that starts an export.',
    );
    expect(vendor.kindOf({} as never)).toBeNull();
  });
});
