import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CODED_VENDOR_IDS, type CodedVendorId } from '../../src/export/vendor-id.ts';
import { CODED_VENDORS } from '../../src/vendors/coded.ts';
import {
  EXPORTS_QUERY,
  type FakedGateway,
  GROUP_ID,
  IDS,
  REPORT_ID,
  startFakedGateway,
  toLocator,
} from './support.ts';

let gateway: FakedGateway;
beforeAll(async () => {
  gateway = await startFakedGateway();
});
afterAll(() => gateway[Symbol.asyncDispose]());

/** Good ids of each vendor, the optional ones too. */
const GOOD: Readonly<Record<CodedVendorId, Readonly<Record<string, string>>>> = {
  ...{ 'hi-energy': IDS['hi-energy'](1), talkdesk: IDS.talkdesk(1) },
  'power-bi': { groupId: GROUP_ID, ...IDS['power-bi'](1) },
  'web-admit': { userIdentityId: '37442', ...IDS['web-admit'](1) },
};

/** Every field of every locator that holds an id of the vendor's. */
const FIELDS = CODED_VENDOR_IDS.flatMap((vendor) =>
  Object.keys(GOOD[vendor]).map((field) => [vendor, field] as const),
);

/** The documented paths, and nothing else that a read may ever ask for. */
const PATH_SHAPES: Readonly<Record<CodedVendorId, RegExp>> = {
  'power-bi':
    /^\/v1\.0\/myorg(?:\/groups\/[0-9a-fA-F-]{36})?\/reports\/[0-9a-fA-F-]{36}\/exports\/(?!\.{1,2}$)[^/?#\\\s]+$/,
  'hi-energy': /^\/api\/v1\/exports(?:\/[1-9]\d{0,18}|\?limit=\d{1,3})$/,
  talkdesk: /^\/data\/reports\/[a-z][a-z0-9_]{0,63}\/jobs(?:\/[\w-]{1,64}|\?page=1&per_page=\d{1,3})$/,
  'web-admit':
    /^\/api\/v1\/(?:exports\/\d{1,18}\/export_files\/\d{1,18}|user_identities\/\d{1,18}\/export_files)$/,
};

const REFUSED_EVERYWHERE = [
  '',
  ' ',
  '.',
  '..',
  '../..',
  '/',
  'a/b',
  '../../admin',
  '..\\..',
  '%2e%2e',
  '%2F',
  '%252e',
  '%00',
  'a%0d%0ab',
  '?limit=1',
  '#top',
  'a\r\nb',
  '4001\n',
  '\r\nhost: example.com\r\n',
  'a\0b',
  '\0',
  '\t',
  '\u007f',
  '\u0085',
  '\ud800',
  '\udfff4001',
  'x'.repeat(10_000),
  '9'.repeat(10_000),
  '../'.repeat(3_333),
];

describe('an id that its vendor does not give', () => {
  it.each(FIELDS)('is refused without a call: %s %s', async (vendor, field) => {
    const before = gateway.calls();

    const { data, errors } = await ask(REFUSED_EVERYWHERE.map((value) => locatorWith(vendor, field, value)));

    expect(data.exports).toEqual(REFUSED_EVERYWHERE.map(() => null));
    expect(errors).toHaveLength(REFUSED_EVERYWHERE.length);
    for (const { message, extensions } of errors) {
      expect(extensions).toMatchObject({
        code: 'BAD_USER_INPUT',
        field: expect.stringMatching(`\\.${field}$`),
      });
      expect(message.length).toBeLessThan(300);
    }
    expect(gateway.calls()).toBe(before);
  });

  it.each(FIELDS)('is refused without a call where it is no text: %s %s', async (vendor, field) => {
    const before = gateway.calls();

    for (const value of [true, 1.5, {}, { id: '1' }, ['..', '1'], Number.MAX_VALUE]) {
      const { data, errors } = await ask([locatorWith(vendor, field, value)]);

      expect(data?.exports ?? [null]).toEqual([null]);
      expect(errors).toHaveLength(1);
      expect(errors[0]?.message).not.toBe('Unexpected error.');
    }
    expect(gateway.calls()).toBe(before);
  });

  it.each(FIELDS)(
    'is refused without a call where it is missing and must be there: %s %s',
    async (vendor, field) => {
      const before = gateway.calls();
      const isOptional = CODED_VENDORS[vendor].locator[field]?.isOptional;

      const { errors } = await ask([locatorWith(vendor, field, null)]);

      expect(errors.length).toBe(isOptional ? 0 : 1);
      expect(gateway.calls() - before).toBe(isOptional ? 1 : 0);
    },
  );

  it('is not rounded to the id of another export', async () => {
    const before = gateway.calls();
    const body = (id: string) =>
      JSON.stringify({
        query: EXPORTS_QUERY,
        variables: { locators: [toLocator('hi-energy', { exportId: 0 })] },
      }).replace('"exportId":0', `"exportId":${id}`);

    const { data, errors } = await gateway.query('', {}, { body: body('9007199254740993') });

    expect(data ?? null).toBeNull();
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field: 'variables' } }]);
    expect(gateway.calls()).toBe(before);
  });

  it('may be a number where JSON can carry it', async () => {
    const { errors } = await ask([toLocator('hi-energy', { exportId: Number.MAX_SAFE_INTEGER })]);

    expect(errors).toEqual([]);
    expect(gateway.paths('hi-energy').at(-1)).toBe('/api/v1/exports/9007199254740991');
  });

  it('is taken to the last digit as text, and as a literal in the document', async () => {
    const { errors } = await gateway.query(
      `{ exports(locators: [
        { hiEnergy: { exportId: 9223372036854775807 } }
        { webAdmit: { exportId: "999999999999999999", exportFileId: 999999999999999998 } }
      ]) { id } }`,
    );

    expect(errors).toEqual([]);
    expect(gateway.paths('hi-energy').at(-1)).toBe('/api/v1/exports/9223372036854775807');
    expect(gateway.paths('web-admit').at(-1)).toBe(
      '/api/v1/exports/999999999999999999/export_files/999999999999999998',
    );
  });
});

describe('whatever stands in a locator', () => {
  const nasty = fc.oneof(
    fc.string({ maxLength: 40 }),
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.string({
      unit: fc.constantFrom('.', '/', '%', '2', 'e', 'f', '\\', '\r', '\n', '\0', '0', 'a', '?', '#', ';'),
    }),
    fc.constantFrom(...REFUSED_EVERYWHERE),
    fc.stringMatching(/^[1-9]\d{0,20}$/),
    fc.stringMatching(/^[\w-]{1,66}$/),
    fc.stringMatching(/^[A-Za-z0-9+=.~ ]{1,40}$/),
    fc.uuid(),
  );

  it.each(FIELDS)('no request leaves the documented paths: %s %s', async (vendor, field) => {
    const rule = CODED_VENDORS[vendor].locator[field];

    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(nasty, { minLength: 1, maxLength: 25 }), async (values) => {
        const { requests } = gateway.fakes[vendor];
        const before = requests.length;

        const { data, errors } = await ask(values.map((value) => locatorWith(vendor, field, value)));

        const accepted = values.filter((value) => rule?.test(value) && value.length <= 512);
        const sent = requests.slice(before);
        expect(data.exports.filter((entry: object | null) => entry !== null)).toHaveLength(accepted.length);
        expect(errors.every(({ extensions }) => extensions?.code === 'BAD_USER_INPUT')).toBe(true);
        for (const { method, url } of sent) {
          expect(method).toBe('GET');
          expect(url).toMatch(PATH_SHAPES[vendor]);
        }
        // Refused, never repaired: every id that was accepted arrives as it is. WebAdMIT's identity is only for lists.
        if (field === 'userIdentityId') return;
        const segments = sent.flatMap(({ url }) => url.split(/[/?]/).map(decodeURIComponent));
        expect(accepted.filter((value) => !segments.includes(value))).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });

  it("an account that is none of the caller's reaches nobody", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(nasty, { minLength: 1, maxLength: 25 }), async (accounts) => {
        const before = gateway.calls();

        const { data, errors } = await ask(
          accounts.map((account) => toLocator('power-bi', { ...GOOD['power-bi'], account })),
        );

        expect(data.exports).toEqual(accounts.map(() => null));
        const codes = errors.map(({ path, extensions }) => [path?.[1], extensions?.code]);
        expect(codes.sort()).toEqual(
          accounts
            .map((account, index) => [index, account.length > 512 ? 'BAD_USER_INPUT' : 'EXPORT_NOT_FOUND'])
            .sort(),
        );
        expect(gateway.calls()).toBe(before);
      }),
      { numRuns: 20 },
    );
  });
});

describe('a locator', () => {
  it.each([
    ['nothing', {}],
    ['two vendors', { ...toLocator('talkdesk', 1), ...toLocator('hi-energy', 1) }],
    ['a vendor and a global id', { ...toLocator('talkdesk', 1), id: 'x' }],
    ['a null', { talkdesk: null }],
    ['a null id', { id: null }],
    ['an unknown vendor', { fedex: { exportId: '1' } }],
    ['an unknown field', toLocator('talkdesk', 1, { host: 'example.com' })],
    ["another vendor's fields", { talkdesk: { exportId: '1' } }],
    ['a list', { talkdesk: [IDS.talkdesk(1), IDS.talkdesk(2)] }],
    ['a text', { talkdesk: 'job-1' }],
    ['the ids of a report alone', { powerBi: { reportId: REPORT_ID } }],
  ])('that holds %s is refused without a call', async (_case, locator) => {
    const before = gateway.calls();

    const { errors } = await ask([locator]);

    expect(errors.length).toBeGreaterThan(0);
    expect(errors.map(({ message }) => message)).not.toContain('Unexpected error.');
    expect(gateway.calls()).toBe(before);
  });
});

function ask(locators: readonly object[]) {
  return gateway.query(EXPORTS_QUERY, { locators });
}

function locatorWith(vendor: CodedVendorId, field: string, value: unknown): object {
  return toLocator(vendor, { ...GOOD[vendor], [field]: value });
}
