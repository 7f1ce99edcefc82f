import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/export/errors.ts';
import {
  fullerKey,
  type GlobalId,
  parseGlobalId,
  parseIds,
  toAccountId,
  toExportKey,
  toKeyFromGlobalId,
  toNamingIds,
} from '../../src/export/locator.ts';
import type { LocatorGrammar } from '../../src/export/ports.ts';
import { CODED_VENDOR_IDS, type CodedVendorId } from '../../src/export/vendor-id.ts';
import { CODED_VENDORS } from '../../src/vendors/coded.ts';
import { GRAMMAR } from './support.ts';

/** Ids that each vendor gives, the optional ones now and then. */
const IDS: Readonly<Record<CodedVendorId, fc.Arbitrary<Readonly<Record<string, string>>>>> = {
  'power-bi': record(
    { reportId: fc.uuid(), exportId: fc.stringMatching(/^[A-Za-z0-9+=_-]{1,124}$/) },
    { groupId: fc.uuid() },
  ),
  'hi-energy': record({ exportId: fc.stringMatching(/^[1-9]\d{0,18}$/) }),
  talkdesk: record({
    reportType: fc.stringMatching(/^[a-z][a-z0-9_]{0,63}$/),
    jobId: fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/),
  }),
  'web-admit': record({ exportId: number(), exportFileId: number() }, { userIdentityId: number() }),
};

describe.each(CODED_VENDOR_IDS)('a global id of %s', (vendor) => {
  const grammar: LocatorGrammar = CODED_VENDORS[vendor].locator;
  const account = fc.stringMatching(/^[a-z0-9-]{1,40}$/);

  it('leads back to the same account and ids', () => {
    fc.assert(
      fc.property(account, IDS[vendor], (key, ids) => {
        const made = toExportKey(grammar, vendor, key, parseIds(grammar, ids, 'locator'));

        const parsed = parseGlobalId(made.id);

        expect(parsed.type).toBe('export');
        if (parsed.type === 'export')
          expect(toKeyFromGlobalId(grammar, parsed)).toEqual({ ...made, ids: toNaming(grammar, ids) });
        expect(made.ids).toEqual(ids);
      }),
    );
  });

  it('is equal where account and ids are equal, and different where they are not', () => {
    fc.assert(
      fc.property(account, IDS[vendor], account, IDS[vendor], (oneKey, one, otherKey, other) => {
        const isSame =
          oneKey === otherKey && sorted(toNaming(grammar, one)) === sorted(toNaming(grammar, other));

        const oneId = toExportKey(grammar, vendor, oneKey, one).id;
        const otherId = toExportKey(grammar, vendor, otherKey, reversed(other)).id;

        expect(oneId === otherId).toBe(isSame);
        expect(toExportKey(grammar, vendor, oneKey, reversed(one)).id).toBe(oneId);
      }),
    );
  });

  it('is the same with and without what is only a hint, and is read as earlier releases wrote it', () => {
    fc.assert(
      fc.property(account, IDS[vendor], (key, ids) => {
        const made = toExportKey(grammar, vendor, key, ids);
        const former = formerId(grammar, vendor, key, ids);

        const parsed = parseGlobalId(former);

        expect(toExportKey(grammar, vendor, key, toNaming(grammar, ids)).id).toBe(made.id);
        if (parsed.type !== 'export') throw new Error(parsed.type);
        expect(toKeyFromGlobalId(grammar, parsed)).toEqual(made);
      }),
    );
  });

  it('tells the ids that name the export, in the order of the grammar', () => {
    fc.assert(
      fc.property(account, IDS[vendor], (key, ids) => {
        const naming = toNaming(grammar, ids);

        expect(toNamingIds(toExportKey(grammar, vendor, key, ids))).toEqual(
          Object.keys(grammar).flatMap((field) => naming[field] ?? []),
        );
      }),
    );
  });

  it('stands in an address without any escape, and is bounded', () => {
    fc.assert(
      fc.property(account, IDS[vendor], (key, ids) => {
        const { id } = toExportKey(grammar, vendor, key, ids);

        expect(id).toMatch(/^[\w-]{1,2048}$/);
      }),
    );
  });

  it('has one spelling only', () => {
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=';
    fc.assert(
      fc.property(IDS[vendor], fc.nat(2_047), fc.constantFrom(...letters), (ids, at, letter) => {
        const { id } = toExportKey(grammar, vendor, 'acme', ids);
        const place = at % (id.length + 1);
        const forged = id.slice(0, place) + letter + id.slice(place + 1);
        fc.pre(forged !== id);

        expect(toMeaning(grammar, forged)).not.toBe(toMeaning(grammar, id));
      }),
      { numRuns: 300 },
    );
  });
});

describe('parseGlobalId', () => {
  it('reads an account id', () => {
    expect(parseGlobalId(toAccountId('bi'))).toEqual({ type: 'account', account: 'bi' });
  });

  it('refuses everything else with an InputError, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.base64String(),
          fc.stringMatching(/^[\w-]{0,200}$/),
          fc.json().map((text) => Buffer.from(text).toString('base64url')),
          fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('base64url')),
        ),
        (text) => {
          expect(() => parseGlobalId(text)).toThrow(InputError);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('names the argument that is wrong', () => {
    expect(() => parseGlobalId('?', 'locator.id')).toThrow(
      expect.objectContaining({ code: 'BAD_USER_INPUT', field: 'locator.id' }),
    );
  });
});

describe('the global id of a WebAdMIT run', () => {
  const encode = (...parts: readonly (string | null)[]) =>
    Buffer.from(JSON.stringify(['export', 'web-admit', 'admit', ...parts])).toString('base64url');
  const { locator } = CODED_VENDORS['web-admit'];
  const toRun = (id: string) => toKeyFromGlobalId(locator, exportOf(id));

  it('has an empty place where its identity stood, as ids without one always had', () => {
    const ids = { userIdentityId: '37442', exportId: '86466', exportFileId: '74780' };

    expect(toExportKey(locator, 'web-admit', 'admit', ids)).toEqual({
      id: encode(null, '86466', '74780'),
      vendor: 'web-admit',
      account: 'admit',
      ids,
    });
  });

  it('may hold an identity all the same: it means the same run, and the identity is kept', () => {
    expect(toRun(encode('37442', '86466', '74780'))).toMatchObject({
      id: encode(null, '86466', '74780'),
      ids: { userIdentityId: '37442', exportId: '86466', exportFileId: '74780' },
    });
  });

  it('is refused where the identity in it is none', () => {
    expect(() => toRun(encode('0', '86466', '74780'))).toThrow(InputError);
  });
});

describe('fullerKey', () => {
  const bare = toExportKey(GRAMMAR, 'web-admit', 'admit', { run: '1' });
  const full = toExportKey(GRAMMAR, 'web-admit', 'admit', { group: '7', run: '1' });
  const other = toExportKey(GRAMMAR, 'web-admit', 'admit', { group: '8', run: '1' });

  it('takes the key with a hint, and keeps the one it has where the other tells no more', () => {
    expect(fullerKey(bare, full)).toBe(full);
    expect(fullerKey(full, bare)).toBe(full);
    expect(fullerKey(full, other)).toBe(full);
  });
});

describe('parseIds', () => {
  it('takes nothing that it was not asked for', () => {
    const input = { run: '1', account: 'x', host: 'example.com', __proto__: { group: '2' } };

    expect(parseIds(GRAMMAR, input, 'locator')).toEqual({ run: '1' });
  });

  it.each([undefined, null])('leaves an optional id out where it is %s', (group) => {
    expect(parseIds(GRAMMAR, { group, run: '1' }, 'locator')).toEqual({ run: '1' });
  });

  it.each([
    [{}, 'locator.run', 'locator.run is missing: give a number.'],
    [{ run: null }, 'locator.run', 'locator.run is missing: give a number.'],
    [{ run: '0' }, 'locator.run', 'locator.run is not an id this vendor gives: it must be a number.'],
    [{ run: 1 }, 'locator.run', 'locator.run is not an id this vendor gives: it must be a number.'],
    [
      { run: '1', group: '' },
      'locator.group',
      'locator.group is not an id this vendor gives: it must be a number.',
    ],
  ])('refuses %j and says where and what is allowed', (input, field, message) => {
    expect(() => parseIds(GRAMMAR, input, 'locator')).toThrow(
      expect.objectContaining({ name: 'InputError', field, message }),
    );
  });

  it('never looks at a text that is too long or no text', () => {
    const seen: string[] = [];
    const grammar = {
      run: { isOptional: false, test: (value: string) => seen.push(value) > 0, allowed: 'anything' },
    };

    for (const run of ['x'.repeat(513), '\ud800', 'a\udc00', 7, true, [], {}]) {
      expect(() => parseIds(grammar, { run }, 'locator')).toThrow(InputError);
    }

    expect(seen).toEqual([]);
  });

  it('never tells what stood there', () => {
    expect(() => parseIds(GRAMMAR, { run: 'secret' }, 'locator')).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('secret') }),
    );
  });
});

describe('the ids inside a global id', () => {
  it.each([[['1']], [['1', '2', '3']], [[null, null]], [['1', '0']], [['1', '..']]])(
    'are checked like those of a locator: %j',
    (values) => {
      const parsed = { type: 'export', vendor: 'web-admit', account: 'admit', values } as const;

      expect(() => toKeyFromGlobalId(GRAMMAR, parsed)).toThrow(InputError);
    },
  );
});

function record(
  required: Record<string, fc.Arbitrary<string>>,
  optional: Record<string, fc.Arbitrary<string>> = {},
): fc.Arbitrary<Record<string, string>> {
  const requiredKeys = Object.keys(required);
  return fc.record({ ...required, ...optional }, { requiredKeys, noNullPrototype: true }) as fc.Arbitrary<
    Record<string, string>
  >;
}

/** The ids that name an export: what is left without hints. */
function toNaming(
  grammar: LocatorGrammar,
  ids: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(ids).filter(([field]) => !grammar[field]?.isHint));
}

/** The id as it was while hints stood in it. */
function formerId(
  grammar: LocatorGrammar,
  vendor: CodedVendorId,
  account: string,
  ids: Readonly<Record<string, string>>,
): string {
  const values = Object.keys(grammar).map((field) => ids[field] ?? null);
  return Buffer.from(JSON.stringify(['export', vendor, account, ...values])).toString('base64url');
}

function exportOf(id: string): Extract<GlobalId, { type: 'export' }> {
  const parsed = parseGlobalId(id);
  if (parsed.type === 'export') return parsed;
  throw new Error(parsed.type);
}

function number(): fc.Arbitrary<string> {
  return fc.stringMatching(/^[1-9]\d{0,17}$/);
}

function sorted(ids: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(ids).sort());
}

function reversed<Ids extends Readonly<Record<string, string>>>(ids: Ids): Ids {
  return Object.fromEntries(Object.entries(ids).reverse()) as Ids;
}

/** What an id stands for; `nothing` where it is none. */
function toMeaning(grammar: LocatorGrammar, id: string): string {
  try {
    const parsed = parseGlobalId(id);
    if (parsed.type === 'account') return `account ${parsed.account}`;
    if (parsed.type === 'vendor') return `vendor ${parsed.vendor}`;
    const { account, ids } = toKeyFromGlobalId(grammar, parsed);
    return `${parsed.vendor} ${account} ${sorted(ids as Record<string, string>)}`;
  } catch {
    return 'nothing';
  }
}
